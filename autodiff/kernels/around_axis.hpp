#pragma once

#include <algorithm>

#include "autodiff/kernels/partition.hpp"
#include "autodiff/shape.hpp"
#include "autodiff/threads.hpp"

namespace gandsl {

/// An array seen as (outer, length, inner) around one axis.
struct AroundAxis {
    Index outer = 1, length = 1, inner = 1;
};

inline AroundAxis around(const Shape& shape, Index axis) {
    AroundAxis result;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        Index& size = static_cast<Index>(i) < axis    ? result.outer
                      : static_cast<Index>(i) == axis ? result.length
                                                      : result.inner;
        size *= shape[i];
    }
    return result;
}

/// Columns that one call of for_column_blocks gets, at most: totals of as many fit on the stack.
inline constexpr Index max_columns = 64;

/// Calls body(outer, first, count) for neighbouring columns first ... first + count of each outer position,
/// in parallel: what walks along an axis reads whole cache lines so.
template <typename Body>
void for_column_blocks(const AroundAxis& at, ThreadPool& pool, const Body& body) {
    constexpr double min_elements = 16384;
    const Index blocks = (at.inner + max_columns - 1) / max_columns;
    const Index columns = std::min(at.inner, max_columns);
    const Partition cut =
        partition(at.outer * blocks, static_cast<double>(at.length * columns), min_elements);
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        for (Index i = cut.begin(part); i < cut.end(part); ++i) {
            const Index first = i % blocks * max_columns;
            body(i / blocks, first, std::min(max_columns, at.inner - first));
        }
    });
}

}  // namespace gandsl
