#pragma once

#include <span>
#include <xtensor/xarray.hpp>

#include "array_forward.hpp"
#include "shape.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// An array of this shape, filled with `value`.
Array make_array(const Shape& shape, Real value = 0);

Shape shape_of(const Array& array);

/// Makes 0, of the same sign, of what is below the normal numbers: what is computed flushes it too, so that
/// it does not matter whether a value was computed or handed on.
void flush_denormals(std::span<Real> values);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
