#pragma once

#include <cstddef>

/// What the machine offers.
namespace gandsl {

/// Bytes of memory that may be taken now: what is free, less where the process or its group is held to less
/// (ulimit -v, a container). What the machine has in all where that is unknown.
std::size_t available_memory();

/// Whether `ulimit -v` holds the process to less address space than there is.
bool address_space_is_limited();

/// Throws Error(memory) where `ulimit -v` does not leave the address space that OpenBLAS reserves for the
/// products of so many threads: without it OpenBLAS would wait for ever.
void require_room_for_products(std::size_t threads);

}  // namespace gandsl
