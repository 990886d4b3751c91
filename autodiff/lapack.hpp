#pragma once

#include <cstddef>
#include <limits>

#include "real.hpp"
#include "shape.hpp"

/// Factors of square matrices in memory: row-major, without gaps between rows, on the calling thread alone.
/// All stay within the memory they are given and come to an end whatever the numbers are, but what they leave
/// is only of use where the matrix was finite.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Rows and columns that LAPACK can count.
inline constexpr Index max_factor_size = std::numeric_limits<int>::max();
/// Rows whose eigenvectors LAPACK can compute: it counts its scratch memory, 2 n^2 + 6 n + 1 numbers.
inline constexpr Index max_eigen_size = 32766;

/// a = l u p in place: l is lower triangular, u upper triangular with a diagonal of ones that is not stored,
/// and p swaps column i with column pivots[i], in the order of i. (LAPACK's rows are these columns.) A
/// singular matrix leaves a 0 in the diagonal of l.
void factor_lu(Index n, Real* a, int* pivots);

/// a = l l^T: reads the lower triangle and leaves l there. False where the matrix is not positive definite.
bool factor_cholesky(Index n, Real* a);

/// A triangular matrix, or its transpose.
struct TriangularMatrix {
    const Real* data;
    bool upper;
    bool transposed = false;
    bool unit = false;  ///< the diagonal is ones, whatever is stored there
};
/// x in place of b (n x columns), where t x = b. Nothing beside t's triangle is read.
void solve_triangle(Index n, Index columns, TriangularMatrix t, Real* b);

/// Scratch memory that `eigen` needs, in elements.
std::size_t eigen_workspace(Index n);
/// Eigenvalues of the symmetric matrix a in ascending order, and its eigenvectors in place of a, each a row.
/// Reads the lower triangle. False where no eigenvalues were found.
bool eigen(Index n, Real* a, Real* values, Real* workspace);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
