#include <cmath>

#include "tests/autodiff/reference_support.hpp"

namespace gandsl_test {

namespace {

template <double (*function)(double)>
Numbers unary(const Call& call) {
    Numbers result;
    for (const double x : call.inputs[0].numbers) {
        result.push_back(function(x));
    }
    return result;
}

template <double (*function)(double, double)>
Numbers binary(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        const auto place = place_at(call.output, position);
        result.push_back(function(broadcast_at(call.inputs[0], place), broadcast_at(call.inputs[1], place)));
    }
    return result;
}

double add(double a, double b) {
    return a + b;
}
double subtract(double a, double b) {
    return a - b;
}
double multiply(double a, double b) {
    return a * b;
}
double divide(double a, double b) {
    return a / b;
}
double divide_or_zero(double a, double b) {
    return b == 0 ? 0 : a / b;
}
double power(double a, double b) {
    return std::pow(a, b);
}
double maximum(double a, double b) {
    return a > b ? a : b;
}
double minimum(double a, double b) {
    return a < b ? a : b;
}
double less(double a, double b) {
    return a < b ? 1 : 0;
}
double less_equal(double a, double b) {
    return a <= b ? 1 : 0;
}
double greater(double a, double b) {
    return a > b ? 1 : 0;
}
double greater_equal(double a, double b) {
    return a >= b ? 1 : 0;
}
double equal(double a, double b) {
    return a == b ? 1 : 0;
}
double not_equal(double a, double b) {
    return a != b ? 1 : 0;
}
double negate(double x) {
    return -x;
}
double absolute(double x) {
    return x < 0 ? -x : x;
}
double sign(double x) {
    return x > 0 ? 1 : (x < 0 ? -1 : 0);
}
double square(double x) {
    return x * x;
}
double square_root(double x) {
    return std::sqrt(x);
}
double exponential(double x) {
    return std::exp(x);
}
double logarithm(double x) {
    return std::log(x);
}
double sine(double x) {
    return std::sin(x);
}
double cosine(double x) {
    return std::cos(x);
}
double round_down(double x) {
    return std::floor(x);
}
double relu(double x) {
    return x > 0 ? x : 0;
}
double normal_density(double x) {
    return std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0));
}
double normal_distribution(double x) {
    return 0.5 * std::erfc(-x / std::sqrt(2.0));
}
double softplus(double x) {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}
double hyperbolic_tangent(double x) {
    return std::tanh(x);
}
double sigmoid(double x) {
    return x > 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

double blend(double a, double b, double keep) {
    return keep * a + (1 - keep) * b;
}
double blend_square(double a, double b, double keep) {
    return blend(a, b * b, keep);
}
double divide_by_root(double a, double b, double c) {
    return a / (std::sqrt(b) + c);
}
double subtract_product(double a, double b, double c) {
    return a - b * c;
}

// Operations whose third argument is an operand, or a number.
template <double (*function)(double, double, double)>
Numbers ternary(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        const auto place = place_at(call.output, position);
        const double third = call.inputs.size() > 2 ? broadcast_at(call.inputs[2], place) : call.numbers[0];
        result.push_back(
            function(broadcast_at(call.inputs[0], place), broadcast_at(call.inputs[1], place), third));
    }
    return result;
}

Numbers where(const Call& call) {
    Numbers result;
    for (Index position = 0; position < gandsl::element_count(call.output); ++position) {
        const auto place = place_at(call.output, position);
        const bool first = broadcast_at(call.inputs[0], place) != 0;
        result.push_back(broadcast_at(call.inputs[first ? 1 : 2], place));
    }
    return result;
}

double leaky_relu_gradient(double side, double cotangent, double slope) {
    return side < 0 ? slope * cotangent : cotangent;
}

Numbers leaky_relu(const Call& call) {
    Numbers result = call.inputs[0].numbers;
    for (double& x : result) {
        x = x > 0 ? x : call.numbers[0] * x;
    }
    return result;
}

Numbers elu(const Call& call) {
    Numbers result = call.inputs[0].numbers;
    for (double& x : result) {
        x = x > 0 ? x : call.numbers[0] * std::expm1(x);
    }
    return result;
}

double round_up(double x) {
    return std::ceil(x);
}
double round_to_even(double x) {
    const double below = std::floor(x);
    const double rest = x - below;
    const bool even = std::fmod(below, 2) == 0;
    return rest < 0.5 || (rest == 0.5 && even) ? below : below + 1;
}
double tangent(double x) {
    return std::sin(x) / std::cos(x);
}
double arc_sine(double x) {
    return std::atan2(x, std::sqrt((1 - x) * (1 + x)));
}
double arc_cosine(double x) {
    return std::atan2(std::sqrt((1 - x) * (1 + x)), x);
}
double arc_tangent(double x) {
    return std::atan2(x, 1);
}
double hyperbolic_sine(double x) {
    return (std::exp(x) - std::exp(-x)) / 2;
}
double hyperbolic_cosine(double x) {
    return (std::exp(x) + std::exp(-x)) / 2;
}
// 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2n + 1) / (1 3 5 ... (2n + 1)), which does not cancel.
double error_function(double x) {
    double term = x;
    double total = x;
    for (int n = 1; n < 200; ++n) {
        term *= 2 * x * x / (2 * n + 1);
        total += term;
    }
    return 2 / std::sqrt(std::acos(-1.0)) * std::exp(-x * x) * total;
}
double exponential_less_one(double x) {
    return std::exp(x) - 1;
}
double logarithm_of_one_more(double x) {
    return std::log(1 + x);
}

Numbers clamp(const Call& call) {
    Numbers result = call.inputs[0].numbers;
    for (double& x : result) {
        x = x < call.numbers[0] ? call.numbers[0] : (x > call.numbers[1] ? call.numbers[1] : x);
    }
    return result;
}

}  // namespace

References elementwise_references() {
    return {
        {"add", binary<add>},
        {"subtract", binary<subtract>},
        {"multiply", binary<multiply>},
        {"divide", binary<divide>},
        {"divide_or_zero", binary<divide_or_zero>},
        {"power", binary<power>},
        {"maximum", binary<maximum>},
        {"minimum", binary<minimum>},
        {"where", where},
        {"less", binary<less>},
        {"less_equal", binary<less_equal>},
        {"greater", binary<greater>},
        {"greater_equal", binary<greater_equal>},
        {"equal", binary<equal>},
        {"not_equal", binary<not_equal>},
        {"negate", unary<negate>},
        {"absolute", unary<absolute>},
        {"sign", unary<sign>},
        {"square", unary<square>},
        {"sqrt", unary<square_root>},
        {"exp", unary<exponential>},
        {"log", unary<logarithm>},
        {"sin", unary<sine>},
        {"cos", unary<cosine>},
        {"floor", unary<round_down>},
        {"blend", ternary<blend>},
        {"blend_square", ternary<blend_square>},
        {"divide_by_root", ternary<divide_by_root>},
        {"subtract_product", ternary<subtract_product>},
        {"relu", unary<relu>},
        {"leaky_relu", leaky_relu},
        {"leaky_relu_gradient", ternary<leaky_relu_gradient>},
        {"elu", elu},
        {"normal_distribution", unary<normal_distribution>},
        {"normal_density", unary<normal_density>},
        {"softplus", unary<softplus>},
        {"tanh", unary<hyperbolic_tangent>},
        {"sigmoid", unary<sigmoid>},
        {"ceil", unary<round_up>},
        {"round", unary<round_to_even>},
        {"tan", unary<tangent>},
        {"asin", unary<arc_sine>},
        {"acos", unary<arc_cosine>},
        {"atan", unary<arc_tangent>},
        {"sinh", unary<hyperbolic_sine>},
        {"cosh", unary<hyperbolic_cosine>},
        {"erf", unary<error_function>},
        {"expm1", unary<exponential_less_one>},
        {"log1p", unary<logarithm_of_one_more>},
        {"clamp", clamp},
    };
}

}  // namespace gandsl_test
