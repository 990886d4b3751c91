#pragma once

#include <cstddef>
#include <functional>

namespace gandsl::test {

/// How often the allocator is called while `body` runs, from whatever thread: malloc, calloc, realloc, the
/// aligned forms and so operator new; without OpenBLAS's own. Under AddressSanitizer operator new alone.
std::size_t allocations_of(const std::function<void()>& body);

}  // namespace gandsl::test
