#include "tests/program/counted_allocation.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

// The allocator that these functions stand before; libstdc++'s operator new ends in malloc, and so here.
// Under a sanitizer malloc is its own, and operator new is what is counted.
#if defined(__SANITIZE_ADDRESS__)
#define GANDSL_COUNTS_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GANDSL_COUNTS_MALLOC 0
#else
#define GANDSL_COUNTS_MALLOC 1
#endif
#else
#define GANDSL_COUNTS_MALLOC 1
#endif

namespace {

std::atomic<std::size_t> count = 0;

}  // namespace

namespace gandsl::test {

std::size_t allocations() {
    return count;
}

}  // namespace gandsl::test

#if GANDSL_COUNTS_MALLOC

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) {
    ++count;
    return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
    ++count;
    return __libc_calloc(number, size);
}

void* realloc(void* memory, std::size_t size) {
    ++count;
    return __libc_realloc(memory, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
    ++count;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    ++count;
    *memory = __libc_memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}

}  // extern "C"

#else

void* operator new(std::size_t size) {
    ++count;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

#endif
