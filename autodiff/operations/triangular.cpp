#include <cmath>

#include "autodiff/error.hpp"
#include "autodiff/kernels/copy.hpp"
#include "autodiff/lapack.hpp"
#include "autodiff/operations/records.hpp"
#include "autodiff/operations/square.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// triangle: attributes whether the upper one, and which diagonal is its edge.

void require_matrices(Var x, const char* entry) {
    require_var(x, entry, "input 0");
    if (x.shape().size() < 2) {
        throw Error(ErrorCode::shape, "[" + std::string(entry) + "] shape " + to_string(x.shape()) +
                                          ": expected a matrix, or axes before the two of one");
    }
}

Shape shape_of_triangle(const Attributes&, std::span<const Shape> inputs) {
    if (inputs[0].size() < 2) {
        throw Error(ErrorCode::shape, "[triangle] shape " + to_string(inputs[0]) +
                                          ": expected a matrix, or axes before the two of one");
    }
    return inputs[0];
}

void forward_triangle(const Call& call) {
    const Shape& shape = call.output.shape;
    const Index columns = shape.back();
    const Index height = shape[shape.size() - 2];
    const bool upper = call.attributes.integers[0] != 0;
    // Beyond these every diagonal is as good as the last.
    const Index edge = std::clamp(call.attributes.integers[1], -height, columns);
    const Index rows = columns == 0 ? 0 : static_cast<Index>(call.output.size()) / columns;
    const Partition cut = partition(rows, static_cast<double>(columns), 16384);
    call.execution.pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        for (Index row = cut.begin(part); row < cut.end(part); ++row) {
            const Real* const in = call.inputs[0].data + row * columns;
            Real* const out = call.output.data + row * columns;
            const Index split = std::clamp<Index>(row % height + edge + (upper ? 0 : 1), 0, columns);
            const Index begin = upper ? split : 0;
            const Index end = upper ? columns : split;
            std::fill(out, out + begin, Real(0));
            std::copy(in + begin, in + end, out + begin);
            std::fill(out + end, out + columns, Real(0));
        }
    });
}

Var triangle(Var x, Triangle which, Index diagonal) {
    return record(triangle_operation, {x}, {.integers = {which == Triangle::upper ? 1 : 0, diagonal}});
}

Triangle triangle_of(const Attributes& attributes) {
    return attributes.integers[0] != 0 ? Triangle::upper : Triangle::lower;
}

std::vector<Sample> samples_of_triangle() {
    const auto of = [](const char* name, Shape shape, Triangle which, Index diagonal) {
        return Sample{.name = name, .shapes = {std::move(shape)}, .build = [=](std::span<const Var> x) {
                          return triangle(x[0], which, diagonal);
                      }};
    };
    return {of("lower", {3, 3}, Triangle::lower, 0), of("upper", {3, 3}, Triangle::upper, 0),
            of("lower without its diagonal", {4, 3}, Triangle::lower, -1),
            of("upper and a diagonal more", {3, 4}, Triangle::upper, -1),
            of("several", {2, 2, 3, 2}, Triangle::lower, 0)};
}

// solve_triangular: attributes whether upper, whether transposed.

Shape shape_of_solve_triangular(const Attributes&, std::span<const Shape> inputs) {
    require_square(inputs[0], "solve_triangular", max_factor_size);
    require_right_side(inputs[0], inputs[1], "solve_triangular");
    return inputs[1];
}

double flops_of_one_solve_triangular(Index n, Index columns) {
    return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(columns);
}

void forward_solve_triangular(const Call& call) {
    const SquareMatrices matrices = square_matrices(call.inputs[0].shape);
    const Index columns = call.output.shape.back();
    const auto n = static_cast<std::size_t>(matrices.n);
    const std::size_t size = n * static_cast<std::size_t>(columns);
    const bool upper = call.attributes.integers[0] != 0;
    const bool transposed = call.attributes.integers[1] != 0;
    each_matrix(call, matrices.count, flops_of_one_solve_triangular(matrices.n, columns),
                [&](std::size_t matrix, std::size_t) {
                    const Real* const a = call.inputs[0].data + matrix * n * n;
                    Real* const x = call.output.data + matrix * size;
                    for (std::size_t row = 0; row < n; ++row) {
                        if (a[row * n + row] == 0) {
                            fill_with_nan(x, size);
                            return;
                        }
                    }
                    std::copy_n(call.inputs[1].data + matrix * size, size, x);
                    solve_triangle(matrices.n, columns, {a, upper, transposed}, x);
                });
}

Var solve_matrices(Var a, Var b, Triangle which, bool transposed) {
    return record(solve_triangular_operation, {a, b},
                  {.integers = {which == Triangle::upper ? 1 : 0, transposed ? 1 : 0}});
}

// Giles (2008), 2.3.1, for the elements that are read.
std::vector<Var> vjp_of_solve_triangular(const VjpCall& call) {
    const Triangle which = triangle_of(call.attributes);
    const bool transposed = call.attributes.integers[1] != 0;
    const Var by_b = solve_matrices(call.inputs[0], call.cotangent, which, !transposed);
    std::vector<Var> gradients(2);
    if (call.wanted[0]) {
        gradients[0] = -triangle(
            transposed ? matmul(call.output, by_b, false, true) : matmul(by_b, call.output, false, true),
            which, 0);
    }
    gradients[1] = by_b;
    return gradients;
}

std::vector<Sample> samples_of_solve_triangular() {
    const auto of = [](const char* name, Shape a, Shape b, Triangle which, bool transposed) {
        return Sample{.name = name,
                      .shapes = {std::move(a), std::move(b)},
                      .build =
                          [=](std::span<const Var> x) {
                              return solve_triangular(plus_cyclic(x[0], 6, 0), x[1], which, transposed);
                          },
                      .prepares = true};
    };
    return {of("lower", {3, 3}, {3, 2}, Triangle::lower, false),
            of("lower, transposed", {3, 3}, {3, 2}, Triangle::lower, true),
            of("upper, one right side", {4, 4}, {4}, Triangle::upper, false),
            of("upper, transposed", {3, 3}, {3, 3}, Triangle::upper, true),
            of("several", {2, 2, 2}, {2, 2, 3}, Triangle::lower, false)};
}

// cholesky

Shape shape_of_cholesky(const Attributes&, std::span<const Shape> inputs) {
    require_square(inputs[0], "cholesky", max_factor_size);
    return inputs[0];
}

double flops_of_one_cholesky(Index n) {
    return std::pow(static_cast<double>(n), 3) / 3;
}

// False where no factor with finite numbers was found.
bool factor_in_place(Real* a, std::size_t n) {
    for (std::size_t row = 0; row < n; ++row) {
        if (!all_finite(a + row * n, row + 1)) {
            return false;
        }
    }
    if (!factor_cholesky(static_cast<Index>(n), a)) {
        return false;
    }
    for (std::size_t row = 0; row < n; ++row) {
        if (!std::isfinite(a[row * n + row])) {
            return false;
        }
        std::fill(a + row * n + row + 1, a + (row + 1) * n, Real(0));
    }
    return true;
}

void forward_cholesky(const Call& call) {
    const SquareMatrices matrices = square_matrices(call.inputs[0].shape);
    const std::size_t size = matrices.elements();
    each_matrix(call, matrices.count, flops_of_one_cholesky(matrices.n),
                [&](std::size_t matrix, std::size_t) {
                    Real* const factor = call.output.data + matrix * size;
                    std::copy_n(call.inputs[0].data + matrix * size, size, factor);
                    if (!factor_in_place(factor, static_cast<std::size_t>(matrices.n))) {
                        fill_with_nan(factor, size);
                    }
                });
}

// Murray (2016), "Differentiation of the Cholesky decomposition": with p the lower triangle of l^T times the
// cotangent, its diagonal halved, the gradient is l^-T p l^-1, made symmetric.
std::vector<Var> vjp_of_cholesky(const VjpCall& call) {
    const Var l = call.output;
    const Var product = matmul(l, call.cotangent, true);
    const Var p = (triangle(product, Triangle::lower, 0) + triangle(product, Triangle::lower, -1)) * 0.5;
    const Var half = solve_matrices(l, p, Triangle::lower, true);
    const Var whole = solve_matrices(l, swap_last_axes(half), Triangle::lower, true);
    return {(whole + swap_last_axes(whole)) * 0.5};
}

std::vector<Sample> samples_of_cholesky() {
    const auto build = [](std::span<const Var> x) { return cholesky(positive_definite(x[0])); };
    return {
        {.name = "one matrix", .shapes = {{3, 3}}, .build = build, .low = -1, .high = 1, .prepares = true},
        {.name = "one number", .shapes = {{1, 1}}, .build = build, .prepares = true},
        {.name = "several", .shapes = {{2, 2, 4}}, .build = build, .low = -1, .high = 1, .prepares = true},
    };
}

}  // namespace

const Operation triangle_operation{
    .name = "triangle",
    .doc = "Zeros but for one triangle of matrices.",
    .shape = shape_of_triangle,
    .forward = forward_triangle,
    .vjp =
        [](const VjpCall& c) {
            return std::vector<Var>{
                triangle(c.cotangent, triangle_of(c.attributes), c.attributes.integers[1])};
        },
    .samples = samples_of_triangle,
};

const Operation solve_triangular_operation{
    .name = "solve_triangular",
    .doc = "Solutions of systems of equations whose matrices are triangular.",
    .arity = 2,
    .shape = shape_of_solve_triangular,
    .forward = forward_solve_triangular,
    .vjp = vjp_of_solve_triangular,
    .flops =
        [](const Attributes&, std::span<const Shape> inputs, const Shape& output) {
            const SquareMatrices matrices = square_matrices(inputs[0]);
            return static_cast<double>(matrices.count) *
                   flops_of_one_solve_triangular(matrices.n, output.back());
        },
    .samples = samples_of_solve_triangular,
};

const Operation cholesky_operation{
    .name = "cholesky",
    .doc = "Lower triangular factors l of positive definite matrices l l^T.",
    .shape = shape_of_cholesky,
    .forward = forward_cholesky,
    .vjp = vjp_of_cholesky,
    .flops =
        [](const Attributes&, std::span<const Shape> inputs, const Shape&) {
            const SquareMatrices matrices = square_matrices(inputs[0]);
            return static_cast<double>(matrices.count) * flops_of_one_cholesky(matrices.n);
        },
    .samples = samples_of_cholesky,
};

Var tril(Var x, Index diagonal) {
    require_matrices(x, "tril");
    return triangle(x, Triangle::lower, diagonal);
}
Var triu(Var x, Index diagonal) {
    require_matrices(x, "triu");
    return triangle(x, Triangle::upper, diagonal);
}

Var solve_triangular(Var a, Var b, Triangle which, bool transpose_a) {
    require_var(a, "solve_triangular", "input 0");
    require_var_of(a.tape(), b, "solve_triangular", "input 1");
    return solve_right_sides(a, b, "solve_triangular", max_factor_size,
                             [&](Var right) { return solve_matrices(a, right, which, transpose_a); });
}

Var cholesky(Var a) {
    return record(cholesky_operation, {a});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
