#include <cmath>
#include <numbers>

#include "autodiff/operations/elementwise_support.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

// Gradients ask the output where they can: the input's memory is then free for reuse.

GANDSL_UNARY(
    relu, "x where positive, else 0", x < Real(0) ? Real(0) : x,
    .vjp =
        [](const VjpCall& c) {
            return Gradients{c.cotangent * greater(c.output, c.output.tape().constant(0))};
        },
    .cheap = true, .samples = [] { return unary_samples(relu, -2, 2, {0}); })

namespace {
GANDSL_KERNEL_1_NUMBER(leaky_relu, x*(x < Real(0) ? number : Real(1)))
#define GANDSL_BEFORE_SLOPE \
    GANDSL_BEFORE_2;        \
    GANDSL_BEFORE_NUMBER
GANDSL_KERNEL(leaky_relu_gradient, GANDSL_BEFORE_SLOPE, GANDSL_READ_2, x < Real(0) ? y * number : y)

// One pass instead of three: networks of this activation spend much of their elementwise time here.
Var leaky_relu_gradient(Var side, Var cotangent, double slope) {
    return record(leaky_relu_gradient_operation, {side, cotangent}, {{}, {slope}});
}
}  // namespace

GANDSL_ELEMENTWISE_RECORD(
    leaky_relu_gradient, 2, "b where a is not negative, else slope * b",
    .vjp =
        [](const VjpCall& c) {
            return Gradients{Var{}, leaky_relu_gradient(c.inputs[0], c.cotangent, c.attributes.numbers[0])};
        },
    .cheap = true,
    .samples =
        [] {
            const auto build = [](std::span<const Var> x) { return leaky_relu_gradient(x[0], x[1], 0.2); };
            return std::vector<Sample>{
                {.name = "same shape", .shapes = {{2, 3}, {2, 3}}, .build = build, .fixed = {true, false}},
                {.name = "broadcast", .shapes = {{2, 3}, {3}}, .build = build, .fixed = {true, false}}};
        })

GANDSL_ELEMENTWISE_RECORD(
    leaky_relu, 1, "x where positive, else slope * x (Maas et al., 2013)",
    .vjp =
        [](const VjpCall& c) {
            const double slope = c.attributes.numbers[0];
            const Var side = slope > 0 ? c.output : c.inputs[0];
            return Gradients{leaky_relu_gradient(side, c.cotangent, slope)};
        },
    .cheap = true,
    .samples = [] { return unary_samples([](Var x) { return leaky_relu(x, 0.2); }, -2, 2, {0}); })

Var leaky_relu(Var x, double slope) {
    return record(leaky_relu_operation, {x}, {{}, {slope}});
}

namespace {
GANDSL_KERNEL_1_NUMBER(elu, x < Real(0) ? math::expm1(x) * number : x)
}

GANDSL_ELEMENTWISE_RECORD(
    elu, 1, "x where positive, else alpha * (exp(x) - 1) (Clevert et al., 2016)",
    .vjp =
        [](const VjpCall& c) {
            const Var below = less(c.inputs[0], c.output.tape().constant(0));
            return Gradients{where(below, c.cotangent * (c.output + c.attributes.numbers[0]), c.cotangent)};
        },
    .samples = [] { return unary_samples([](Var x) { return elu(x, 0.8); }, -2, 2, {0}); })

Var elu(Var x, double alpha) {
    return record(elu_operation, {x}, {{}, {alpha}});
}

namespace {
Var normal_distribution(Var x);
Var normal_density(Var x);
}  // namespace

GANDSL_UNARY_RECORD(
    normal_distribution, "the standard normal distribution function", math::normal_distribution(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * normal_density(c.inputs[0])}; },
    .samples = [] { return unary_samples(normal_distribution, -2, 2); })

GANDSL_UNARY_RECORD(
    normal_density, "the standard normal density",
    math::exp(Real(-0.5) * x * x) * static_cast<Real>(std::numbers::inv_sqrtpi / std::numbers::sqrt2),
    .vjp = [](const VjpCall& c) { return Gradients{-(c.cotangent * (c.inputs[0] * c.output))}; },
    .samples = [] { return unary_samples(normal_density, -2, 2); })

namespace {
Var normal_distribution(Var x) {
    return record(normal_distribution_operation, {x});
}
Var normal_density(Var x) {
    return record(normal_density_operation, {x});
}
}  // namespace

Var gelu(Var x) {
    require_var(x, "gelu", "input 0");
    return x * normal_distribution(x);
}

Var silu(Var x) {
    require_var(x, "silu", "input 0");
    return x * sigmoid(x);
}

GANDSL_UNARY(
    softplus, "log(1 + exp(x))", math::softplus(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * sigmoid(c.inputs[0])}; },
    .samples = [] { return unary_samples(softplus, -3, 3); })

GANDSL_UNARY(
    tanh, "the hyperbolic tangent", math::tanh(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * (1.0 - square(c.output))}; },
    .samples = [] { return unary_samples(tanh, -2, 2); })

GANDSL_UNARY(
    sigmoid, "1 / (1 + exp(-x))", math::sigmoid(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * (c.output * (1.0 - c.output))}; },
    .samples = [] { return unary_samples(sigmoid, -3, 3); })

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
