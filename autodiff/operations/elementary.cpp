#include <cmath>
#include <numbers>

#include "autodiff/error.hpp"
#include "autodiff/operations/elementwise_support.hpp"

/// Elementary functions beside those of arithmetic.cpp, with the edges of IEEE 754.
namespace gandsl {
inline namespace GANDSL_PRECISION {

GANDSL_UNARY(
    ceil, "the smallest whole number not below x", std::ceil(x), .samples = [] {
        return unary_samples(ceil, -2, 2, {-2, -1, 0, 1, 2}, false);
    })

// In the mode in which programs start, halves go to even numbers.
GANDSL_UNARY(
    round, "the nearest whole number, of two the even one", std::rint(x), .samples = [] {
        return unary_samples(round, -3, 3, {-2.5, -1.5, -0.5, 0.5, 1.5, 2.5}, false);
    })

GANDSL_UNARY(
    tan, "the tangent of x radians", std::tan(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * (square(c.output) + 1.0)}; },
    .samples = [] { return unary_samples(tan, -1.2, 1.2); })

namespace {
// sqrt(1 - x^2), which does not cancel near -1 and 1. Its gradient there is taken as 0, as sqrt's at 0.
Var other_side(Var x) {
    return sqrt((1.0 - x) * (x + 1.0));
}
}  // namespace

GANDSL_UNARY(
    asin, "the angle of which x is the sine", std::asin(x),
    .vjp = [](const VjpCall& c) { return Gradients{divide_or_zero(c.cotangent, other_side(c.inputs[0]))}; },
    .samples = [] { return unary_samples(asin, -0.8, 0.8); })

GANDSL_UNARY(
    acos, "the angle of which x is the cosine", std::acos(x),
    .vjp = [](const VjpCall& c) { return Gradients{-divide_or_zero(c.cotangent, other_side(c.inputs[0]))}; },
    .samples = [] { return unary_samples(acos, -0.8, 0.8); })

GANDSL_UNARY(
    atan, "the angle of which x is the tangent", std::atan(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent / (square(c.inputs[0]) + 1.0)}; },
    .samples = [] { return unary_samples(atan, -3, 3); })

GANDSL_UNARY(
    sinh, "the hyperbolic sine", std::sinh(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * cosh(c.inputs[0])}; },
    .samples = [] { return unary_samples(sinh, -2, 2); })

GANDSL_UNARY(
    cosh, "the hyperbolic cosine", std::cosh(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * sinh(c.inputs[0])}; },
    .samples = [] { return unary_samples(cosh, -2, 2); })

GANDSL_UNARY(
    erf, "the error function", std::erf(x),
    .vjp =
        [](const VjpCall& c) {
            return Gradients{c.cotangent * (exp(-square(c.inputs[0])) * (2 * std::numbers::inv_sqrtpi))};
        },
    .samples = [] { return unary_samples(erf, -2, 2); })

// The gradient is not the result plus 1, which cancels where x is negative.
GANDSL_UNARY(
    expm1, "exp(x) - 1", math::expm1(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * exp(c.inputs[0])}; },
    .samples = [] { return unary_samples(expm1, -2, 2); })

GANDSL_UNARY(
    log1p, "log(1 + x)", math::log1p(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent / (c.inputs[0] + 1.0)}; },
    .samples = [] { return unary_samples(log1p, -0.8, 3); })

namespace {
#define GANDSL_BEFORE_BOUNDS                        \
    GANDSL_BEFORE_1;                                \
    const auto low = static_cast<Real>(numbers[0]); \
    const auto high = static_cast<Real>(numbers[1])
GANDSL_KERNEL(clamp, GANDSL_BEFORE_BOUNDS, GANDSL_READ_1, x < low ? low : (x > high ? high : x))
}  // namespace

GANDSL_ELEMENTWISE_RECORD(
    clamp, 1, "x, but at least one number and at most another",
    .vjp =
        [](const VjpCall& c) {
            const Var inside = greater_equal(c.inputs[0], c.attributes.numbers[0]) *
                               less_equal(c.inputs[0], c.attributes.numbers[1]);
            return Gradients{c.cotangent * inside};
        },
    .cheap = true,
    .samples =
        [] {
            return unary_samples([](Var x) { return clamp(x, -0.7, 1.1); }, -2, 2, {-0.7, 1.1});
        })

Var clamp(Var x, double low, double high) {
    require_var(x, "clamp", "input 0");
    if (!(low <= high)) {
        throw Error(ErrorCode::invalid_argument, "[clamp] between " + std::to_string(low) + " and " +
                                                     std::to_string(high) +
                                                     ": expected the lower bound first");
    }
    return record(clamp_operation, {x}, {{}, {low, high}});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
