#include <cmath>
#include <limits>

#include "autodiff/error.hpp"
#include "autodiff/kernels/clones.hpp"
#include "autodiff/kernels/math.hpp"
#include "autodiff/kernels/partition.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr Index lanes = 16;

// NaN wins, so that a diverged training shows.
GANDSL_INLINE Real larger(Real a, Real b) {
    return a >= b || a != a ? a : b;
}

GANDSL_INLINE Real largest(const Real* __restrict row, Index count) {
    Real partial[lanes];
    for (Real& lane : partial) {
        lane = -std::numeric_limits<Real>::infinity();
    }
    Index i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (Index lane = 0; lane < lanes; ++lane) {
            partial[lane] = larger(partial[lane], row[i + lane]);
        }
    }
    for (Index lane = 0; i < count; ++i, ++lane) {
        partial[lane] = larger(partial[lane], row[i]);
    }
    for (Index lane = 1; lane < lanes; ++lane) {
        partial[0] = larger(partial[0], partial[lane]);
    }
    return partial[0];
}

GANDSL_INLINE double total(const Real* __restrict row, Index count) {
    double partial[lanes] = {};
    Index i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (Index lane = 0; lane < lanes; ++lane) {
            partial[lane] += static_cast<double>(row[i + lane]);
        }
    }
    for (Index lane = 0; i < count; ++i, ++lane) {
        partial[lane] += static_cast<double>(row[i]);
    }
    for (Index lane = 1; lane < lanes; ++lane) {
        partial[0] += partial[lane];
    }
    return partial[0];
}

// Leaves exp(x - largest x) in `out`; returns its sum.
GANDSL_INLINE double exponentials(Real* __restrict out, const Real* __restrict in, Index count, Real shift) {
    for (Index i = 0; i < count; ++i) {
        out[i] = math::exp(in[i] - shift);
    }
    return total(out, count);
}

GANDSL_CLONES void softmax_row(Real* __restrict out, const Real* __restrict in, Index count) {
    const auto scale = static_cast<Real>(1 / exponentials(out, in, count, largest(in, count)));
    for (Index i = 0; i < count; ++i) {
        out[i] *= scale;
    }
}

GANDSL_CLONES void log_softmax_row(Real* __restrict out, const Real* __restrict in, Index count) {
    const Real shift = largest(in, count);
    const auto rest = static_cast<Real>(std::log(exponentials(out, in, count, shift)));
    for (Index i = 0; i < count; ++i) {
        out[i] = in[i] - shift - rest;
    }
}

template <void (*row)(Real*, const Real*, Index)>
void forward_softmax(const Call& call) {
    const Index count = call.output.shape.back();
    const Index rows = count == 0 ? 0 : static_cast<Index>(call.output.size()) / count;
    const Partition cut = partition(rows, static_cast<double>(count), 8192);
    call.execution.pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        for (Index i = cut.begin(part); i < cut.end(part); ++i) {
            row(call.output.data + i * count, call.inputs[0].data + i * count, count);
        }
    });
}

template <const Operation& operation>
Shape shape_of_softmax(const Attributes&, std::span<const Shape> inputs) {
    if (inputs[0].empty()) {
        throw Error(ErrorCode::shape, "[" + std::string(operation.name) +
                                          "] expected at least one axis, found a single number");
    }
    return inputs[0];
}

std::vector<Var> softmax_vjp(const VjpCall& call) {
    const Var weighted = call.cotangent * call.output;
    return {weighted - call.output * sum(weighted, {-1}, true)};
}

std::vector<Var> log_softmax_vjp(const VjpCall& call) {
    return {call.cotangent - exp(call.output) * sum(call.cotangent, {-1}, true)};
}

double flops_of_softmax(const Attributes&, std::span<const Shape>, const Shape& output) {
    return 5 * static_cast<double>(element_count(output));
}

template <Var (*function)(Var)>
std::vector<Sample> samples_of_softmax() {
    const auto build = [](std::span<const Var> x) { return function(x[0]); };
    return {
        {.name = "vector", .shapes = {{5}}, .build = build},
        {.name = "rows", .shapes = {{3, 4}}, .build = build},
        {.name = "rows of 37", .shapes = {{2, 37}}, .build = build},
        {.name = "two leading axes", .shapes = {{2, 2, 3}}, .build = build},
        {.name = "axis of size 1", .shapes = {{3, 1}}, .build = build},
        {.name = "far apart", .shapes = {{2, 6}}, .build = build, .low = -30, .high = 30},
    };
}

}  // namespace

const Operation softmax_operation{
    .name = "softmax",
    .doc = "exp(x) divided by its sum along the last axis.",
    .arity = 1,
    .shape = shape_of_softmax<softmax_operation>,
    .forward = forward_softmax<softmax_row>,
    .vjp = softmax_vjp,
    .flops = flops_of_softmax,
    .samples = samples_of_softmax<softmax>,
};

const Operation log_softmax_operation{
    .name = "log_softmax",
    .doc = "x minus the logarithm of the sum of exp(x) along the last axis.",
    .arity = 1,
    .shape = shape_of_softmax<log_softmax_operation>,
    .forward = forward_softmax<log_softmax_row>,
    .vjp = log_softmax_vjp,
    .flops = flops_of_softmax,
    .samples = samples_of_softmax<log_softmax>,
};

Var softmax(Var x) {
    return record(softmax_operation, {x});
}
Var log_softmax(Var x) {
    return record(log_softmax_operation, {x});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
