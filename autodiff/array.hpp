#pragma once

#include <xtensor/xarray.hpp>

#include "array_forward.hpp"
#include "shape.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// An array of this shape, filled with `value`.
Array make_array(const Shape& shape, Real value = 0);

Shape shape_of(const Array& array);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
