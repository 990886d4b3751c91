#include <cmath>
#include <numbers>

#include "autodiff/operations/elementwise_support.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

GANDSL_KERNEL_1(relu, x < Real(0) ? Real(0) : x)
GANDSL_KERNEL_1_NUMBER(leaky_relu, x*(x < Real(0) ? number : Real(1)))
// One pass instead of three: networks of this activation spend much of their elementwise time here.
#define GANDSL_BEFORE_SLOPE \
    GANDSL_BEFORE_2;        \
    GANDSL_BEFORE_NUMBER
GANDSL_KERNEL(leaky_relu_gradient, GANDSL_BEFORE_SLOPE, GANDSL_READ_2, x < Real(0) ? y * number : y)
GANDSL_KERNEL_1_NUMBER(elu, x < Real(0) ? math::expm1(x) * number : x)
GANDSL_KERNEL_1(normal_distribution, math::normal_distribution(x))
GANDSL_KERNEL_1(normal_density, math::exp(Real(-0.5) * x * x) *
                                    static_cast<Real>(std::numbers::inv_sqrtpi / std::numbers::sqrt2))
GANDSL_KERNEL_1(softplus, math::softplus(x))
GANDSL_KERNEL_1(tanh, math::tanh(x))
GANDSL_KERNEL_1(sigmoid, math::sigmoid(x))

using Gradients = std::vector<Var>;

Var leaky_relu_gradient(Var side, Var cotangent, double slope);
Var normal_distribution(Var x);
Var normal_density(Var x);

}  // namespace

#define GANDSL_ACTIVATION(operation, text, price, derivative, draws)                         \
    const Operation operation##_operation{.name = #operation,                                \
                                          .doc = text,                                       \
                                          .arity = 1,                                        \
                                          .shape = elementwise_shape<operation##_operation>, \
                                          .kernel = operation##_kernel,                      \
                                          .vjp = derivative,                                 \
                                          .cheap = price == Price::cheap,                    \
                                          .samples = draws};

// Gradients ask the output where they can: the input's memory is then free for reuse.

GANDSL_ACTIVATION(
    relu, "x where positive, else 0", Price::cheap,
    [](const VjpCall& c) { return Gradients{c.cotangent * greater(c.output, c.output.tape().constant(0))}; },
    [] { return unary_samples(relu, -2, 2, {0}); })

GANDSL_ACTIVATION(
    leaky_relu, "x where positive, else slope * x (Maas et al., 2013)", Price::cheap,
    [](const VjpCall& c) {
        const double slope = c.attributes.numbers[0];
        const Var side = slope > 0 ? c.output : c.inputs[0];
        return Gradients{leaky_relu_gradient(side, c.cotangent, slope)};
    },
    [] { return unary_samples([](Var x) { return leaky_relu(x, 0.2); }, -2, 2, {0}); })

const Operation leaky_relu_gradient_operation{
    .name = "leaky_relu_gradient",
    .doc = "b where a is not negative, else slope * b",
    .arity = 2,
    .shape = elementwise_shape<leaky_relu_gradient_operation>,
    .kernel = leaky_relu_gradient_kernel,
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
        }};

GANDSL_ACTIVATION(
    elu, "x where positive, else alpha * (exp(x) - 1) (Clevert et al., 2016)", Price::expensive,
    [](const VjpCall& c) {
        const Var below = less(c.inputs[0], c.output.tape().constant(0));
        return Gradients{where(below, c.cotangent * (c.output + c.attributes.numbers[0]), c.cotangent)};
    },
    [] { return unary_samples([](Var x) { return elu(x, 0.8); }, -2, 2, {0}); })

GANDSL_ACTIVATION(
    normal_distribution, "the standard normal distribution function", Price::expensive,
    [](const VjpCall& c) { return Gradients{c.cotangent * normal_density(c.inputs[0])}; },
    [] { return unary_samples(normal_distribution, -2, 2); })

GANDSL_ACTIVATION(
    normal_density, "the standard normal density", Price::expensive,
    [](const VjpCall& c) { return Gradients{-(c.cotangent * (c.inputs[0] * c.output))}; },
    [] { return unary_samples(normal_density, -2, 2); })

GANDSL_ACTIVATION(
    softplus, "log(1 + exp(x))", Price::expensive,
    [](const VjpCall& c) { return Gradients{c.cotangent * sigmoid(c.inputs[0])}; },
    [] { return unary_samples(softplus, -3, 3); })

GANDSL_ACTIVATION(
    tanh, "the hyperbolic tangent", Price::expensive,
    [](const VjpCall& c) { return Gradients{c.cotangent * (1.0 - square(c.output))}; },
    [] { return unary_samples(tanh, -2, 2); })

GANDSL_ACTIVATION(
    sigmoid, "1 / (1 + exp(-x))", Price::expensive,
    [](const VjpCall& c) { return Gradients{c.cotangent * (c.output * (1.0 - c.output))}; },
    [] { return unary_samples(sigmoid, -3, 3); })

namespace {
Var normal_distribution(Var x) {
    return record(normal_distribution_operation, {x});
}
Var normal_density(Var x) {
    return record(normal_density_operation, {x});
}
}  // namespace

namespace {
Var leaky_relu_gradient(Var side, Var cotangent, double slope) {
    return record(leaky_relu_gradient_operation, {side, cotangent}, {{}, {slope}});
}
}  // namespace

Var relu(Var x) {
    return record(relu_operation, {x});
}
Var leaky_relu(Var x, double slope) {
    return record(leaky_relu_operation, {x}, {{}, {slope}});
}
Var elu(Var x, double alpha) {
    return record(elu_operation, {x}, {{}, {alpha}});
}
Var gelu(Var x) {
    require_var(x, "gelu", "input 0");
    return x * normal_distribution(x);
}
Var silu(Var x) {
    require_var(x, "silu", "input 0");
    return x * sigmoid(x);
}
Var softplus(Var x) {
    return record(softplus_operation, {x});
}
Var tanh(Var x) {
    return record(tanh_operation, {x});
}
Var sigmoid(Var x) {
    return record(sigmoid_operation, {x});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
