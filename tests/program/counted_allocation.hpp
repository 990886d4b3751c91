#pragma once

#include <cstddef>

/// Counts calls of the allocator in the whole process: operator new in all its forms, malloc, calloc, realloc
/// and the aligned forms, from every thread.
namespace gandsl::test {

std::size_t allocations();

}  // namespace gandsl::test
