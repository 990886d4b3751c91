#include "blas.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <xtensor-blas/xblas.hpp>

#include "error.hpp"
#include "kernels/transpose.hpp"

extern "C" void openblas_set_num_threads(int threads);
extern "C" char* openblas_get_corename();

namespace gandsl {
inline namespace GANDSL_PRECISION {

void use_one_blas_thread() {
    static const bool done = [] {
        openblas_set_num_threads(1);
        return true;
    }();
    static_cast<void>(done);
}

namespace {

void check_size(Index size, Index least, const char* what) {
    if (size < least || size > std::numeric_limits<int>::max()) {
        throw Error(ErrorCode::internal, std::string("[gemm] ") + what + " is " + std::to_string(size) +
                                             ", expected " + std::to_string(least) + " to " +
                                             std::to_string(std::numeric_limits<int>::max()));
    }
}

void check_sizes(Index rows, Index columns, Index inner, const ConstMatrix& a, const ConstMatrix& b,
                 const Matrix& c) {
    const Index one = 1;
    check_size(rows, 0, "the number of rows");
    check_size(columns, 0, "the number of columns");
    check_size(inner, 0, "the inner size");
    check_size(a.stride, std::max(one, a.transposed ? rows : inner), "the first operand's row stride");
    check_size(b.stride, std::max(one, b.transposed ? inner : columns), "the second operand's row stride");
    check_size(c.stride, std::max(one, columns), "the result's row stride");
}

cxxblas::Transpose flag(bool transposed) {
    return transposed ? cxxblas::Transpose::Trans : cxxblas::Transpose::NoTrans;
}

}  // namespace

std::string_view blas_kernels() {
    return openblas_get_corename();
}

// Those for AVX-512. How OpenBLAS was built decides between upper and lower case.
constexpr std::array<std::string_view, 3> wide_kernels{"SkylakeX", "Cooperlake", "SapphireRapids"};

bool skips_packing(Index rows, Index columns, Index inner) {
    static const bool wide = [] {
        const auto lower = [](unsigned char c) { return std::tolower(c); };
        return std::ranges::any_of(wide_kernels, [&](std::string_view name) {
            return std::ranges::equal(blas_kernels(), name, {}, lower, lower);
        });
    }();
    return wide && rows * columns * inner <= 1'000'000;
}

namespace {

// One call of BLAS.
void product(Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c,
             bool accumulate) {
    if (rows == 0 || columns == 0) {
        return;
    }
    use_one_blas_thread();
    cxxblas::gemm<int>(cxxblas::StorageOrder::RowMajor, flag(a.transposed), flag(b.transposed),
                       static_cast<int>(rows), static_cast<int>(columns), static_cast<int>(inner), Real(1),
                       a.data, static_cast<int>(a.stride), b.data, static_cast<int>(b.stride),
                       accumulate ? Real(1) : Real(0), c.data, static_cast<int>(c.stride));
}

// How a product is cut into ones that BLAS computes from where their operands are, as copying both into its
// own order takes a tenth of the time and more. One after another: pieces of the terms, panels of columns,
// tiles of rows.
struct Cut {
    Index terms;
    Index tile_rows;
    bool copies;  ///< the second operand's piece of each panel is first copied, to lie close together
};
constexpr Index panel_columns = 64;
constexpr Index panel_terms = 320;  // a panel of these fits the second-level cache beside other things

// A panel's piece of the second operand, one row after another.
void copy_panel(Real* panel, ConstMatrix b, Index term, Index terms, Index column, Index columns) {
    if (b.transposed) {
        transpose_matrix(panel, columns, b.data + column * b.stride + term, b.stride, columns, terms);
        return;
    }
    for (Index row = 0; row < terms; ++row) {
        std::copy_n(b.data + (term + row) * b.stride + column, columns, panel + row * columns);
    }
}

void in_tiles(const Cut& cut, Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c,
              bool accumulate) {
    alignas(64) std::array<Real, panel_columns * panel_terms> copied;
    const Index pieces = (inner + cut.terms - 1) / cut.terms;
    const Index step = (inner + pieces - 1) / pieces;
    for (Index term = 0; term < inner; term += step) {
        const Index terms = std::min(step, inner - term);
        for (Index column = 0; column < columns; column += panel_columns) {
            const Index across = std::min(panel_columns, columns - column);
            ConstMatrix panel{b.data + term * b.stride + column, b.stride};
            if (cut.copies) {
                copy_panel(copied.data(), b, term, terms, column, across);
                panel = {copied.data(), across};
            }
            for (Index row = 0; row < rows; row += cut.tile_rows) {
                const Index corner = a.transposed ? term * a.stride + row : row * a.stride + term;
                product(std::min(cut.tile_rows, rows - row), across, terms,
                        {a.data + corner, a.stride, a.transposed}, panel,
                        {c.data + row * c.stride + column, c.stride}, accumulate || term > 0);
            }
        }
    }
}

// None where BLAS's own way is faster, by what was measured: for what is tiny, for a result of a column or
// two, and where a result that no cache holds would be read and written again for few terms.
std::optional<Cut> cut_of(Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b) {
    constexpr Index tall_tile = 48;
    constexpr Index flat_tile = 16;
    constexpr Index flat_terms = 960;
    constexpr Index few_rows = 128;
    constexpr Index few_terms = 128;
    constexpr Index small_result = 1 << 18;
    constexpr Index large_result = 1 << 21;
    constexpr double tiny = 1 << 15;  // multiplications
    constexpr Index min_columns = 3;
    constexpr Index min_copied_columns = 16;
    constexpr Index min_copied_rows = 32;
    constexpr Index min_copied_terms = 64;
    constexpr Index clashing_stride = 512;  // rows this far apart fall on one another in the cache
    const double multiplications =
        static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(inner);
    if (multiplications <= tiny || columns < min_columns || (a.transposed && b.transposed) ||
        !skips_packing(tall_tile, panel_columns, panel_terms)) {
        return std::nullopt;
    }
    if (a.transposed) {
        const bool small = rows * columns <= small_result && a.stride % clashing_stride != 0;
        const bool brief = rows * columns <= large_result && inner <= few_terms;
        return small || brief ? std::optional(Cut{panel_terms, tall_tile, false}) : std::nullopt;
    }
    if (rows > few_rows) {
        return Cut{panel_terms, tall_tile, true};
    }
    if (!b.transposed) {
        return Cut{flat_terms, flat_tile, false};
    }
    if (rows >= min_copied_rows && columns >= min_copied_columns && inner >= min_copied_terms) {
        return Cut{panel_terms, flat_tile, true};
    }
    return std::nullopt;
}

}  // namespace

void gemm(Index rows, Index columns, Index inner, ConstMatrix a, ConstMatrix b, Matrix c, bool accumulate) {
    check_sizes(rows, columns, inner, a, b, c);
    if (const auto cut = cut_of(rows, columns, inner, a, b)) {
        in_tiles(*cut, rows, columns, inner, a, b, c, accumulate);
    } else {
        product(rows, columns, inner, a, b, c, accumulate);
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
