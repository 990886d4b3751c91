#include "autodiff/plan/memory.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <numeric>
#include <queue>
#include <set>
#include <span>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "autodiff/error.hpp"
#include "autodiff/machine.hpp"

namespace gandsl {

namespace {

constexpr std::size_t line = 64;
constexpr std::size_t huge_page = std::size_t{2} << 20U;

// Placing so many blocks one beside another takes a few hundredths of a second, and time grows with the
// square.
constexpr std::size_t max_large_blocks = 4096;

std::size_t rounded(std::size_t bytes) {
    return (bytes + line - 1) / line * line;
}

// Each in turn at the lowest offset that is free for all of its life.
void place_large(const std::vector<Lifetime>& lifetimes, std::span<const std::size_t> order,
                 Placement& placement) {
    std::vector<std::size_t> placed;  // by offset
    for (const std::size_t block : order) {
        const std::size_t bytes = rounded(lifetimes[block].bytes);
        std::size_t offset = 0;
        for (const std::size_t other : placed) {
            const bool together = lifetimes[other].first <= lifetimes[block].last &&
                                  lifetimes[block].first <= lifetimes[other].last;
            if (!together) {
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
}

// Memory that is taken and given back as a run goes on, the smallest free piece that is large enough first.
class FreeList {
  public:
    explicit FreeList(std::size_t begin) : end_(begin) {}

    std::size_t take(std::size_t bytes) {
        const auto found = by_size_.lower_bound({bytes, 0});
        if (found != by_size_.end()) {
            const auto [size, offset] = *found;
            remove(offset, size);
            add(offset + bytes, size - bytes);
            return offset;
        }
        const auto last = by_offset_.empty() ? by_offset_.end() : std::prev(by_offset_.end());
        std::size_t offset = end_;
        if (last != by_offset_.end() && last->first + last->second == end_) {
            offset = last->first;
            remove(offset, last->second);
        }
        end_ = offset + bytes;
        return offset;
    }

    void give_back(std::size_t offset, std::size_t bytes) {
        auto next = by_offset_.lower_bound(offset);
        if (next != by_offset_.begin()) {
            const auto [before, size] = *std::prev(next);
            if (before + size == offset) {
                remove(before, size);
                offset = before;
                bytes += size;
            }
        }
        next = by_offset_.lower_bound(offset);
        if (next != by_offset_.end() && next->first == offset + bytes) {
            bytes += next->second;
            remove(next->first, next->second);
        }
        add(offset, bytes);
    }

    std::size_t end() const { return end_; }

  private:
    void add(std::size_t offset, std::size_t bytes) {
        if (bytes > 0) {
            by_offset_.emplace(offset, bytes);
            by_size_.emplace(bytes, offset);
        }
    }
    void remove(std::size_t offset, std::size_t bytes) {
        by_offset_.erase(offset);
        by_size_.erase({bytes, offset});
    }

    std::map<std::size_t, std::size_t> by_offset_;
    std::set<std::pair<std::size_t, std::size_t>> by_size_;
    std::size_t end_;
};

// In the order in which they are needed, after all that has been placed.
void place_small(const std::vector<Lifetime>& lifetimes, std::span<std::size_t> blocks,
                 Placement& placement) {
    std::sort(blocks.begin(), blocks.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(lifetimes[a].first, a) < std::pair(lifetimes[b].first, b);
    });
    using Entry = std::pair<std::size_t, std::size_t>;  // last use, block
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> alive;
    FreeList free(placement.bytes);
    for (const std::size_t block : blocks) {
        for (; !alive.empty() && alive.top().first < lifetimes[block].first; alive.pop()) {
            const std::size_t gone = alive.top().second;
            free.give_back(placement.offsets[gone], rounded(lifetimes[gone].bytes));
        }
        const std::size_t bytes = rounded(lifetimes[block].bytes);
        if (bytes > 0) {
            placement.offsets[block] = free.take(bytes);
            alive.emplace(lifetimes[block].last, block);
        }
    }
    placement.bytes = free.end();
}

}  // namespace

Placement place(const std::vector<Lifetime>& lifetimes, bool share) {
    Placement placement;
    placement.offsets.assign(lifetimes.size(), 0);
    if (!share) {
        for (std::size_t block = 0; block < lifetimes.size(); ++block) {
            placement.offsets[block] = placement.bytes;
            placement.bytes += rounded(lifetimes[block].bytes);
        }
        return placement;
    }
    std::vector<std::size_t> order(lifetimes.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });
    const std::size_t large = std::min(order.size(), max_large_blocks);
    place_large(lifetimes, std::span(order).first(large), placement);
    if (large < order.size()) {
        place_small(lifetimes, std::span(order).subspan(large), placement);
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
