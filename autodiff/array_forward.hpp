#pragma once

#include <xtensor/xstorage.hpp>  // the complete storage, which xarray's default arguments look into
#include <xtensor/xtensor_forward.hpp>

#include "real.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Any rank, row-major. Include "array.hpp" to use one.
using Array = xt::xarray<Real, xt::layout_type::row_major>;

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
