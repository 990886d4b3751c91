#pragma once

#include <cstddef>

#include "autodiff/real.hpp"
#include "autodiff/shape.hpp"
#include "autodiff/threads.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Places along one axis of an array seen as (outer, length, inner): first, first + step, ...
struct AxisSlice {
    Index length;
    Index first = 0;
    Index step = 1;
};

/// Copies `count` numbers of every outer row from the one array to the other.
void copy_places(Real* out, const AxisSlice& to, const Real* in, const AxisSlice& from, Index outer,
                 Index count, Index inner, ThreadPool& pool);

void fill(Real* out, std::size_t count, Real value, ThreadPool& pool);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
