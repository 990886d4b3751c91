#include <cmath>

#include "autodiff/kernels/transpose.hpp"
#include "autodiff/lapack.hpp"
#include "autodiff/operations/records.hpp"
#include "autodiff/operations/square.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// (..., n, n) to (..., n + 1, n): a row of eigenvalues, and below each its eigenvector.

Shape shape_of_eigen(const Attributes&, std::span<const Shape> inputs) {
    require_square(inputs[0], "eigen_symmetric", max_eigen_size);
    Shape result = inputs[0];
    ++result[result.size() - 2];
    return result;
}

// For each thread a matrix, whose rows become eigenvectors, and LAPACK's own.
std::size_t workspace_of_one(Index n) {
    return static_cast<std::size_t>(n * n) + eigen_workspace(n);
}

std::size_t workspace_of_eigen(const Attributes&, std::span<const Shape> inputs, const Shape&,
                               std::size_t threads) {
    return threads * workspace_of_one(inputs[0].back());
}

// A vector and its negative are as good as each other: the one whose largest element is positive.
void fix_sign(Real* vector, std::size_t n) {
    const Real* const largest =
        std::max_element(vector, vector + n, [](Real a, Real b) { return std::abs(a) < std::abs(b); });
    if (*largest < 0) {
        std::transform(vector, vector + n, vector, [](Real each) { return -each; });
    }
}

void eigen_of_one(const Real* in, Real* out, Index n, Real* workspace) {
    const auto size = static_cast<std::size_t>(n);
    const auto refuse = [&] { fill_with_nan(out, (size + 1) * size); };
    for (std::size_t row = 0; row < size; ++row) {
        if (!all_finite(in + row * size, row + 1)) {
            return refuse();
        }
    }
    std::copy_n(in, size * size, workspace);
    if (!eigen(n, workspace, out, workspace + size * size)) {
        return refuse();
    }
    for (std::size_t row = 0; row < size; ++row) {
        fix_sign(workspace + row * size, size);
    }
    transpose_matrix(out + size, n, workspace, n, n, n);
}

double flops_of_one_eigen(Index n) {
    return 9 * std::pow(static_cast<double>(n), 3);
}

void forward_eigen(const Call& call) {
    const SquareMatrices matrices = square_matrices(call.inputs[0].shape);
    const Index n = matrices.n;
    if (n == 0) {
        return;
    }
    const std::size_t size = matrices.elements();
    each_matrix(call, matrices.count, flops_of_one_eigen(n), [&](std::size_t matrix, std::size_t worker) {
        eigen_of_one(call.inputs[0].data + matrix * size,
                     call.output.data + matrix * (size + static_cast<std::size_t>(n)), n,
                     call.workspace.data() + worker * workspace_of_one(n));
    });
}

Index axis_of_rows(Var packed) {
    return static_cast<Index>(packed.shape().size()) - 2;
}
Var values_of(Var packed) {  // as a row
    return slice(packed, axis_of_rows(packed), 0, 1);
}
Var vectors_of(Var packed) {
    return slice(packed, axis_of_rows(packed), 1, packed.shape().back() + 1);
}

// Giles (2008), 3.1, for a matrix that stays symmetric. Vectors of equal eigenvalues have no derivative that
// turns them into each other, and 0 is taken: what does not depend on the choice of them keeps its gradient.
std::vector<Var> vjp_of_eigen(const VjpCall& call) {
    if (call.output.shape().back() == 0) {
        return {Var()};
    }
    const Var values = values_of(call.output);
    const Var vectors = vectors_of(call.output);
    const Var turned =
        divide_or_zero(matmul(vectors, vectors_of(call.cotangent), true), values - swap_last_axes(values));
    const Var half =
        matmul(vectors * values_of(call.cotangent) + matmul(vectors, turned), vectors, false, true);
    return {(half + swap_last_axes(half)) * 0.5};
}

// Symmetric, and with eigenvalues far from one another: 4, 8, 12, ... and a little, the last one least.
Var apart(Var x) {
    Tape& tape = x.tape();
    const Index n = x.shape().back();
    const Var last = pad(tape.filled({1}, 4.0 * static_cast<double>(n + 1)), 0, n - 1, 0);
    const Var ramp = sum(tril(tape.filled({n, n}, 4)), {-1}) - last;
    return (x + swap_last_axes(x)) * 0.25 + diagonal_of_ones(tape, n) * ramp;
}

std::vector<Sample> samples_of_eigen() {
    const auto both = [](std::span<const Var> x) {
        const Eigensystem found = eigen_symmetric(apart(x[0]));
        return found.values + sum(found.vectors * found.vectors * found.vectors, {-2});
    };
    const auto values = [](std::span<const Var> x) { return eigenvalues_symmetric(apart(x[0])); };
    const auto vectors = [](std::span<const Var> x) { return eigen_symmetric(apart(x[0])).vectors; };
    return {
        {.name = "values and vectors", .shapes = {{3, 3}}, .build = both, .prepares = true},
        {.name = "values", .shapes = {{4, 4}}, .build = values, .prepares = true},
        {.name = "vectors", .shapes = {{3, 3}}, .build = vectors, .prepares = true},
        {.name = "several", .shapes = {{2, 3, 3}}, .build = both, .prepares = true},
        {.name = "one number", .shapes = {{1, 1}}, .build = values, .prepares = true},
    };
}

}  // namespace

const Operation eigen_symmetric_operation{
    .name = "eigen_symmetric",
    .doc = "Eigenvalues of symmetric matrices, ascending, and below each its eigenvector.",
    .shape = shape_of_eigen,
    .forward = forward_eigen,
    .vjp = vjp_of_eigen,
    .workspace = workspace_of_eigen,
    .flops =
        [](const Attributes&, std::span<const Shape> inputs, const Shape&) {
            const SquareMatrices matrices = square_matrices(inputs[0]);
            return static_cast<double>(matrices.count) * flops_of_one_eigen(matrices.n);
        },
    .samples = samples_of_eigen,
};

Eigensystem eigen_symmetric(Var a) {
    require_var(a, "eigen_symmetric", "input 0");
    const Var packed = record(eigen_symmetric_operation, {a});
    Shape shape = a.shape();
    shape.pop_back();
    if (shape.back() == 0) {
        return {reshape(packed, shape), a};
    }
    return {reshape(values_of(packed), shape), vectors_of(packed)};
}

Var eigenvalues_symmetric(Var a) {
    require_var(a, "eigenvalues_symmetric", "input 0");
    require_square(a.shape(), "eigenvalues_symmetric", max_eigen_size);
    return eigen_symmetric(a).values;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
