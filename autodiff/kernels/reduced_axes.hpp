#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "autodiff/real.hpp"
#include "autodiff/shape.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// How a reduction walks its input: axes of size 1 dropped, neighbours of one kind joined, so that reduced
/// and other axes alternate. Of fixed size: a run must not allocate.
struct ReducedAxes {
    static constexpr std::size_t max_count = 16;
    struct Axis {
        std::size_t size = 1;
        bool reduced = false;
        std::size_t stride = 1;         ///< in the input
        std::size_t result_stride = 1;  ///< in the result; 0 where reduced
    };
    std::array<Axis, max_count> axes;
    std::size_t count = 0;

    /// Numbers of the result.
    std::size_t results() const;
    /// How many parts a reduced outermost axis is cut into, each with totals of its own.
    std::size_t slices() const;
};

/// The axes of `shape` that an operation was asked to reduce, from first to last: those counted from the end
/// resolved, and all where none is named. Throws Error(shape) for axes it does not have or that are named
/// twice.
std::vector<Index> axes_to_reduce(const Shape& shape, std::vector<Index> axes, const char* operation);

/// An axis of `shape` as the attributes of an operation hold it, resolved. Throws Error(shape) where there is
/// none.
std::size_t recorded_axis(Index axis, const Shape& shape, std::string_view operation);

/// `shape` with the axes that an operation recorded left with size 1. Throws Error(shape) where there are
/// none.
Shape reduced_shape(const Shape& shape, std::span<const Index> axes, std::string_view operation);

/// Of an input with at most ReducedAxes::max_count axes.
ReducedAxes reduced_axes(const Shape& input, std::span<const Index> reduced);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
