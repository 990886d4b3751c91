#include "autodiff/operations/square.hpp"

#include <numeric>

#include "autodiff/error.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

SquareMatrices square_matrices(const Shape& shape) {
    SquareMatrices matrices{shape.back(), 1};
    for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis) {
        matrices.count *= shape[axis];
    }
    return matrices;
}

void require_square(const Shape& shape, std::string_view operation, Index limit) {
    const std::size_t rank = shape.size();
    const bool square = rank >= 2 && shape[rank - 1] == shape[rank - 2];
    if (!square || shape[rank - 1] > limit) {
        throw Error(ErrorCode::shape, "[" + std::string(operation) + "] shape " + to_string(shape) +
                                          (square ? ": expected at most " + std::to_string(limit) + " rows"
                                                  : ": expected a square matrix, (n, n), or several, "
                                                    "(..., n, n)"));
    }
}

void require_right_side(const Shape& a, const Shape& b, std::string_view operation) {
    const bool fits = b.size() == a.size() && std::equal(a.begin(), a.end() - 1, b.begin());
    if (!fits || b.back() > std::numeric_limits<int>::max()) {
        throw Error(ErrorCode::shape,
                    "[" + std::string(operation) + "] matrix " + to_string(a) + ", right side " +
                        to_string(b) +
                        (fits ? ": expected at most 2147483647 columns"
                              : ": expected as many rows on the right as the matrix has, (..., n) or "
                                "(..., n, k) for a matrix (..., n, n), and equal axes before"));
    }
}

Var swap_last_axes(Var x) {
    std::vector<Index> permutation(x.shape().size());
    std::iota(permutation.begin(), permutation.end(), Index{0});
    std::swap(permutation[permutation.size() - 2], permutation.back());
    return transpose(x, std::move(permutation));
}

Var as_column(Var x) {
    Shape shape = x.shape();
    shape.push_back(1);
    return reshape(x, std::move(shape));
}

Var diagonal_of_ones(Tape& tape, Index n, Index diagonal) {
    return triu(tril(tape.filled({n, n}, 1), diagonal), diagonal);
}

Var plus_cyclic(Var x, double size, Index shift) {
    const Index n = x.shape().back();
    const Var shifted = diagonal_of_ones(x.tape(), n, shift);
    return x + (shift == 0 ? shifted : shifted + diagonal_of_ones(x.tape(), n, shift - n)) * size;
}

Var positive_definite(Var x) {
    return plus_cyclic(matmul(x, x, false, true), 1, 0);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
