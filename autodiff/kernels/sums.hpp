#pragma once

#include <span>

#include "autodiff/kernels/clones.hpp"
#include "autodiff/real.hpp"
#include "autodiff/shape.hpp"

/// Sums in an order that depends on sizes alone, and accumulated in double: a float sum of twenty million
/// ones stops at 2^24.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// The sum of one run of numbers, as they come: lane l adds up numbers l, l + 16, ...
struct RunningSum {
    static constexpr std::size_t lanes = 16;
    double partial[lanes] = {};
};
/// Every piece but the last one must be a multiple of the lanes long.
void add_piece(RunningSum& sum, const Real* numbers, std::size_t count);
double finish(RunningSum& sum);

/// totals[i] += row[i], for one row after another; they lie `stride` numbers apart.
void sum_columns(double* totals, const Real* row, std::size_t count, std::size_t rows = 1,
                 std::size_t stride = 0);

/// How many slices an outermost reduced axis is cut into, each with totals of its own: `total` numbers are
/// read, `result` totals are kept.
std::size_t slice_count(std::size_t axis, std::size_t total, std::size_t result);

/// A sum that can be taken while the numbers are computed: over all axes, the leading ones or the trailing
/// ones.
struct FusedReduction {
    enum class Pattern { all, leading, trailing };
    Pattern pattern = Pattern::all;
    std::size_t outer = 1;   ///< rows
    std::size_t inner = 1;   ///< numbers of one row
    std::size_t slices = 1;  ///< of the rows, or of all numbers

    /// How many parts can be summed at the same time.
    std::size_t parts() const { return pattern == Pattern::trailing ? outer : slices; }
    std::size_t results() const {
        return pattern == Pattern::all ? 1 : pattern == Pattern::leading ? inner : outer;
    }
};
/// False for other sums.
bool fused_reduction(const Shape& shape, std::span<const Index> axes, FusedReduction& sum);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
