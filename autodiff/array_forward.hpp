#pragma once

#include <memory>
#include <xtensor/xstorage.hpp>  // the complete storage, which xarray's default arguments look into
#include <xtensor/xtensor_forward.hpp>

#include "real.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Any rank, row-major. Include "array.hpp" to use one. The allocator is named, as XTENSOR_USE_XSIMD, which a
/// program may define and the library does not, would take another.
using Array = xt::xarray<Real, xt::layout_type::row_major, std::allocator<Real>>;

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
