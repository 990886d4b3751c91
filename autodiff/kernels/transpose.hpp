#pragma once

#include "autodiff/real.hpp"
#include "autodiff/shape.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// out[column * out_stride + row] = in[row * in_stride + column], in tiles that stay in the first-level
/// cache.
void transpose_matrix(Real* out, Index out_stride, const Real* in, Index in_stride, Index rows,
                      Index columns);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
