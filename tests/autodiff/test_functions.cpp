#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>

#include "autodiff/autodiff.hpp"
#include "autodiff/gradient_check.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

/// Public functions that are compositions of operations: values from formulas, gradients from finite
/// differences.
namespace gandsl_test {

using namespace gandsl;

namespace {

using Numbers = std::vector<double>;

struct Function {
    const char* name;
    Sample sample;
    Numbers (*expected)(const std::vector<Numbers>& inputs);
};

template <double (*function)(double)>
Numbers each(const std::vector<Numbers>& inputs) {
    Numbers result;
    for (const double x : inputs[0]) {
        result.push_back(function(x));
    }
    return result;
}

double gelu_of(double x) {
    return x * 0.5 * (1 + std::erf(x / std::numbers::sqrt2));
}
double silu_of(double x) {
    return x / (1 + std::exp(-x));
}
double with_numbers_of(double x) {
    return (2 - x) * 3 + x / 4 + 5 / (x * x + 6) - (1 + x - 7);
}

Sample unary(Var (*function)(Var), double low, double high) {
    return {.name = "vector",
            .shapes = {{7}},
            .build = [function](std::span<const Var> x) { return function(x[0]); },
            .low = low,
            .high = high};
}

Sample of(std::vector<Shape> shapes, std::function<Var(std::span<const Var>)> build) {
    return {.name = "sample", .shapes = std::move(shapes), .build = std::move(build)};
}

std::vector<Function> functions() {
    return {
        {"gelu", unary(gelu, -3, 3), each<gelu_of>},
        {"silu", unary(silu, -3, 3), each<silu_of>},
        {"mean", of({{2, 3}}, [](std::span<const Var> x) { return mean(x[0]); }),
         [](const std::vector<Numbers>& in) {
             double total = 0;
             for (const double x : in[0]) {
                 total += x;
             }
             return Numbers{total / 6};
         }},
        {"mean_along_axis", of({{2, 3}}, [](std::span<const Var> x) { return mean(x[0], {1}); }),
         [](const std::vector<Numbers>& in) {
             return Numbers{(in[0][0] + in[0][1] + in[0][2]) / 3, (in[0][3] + in[0][4] + in[0][5]) / 3};
         }},
        {"min", of({{2, 3}}, [](std::span<const Var> x) { return min(x[0], {0}); }),
         [](const std::vector<Numbers>& in) {
             return Numbers{std::min(in[0][0], in[0][3]), std::min(in[0][1], in[0][4]),
                            std::min(in[0][2], in[0][5])};
         }},
        {"norm", of({{2, 2}}, [](std::span<const Var> x) { return norm(x[0], {-1}, true); }),
         [](const std::vector<Numbers>& in) {
             return Numbers{std::hypot(in[0][0], in[0][1]), std::hypot(in[0][2], in[0][3])};
         }},
        {"prod", of({{2, 3}}, [](std::span<const Var> x) { return prod(x[0], 0); }),
         [](const std::vector<Numbers>& in) {
             return Numbers{in[0][0] * in[0][3], in[0][1] * in[0][4], in[0][2] * in[0][5]};
         }},
        {"prod_of_all", of({{7}}, [](std::span<const Var> x) { return prod(x[0]); }),
         [](const std::vector<Numbers>& in) {
             return Numbers{std::accumulate(in[0].begin(), in[0].end(), 1.0, std::multiplies<double>())};
         }},
        {"logsumexp", of({{2, 3}}, [](std::span<const Var> x) { return logsumexp(x[0], 0); }),
         [](const std::vector<Numbers>& in) {
             Numbers result;
             for (std::size_t i = 0; i < 3; ++i) {
                 result.push_back(std::log(std::exp(in[0][i]) + std::exp(in[0][i + 3])));
             }
             return result;
         }},
        {"variance", of({{3}}, [](std::span<const Var> x) { return variance(x[0], 0); }),
         [](const std::vector<Numbers>& in) {
             const double mean = (in[0][0] + in[0][1] + in[0][2]) / 3;
             double total = 0;
             for (const double x : in[0]) {
                 total += (x - mean) * (x - mean) / 3;
             }
             return Numbers{total};
         }},
        {"stack", of({{2}, {2}}, [](std::span<const Var> x) { return stack(x, 1); }),
         [](const std::vector<Numbers>& in) {
             return Numbers{in[0][0], in[1][0], in[0][1], in[1][1]};
         }},
        {"split",
         of({{4}},
            [](std::span<const Var> x) {
                const std::vector<Var> parts = split(x[0], {1, 3});
                return concatenate({parts[2], parts[0] * 2.0}, 0);
            }),
         [](const std::vector<Numbers>& in) {
             return Numbers{in[0][3], 2 * in[0][0]};
         }},
        {"roll", of({{3}}, [](std::span<const Var> x) { return roll(x[0], -1); }),
         [](const std::vector<Numbers>& in) {
             return Numbers{in[0][1], in[0][2], in[0][0]};
         }},
        {"triu", of({{2, 2}}, [](std::span<const Var> x) { return triu(x[0]); }),
         [](const std::vector<Numbers>& in) {
             return Numbers{in[0][0], in[0][1], 0, in[0][3]};
         }},
        {"sort", of({{6}}, [](std::span<const Var> x) { return gandsl::sort(x[0], 0, true); }),
         [](const std::vector<Numbers>& in) {
             Numbers sorted = in[0];
             std::sort(sorted.begin(), sorted.end(), std::greater<>());
             return sorted;
         }},
        {"topk", of({{6}}, [](std::span<const Var> x) { return topk(x[0], 2).values; }),
         [](const std::vector<Numbers>& in) {
             Numbers sorted = in[0];
             std::sort(sorted.begin(), sorted.end(), std::greater<>());
             return Numbers{sorted[0], sorted[1]};
         }},
        {"index", of({{2, 2}}, [](std::span<const Var> x) { return x[0][-1]; }),
         [](const std::vector<Numbers>& in) {
             return Numbers{in[0][2], in[0][3]};
         }},
        {"power_of_number", of({{3}}, [](std::span<const Var> x) { return pow(3, x[0]); }),
         [](const std::vector<Numbers>& in) {
             return Numbers{std::pow(3, in[0][0]), std::pow(3, in[0][1]), std::pow(3, in[0][2])};
         }},
        {"sum_to",
         of({{2, 3}},
            [](std::span<const Var> x) {
                return sum_to(x[0], {1, 3});
            }),
         [](const std::vector<Numbers>& in) {
             return Numbers{in[0][0] + in[0][3], in[0][1] + in[0][4], in[0][2] + in[0][5]};
         }},
        {"sum_to_scalar", of({{2, 2}}, [](std::span<const Var> x) { return sum_to(x[0], {}); }),
         [](const std::vector<Numbers>& in) { return Numbers{in[0][0] + in[0][1] + in[0][2] + in[0][3]}; }},
        {"with_numbers",
         of({{3}},
            [](std::span<const Var> x) {
                return (2.0 - x[0]) * 3.0 + x[0] / 4.0 + 5.0 / (x[0] * x[0] + 6.0) - (1.0 + x[0] - 7.0);
            }),
         each<with_numbers_of>},
    };
}

void check_function(const Function& function) {
    const Sample& sample = function.sample;
    const std::vector<Numbers> inputs = draw(sample);
    const std::vector<Array> arrays = to_arrays(sample.shapes, inputs);
    Tape tape;
    std::vector<Var> vars;
    for (const Array& array : arrays) {
        vars.push_back(tape.constant(array));
    }
    const Numbers computed = to_numbers(sample.build(vars).value());
    const Numbers expected = function.expected(inputs);
    BOOST_TEST_REQUIRE(computed.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        BOOST_TEST(std::abs(computed[i] - expected[i]) <= 1e-12 * (1 + std::abs(expected[i])));
    }
    for (const int order : {1, 2}) {
        GradientCheckOptions options;
        options.order = order;
        const GradientReport report = check_gradient(
            [&sample](Tape&, std::span<const Var> x) {
                const Var value = sample.build(x);
                return value + square(value) * 0.5;
            },
            arrays, options);
        BOOST_TEST(report.passed, "order " << order << ": " << report.message());
    }
}

// Where a gradient is taken as 0 by definition, it must be 0 and not NaN, at second order too.
void check_norm_at_origin() {
    Tape tape;
    const Var x = tape.constant(make_array({3}));
    const Var slope = gradient(norm(x), x);
    BOOST_TEST(to_numbers(slope.value()) == (Numbers{0, 0, 0}));
    for (const double number : to_numbers(gradient(sum(slope), x).value())) {
        BOOST_TEST(std::isfinite(number));
    }
}

// Squares of these are too large, or too small, to be numbers of the precision; lengths are not.
void check_norm_of_extremes() {
    const double largest = std::numeric_limits<Real>::max();
    for (const double unit : {largest / 8, double{std::numeric_limits<Real>::min()} * 8}) {
        Tape tape;
        const Var x = tape.constant(to_array({2}, {3 * unit, -4 * unit}));
        BOOST_TEST(std::abs(norm(x).value()() / (5 * unit) - 1) < 1e-6);
        BOOST_TEST(std::abs(root_mean_square(x).value()() / (5 * unit / std::sqrt(2)) - 1) < 1e-6);
        const Numbers slope = to_numbers(gradient(norm(x), x).value());
        BOOST_TEST(std::abs(slope[0] - 0.6) < 1e-6);
        BOOST_TEST(std::abs(slope[1] + 0.8) < 1e-6);
        const Var one = slice(x, 0, 1, 2);
        BOOST_TEST(norm(one).value()() == static_cast<Real>(4 * unit));
        BOOST_TEST(to_numbers(gradient(norm(one), one).value()) == (Numbers{-1}));
    }
}

// Over columns, and over an axis that is cut into slices; a share of a number is too small to be held where
// the number is not.
void check_slope_of_extreme_root_mean_squares() {
    constexpr Index rows = 20000;
    const double largest = std::numeric_limits<Real>::max();
    for (const double unit : {largest / 8, double{std::numeric_limits<Real>::min()} * 8}) {
        for (const Index columns : {Index{1}, Index{3}}) {
            Tape tape;
            const Var x = tape.filled({rows, columns}, unit);
            const Var size = root_mean_square(x, {0});
            BOOST_TEST(std::abs(to_numbers(size.value())[0] / unit - 1) < 1e-6, "unit " << unit);
            const Numbers slopes = to_numbers(gradient(sum(size), x).value());
            BOOST_TEST(std::abs(slopes.back() * rows - 1) < 1e-5, "unit " << unit);
        }
    }
}

// A clipped step has its length whatever the gradient's, and one that is not clipped keeps its bits.
void check_clip() {
    for (const double scale : {1.0, 1e15, 1e22, double{std::numeric_limits<float>::max()}}) {
        Tape tape;
        const Var x = tape.constant(to_array({2}, {0, 0}));
        const Var y = tape.constant(to_array({2}, {0, 0}));
        const Var a = tape.constant(to_array({2}, {scale, scale}));
        const Var b = tape.constant(to_array({2}, {scale, -scale}));
        OptimizerState state;
        const Sgd clipped{.rule = {.clip = 1}};
        const std::vector<Var> moved =
            step(clipped, std::array{x, y}, std::array{a, b}, tape.constant(0.5), state);
        BOOST_TEST(std::abs(to_numbers(moved[0].value())[1] + 0.25) < 1e-6, "scale " << scale);
        BOOST_TEST(std::abs(to_numbers(moved[1].value())[1] - 0.25) < 1e-6, "scale " << scale);
    }
    Tape tape;
    const Var x = tape.constant(to_array({2}, {0, 0}));
    const Var small = tape.constant(to_array({2}, {0.1, 0.3}));
    OptimizerState state;
    const Sgd clipped{.rule = {.clip = 1}};
    const std::vector<Var> moved = step(clipped, std::array{x}, std::array{small}, tape.constant(1), state);
    BOOST_TEST(to_numbers((-moved[0]).value()) == to_numbers(small.value()));
    // A variable without elements has no length, and leaves the others theirs.
    const Var none = tape.constant(make_array({0, 2}));
    const Var large = tape.constant(to_array({2}, {300, 400}));
    const std::vector<Var> beside =
        step(clipped, std::array{none, x}, std::array{none, large}, tape.constant(1), state);
    BOOST_TEST(std::abs(to_numbers(beside[1].value())[0] + 0.6) < 1e-6);
    BOOST_TEST(std::abs(to_numbers(beside[1].value())[1] + 0.8) < 1e-6);
    BOOST_TEST(step(clipped, std::array{none}, std::array{none}, tape.constant(1), state)[0].shape() ==
               none.shape());
}

// Indices are counted modulo 2^64: the first number comes after the last one.
void check_random_numbers_wrap() {
    for (const auto fill : {fill_uniform, fill_normal}) {
        std::vector<Real> start(600);
        std::vector<Real> across(1000);
        const RandomKey key{.seed = 5, .stream = 3};
        fill(start, key, 0);
        fill(across, key, std::uint64_t{0} - 400);
        BOOST_TEST(std::equal(start.begin(), start.end(), across.begin() + 400));
    }
}

void check_ties() {
    Tape tape;
    const Var x = tape.constant(to_array({4}, {1, 3, 3, 2}));
    BOOST_TEST(to_numbers(gradient(max(x), x).value()) == (Numbers{0, 0.5, 0.5, 0}));
}

void check_same_geometry() {
    for (const Index size : {1, 2, 5, 6, 7, 28}) {
        for (const Index kernel : {1, 2, 3, 4, 5}) {
            for (const Index stride : {1, 2, 3}) {
                for (const Index dilation : {1, 2}) {
                    const ConvolutionGeometry geometry =
                        same_geometry({size, size}, {kernel, kernel}, {stride, stride}, {dilation, dilation});
                    Tape tape(Evaluation::planned);
                    const Var y = convolution(tape.input({1, size, size, 1}),
                                              tape.input({kernel, kernel, 1, 1}), geometry);
                    const Index expected = (size + stride - 1) / stride;
                    BOOST_TEST(y.shape() == (Shape{1, expected, expected, 1}));
                    BOOST_TEST(geometry.pad_after[0] - geometry.pad_before[0] >= 0);
                    BOOST_TEST(geometry.pad_after[0] - geometry.pad_before[0] <= 1);
                }
            }
        }
    }
    BOOST_CHECK_THROW(same_geometry({0, 1}, {1, 1}, {1, 1}, {1, 1}), Error);
}

// Gradients are built: those nobody asked for are not on the tape.
void check_unwanted_gradients_are_absent() {
    Tape tape(Evaluation::planned);
    const Var x = tape.input({2, 4, 4, 1});
    const Var weight = tape.input({3, 3, 1, 2});
    const Var value = sum(convolution(x, weight, {}));
    gradient(value, x);
    for (NodeId id = 0; id < tape.size(); ++id) {
        BOOST_TEST(tape.node(id).operation->name != "convolution_by_weight");
    }
}

}  // namespace

void add_function_cases() {
    static const std::vector<Function> table = functions();
    for (const Function& function : table) {
        add_case("functions", function.name, [&function] { check_function(function); });
    }
    add_case("functions", "norm_at_origin", check_norm_at_origin);
    add_case("functions", "norm_of_extremes", check_norm_of_extremes);
    add_case("functions", "slope_of_extreme_root_mean_squares", check_slope_of_extreme_root_mean_squares);
    add_case("functions", "clip", check_clip);
    add_case("functions", "random_numbers_wrap", check_random_numbers_wrap);
    add_case("functions", "ties", check_ties);
    add_case("functions", "same_geometry", check_same_geometry);
    add_case("functions", "unwanted_gradients_are_absent", check_unwanted_gradients_are_absent);
}

}  // namespace gandsl_test
