#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "autodiff/kernels/partition.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations.hpp"

/// What operations on square matrices share.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Square matrices, and how many of them the axes before the last two hold.
struct SquareMatrices {
    Index n = 0;
    Index count = 1;

    std::size_t elements() const { return static_cast<std::size_t>(n * n); }
};

/// Each matrix transposed.
Var swap_last_axes(Var x);
/// Matrices of one column, (..., n, 1), from vectors (..., n).
Var as_column(Var x);

/// Those of `shape`, which was checked.
SquareMatrices square_matrices(const Shape& shape);

/// Throws Error(shape) with the operation's name unless `shape` is (..., n, n) with n at most `limit`.
void require_square(const Shape& shape, std::string_view operation, Index limit);
/// Throws Error(shape) unless b (..., n, k) fits a (..., n, n), with equal axes before the last two.
void require_right_side(const Shape& a, const Shape& b, std::string_view operation);

/// Solutions of a (..., n, n) and right sides b, (..., n) or (..., n, k), of their shape: `solve` records
/// those of (..., n, k). Throws Error(shape) for shapes that do not fit, before anything is recorded.
template <typename Solve>
Var solve_right_sides(Var a, Var b, std::string_view operation, Index limit, const Solve& solve) {
    const Shape shape = a.shape();
    require_square(shape, operation, limit);
    if (b.shape().size() + 1 != shape.size()) {
        require_right_side(shape, b.shape(), operation);
        return solve(b);
    }
    if (!std::equal(shape.begin(), shape.end() - 1, b.shape().begin())) {
        require_right_side(shape, b.shape(), operation);
    }
    return reshape(solve(as_column(b)), b.shape());
}

/// Calls body(matrix, worker) for each of `count` matrices that cost so many `flops`.
template <typename Body>
void each_matrix(const Call& call, Index count, double flops, const Body& body) {
    constexpr double min_flops = 1e5;
    const Partition cut = partition(count, std::max(flops, 1.0), min_flops);
    call.execution.pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
        for (Index matrix = cut.begin(part); matrix < cut.end(part); ++matrix) {
            body(static_cast<std::size_t>(matrix), worker);
        }
    });
}

inline bool all_finite(const Real* numbers, std::size_t count) {
    return std::all_of(numbers, numbers + count, [](Real each) { return std::isfinite(each); });
}
inline void fill_with_nan(Real* out, std::size_t count) {
    std::fill_n(out, count, std::numeric_limits<Real>::quiet_NaN());
}

/// (n, n), with ones where the column is `diagonal` beyond the row, and zeros.
Var diagonal_of_ones(Tape& tape, Index n, Index diagonal = 0);

// For samples: matrices that can be factored, made of any.

/// x plus `size` where the column is `shift` beyond the row, from the last column on to the first.
Var plus_cyclic(Var x, double size, Index shift);
/// x x^T plus the identity.
Var positive_definite(Var x);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
