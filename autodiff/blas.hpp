#pragma once

#include <string_view>

#include "real.hpp"
#include "shape.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// A row-major matrix in memory; `stride` is the distance between rows, in elements.
struct ConstMatrix {
    const Real* data;
    Index stride;
    bool transposed = false;  ///< read with rows and columns swapped
};
struct Matrix {
    Real* data;
    Index stride;
};

/// Sets BLAS, and LAPACK with it, to one thread for the whole process, at the first call: threads are the
/// ThreadPool's affair.
void use_one_blas_thread();

/// c = a b, or c += a b where `accumulate`: a is rows x inner and b is inner x columns, once transposed as
/// they say. Runs on the calling thread alone: threads are the caller's affair, and BLAS is set to one for
/// the whole process at the first call. Throws Error(internal) for sizes that BLAS would refuse, which it
/// does by printing.
void gemm(Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c,
          bool accumulate = false);

/// The kernels that OpenBLAS computes products with, by its own name for the processor they are for, such as
/// "SkylakeX", or "SKYLAKEX" where it was built for that one alone. It chooses them for the machine, unless
/// $OPENBLAS_CORETYPE names some.
std::string_view blas_kernels();

/// Whether BLAS computes a product of these sizes from where its operands are, without copying them into its
/// own order first: OpenBLAS with kernels of AVX-512, for small products whose second operand is not
/// transposed.
bool skips_packing(Index rows, Index columns, Index inner);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
