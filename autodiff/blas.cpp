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
// brings if each number is used only a few times. The bounds are where it was measured to be faster.
struct Tiles {
    Index rows, columns;
};
constexpr Index few_rows = 128;
constexpr Index few_columns = 256;
constexpr Index few_terms = 128;
constexpr Index most_terms = 960;
constexpr Index small_operand = 65536;
constexpr Index small_result = 160'000;
constexpr Tiles flat{16, 64};
constexpr Tiles tall{48, 64};
constexpr Index tall_terms = 256;
// A transposed operand is turned round in pieces that fit the first-level cache.
constexpr Index turned_terms = 256;
constexpr Index turned_columns = 64;
constexpr Index least_turned_rows = 32;
constexpr Index most_turned_rows = 64;
constexpr Index least_turned_terms = 64;
// Columns this far apart would fall on one another in the cache.
constexpr Index bad_stride = 512;

// Tile after tile along the shorter side, so that what the longer one brings is read once.
void in_tiles(Tiles tiles, Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c,
              bool accumulate) {
    const auto tile = [&](Index row, Index column) {
        product(std::min(tiles.rows, rows - row), std::min(tiles.columns, columns - column), inner,
                {a.data + row * (a.transposed ? 1 : a.stride), a.stride, a.transposed},
                {b.data + column, b.stride}, {c.data + row * c.stride + column, c.stride}, accumulate);
    };
    if (rows > columns) {
        for (Index row = 0; row < rows; row += tiles.rows) {
            for (Index column = 0; column < columns; column += tiles.columns) {
                tile(row, column);
            }
        }
    } else {
        for (Index column = 0; column < columns; column += tiles.columns) {
            for (Index row = 0; row < rows; row += tiles.rows) {
                tile(row, column);
            }
        }
    }
}

// The terms in pieces of about equal length.
void in_pieces(Index most, Tiles tiles, Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b,
               Matrix c, bool accumulate) {
    const Index pieces = (inner + most - 1) / most;
    const Index terms = (inner + pieces - 1) / pieces;
    for (Index term = 0; term < inner; term += terms) {
        in_tiles(tiles, rows, columns, std::min(terms, inner - term),
                 {a.data + term * (a.transposed ? a.stride : 1), a.stride, a.transposed},
                 {b.data + term * b.stride, b.stride}, c, accumulate || term > 0);
    }
}

void in_turned_pieces(Tiles tiles, Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b,
                      Matrix c, bool accumulate) {
    alignas(64) std::array<Real, turned_columns * turned_terms> turned;
    for (Index column = 0; column < columns; column += turned_columns) {
        const Index across = std::min(turned_columns, columns - column);
        for (Index term = 0; term < inner; term += turned_terms) {
            const Index terms = std::min(turned_terms, inner - term);
            transpose_matrix(turned.data(), across, b.data + column * b.stride + term, b.stride, across,
                             terms);
            in_tiles(tiles, rows, across, terms, {a.data + term, a.stride}, {turned.data(), across},
                     {c.data + column, c.stride}, accumulate || term > 0);
        }
    }
}

}  // namespace

void gemm(Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c, bool accumulate) {
    const bool takes_tiles = inner > 0 && skips_packing(flat.rows, flat.columns, most_terms);
    const bool short_rows = rows <= few_rows;
    if (!takes_tiles || (a.transposed && b.transposed)) {
        product(rows, columns, inner, a, b, c, accumulate);
    } else if (a.transposed) {
        const bool small = rows * columns <= small_result && a.stride % bad_stride != 0;
        if (small || inner <= few_terms) {
            in_pieces(few_terms, tall, rows, columns, inner, a, b, c, accumulate);
        } else {
            product(rows, columns, inner, a, b, c, accumulate);
        }
    } else if (b.transposed) {
        const bool few = rows >= least_turned_rows && rows <= most_turned_rows && inner >= least_turned_terms;
        const bool narrow = !short_rows && columns <= turned_columns && inner <= turned_terms;
        if (few || narrow) {
            in_turned_pieces(few ? flat : tall, rows, columns, inner, a, b, c, accumulate);
        } else {
            product(rows, columns, inner, a, b, c, accumulate);
        }
    } else if (short_rows) {
        in_pieces(most_terms, flat, rows, columns, inner, a, b, c, accumulate);
    } else if (columns <= few_columns && columns * inner <= small_operand) {
        in_pieces(most_terms, inner <= tall_terms ? tall : flat, rows, columns, inner, a, b, c, accumulate);
    } else {
        product(rows, columns, inner, a, b, c, accumulate);
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
