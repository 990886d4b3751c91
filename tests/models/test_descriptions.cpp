#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "autodiff/operations.hpp"
#include "autodiff/plan.hpp"
#include "models/catalogue.hpp"
#include "models/records.hpp"
#include "tests/models/apply.hpp"

// Distributions, initializers, schedules and optimizers.
BOOST_AUTO_TEST_SUITE(descriptions)

using namespace gandsl;
using namespace gandsl::test;

namespace {

struct Summary {
    double mean = 0, deviation = 0, min = 1e9, max = -1e9;
};

Summary summary(const Array& array) {
    Summary result;
    double squares = 0;
    const auto count = static_cast<double>(array.size());
    for (std::size_t i = 0; i < array.size(); ++i) {
        const double number = array.data()[i];
        result.mean += number / count;
        squares += number * number / count;
        result.min = std::min(result.min, number);
        result.max = std::max(result.max, number);
    }
    result.deviation = std::sqrt(squares - result.mean * result.mean);
    return result;
}

Array first_values(const std::string& name, const Given& given, const Shape& shape,
                   std::uint32_t stream = 3) {
    dsl::NestedCall call;
    call.name = name;
    for (const auto& [argument, value] : resolve(models::initializer(name).entry, given)) {
        call.arguments.emplace_back(argument, value);
    }
    return models::first_values(call, shape, {}, {.seed = 9, .stream = stream, .step = 0});
}

Array drawn(const std::string& name, const Given& given, Index batch) {
    Tape tape(Evaluation::eager, 3);
    const models::Definition& definition = models::definition(name);
    const std::vector<dsl::Type> results = typed(name, given, {}).results;
    const dsl::Arguments arguments = resolve(definition.entry, given);
    const std::vector<models::Value> none;
    models::BuildCall call{
        .tape = tape, .batch = batch, .inputs = none, .arguments = arguments, .results = results};
    call.stream = [] { return 11u; };
    return definition.build(call).at(0).var.value();
}

double rate(const std::string& name, const Given& given, double step, double total, double epochs) {
    Tape tape;
    const models::Definition& definition = models::definition(name);
    const models::Progress progress{
        .step = tape.constant(step), .epochs = tape.constant(epochs), .total_steps = total};
    return definition.rate(resolve(definition.entry, given), progress).value()();
}

}  // namespace

BOOST_AUTO_TEST_CASE(distributions) {
    const Array normal = drawn("normal", {.lists = {{"sizes", {2, 5}}}}, 2000);
    BOOST_TEST(to_string(shape_of(normal)) == "(2000, 2, 5)");
    // 20,000 numbers: the mean's standard deviation is 0.007, the deviation's 0.005.
    BOOST_TEST(std::abs(summary(normal).mean) < 0.035);
    BOOST_TEST(std::abs(summary(normal).deviation - 1) < 0.025);
    const Array uniform = drawn("uniform", {.numbers = {{"low", -1}, {"high", 3}}}, 20000);
    BOOST_TEST(to_string(shape_of(uniform)) == "(20000)");
    BOOST_TEST(summary(uniform).min >= -1);
    BOOST_TEST(summary(uniform).max < 3);
    BOOST_TEST(std::abs(summary(uniform).mean - 1) < 0.04);
    BOOST_TEST(std::abs(summary(uniform).deviation - 4 / std::sqrt(12)) < 0.03);
    const Array coin = drawn("bernoulli", {.numbers = {{"p", 0.2}}, .lists = {{"sizes", {10}}}}, 2000);
    BOOST_TEST(std::abs(summary(coin).mean - 0.2) < 0.015);
    BOOST_TEST(summary(coin).max == 1);
    const Array label = drawn("categorical", {.numbers = {{"k", 5}}}, 20000);
    BOOST_TEST(summary(label).min == 0);
    BOOST_TEST(summary(label).max == 4);
    BOOST_TEST(std::abs(summary(label).mean - 2) < 0.05);
    BOOST_TEST(refusal("uniform", {.numbers = {{"low", 1}, {"high", 1}}}, {}) != "");
    BOOST_TEST(refusal("uniform", {.numbers = {{"low", 2}, {"high", 1}}}, {}) != "");
    BOOST_TEST(refusal("uniform", {.numbers = {{"low", 1}, {"high", 1.00000001}}}, {}) != "");
}

BOOST_AUTO_TEST_CASE(initializers) {
    const Shape shape = {5, 5, 30, 40};  // 750 numbers go in, 1000 come out
    BOOST_TEST(std::abs(summary(first_values("normal", {.numbers = {{"std", 0.02}}}, shape)).deviation -
                        0.02) < 5e-4);
    const double glorot = std::sqrt(6.0 / 1750);
    const Summary xavier = summary(first_values("glorot", {}, shape));
    BOOST_TEST(xavier.max <= glorot);
    BOOST_TEST(xavier.max > 0.99 * glorot);
    BOOST_TEST(xavier.min < -0.99 * glorot);
    BOOST_TEST(std::abs(summary(first_values("he", {}, shape)).deviation / std::sqrt(2.0 / 750) - 1) < 0.02);
    BOOST_TEST(summary(first_values("constant", {.numbers = {{"value", 0.5}}}, shape)).min == 0.5);
    const Array basis = first_values("orthogonal", {.numbers = {{"gain", 2}}}, {7, 4});
    for (Index a = 0; a < 4; ++a) {
        for (Index b = 0; b <= a; ++b) {
            double product = 0;
            for (Index k = 0; k < 7; ++k) {
                product += basis(k, a) * basis(k, b);
            }
            BOOST_TEST(std::abs(product - (a == b ? 4 : 0)) < 1e-10);
        }
    }
    // Another weight gets other numbers.
    BOOST_TEST(first_values("he", {}, {4}, 1)(0) != first_values("he", {}, {4}, 2)(0));
}

namespace {

/// The standard deviation of a layer's weight, as `he` makes it, times the root of 2 over what it counts: how
/// many numbers go into one of the result.
double counted_by_he(const std::string& layer, Given given, const dsl::Type& input, std::size_t weight = 0) {
    given.calls = {{"init", models::initializer_call("he")}};
    const dsl::Weight found = typed(layer, given, {input}).weights.at(weight);
    const double deviation = summary(models::first_values(found.init, found.shape, found.fans,
                                                          {.seed = 7, .stream = 2, .step = 0}))
                                 .deviation;
    return 2 / (deviation * deviation);
}

/// What `glorot` counts: numbers that go in and come out.
double counted_by_glorot(const std::string& layer, Given given, const dsl::Type& input) {
    given.calls = {{"init", models::initializer_call("glorot")}};
    const dsl::Weight found = typed(layer, given, {input}).weights.at(0);
    const double deviation = summary(models::first_values(found.init, found.shape, found.fans,
                                                          {.seed = 7, .stream = 2, .step = 0}))
                                 .deviation;
    return 2 / (deviation * deviation);
}

}  // namespace

BOOST_AUTO_TEST_CASE(initializers_count_what_meets_in_a_number_of_the_result) {
    const auto close = boost::test_tools::tolerance(0.05);
    const auto filters = [](double count, double kernel, double stride) {
        return Given{.numbers = {{"filters", count}, {"kernel", kernel}, {"stride", stride}}};
    };
    const dsl::Type picture = type_of({64, 4, 4});
    BOOST_TEST(counted_by_he("conv", filters(8, 3, 1), picture) == 9.0 * 64, close);
    BOOST_TEST(counted_by_he("conv", filters(8, 3, 2), picture) == 9.0 * 64, close);
    BOOST_TEST(counted_by_he("conv_transpose", filters(8, 3, 1), picture) == 9.0 * 64, close);
    // Each place of the result meets a quarter of the kernel.
    BOOST_TEST(counted_by_he("conv_transpose", filters(8, 4, 2), picture) == 4.0 * 64, close);
    BOOST_TEST(counted_by_he("conv_transpose", filters(8, 4, 2), type_of({10, 64})) == 2.0 * 64, close);
    BOOST_TEST(counted_by_glorot("conv", filters(8, 3, 1), picture) == 9.0 * 72, close);
    BOOST_TEST(counted_by_glorot("conv_transpose", filters(8, 3, 1), picture) == 9.0 * 72, close);
    // As the convolution it is the adjoint of, with what goes in and what comes out exchanged.
    BOOST_TEST(counted_by_glorot("conv_transpose", filters(8, 4, 2), picture) == 4.0 * 64 + 16 * 8, close);
    BOOST_TEST(counted_by_glorot("conv", filters(64, 4, 2), type_of({8, 8, 8})) == 4.0 * 64 + 16 * 8, close);
    BOOST_TEST(counted_by_he("dense", {.numbers = {{"units", 80}}}, type_of({50})) == 50.0, close);
    BOOST_TEST(counted_by_he("lstm", {.numbers = {{"units", 40}}}, type_of({9, 50})) == 50.0, close);
    BOOST_TEST(counted_by_he("lstm", {.numbers = {{"units", 40}}}, type_of({9, 50}), 1) == 40.0, close);
    BOOST_TEST(counted_by_he("gru", {.numbers = {{"units", 40}}}, type_of({9, 50})) == 50.0, close);
    BOOST_TEST(counted_by_he("attention", {}, type_of({9, 60})) == 60.0, close);
}

BOOST_AUTO_TEST_CASE(schedules) {
    const auto close = boost::test_tools::tolerance(1e-9);
    const Given cosine{.numbers = {{"lr", 0.2}, {"warmup", 10}, {"floor", 0.1}}};
    BOOST_TEST(rate("cosine", cosine, 0, 110, 1) == 0.02, close);
    BOOST_TEST(rate("cosine", cosine, 9, 110, 1) == 0.2, close);
    BOOST_TEST(rate("cosine", cosine, 10, 110, 1) == 0.2, close);
    BOOST_TEST(rate("cosine", cosine, 60, 110, 1) == 0.15, close);
    BOOST_TEST(rate("cosine", cosine, 110, 110, 1) == 0.1, close);
    BOOST_TEST(rate("cosine", cosine, 500, 110, 1) == 0.1, close);
    BOOST_TEST(
        rate("cosine", {.numbers = {{"lr", 0.2}}}, 25, 100, 1) == 0.1 * (1 + std::cos(std::numbers::pi / 4)),
        close);
    const Given linear{.numbers = {{"from", 1}, {"to", 0.2}}};
    BOOST_TEST(rate("linear", linear, 0, 10, 1) == 1, close);
    BOOST_TEST(rate("linear", linear, 5, 10, 1) == 0.6, close);
    BOOST_TEST(rate("linear", linear, 50, 10, 1) == 0.2, close);
    const Given rising{.numbers = {{"from", 0}, {"to", 2}, {"steps", 4}}};
    BOOST_TEST(rate("linear", rising, 1, 100, 1) == 0.5, close);
    BOOST_TEST(rate("linear", rising, 4, 100, 1) == 2, close);
    BOOST_TEST(rate("linear", rising, 99, 100, 1) == 2, close);
    const Given decay{.numbers = {{"lr", 1}, {"factor", 0.5}}};
    BOOST_TEST(rate("decay", decay, 9, 100, 0) == 1, close);
    BOOST_TEST(rate("decay", decay, 10, 100, 1) == 0.5, close);
    BOOST_TEST(rate("decay", decay, 39, 100, 3) == 0.125, close);
}

BOOST_AUTO_TEST_CASE(optimizers_hand_their_arguments_on) {
    const auto stepped = [](const std::string& name, const Given& given) {
        Tape tape;
        const models::Definition& definition = models::definition(name);
        dsl::Arguments arguments;
        Given with_rate = given;
        with_rate.numbers.emplace_back("lr", 0.5);
        arguments = resolve(definition.entry, with_rate);
        const Var weight = tape.state(make_array({1}, 2));
        const Var slope = tape.constant(make_array({1}, 4));
        OptimizerState state;
        return definition.step(arguments, std::vector{weight}, std::vector{slope}, tape.constant(0.5), state)
            .at(0)
            .value()(0);
    };
    const auto close = boost::test_tools::tolerance(1e-6);
    BOOST_TEST(stepped("sgd", {}) == 2 - 0.5 * 4, close);
    BOOST_TEST(stepped("sgd", {.numbers = {{"clip", 1}}}) == 2 - 0.5, close);
    BOOST_TEST(stepped("sgd", {.numbers = {{"weight_decay", 1}}}) == 2 - 0.5 * 6, close);
    BOOST_TEST(stepped("sgd", {.numbers = {{"momentum", 0.5}}, .flags = {{"nesterov", true}}}) == 2 - 0.5 * 6,
               close);
    BOOST_TEST(stepped("adam", {}) == 1.5, close);
    BOOST_TEST(stepped("adam", {.numbers = {{"eps", 1}}}) == 2 - 0.5 * 4 / 5, close);
    BOOST_TEST(stepped("adamw", {}) == 2 * (1 - 0.5 * 0.01) - 0.5, close);
    BOOST_TEST(stepped("rmsprop", {.numbers = {{"decay", 0.75}}}) == 2 - 0.5 * 4 / 2, close);
}

BOOST_AUTO_TEST_SUITE_END()
