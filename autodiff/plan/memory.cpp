#include "autodiff/plan/memory.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "autodiff/error.hpp"
#include "autodiff/machine.hpp"

namespace gandsl {

namespace {

constexpr std::size_t line = 64;
constexpr std::size_t huge_page = std::size_t{2} << 20U;

std::size_t rounded(std::size_t bytes) {
    return (bytes + line - 1) / line * line;
}

}  // namespace

Placement place(const std::vector<Lifetime>& lifetimes, bool share) {
    Placement placement;
    placement.offsets.assign(lifetimes.size(), 0);
    std::vector<std::size_t> order(lifetimes.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });
    std::vector<std::size_t> placed;  // by offset
    for (const std::size_t block : order) {
        const std::size_t bytes = rounded(lifetimes[block].bytes);
        std::size_t offset = share ? 0 : placement.bytes;
        for (const std::size_t other : placed) {
            const bool together = lifetimes[other].first <= lifetimes[block].last &&
                                  lifetimes[block].first <= lifetimes[other].last;
            if (!share || !together) {
                continue;
            }
            if (placement.offsets[other] >= offset + bytes) {
                break;
            }
            offset = std::max(offset, placement.offsets[other] + rounded(lifetimes[other].bytes));
        }
        placement.offsets[block] = offset;
        placement.bytes = std::max(placement.bytes, offset + bytes);
        placed.insert(std::upper_bound(placed.begin(), placed.end(), block,
                                       [&](std::size_t a, std::size_t b) {
                                           return placement.offsets[a] < placement.offsets[b];
                                       }),
                      block);
    }
    return placement;
}

void prefer_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
#if !defined(MADV_COLLAPSE)
    constexpr int MADV_COLLAPSE = 25;  // Linux 6.1; older ones refuse it
#endif
    if (bytes < huge_page) {
        return;
    }
    const auto begin = reinterpret_cast<std::uintptr_t>(memory) / huge_page * huge_page;
    const auto end = reinterpret_cast<std::uintptr_t>(memory) + bytes;
    for (std::uintptr_t page = begin; page < end; page += huge_page) {
        void* const at = reinterpret_cast<void*>(page);
        if (madvise(at, huge_page, MADV_HUGEPAGE) == 0) {
            madvise(at, huge_page, MADV_COLLAPSE);
        }
    }
#endif
}

Arena::Arena(std::size_t bytes) {
    if (bytes == 0) {
        return;
    }
    const std::size_t alignment = bytes >= 2 * huge_page ? huge_page : line;
    const std::size_t size = (bytes + alignment - 1) / alignment * alignment;
    // Asked first: a system that promises more than it has would end the program later instead.
    const std::size_t room = available_memory();
    if (size <= room) {
        memory_.reset(static_cast<std::byte*>(std::aligned_alloc(alignment, size)));
    }
    if (!memory_) {
        throw Error(ErrorCode::memory, "not enough memory: a run of this plan needs " +
                                           std::to_string(bytes) + " bytes and there is room for " +
                                           std::to_string(room) + "; a smaller batch needs less");
    }
#if defined(__linux__)
    if (alignment == huge_page) {
        madvise(memory_.get(), size, MADV_HUGEPAGE);  // advice only
    }
#endif
}

void Arena::Free::operator()(std::byte* memory) const {
    std::free(memory);
}

}  // namespace gandsl
