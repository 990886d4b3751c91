#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

/// In float, at inputs as large, as small and as near to overflow as there are: the value is what the C
/// library computes in double, rounded; infinite only where that is beyond a float; and gradients are finite
/// where they are finite.
namespace gandsl_test {

using namespace gandsl;

namespace {

struct Function {
    const char* name;
    Var (*build)(Var x);
    double (*value)(double x);
    double (*slope)(double x);
    double tolerance = 1e-6;  ///< relative
};

double sigmoid_of(double x) {
    return x > 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}
double normal_of(double x) {
    return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}
double density_of(double x) {
    return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
}

// Those that are operations are in test_extremes_of_operations.cpp.
const Function functions[] = {
    {"gelu", gelu, [](double x) { return x * normal_of(x); },
     [](double x) { return normal_of(x) + x * density_of(x); },
     1e-5},  // rounding x / sqrt(2) costs the tail that much
    {"silu", silu, [](double x) { return x * sigmoid_of(x); },
     [](double x) { return sigmoid_of(x) * (1 + x * sigmoid_of(-x)); }},
};

void compare(const char* what, double x, double found, double expected, double relative, double absolute) {
    constexpr double largest = std::numeric_limits<float>::max();
    if (std::abs(expected) > largest) {
        BOOST_TEST(std::abs(found) >= largest * (1 - relative),
                   what << " at " << x << ": " << found << ", expected " << expected);
        return;
    }
    // What is below the normal numbers may be flushed to 0, as a factor too.
    const double allowed = relative * std::abs(expected) + absolute + 2e-38 * (1 + std::abs(x));
    BOOST_TEST(std::abs(found - expected) <= allowed,
               what << " at " << x << ": " << found << ", expected " << expected);
}

void check(const Function& function) {
    const std::vector<double> inputs = extreme_numbers();
    Tape tape;
    const Var x = tape.constant(to_array({static_cast<Index>(inputs.size())}, inputs));
    const Var y = function.build(x);
    const std::vector<double> values = to_numbers(y.value());
    const std::vector<double> slopes = to_numbers(gradient(y, x).value());
    constexpr double least = std::numeric_limits<float>::min();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        // What is below the normal numbers is 0.
        const double input = std::abs(inputs[i]) < least ? 0 : inputs[i];
        const double value = function.value(input);
        compare("value", input, values[i], value, function.tolerance, 0);
        // Beside a kink, a value that rounds to 0 may have the slope of 0.
        if (std::abs(value) < least && slopes[i] == function.slope(0)) {
            continue;
        }
        // 1 - y^2 and y (1 - y) cancel where y rounds to 1.
        compare("slope", input, slopes[i], function.slope(input), 4 * function.tolerance, 2e-7);
    }
}

// NaN must stay visible: a diverged training hides behind a maximum that drops it.
void check_nan() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const Function& function : functions) {
        Tape tape;
        const Var x = tape.constant(to_array({2}, {1, nan}));
        const std::vector<double> values = to_numbers(function.build(x).value());
        BOOST_TEST(std::isfinite(values[0]), function.name);
        BOOST_TEST(std::isnan(values[1]), function.name << " of NaN is " << values[1]);
    }
    for (const Operation* const operation : operations()) {
        if (is_function_of_one_number(*operation)) {
            Tape tape;
            const Var x = tape.constant(to_array({2}, {1, nan}));
            const std::vector<double> values =
                to_numbers(operation->samples().front().build(std::array{x}).value());
            BOOST_TEST(std::isfinite(values[0]), operation->name);
            BOOST_TEST(std::isnan(values[1]), operation->name << " of NaN is " << values[1]);
        }
    }
    Tape tape;
    const Var x = tape.constant(to_array({2, 3}, {1, nan, 2, 3, 4, 5}));
    const Var one = tape.constant(1);
    for (const Var& value : {maximum(x, one), maximum(one, x), minimum(x, one), minimum(one, x)}) {
        BOOST_TEST(std::isnan(to_numbers(value.value())[1]));
        BOOST_TEST(std::isfinite(to_numbers(value.value())[2]));
    }
    for (const Var& value : {max(x, {1}), min(x, {1}), sum(x, {1})}) {
        BOOST_TEST(std::isnan(to_numbers(value.value())[0]));
        BOOST_TEST(std::isfinite(to_numbers(value.value())[1]));
    }
    for (const Var& value : {softmax(x), log_softmax(x)}) {
        BOOST_TEST(std::isnan(to_numbers(value.value())[0]));
        BOOST_TEST(std::isfinite(to_numbers(value.value())[3]));
    }
}

// Rows as attention and confident classifiers have them.
void check_softmax() {
    const std::vector<double> rows{0, 88,   -88,  1e4,  1e4,   -1e4, 3e38,  -3e38,
                                   0, -1e9, -1e9, -1e9, 1e-45, 0,    -1e-45};
    Tape tape;
    const Var x = tape.constant(to_array({5, 3}, rows));
    for (const Var& y : {softmax(x), log_softmax(x)}) {
        const Var slope = gradient(sum(square(y)), x);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            // -3e38 less 3e38 is beyond a float: its logarithm is infinite, and so is what comes of it.
            if (i >= 6 && i < 9) {
                continue;
            }
            BOOST_TEST(std::isfinite(to_numbers(y.value())[i]), "value " << i);
            BOOST_TEST(std::isfinite(to_numbers(slope.value())[i]), "slope " << i);
        }
    }
    const std::vector<double> shares = to_numbers(softmax(x).value());
    for (std::size_t row = 0; row < 5; ++row) {
        BOOST_TEST(std::abs(shares[3 * row] + shares[3 * row + 1] + shares[3 * row + 2] - 1) < 1e-6);
    }
    BOOST_TEST(shares[3] == 0.5);
    BOOST_TEST(std::abs(shares[9] - 1.0 / 3) < 1e-7);
}

// A float sum of many ones stops at 2^24, one of 0.1 drifts.
void check_long_sum() {
    constexpr Index count = 20'000'000;
    Tape tape(Evaluation::planned);
    const Var x = tape.input({count});
    const Var total = sum(x);
    const Var average = mean(x);
    Plan plan({total, average});
    const std::span<Real> feed = plan.feed(x);
    std::fill(feed.begin(), feed.end(), Real(1));
    plan.run();
    BOOST_TEST(plan.read(total)[0] == 2e7F);
    std::fill(feed.begin(), feed.end(), Real(0.1));
    plan.run();
    BOOST_TEST(std::abs(plan.read(average)[0] - 0.1F) <= 1e-8F);
}

// A mean far from zero leaves the variance as exact as the numbers are.
void check_variance() {
    constexpr std::size_t rows = 1000;
    std::vector<double> numbers;
    for (std::size_t row = 0; row < rows; ++row) {
        // Floats at 2^20 are an eighth apart.
        numbers.push_back(1048576 + 0.125 * static_cast<double>(row % 8));
        numbers.push_back(0.1);
        numbers.push_back(row == 500 ? std::numeric_limits<double>::quiet_NaN() : 1);
        numbers.push_back(row % 2 == 0 ? 3e18 : -3e18);
    }
    Tape tape;
    const Var x = tape.constant(to_array({rows, 4}, numbers));
    const auto [mean, variance] = mean_and_variance(x, {0});
    const std::vector<double> means = to_numbers(mean.value());
    const std::vector<double> variances = to_numbers(variance.value());
    BOOST_TEST(means[0] == 1048576 + 0.4375, boost::test_tools::tolerance(1e-7));
    BOOST_TEST(variances[0] == 0.08203125, boost::test_tools::tolerance(1e-7));
    BOOST_TEST(variances[1] == 0);
    BOOST_TEST((std::isnan(means[2]) && std::isnan(variances[2])));
    BOOST_TEST(std::abs(means[3]) <= 1e12);
    BOOST_TEST(variances[3] == 9e36, boost::test_tools::tolerance(1e-6));
}

// A gradient whose square no float holds makes the moving average infinite, and steps of 0 from then on: it
// must show. Eagerly and as plans fuse it, beside a gradient that is fine.
template <typename Optimizer>
void check_overflowing_step(const Optimizer& optimizer) {
    const auto record = [&](Tape& tape, Var& weight, std::vector<Assignment>& stores) {
        weight = tape.state(make_array({2}));
        const Var slope = tape.constant(to_array({2}, {1e20, 1}));
        OptimizerState state;
        const std::vector<Var> moved =
            step(optimizer, std::array{weight}, std::array{slope}, tape.constant(0.1), state);
        stores = assignments(std::array{weight}, moved, state);
        return moved[0];
    };
    Var weight;
    std::vector<Assignment> stores;
    Tape eager;
    const std::vector<double> moved = to_numbers(record(eager, weight, stores).value());
    BOOST_TEST(std::isnan(moved[0]));
    BOOST_TEST(moved[1] < -0.09);
    Tape planned(Evaluation::planned);
    record(planned, weight, stores);
    Plan({}, stores).run();
    BOOST_TEST(std::isnan(to_numbers(weight.value())[0]));
    BOOST_TEST(to_numbers(weight.value())[1] == moved[1]);
}

}  // namespace

void add_extreme_cases() {
    for (const Function& function : functions) {
        add_case("extremes", function.name, [&function] { check(function); });
    }
    add_case("extremes", "nan", check_nan);
    add_case("extremes", "softmax", check_softmax);
    add_case("extremes", "long_sum", check_long_sum);
    add_case("extremes", "variance", check_variance);
    add_case("extremes", "overflowing_step_of_adam", [] { check_overflowing_step(Adam{}); });
    add_case("extremes", "overflowing_step_of_rmsprop", [] { check_overflowing_step(RmsProp{}); });
}

}  // namespace gandsl_test
