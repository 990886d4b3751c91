#pragma once

#include "version.hpp"  // first: refuses an older C++ before what follows fails in it

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gandsl {

using Index = std::int64_t;
/// Sizes of the axes, outermost first; {} is a scalar. Arrays are row-major and contiguous.
using Shape = std::vector<Index>;

/// Sums and products of sizes, which come from outside: throw Error(shape) naming `operation` where the
/// result does not fit in 63 bits.
Index add_sizes(Index a, Index b, const char* operation);
Index multiply_sizes(Index a, Index b, const char* operation);

/// Number of elements; 1 for a scalar. Throws Error(shape) for negative sizes and Error(memory) when it, or
/// the product of the sizes that are not 0, does not fit in 63 bits.
Index element_count(const Shape& shape);

/// "(64, 1, 28, 28)"
std::string to_string(const Shape& shape);

/// Steps between neighbours along each axis, in elements.
std::vector<Index> strides_of(const Shape& shape);

/// NumPy's rule: align right, sizes equal or 1. Throws Error(shape) naming `operation` and both shapes.
Shape broadcast_shapes(const Shape& left, const Shape& right, const char* operation);

/// Strides with which an array of shape `from` is read as if it had shape `to`: 0 along broadcast axes.
std::vector<Index> broadcast_strides(const Shape& from, const Shape& to);

/// `axis`, counted from the end where negative, as 0..rank-1. Throws Error(shape) naming `operation`.
std::size_t resolve_axis(Index axis, std::size_t rank, const char* operation);

}  // namespace gandsl
