#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "autodiff/autodiff.hpp"
#include "autodiff/gradient_check.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

/// First and second gradients of each operation's samples against finite differences, in double.
namespace gandsl_test {

using namespace gandsl;

namespace {

GradientReport check(const Sample& sample, const GradientCheckFunction& function, int order) {
    GradientCheckOptions options;
    options.order = order;
    options.fixed = sample.fixed;
    const std::vector<Array> inputs = to_arrays(sample.shapes, draw(sample));
    return check_gradient(function, inputs, options);
}

GradientCheckFunction build(const Sample& sample) {
    return [&sample](Tape&, std::span<const Var> inputs) { return sample.build(inputs); };
}

// What has no gradient must give none, not a wrong one.
void check_no_gradient(const Operation& operation, const Sample& sample) {
    Tape tape;
    std::vector<Var> vars;
    for (const Array& input : to_arrays(sample.shapes, draw(sample))) {
        vars.push_back(tape.constant(input));
    }
    const Var value = sample.build(vars);
    for (const Var& one : gradient(value, vars)) {
        for (const double number : to_numbers(one.value())) {
            BOOST_TEST(number == 0, operation.name << ", " << sample.name << ": a gradient of " << number);
        }
    }
}

void check_first(const Operation& operation) {
    BOOST_TEST_REQUIRE((operation.samples != nullptr), "no samples");
    for (const Sample& sample : operation.samples()) {
        if (!sample.smooth) {
            check_no_gradient(operation, sample);
            continue;
        }
        BOOST_TEST((operation.vjp != nullptr), "samples promise a gradient and there is none");
        const GradientReport report = check(sample, build(sample), 1);
        BOOST_TEST(report.passed, sample.name << ": " << report.message());
        BOOST_TEST(report.checked > 0U);
    }
}

// The value and its square: linear operations then have a second gradient too.
void check_second(const Operation& operation) {
    for (const Sample& sample : operation.samples()) {
        if (!sample.smooth) {
            continue;
        }
        const GradientReport report = check(
            sample,
            [&sample](Tape&, std::span<const Var> inputs) {
                const Var value = sample.build(inputs);
                return value + square(value) * 0.5;
            },
            2);
        BOOST_TEST(report.passed, sample.name << ": " << report.message());
    }
}

bool has_smooth_sample(const Operation& operation) {
    const std::vector<Sample> samples = operation.samples();
    return std::any_of(samples.begin(), samples.end(), [](const Sample& sample) { return sample.smooth; });
}

bool can_share(const Sample& sample) {
    return sample.smooth && sample.fixed.empty() && sample.shapes.size() > 1 &&
           std::all_of(sample.shapes.begin(), sample.shapes.end(),
                       [&](const Shape& shape) { return shape == sample.shapes[0]; });
}

bool has_sample_to_share(const Operation& operation) {
    const std::vector<Sample> samples = operation.samples();
    return std::any_of(samples.begin(), samples.end(), can_share);
}

// One Var as all inputs: its gradient is the sum of theirs.
void check_shared(const Operation& operation) {
    for (const Sample& sample : operation.samples()) {
        if (!can_share(sample)) {
            continue;
        }
        Sample shared = sample;
        shared.shapes.resize(1);
        shared.build = [&sample](std::span<const Var> inputs) {
            return sample.build(std::vector<Var>(sample.shapes.size(), inputs[0]));
        };
        for (const int order : {1, 2}) {
            const GradientReport report = check(shared, build(shared), order);
            BOOST_TEST(report.passed, sample.name << ", order " << order << ": " << report.message());
        }
    }
}

std::vector<Array> vector_of(std::vector<double> numbers) {
    const Shape shape{static_cast<Index>(numbers.size())};
    return {to_array(shape, numbers)};
}

// The check itself must find what is wrong.
void check_finds_wrong_gradient() {
    const auto wrong = [](Tape&, std::span<const Var> x) { return x[0] * stop_gradient(x[0]); };
    const std::vector<Array> inputs = vector_of({0.5, -1.5, 2});
    const GradientReport report = check_gradient(wrong, inputs);
    BOOST_TEST(!report.passed);
    BOOST_TEST(report.failed == 3U);
    BOOST_TEST(report.checked == 3U);
    BOOST_TEST(std::abs(report.expected / report.recorded - 2) < 1e-6);
    BOOST_TEST(report.message().find("input 0, element") != std::string::npos);
}

void check_finds_one_wrong_element() {
    const auto wrong = [](Tape& tape, std::span<const Var> x) {
        const Var mask = tape.constant(to_array({4}, {0, 0, 1, 0}));
        return square(x[0]) + mask * (stop_gradient(x[0]) - x[0]) * 0.001;
    };
    const GradientReport report = check_gradient(wrong, vector_of({1, 2, 3, 4}));
    BOOST_TEST(!report.passed);
    BOOST_TEST(report.failed == 1U);
    BOOST_TEST(report.element == 2U);
}

// A right first gradient whose own gradient is cut off.
void check_finds_wrong_second_gradient() {
    const auto wrong = [](Tape&, std::span<const Var> x) {
        // 2 c x with c held at x has the gradient of x^2, but a second gradient of 0.
        return stop_gradient(x[0]) * x[0] * 2.0 - stop_gradient(square(x[0]));
    };
    GradientCheckOptions options;
    options.order = 2;
    const GradientReport report = check_gradient(wrong, vector_of({0.5, -1.5, 2}), options);
    BOOST_TEST(!report.passed);
}

void check_finds_nan() {
    const auto wrong = [](Tape&, std::span<const Var> x) { return log(x[0]); };
    const GradientReport report = check_gradient(wrong, vector_of({1, -1}));
    BOOST_TEST(!report.passed);
    BOOST_TEST(report.failed == 2U);  // the sum of both is none
}

void check_chooses_elements() {
    const auto function = [](Tape&, std::span<const Var> x) { return square(x[0]); };
    GradientCheckOptions options;
    options.elements = 5;
    std::vector<double> numbers(40);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] = static_cast<double>(i) / 10;
    }
    const GradientReport report = check_gradient(function, vector_of(numbers), options);
    BOOST_TEST(report.passed, report.message());
    BOOST_TEST(report.checked == 5U);
}

void check_refuses() {
    const auto function = [](Tape&, std::span<const Var> x) { return square(x[0]); };
    GradientCheckOptions third;
    third.order = 3;
    BOOST_CHECK_THROW(check_gradient(function, vector_of({1}), third), Error);
    GradientCheckOptions none;
    none.fixed = {true};
    BOOST_CHECK_THROW(check_gradient(function, vector_of({1}), none), Error);
    GradientCheckOptions still;
    still.step = 0;
    BOOST_CHECK_THROW(check_gradient(function, vector_of({1}), still), Error);
}

}  // namespace

void add_gradient_cases() {
    add_case("check_gradient", "finds_wrong_gradient", check_finds_wrong_gradient);
    add_case("check_gradient", "finds_one_wrong_element", check_finds_one_wrong_element);
    add_case("check_gradient", "finds_wrong_second_gradient", check_finds_wrong_second_gradient);
    add_case("check_gradient", "finds_nan", check_finds_nan);
    add_case("check_gradient", "chooses_elements", check_chooses_elements);
    add_case("check_gradient", "refuses", check_refuses);
    for (const Operation* operation : operations()) {
        if (operation->arity == 0) {
            continue;
        }
        const std::string name(operation->name);
        add_case("gradcheck", name, [operation] { check_first(*operation); });
        if (operation->samples != nullptr && has_smooth_sample(*operation)) {
            add_case("gradgradcheck", name, [operation] { check_second(*operation); });
        }
        if (operation->samples != nullptr && has_sample_to_share(*operation)) {
            add_case("shared", name, [operation] { check_shared(*operation); });
        }
    }
}

}  // namespace gandsl_test
