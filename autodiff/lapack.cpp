#include "lapack.hpp"

#include "blas.hpp"

// OpenBLAS has LAPACK in its own library. Behind the arguments come the lengths of the texts among them, as
// Fortran's compilers hand them over.
extern "C" {
void strsm_(const char* side, const char* triangle, const char* transposed, const char* unit, const int* rows,
            const int* columns, const float* factor, const float* t, const int* t_stride, float* b,
            const int* b_stride, std::size_t, std::size_t, std::size_t, std::size_t);
void dtrsm_(const char* side, const char* triangle, const char* transposed, const char* unit, const int* rows,
            const int* columns, const double* factor, const double* t, const int* t_stride, double* b,
            const int* b_stride, std::size_t, std::size_t, std::size_t, std::size_t);
void sgetrf_(const int* rows, const int* columns, float* a, const int* stride, int* pivots, int* info);
void dgetrf_(const int* rows, const int* columns, double* a, const int* stride, int* pivots, int* info);
void spotrf_(const char* triangle, const int* n, float* a, const int* stride, int* info, std::size_t);
void dpotrf_(const char* triangle, const int* n, double* a, const int* stride, int* info, std::size_t);
void ssyevd_(const char* job, const char* triangle, const int* n, float* a, const int* stride, float* values,
             float* scratch, const int* scratch_size, int* integers, const int* integers_size, int* info,
             std::size_t, std::size_t);
void dsyevd_(const char* job, const char* triangle, const int* n, double* a, const int* stride,
             double* values, double* scratch, const int* scratch_size, int* integers,
             const int* integers_size, int* info, std::size_t, std::size_t);
}

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

#ifdef GANDSL_DOUBLE
constexpr auto trsm = dtrsm_;
constexpr auto getrf = dgetrf_;
constexpr auto potrf = dpotrf_;
constexpr auto syevd = dsyevd_;
#else
constexpr auto trsm = strsm_;
constexpr auto getrf = sgetrf_;
constexpr auto potrf = spotrf_;
constexpr auto syevd = ssyevd_;
#endif

// LAPACK's own figures for all eigenvectors.
Index syevd_scratch(Index n) {
    return 1 + 6 * n + 2 * n * n;
}
Index syevd_integers(Index n) {
    return 3 + 5 * n;
}

// LAPACK's matrices are column-major: our lower triangle is its upper one.
constexpr char lower_triangle_of_rows = 'U';

}  // namespace

void factor_lu(Index n, Real* a, int* pivots) {
    if (n == 0) {
        return;
    }
    use_one_blas_thread();
    const int size = static_cast<int>(n);
    int info = 0;
    getrf(&size, &size, a, &size, pivots, &info);
    for (Index row = 0; row < n; ++row) {
        --pivots[row];  // it counts from 1
    }
}

bool factor_cholesky(Index n, Real* a) {
    if (n == 0) {
        return true;
    }
    use_one_blas_thread();
    const int size = static_cast<int>(n);
    int info = 0;
    potrf(&lower_triangle_of_rows, &size, a, &size, &info, 1);
    return info == 0;
}

void solve_triangle(Index n, Index columns, TriangularMatrix t, Real* b) {
    if (n == 0 || columns == 0) {
        return;
    }
    use_one_blas_thread();
    // Read by columns both are transposed: x^T t^T = b^T.
    const int rows = static_cast<int>(columns);
    const int size = static_cast<int>(n);
    const Real factor = 1;
    trsm("R", t.upper ? "L" : "U", t.transposed ? "T" : "N", t.unit ? "U" : "N", &rows, &size, &factor,
         t.data, &size, b, &rows, 1, 1, 1, 1);
}

std::size_t eigen_workspace(Index n) {
    constexpr Index each = sizeof(Real) / sizeof(int);  // an int is no larger than a Real
    return static_cast<std::size_t>(syevd_scratch(n) + (syevd_integers(n) + each - 1) / each);
}

bool eigen(Index n, Real* a, Real* values, Real* workspace) {
    if (n == 0) {
        return true;
    }
    use_one_blas_thread();
    const int size = static_cast<int>(n);
    const int scratch = static_cast<int>(syevd_scratch(n));
    const int integers = static_cast<int>(syevd_integers(n));
    int info = 0;
    const char with_vectors = 'V';
    syevd(&with_vectors, &lower_triangle_of_rows, &size, a, &size, values, workspace, &scratch,
          reinterpret_cast<int*>(workspace + scratch), &integers, &info, 1, 1);
    return info == 0;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
