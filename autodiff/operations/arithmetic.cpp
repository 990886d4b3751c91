#include <cmath>

#include "autodiff/operations/elementwise_support.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/stability.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

std::vector<Sample> unary_samples(Var (*function)(Var), double low, double high, std::vector<double> kinks,
                                  bool smooth) {
    const auto build = [function](std::span<const Var> inputs) { return function(inputs[0]); };
    std::vector<Sample> samples;
    for (const Shape& shape : {Shape{2, 5}, Shape{}, Shape{1, 3, 1}}) {
        samples.push_back({"shape " + to_string(shape), {shape}, build, low, high, kinks});
        samples.back().smooth = smooth;
    }
    return samples;
}

std::vector<Sample> binary_samples(Var (*function)(Var, Var), double low, double high,
                                   std::vector<double> kinks, bool smooth) {
    const auto build = [function](std::span<const Var> inputs) { return function(inputs[0], inputs[1]); };
    std::vector<Sample> samples{
        {"same shape", {{2, 3}, {2, 3}}, build, low, high, kinks},
        {"broadcast bias", {{2, 3}, {3}}, build, low, high, kinks},
        {"broadcast scalar", {{}, {2, 3}}, build, low, high, kinks},
        {"broadcast both ways", {{2, 1, 3}, {4, 1}}, build, low, high, kinks},
        {"axes of size 1", {{1, 3, 1}, {2, 1, 1}}, build, low, high, kinks},
    };
    for (Sample& sample : samples) {
        sample.smooth = smooth;
    }
    if (smooth) {
        samples.push_back({"the same Var twice",
                           {{2, 3}},
                           [function](std::span<const Var> inputs) { return function(inputs[0], inputs[0]); },
                           low,
                           high,
                           kinks});
    }
    return samples;
}

GANDSL_BINARY(
    add, "a + b", x + y,
    .vjp =
        [](const VjpCall& c) {
            return Gradients{c.cotangent, c.cotangent};
        },
    .cheap = true, .samples = [] { return binary_samples(add, -2, 2); }, .notation = "{a} + {(b)}")

// The cotangent is summed before it is negated: there is less to negate then.
GANDSL_BINARY(
    subtract, "a - b", x - y,
    .vjp =
        [](const VjpCall& c) {
            return Gradients{c.cotangent, c.wanted[1] ? -sum_to(c.cotangent, c.inputs[1].shape()) : Var{}};
        },
    .cheap = true, .samples = [] { return binary_samples(subtract, -2, 2); }, .notation = "{a} - {(b)}")

GANDSL_BINARY(
    multiply, "a * b", (x * y),
    .vjp =
        [](const VjpCall& c) {
            return Gradients{c.wanted[0] ? c.cotangent * c.inputs[1] : Var{},
                             c.wanted[1] ? c.cotangent * c.inputs[0] : Var{}};
        },
    .cheap = true, .samples = [] { return binary_samples(multiply, -2, 2); }, .neutral = 1,
    .notation = "{a} * {(b)}")

GANDSL_BINARY(
    divide, "a / b", x / y,
    .vjp =
        [](const VjpCall& c) {
            const Var first = c.cotangent / c.inputs[1];
            return Gradients{first, c.wanted[1] ? -(first * c.output) : Var{}};
        },
    .samples = [] { return binary_samples(divide, 0.4, 2); }, .notation = "{a} / {(b)}")

GANDSL_BINARY(
    divide_or_zero, "a / b, and 0 where b is 0", y == Real(0) ? Real(0) : x / y,
    .vjp =
        [](const VjpCall& c) {
            const Var first = divide_or_zero(c.cotangent, c.inputs[1]);
            return Gradients{first, c.wanted[1] ? -(first * c.output) : Var{}};
        },
    .samples = [] { return binary_samples(divide_or_zero, 0.4, 2); }, .notation = "{a} / {(b)}")

namespace {
Gradients power_vjp(const VjpCall& c) {
    const Var a = c.inputs[0];
    const Var b = c.inputs[1];
    Gradients result(2);
    if (c.wanted[0]) {
        // b a^(b - 1), and 0 where both are 0: x^0 is 1 everywhere, and 0 times the infinite 0^-1 is NaN.
        const Var zero = a.tape().constant(0);
        const std::optional<double> exponent = constant_number(b);
        const Var less_one = b - 1.0;
        const Var rest = exponent ? less_one : less_one + equal(a, zero) * equal(b, zero);
        result[0] = exponent == 0.0 ? a.tape().filled(a.shape(), 0) : c.cotangent * b * power(a, rest);
    }
    if (c.wanted[1]) {
        // a^b grows as log(a) where a > 0; at and below 0 the derivative is taken as 0, as that of 1^b.
        const Var zero = a.tape().constant(0);
        const Var base = where(less_equal(a, zero), a.tape().constant(1), a);
        result[1] = c.cotangent * power(base, b) * log(base);
    }
    return result;
}
std::vector<Sample> power_samples() {
    std::vector<Sample> samples = binary_samples(power, 0.3, 2.5);
    for (const double exponent : {2.0, 1.0, 0.5, -1.0, 3.0, 2.5}) {
        samples.push_back({"exponent " + std::to_string(exponent),
                           {{2, 3}},
                           [exponent](std::span<const Var> inputs) {
                               return power(inputs[0], inputs[0].tape().constant(exponent));
                           },
                           0.3,
                           2.5});
    }
    samples.push_back(
        {"negative base, whole exponent",
         {{2, 3}},
         [](std::span<const Var> inputs) { return power(inputs[0], inputs[0].tape().constant(4)); },
         -2.5,
         -0.3});
    return samples;
}
}  // namespace

GANDSL_BINARY_RECORD(power, "a to the power b", std::pow(x, y), .vjp = power_vjp, .samples = power_samples,
                     .notation = "{(a)} ^ {(b)}")

Var power(Var a, Var b) {
    require_var(a, "power", "the base");
    require_var_of(a.tape(), b, "power", "the exponent");
    if (const auto exponent = constant_number(b)) {
        if (*exponent == 2) {
            return square(a);
        }
        if (*exponent == 1) {
            return a;
        }
        if (*exponent == 0.5) {
            return sqrt(a);
        }
        if (*exponent == -1) {
            return 1.0 / a;
        }
        if (*exponent == 3) {
            return a * square(a);
        }
    }
    return record(power_operation, {a, b});
}

namespace {
// Equal numbers share the gradient evenly, as in the reduction `max`: `first` is 1, 1/2 or 0.
Gradients shared(const VjpCall& c, Var strictly, Var or_equal) {
    const Var first = (strictly + or_equal) * 0.5;
    return {c.wanted[0] ? c.cotangent * first : Var{}, c.wanted[1] ? c.cotangent * (1.0 - first) : Var{}};
}
// Operands that keep apart by a margin: one drawn, the other drawn and moved to the far side.
std::vector<Sample> choice_samples(Var (*function)(Var, Var)) {
    const auto build = [function](std::span<const Var> inputs) {
        return function(inputs[0], inputs[1] * 3.0 - 0.4);
    };
    return {{"same shape", {{2, 3}, {2, 3}}, build}, {"broadcast", {{2, 1, 3}, {4, 1}}, build}};
}
}  // namespace

// NaN wins: a maximum that drops it would hide a diverged training.
GANDSL_BINARY(
    maximum, "the larger of a and b; NaN if either is", x >= y || x != x ? x : y,
    .vjp =
        [](const VjpCall& c) {
            return shared(c, greater(c.inputs[0], c.inputs[1]), greater_equal(c.inputs[0], c.inputs[1]));
        },
    .cheap = true, .samples = [] { return choice_samples(maximum); })

GANDSL_BINARY(
    minimum, "the smaller of a and b; NaN if either is", x <= y || x != x ? x : y,
    .vjp =
        [](const VjpCall& c) {
            return shared(c, less(c.inputs[0], c.inputs[1]), less_equal(c.inputs[0], c.inputs[1]));
        },
    .cheap = true, .samples = [] { return choice_samples(minimum); })

namespace {
GANDSL_KERNEL_3(where, x != Real(0) ? y : z)
}  // namespace

GANDSL_ELEMENTWISE_RECORD(
    where, 3, "a where the condition is not 0, else b",
    .vjp =
        [](const VjpCall& c) {
            const Var zero = c.output.tape().constant(0);
            return Gradients{Var{}, c.wanted[1] ? where(c.inputs[0], c.cotangent, zero) : Var{},
                             c.wanted[2] ? where(c.inputs[0], zero, c.cotangent) : Var{}};
        },
    .cheap = true,
    .samples =
        [] {
            const auto build = [](std::span<const Var> inputs) {
                return where(inputs[0], inputs[1], inputs[2]);
            };
            return std::vector<Sample>{
                {"same shape", {{2, 3}, {2, 3}, {2, 3}}, build, -1, 2, {}, true, {true, false, false}},
                {"broadcast", {{2, 1}, {3}, {}}, build, -1, 2, {}, true, {true, false, false}}};
        })

Var where(Var condition, Var a, Var b) {
    return record(where_operation, {condition, a, b});
}

GANDSL_BINARY(
    less, "1 where a < b, else 0", x < y ? Real(1) : Real(0), .cheap = true,
    .samples = [] { return binary_samples(less, -2, 2, {}, false); })

GANDSL_BINARY(
    less_equal, "1 where a <= b, else 0", x <= y ? Real(1) : Real(0), .cheap = true,
    .samples = [] { return binary_samples(less_equal, -2, 2, {}, false); })

GANDSL_BINARY(
    greater, "1 where a > b, else 0", x > y ? Real(1) : Real(0), .cheap = true,
    .samples = [] { return binary_samples(greater, -2, 2, {}, false); })

GANDSL_BINARY(
    greater_equal, "1 where a >= b, else 0", x >= y ? Real(1) : Real(0), .cheap = true,
    .samples = [] { return binary_samples(greater_equal, -2, 2, {}, false); })

GANDSL_BINARY(
    equal, "1 where a and b are equal, else 0", x == y ? Real(1) : Real(0), .cheap = true,
    .samples = [] { return binary_samples(equal, -2, 2, {}, false); })

GANDSL_BINARY(
    not_equal, "1 where a and b differ, else 0", x != y ? Real(1) : Real(0), .cheap = true,
    .samples = [] { return binary_samples(not_equal, -2, 2, {}, false); })

GANDSL_UNARY(
    negate, "-x", -x, .vjp = [](const VjpCall& c) { return Gradients{-c.cotangent}; }, .cheap = true,
    .samples = [] { return unary_samples(negate, -2, 2); },
    .undoes = [](const Attributes&, const Attributes&) { return true; })

GANDSL_UNARY(
    absolute, "|x|", std::abs(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * sign(c.inputs[0])}; }, .cheap = true,
    .samples = [] { return unary_samples(absolute, -2, 2, {0}); })

GANDSL_UNARY(
    sign, "1, 0 or -1", x > Real(0) ? Real(1) : (x < Real(0) ? Real(-1) : x), .cheap = true,
    .samples = [] { return unary_samples(sign, -2, 2, {0}, false); })

GANDSL_UNARY(
    square, "x * x", (x * x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * (c.inputs[0] * 2.0)}; }, .cheap = true,
    .samples = [] { return unary_samples(square, -2, 2); }, .notation = "{(a)} ^ 2")

GANDSL_UNARY(
    sqrt, "the square root; its gradient at 0 is taken as 0", std::sqrt(x),
    .vjp = [](const VjpCall& c) { return Gradients{divide_or_zero(c.cotangent, c.output * 2.0)}; },
    .samples = [] { return unary_samples(sqrt, 0.2, 4); })

GANDSL_UNARY(
    exp, "e to the power x", math::exp(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * c.output}; },
    .samples = [] { return unary_samples(exp, -2, 2); })

GANDSL_UNARY_RECORD(
    log, "the natural logarithm", math::log(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent / c.inputs[0]}; },
    .samples = [] { return unary_samples(log, 0.2, 4); })

Var log(Var x) {
    require_var(x, "log", "input 0");
    if (const auto stable = stable_log(x)) {
        return *stable;
    }
    return record(log_operation, {x});
}

GANDSL_UNARY(
    sin, "the sine of x radians", std::sin(x),
    .vjp = [](const VjpCall& c) { return Gradients{c.cotangent * cos(c.inputs[0])}; },
    .samples = [] { return unary_samples(sin, -3, 3); })

GANDSL_UNARY(
    cos, "the cosine of x radians", std::cos(x),
    .vjp = [](const VjpCall& c) { return Gradients{-(c.cotangent * sin(c.inputs[0]))}; },
    .samples = [] { return unary_samples(cos, -3, 3); })

GANDSL_UNARY(
    floor, "the largest whole number not above x", std::floor(x), .samples = [] {
        return unary_samples(floor, -2, 2, {-2, -1, 0, 1, 2}, false);
    })

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
