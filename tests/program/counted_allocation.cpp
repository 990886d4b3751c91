#include "tests/program/counted_allocation.hpp"

#include <dlfcn.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

// The allocator that these functions stand before; libstdc++'s operator new ends in malloc, and so here.
// Under a sanitizer malloc is its own, and operator new is what is counted.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GANDSL_COUNTS_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GANDSL_COUNTS_MALLOC 0
#else
#define GANDSL_COUNTS_MALLOC 1
#endif
#else
#define GANDSL_COUNTS_MALLOC 1
#endif

namespace {

std::atomic<bool> counting = false;
std::atomic<std::size_t> count = 0;

#if GANDSL_COUNTS_MALLOC
// On some processors OpenBLAS takes the memory for packing small matrices from malloc, in every call.
bool of_blas(const void* caller) {
    Dl_info where{};
    return dladdr(caller, &where) != 0 && where.dli_fname != nullptr &&
           std::strstr(where.dli_fname, "blas") != nullptr;
}
#endif

void note([[maybe_unused]] const void* caller) {
    if (!counting) {
        return;
    }
#if GANDSL_COUNTS_MALLOC
    if (of_blas(caller)) {
        return;
    }
#endif
    ++count;
}

}  // namespace

namespace gandsl::test {

std::size_t allocations_of(const std::function<void()>& body) {
    count = 0;
    counting = true;
    body();
    counting = false;
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
    note(__builtin_return_address(0));
    return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
    note(__builtin_return_address(0));
    return __libc_calloc(number, size);
}

void* realloc(void* memory, std::size_t size) {
    note(__builtin_return_address(0));
    return __libc_realloc(memory, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
    note(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    note(__builtin_return_address(0));
    *memory = __libc_memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}

}  // extern "C"

#else

void* operator new(std::size_t size) {
    note(nullptr);
    if (void* memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    note(nullptr);
    return std::malloc(size == 0 ? 1 : size);
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

#endif
