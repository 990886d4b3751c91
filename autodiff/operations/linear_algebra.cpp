#include <cmath>

#include "autodiff/error.hpp"
#include "autodiff/lapack.hpp"
#include "autodiff/operations/records.hpp"
#include "autodiff/operations/square.hpp"

/// What is computed from LU factors. They are an operation of their own, so that a matrix is factored once,
/// however many solutions, gradients and determinants are asked of it: equal nodes are computed once. They
/// carry no gradient; operations that read them also have the matrix as an input, for its gradient alone.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// Pivots stand among the factors, as whole numbers.
constexpr Index max_lu_size = std::min<Index>(max_factor_size, Index{1} << std::numeric_limits<Real>::digits);

void require_factors(const Shape& a, const Shape& factors, std::string_view operation) {
    require_square(a, operation, max_lu_size);
    Shape expected = a;
    ++expected[expected.size() - 2];
    if (factors != expected) {
        throw Error(ErrorCode::shape, "[" + std::string(operation) + "] matrix " + to_string(a) +
                                          ", factors " + to_string(factors) + ": expected " +
                                          to_string(expected));
    }
}

// lu: (..., n, n) to (..., n + 1, n), factors and then a row of pivots.

Shape shape_of_lu(const Attributes&, std::span<const Shape> inputs) {
    require_square(inputs[0], "lu", max_lu_size);
    Shape result = inputs[0];
    ++result[result.size() - 2];
    return result;
}

// The pivots of each thread.
std::size_t workspace_of_lu(const Attributes&, std::span<const Shape> inputs, const Shape&,
                            std::size_t threads) {
    static_assert(sizeof(int) <= sizeof(Real));
    return threads * static_cast<std::size_t>(inputs[0].back());
}

double flops_of_one_lu(Index n) {
    return 2.0 / 3 * std::pow(static_cast<double>(n), 3);
}

void forward_lu(const Call& call) {
    const SquareMatrices matrices = square_matrices(call.inputs[0].shape);
    const auto n = static_cast<std::size_t>(matrices.n);
    const std::size_t size = matrices.elements();
    each_matrix(call, matrices.count, flops_of_one_lu(matrices.n),
                [&](std::size_t matrix, std::size_t worker) {
                    const Real* const in = call.inputs[0].data + matrix * size;
                    Real* const out = call.output.data + matrix * (size + n);
                    if (!all_finite(in, size)) {
                        fill_with_nan(out, size + n);
                        return;
                    }
                    std::copy_n(in, size, out);
                    int* const pivots = reinterpret_cast<int*>(call.workspace.data() + worker * n);
                    factor_lu(matrices.n, out, pivots);
                    std::copy_n(pivots, n, out + size);
                });
}

// solve: x of a x = b, or of a^T x = b where the attribute says so, from a, its factors, and b.

Shape shape_of_solve(const Attributes&, std::span<const Shape> inputs) {
    require_factors(inputs[0], inputs[1], "solve");
    require_right_side(inputs[0], inputs[2], "solve");
    return inputs[2];
}

// Whether a system has one solution. Factors of what is not finite are NaN.
bool is_regular(const Real* factors, std::size_t n) {
    const Real* const pivots = factors + n * n;
    for (std::size_t row = 0; row < n; ++row) {
        const Real diagonal = factors[row * n + row];
        if (!std::isfinite(diagonal) || diagonal == 0 || !(pivots[row] >= 0) ||
            !(pivots[row] < static_cast<Real>(n))) {
            return false;
        }
    }
    return true;
}

void swap_rows(Real* x, std::size_t row, Real other, std::size_t columns) {
    const auto with = static_cast<std::size_t>(other);
    if (with != row) {
        std::swap_ranges(x + row * columns, x + (row + 1) * columns, x + with * columns);
    }
}

// In place of the right side.
void solve_one(const Real* factors, bool transposed, Index n, Index columns, Real* x) {
    const auto rows = static_cast<std::size_t>(n);
    const auto width = static_cast<std::size_t>(columns);
    const Real* const pivots = factors + rows * rows;
    if (transposed) {
        for (std::size_t row = 0; row < rows; ++row) {
            swap_rows(x, row, pivots[row], width);
        }
        solve_triangle(n, columns, {factors, true, true, true}, x);
        solve_triangle(n, columns, {factors, false, true, false}, x);
    } else {
        solve_triangle(n, columns, {factors, false, false, false}, x);
        solve_triangle(n, columns, {factors, true, false, true}, x);
        for (std::size_t row = rows; row-- > 0;) {
            swap_rows(x, row, pivots[row], width);
        }
    }
}

double flops_of_one_solve(Index n, Index columns) {
    return 2 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(columns);
}

void forward_solve(const Call& call) {
    const SquareMatrices matrices = square_matrices(call.inputs[0].shape);
    const Index columns = call.output.shape.back();
    const auto n = static_cast<std::size_t>(matrices.n);
    const std::size_t size = n * static_cast<std::size_t>(columns);
    each_matrix(call, matrices.count, flops_of_one_solve(matrices.n, columns),
                [&](std::size_t matrix, std::size_t) {
                    const Real* const factors = call.inputs[1].data + matrix * (n + 1) * n;
                    Real* const x = call.output.data + matrix * size;
                    if (!is_regular(factors, n)) {
                        fill_with_nan(x, size);
                        return;
                    }
                    std::copy_n(call.inputs[2].data + matrix * size, size, x);
                    solve_one(factors, call.attributes.integers[0] != 0, matrices.n, columns, x);
                });
}

Var solve_by_factors(Var a, Var factors, Var b, bool transposed) {
    return record(solve_operation, {a, factors, b}, {.integers = {transposed ? 1 : 0}});
}

// Giles (2008), 2.3.1: of c = a^-1 b, the gradient of b is a^-T times that of c, and that of a this times
// -c^T.
std::vector<Var> vjp_of_solve(const VjpCall& call) {
    const bool transposed = call.attributes.integers[0] != 0;
    const Var by_b = solve_by_factors(call.inputs[0], call.inputs[1], call.cotangent, !transposed);
    std::vector<Var> gradients(3);
    if (call.wanted[0]) {
        gradients[0] =
            -(transposed ? matmul(call.output, by_b, false, true) : matmul(by_b, call.output, false, true));
    }
    gradients[2] = by_b;
    return gradients;
}

// log_determinant: of a, from its factors.

Shape shape_of_log_determinant(const Attributes&, std::span<const Shape> inputs) {
    require_factors(inputs[0], inputs[1], "log_determinant");
    return {inputs[0].begin(), inputs[0].end() - 2};
}

void forward_log_determinant(const Call& call) {
    const SquareMatrices matrices = square_matrices(call.inputs[0].shape);
    const auto n = static_cast<std::size_t>(matrices.n);
    each_matrix(call, matrices.count, static_cast<double>(n), [&](std::size_t matrix, std::size_t) {
        const Real* const factors = call.inputs[1].data + matrix * (n + 1) * n;
        double total = 0;
        for (std::size_t row = 0; row < n; ++row) {
            total += std::log(std::abs(static_cast<double>(factors[row * n + row])));
        }
        call.output.data[matrix] = static_cast<Real>(total);
    });
}

Var identities(Var like) {
    return broadcast_to(diagonal_of_ones(like.tape(), like.shape().back()), like.shape());
}

// Giles (2008), 2.2.4, where the derivative of the determinant is the determinant times a^-T.
std::vector<Var> vjp_of_log_determinant(const VjpCall& call) {
    const Var a = call.inputs[0];
    std::vector<Var> gradients(2);
    if (call.wanted[0]) {
        gradients[0] =
            as_column(as_column(call.cotangent)) * solve_by_factors(a, call.inputs[1], identities(a), true);
    }
    return gradients;
}

std::vector<Sample> samples_of_lu() {
    const auto factors = [](std::span<const Var> x) {
        return record(lu_operation, {plus_cyclic(x[0], 6, 1)});
    };
    return {
        {.name = "one matrix", .shapes = {{4, 4}}, .build = factors, .smooth = false, .prepares = true},
        {.name = "several", .shapes = {{2, 3, 3}}, .build = factors, .smooth = false, .prepares = true},
    };
}

std::vector<Sample> samples_of_solve() {
    const auto of = [](const char* name, Shape a, Shape b, Index shift) {
        return Sample{
            .name = name,
            .shapes = {std::move(a), std::move(b)},
            .build = [shift](std::span<const Var> x) { return solve(plus_cyclic(x[0], 6, shift), x[1]); },
            .prepares = true};
    };
    const auto transposed = [](std::span<const Var> x) {
        const Var a = plus_cyclic(x[0], 6, 1);
        return solve_by_factors(a, record(lu_operation, {a}), x[1], true);
    };
    return {
        of("one right side", {3, 3}, {3}, 0),
        of("several right sides", {3, 3}, {3, 2}, 1),
        of("rows swapped", {4, 4}, {4, 3}, 2),
        of("one number", {1, 1}, {1, 1}, 0),
        of("several matrices", {2, 3, 3}, {2, 3, 2}, 1),
        of("two leading axes, one right side each", {2, 1, 3, 3}, {2, 1, 3}, 1),
        {.name = "transposed", .shapes = {{4, 4}, {4, 2}}, .build = transposed, .prepares = true},
        {.name = "inverse",
         .shapes = {{2, 3, 3}},
         .build = [](std::span<const Var> x) { return inverse(plus_cyclic(x[0], 6, 1)); },
         .prepares = true},
    };
}

std::vector<Sample> samples_of_log_determinant() {
    const auto build = [](std::span<const Var> x) { return log_determinant(plus_cyclic(x[0], 6, 1)); };
    return {
        {.name = "determinant above 0", .shapes = {{3, 3}}, .build = build, .prepares = true},
        {.name = "determinant below 0", .shapes = {{4, 4}}, .build = build, .prepares = true},
        {.name = "several", .shapes = {{2, 2, 2}}, .build = build, .prepares = true},
    };
}

}  // namespace

const Operation lu_operation{
    .name = "lu",
    .doc = "LU factors of square matrices, and after them a row of pivots; no gradient flows through.",
    .shape = shape_of_lu,
    .forward = forward_lu,
    .workspace = workspace_of_lu,
    .flops =
        [](const Attributes&, std::span<const Shape> inputs, const Shape&) {
            const SquareMatrices matrices = square_matrices(inputs[0]);
            return static_cast<double>(matrices.count) * flops_of_one_lu(matrices.n);
        },
    .samples = samples_of_lu,
};

const Operation solve_operation{
    .name = "solve",
    .doc = "Solutions of systems of equations, by LU factors of their matrices.",
    .arity = 3,
    .shape = shape_of_solve,
    .forward = forward_solve,
    .vjp = vjp_of_solve,
    .flops =
        [](const Attributes&, std::span<const Shape> inputs, const Shape& output) {
            const SquareMatrices matrices = square_matrices(inputs[0]);
            return static_cast<double>(matrices.count) * flops_of_one_solve(matrices.n, output.back());
        },
    .samples = samples_of_solve,
};

const Operation log_determinant_operation{
    .name = "log_determinant",
    .doc = "Logarithm of the determinant's absolute value, by LU factors.",
    .arity = 2,
    .shape = shape_of_log_determinant,
    .forward = forward_log_determinant,
    .vjp = vjp_of_log_determinant,
    .flops =
        [](const Attributes&, std::span<const Shape> inputs, const Shape& output) {
            return 20 * static_cast<double>(element_count(output)) * static_cast<double>(inputs[0].back());
        },
    .samples = samples_of_log_determinant,
};

Var solve(Var a, Var b) {
    require_var(a, "solve", "input 0");
    require_var_of(a.tape(), b, "solve", "input 1");
    return solve_right_sides(a, b, "solve", max_lu_size, [&](Var right) {
        return solve_by_factors(a, record(lu_operation, {a}), right, false);
    });
}

Var inverse(Var a) {
    require_var(a, "inverse", "input 0");
    require_square(a.shape(), "inverse", max_lu_size);
    return solve_by_factors(a, record(lu_operation, {a}), identities(a), false);
}

Var log_determinant(Var a) {
    require_var(a, "log_determinant", "input 0");
    require_square(a.shape(), "log_determinant", max_lu_size);
    return record(log_determinant_operation, {a, record(lu_operation, {a})});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
