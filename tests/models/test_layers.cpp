#include <boost/test/unit_test.hpp>
#include <cmath>

#include "autodiff/operations.hpp"
#include "models/layouts.hpp"
#include "tests/models/apply.hpp"

BOOST_AUTO_TEST_SUITE(layers)

using namespace gandsl;
using namespace gandsl::test;

BOOST_AUTO_TEST_CASE(dense_is_a_product_on_the_last_axis) {
    Tape tape;
    const Array x = random({3, 4, 5});  // a sequence of 4 vectors
    const Application applied = apply(tape, "dense", {.numbers = {{"units", 2}}}, {value(tape, x)});
    const Array& weight = applied.weights[0].value();
    const Array& bias = applied.weights[1].value();
    Array expected = make_array({3, 4, 2});
    for (Index n = 0; n < 3; ++n) {
        for (Index t = 0; t < 4; ++t) {
            for (Index unit = 0; unit < 2; ++unit) {
                expected(n, t, unit) = bias(unit);
                for (Index k = 0; k < 5; ++k) {
                    expected(n, t, unit) += x(n, t, k) * weight(k, unit);
                }
            }
        }
    }
    require_close(numbers(applied.results[0]), expected);
    // A single vector is the case of the sequence without its middle axis.
    const Array row = random({3, 5});
    const Application single = apply(tape, "dense", {.numbers = {{"units", 2}}, .flags = {{"bias", false}}},
                                     {value(tape, row)}, models::Mode::train, {applied.weights[0]});
    BOOST_TEST(single.weights.size() == 1u);
    BOOST_TEST(numbers(single.results[0])(2, 1) == row(2, 0) * weight(0, 1) + row(2, 1) * weight(1, 1) +
                                                       row(2, 2) * weight(2, 1) + row(2, 3) * weight(3, 1) +
                                                       row(2, 4) * weight(4, 1),
               boost::test_tools::tolerance(1e-12));
    check_gradients("dense", {.numbers = {{"units", 2}}}, {x});
}

BOOST_AUTO_TEST_CASE(dense_begins_as_its_page_says) {
    const Typed type = typed("dense", {.numbers = {{"units", 7}}}, {type_of({16})});
    BOOST_REQUIRE_EQUAL(type.weights.size(), 2u);
    BOOST_TEST(type.weights[0].init.name == "uniform");
    BOOST_TEST(std::get<double>(type.weights[0].init.arguments[1].second.data) == 0.25);
    dsl::NestedCall normal;
    normal.name = "normal";
    const Typed given =
        typed("dense", {.numbers = {{"units", 7}}, .calls = {{"init", normal}}}, {type_of({16})});
    BOOST_TEST(given.weights[0].init.name == "normal");
}

BOOST_AUTO_TEST_CASE(dense_wants_flat_numbers) {
    BOOST_TEST(refusal("dense", {.numbers = {{"units", 7}}}, {type_of({1, 28, 28})})
                   .find("acts on vectors, and this has 3 axes") != std::string::npos);
    BOOST_TEST(refusal("dense", {.numbers = {{"units", 7}}}, {type_of({}, 10)}) != "");
    BOOST_TEST(refusal("dense", {.numbers = {{"units", 7}}}, {type_of({})}) == "");
}

BOOST_AUTO_TEST_CASE(activations) {
    const auto at = [](const std::string& entry, const Given& given, double x) {
        Tape tape;
        Array array = make_array({1, 1}, x);
        return numbers(apply(tape, entry, given, {value(tape, array)}).results[0])(0, 0);
    };
    const auto close = boost::test_tools::tolerance(1e-12);
    BOOST_TEST(at("relu", {}, -2) == 0);
    BOOST_TEST(at("relu", {}, 2) == 2);
    BOOST_TEST(at("leaky_relu", {}, -2) == -0.02);
    BOOST_TEST(at("leaky_relu", {.numbers = {{"slope", 0.3}}}, -2) == -0.6);
    BOOST_TEST(at("elu", {.numbers = {{"alpha", 2}}}, -1) == 2 * std::expm1(-1), close);
    BOOST_TEST(at("gelu", {}, 1) == 0.5 * (1 + std::erf(1 / std::sqrt(2.0))), close);
    BOOST_TEST(at("silu", {}, 1) == 1 / (1 + std::exp(-1.0)), close);
    BOOST_TEST(at("softplus", {}, 1) == std::log1p(std::exp(1.0)), close);
    BOOST_TEST(at("tanh", {}, 1) == std::tanh(1.0), close);
    BOOST_TEST(at("sigmoid", {}, 1) == 1 / (1 + std::exp(-1.0)), close);
    for (const char* name : {"elu", "gelu", "silu", "softplus", "tanh", "sigmoid", "softmax"}) {
        check_gradients(name, {}, {random({2, 4})});
    }
}

BOOST_AUTO_TEST_CASE(softmax_sums_to_one) {
    Tape tape;
    const Array y = numbers(apply(tape, "softmax", {}, {value(tape, random({2, 3, 4}))}).results[0]);
    for (Index n = 0; n < 2; ++n) {
        for (Index t = 0; t < 3; ++t) {
            double total = 0;
            for (Index k = 0; k < 4; ++k) {
                total += y(n, t, k);
            }
            BOOST_TEST(total == 1, boost::test_tools::tolerance(1e-12));
        }
    }
    // Along the last axis, however many there are.
    const Array volume = numbers(apply(tape, "softmax", {}, {value(tape, random({2, 3, 5, 4}))}).results[0]);
    for (Index n = 0; n < 2; ++n) {
        for (Index c = 0; c < 3; ++c) {
            for (Index t = 0; t < 5; ++t) {
                double total = 0;
                for (Index k = 0; k < 4; ++k) {
                    total += volume(n, c, t, k);
                }
                BOOST_TEST(total == 1, boost::test_tools::tolerance(1e-12));
            }
        }
    }
    BOOST_TEST(refusal("softmax", {}, {type_of({})}) != "");
}

BOOST_AUTO_TEST_CASE(flatten_and_reshape_keep_the_language_order) {
    Tape tape;
    const Array x = random({2, 3, 4, 5});
    // The same picture held channels last must flatten to the same vector.
    const models::Value first = value(tape, x);
    const models::Value last = models::channels_last(first);
    BOOST_REQUIRE((last.layout == models::Layout::channels_last));
    const Array flat = numbers(apply(tape, "flatten", {}, {last}).results[0]);
    require_close(flat, numbers(apply(tape, "flatten", {}, {first}).results[0]), 0);
    BOOST_TEST(flat(1, 2 * 20 + 3 * 5 + 4) == x(1, 2, 3, 4));
    const Array shaped =
        numbers(apply(tape, "reshape", {.lists = {{"sizes", {5, -1, 2}}}}, {last}).results[0]);
    BOOST_TEST(to_string(shape_of(shaped)) == "(2, 5, 6, 2)");
    BOOST_TEST(shaped(1, 4, 5, 1) == x(1, 2, 3, 4));
}

BOOST_AUTO_TEST_CASE(reshape_says_what_does_not_fit) {
    BOOST_TEST(refusal("reshape", {.lists = {{"sizes", {256, 7, 7}}}}, {type_of({100})}) != "");
    BOOST_TEST(refusal("reshape", {.lists = {{"sizes", {-1, -1}}}}, {type_of({100})}) != "");
    BOOST_TEST(refusal("reshape", {.lists = {{"sizes", {-1, 7}}}}, {type_of({100})}) != "");
    BOOST_TEST(refusal("reshape", {.lists = {{"sizes", {0, 7}}}}, {type_of({100})}) != "");
    BOOST_TEST(refusal("reshape", {.lists = {{"sizes", {9e18, 9e18}}}}, {type_of({100})}) != "");
    BOOST_TEST(refusal("reshape", {.lists = {{"sizes", {-1, 10}}}}, {type_of({100})}) == "");
}

BOOST_AUTO_TEST_CASE(dropout_drops_its_share_and_keeps_the_mean) {
    Tape tape;
    const Array ones = make_array({200, 100}, 1);
    const models::Value x = value(tape, ones);
    const Array y = numbers(apply(tape, "dropout", {.numbers = {{"rate", 0.3}}}, {x}).results[0]);
    double dropped = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        BOOST_REQUIRE((y.data()[i] == 0 || std::abs(y.data()[i] - 1 / 0.7) < 1e-12));
        dropped += y.data()[i] == 0 ? 1 : 0;
    }
    // 20,000 draws: the standard deviation of the share is 0.0032.
    BOOST_TEST(std::abs(dropped / 20000 - 0.3) < 0.015);
    const models::Value kept =
        apply(tape, "dropout", {.numbers = {{"rate", 0.3}}}, {x}, models::Mode::evaluate).results[0];
    BOOST_TEST((kept.var == x.var));
}

BOOST_AUTO_TEST_SUITE_END()
