#pragma once

#include <cstddef>

/// What the machine offers.
namespace gandsl {

/// Bytes of memory that may be taken now: what is free, less where the process or its group is held to less
/// (ulimit -v, a container). What the machine has in all where that is unknown.
std::size_t available_memory();

}  // namespace gandsl
