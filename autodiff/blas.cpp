#include "blas.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <xtensor-blas/xblas.hpp>

#include "error.hpp"

extern "C" void openblas_set_num_threads(int threads);

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

void use_one_thread() {
    static const bool done = [] {
        openblas_set_num_threads(1);
        return true;
    }();
    static_cast<void>(done);
}

int blas_size(Index size, Index least, const char* what) {
    if (size < least || size > std::numeric_limits<int>::max()) {
        throw Error(ErrorCode::internal, std::string("[gemm] ") + what + " is " + std::to_string(size) +
                                             ", expected " + std::to_string(least) + " to " +
                                             std::to_string(std::numeric_limits<int>::max()));
    }
    return static_cast<int>(size);
}

cxxblas::Transpose flag(bool transposed) {
    return transposed ? cxxblas::Transpose::Trans : cxxblas::Transpose::NoTrans;
}

}  // namespace

bool skips_packing(Index rows, Index columns, Index inner) {
#if defined(__x86_64__)
    static const bool wide = __builtin_cpu_supports("avx512f") != 0;
#else
    static const bool wide = false;
#endif
    return wide && rows * columns * inner <= 1'000'000;
}

namespace {

// One call of BLAS.
void product(Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c,
             bool accumulate) {
    const int m = blas_size(rows, 0, "the number of rows");
    const int n = blas_size(columns, 0, "the number of columns");
    const int k = blas_size(inner, 0, "the inner size");
    if (m == 0 || n == 0) {
        return;
    }
    const Index one = 1;
    const int a_stride =
        blas_size(a.stride, std::max(one, a.transposed ? rows : inner), "the first operand's row stride");
    const int b_stride =
        blas_size(b.stride, std::max(one, b.transposed ? inner : columns), "the second operand's row stride");
    const int c_stride = blas_size(c.stride, columns, "the result's row stride");
    use_one_thread();
    cxxblas::gemm<int>(cxxblas::StorageOrder::RowMajor, flag(a.transposed), flag(b.transposed), m, n, k,
                       Real(1), a.data, a_stride, b.data, b_stride, accumulate ? Real(1) : Real(0), c.data,
                       c_stride);
}

// Few rows go fastest in tiles that BLAS takes as they are.
constexpr Index few_rows = 128;
constexpr Index tile_rows = 16;
constexpr Index tile_columns = 64;

}  // namespace

void gemm(Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c, bool accumulate) {
    if (a.transposed || b.transposed || rows > few_rows || !skips_packing(tile_rows, tile_columns, inner)) {
        product(rows, columns, inner, a, b, c, accumulate);
        return;
    }
    for (Index column = 0; column < columns; column += tile_columns) {
        for (Index row = 0; row < rows; row += tile_rows) {
            product(std::min(tile_rows, rows - row), std::min(tile_columns, columns - column), inner,
                    {a.data + row * a.stride, a.stride}, {b.data + column, b.stride},
                    {c.data + row * c.stride + column, c.stride}, accumulate);
        }
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
