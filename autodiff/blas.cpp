#include "blas.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <xtensor-blas/xblas.hpp>

#include "error.hpp"
#include "kernels/transpose.hpp"

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

// A product cut into tiles that BLAS takes as they are, where it can: packing operands costs more than it
// brings if each number is used only a few times.
struct Tiles {
    Index rows, columns;
};
constexpr Index few_rows = 128;
constexpr Index few_terms = 128;
constexpr Index piece_terms = 256;
constexpr Index most_terms = 960;
// Where turning pieces round was measured to be faster than BLAS's own way.
constexpr Index least_turned_rows = 32;
constexpr Index most_turned_rows = 64;
constexpr Index least_turned_terms = 64;
constexpr Tiles of_few_rows{16, 64};
constexpr Tiles of_few_terms{48, 64};

void in_tiles(Tiles tiles, Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c,
              bool accumulate) {
    for (Index column = 0; column < columns; column += tiles.columns) {
        for (Index row = 0; row < rows; row += tiles.rows) {
            product(std::min(tiles.rows, rows - row), std::min(tiles.columns, columns - column), inner,
                    {a.data + row * (a.transposed ? 1 : a.stride), a.stride, a.transposed},
                    {b.data + column, b.stride}, {c.data + row * c.stride + column, c.stride}, accumulate);
        }
    }
}

// For few rows a transposed second operand is turned round piece by piece: a piece fits the first-level
// cache, and the product of the piece takes it as it is.
void in_turned_pieces(Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c,
                      bool accumulate) {
    constexpr Index width = of_few_rows.columns;
    alignas(64) std::array<Real, width * piece_terms> turned;
    for (Index column = 0; column < columns; column += width) {
        const Index across = std::min(width, columns - column);
        for (Index term = 0; term < inner; term += piece_terms) {
            const Index terms = std::min(piece_terms, inner - term);
            transpose_matrix(turned.data(), width, b.data + column * b.stride + term, b.stride, across,
                             terms);
            in_tiles(of_few_rows, rows, across, terms, {a.data + term, a.stride}, {turned.data(), width},
                     {c.data + column, c.stride}, accumulate || term > 0);
        }
    }
}

}  // namespace

void gemm(Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c, bool accumulate) {
    if (!a.transposed && rows <= few_rows && inner > 0) {
        if (!b.transposed && skips_packing(of_few_rows.rows, of_few_rows.columns, most_terms)) {
            const Index pieces = (inner + most_terms - 1) / most_terms;
            const Index terms = (inner + pieces - 1) / pieces;
            for (Index term = 0; term < inner; term += terms) {
                in_tiles(of_few_rows, rows, columns, std::min(terms, inner - term), {a.data + term, a.stride},
                         {b.data + term * b.stride, b.stride}, c, accumulate || term > 0);
            }
            return;
        }
        if (b.transposed && rows >= least_turned_rows && rows <= most_turned_rows &&
            inner >= least_turned_terms &&
            skips_packing(of_few_rows.rows, of_few_rows.columns, piece_terms)) {
            in_turned_pieces(rows, columns, inner, a, b, c, accumulate);
            return;
        }
    }
    if (a.transposed && !b.transposed && inner <= few_terms &&
        skips_packing(of_few_terms.rows, of_few_terms.columns, inner)) {
        in_tiles(of_few_terms, rows, columns, inner, a, b, c, accumulate);
        return;
    }
    product(rows, columns, inner, a, b, c, accumulate);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
