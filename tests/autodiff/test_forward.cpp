#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/reference.hpp"
#include "tests/autodiff/suites.hpp"

/// Each operation's samples against plain loops, in double.
namespace gandsl_test {

using namespace gandsl;

namespace {

// Every node that the sample recorded is computed once more from its inputs' values.
std::size_t check_nodes(const Tape& tape, std::string_view wanted, const std::string& sample) {
    std::size_t found = 0;
    for (NodeId id = 0; id < tape.size(); ++id) {
        const Node& node = tape.node(id);
        if (node.inputs.empty()) {
            continue;
        }
        const std::string name(node.operation->name);
        found += name == wanted ? 1 : 0;
        const auto reference = references().find(name);
        BOOST_TEST_REQUIRE((reference != references().end()), "no reference for " << name);
        ReferenceCall call{node.attributes.integers, node.attributes.numbers, {}, node.shape};
        for (const NodeId input : node.inputs) {
            call.inputs.push_back({tape.node(input).shape, to_numbers(*tape.node(input).value)});
        }
        const std::vector<double> expected = reference->second(call);
        const std::vector<double> computed = to_numbers(*node.value);
        BOOST_TEST_REQUIRE(expected.size() == computed.size());
        double scale = 1;
        for (const double number : expected) {
            scale = std::max(scale, std::abs(number));
        }
        const double allowed = 1e-13 * scale;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            BOOST_TEST(std::abs(expected[i] - computed[i]) <= allowed,
                       sample << ", " << name << ", element " << i << ": " << computed[i] << ", expected "
                              << expected[i]);
        }
    }
    return found;
}

void check_samples(const Operation& operation) {
    BOOST_TEST_REQUIRE((operation.samples != nullptr), "no samples");
    BOOST_TEST((references().count(std::string(operation.name)) == 1), "no reference");
    std::size_t found = 0;
    for (const Sample& sample : operation.samples()) {
        Tape tape;
        std::vector<Var> vars;
        for (const Array& input : to_arrays(sample.shapes, draw(sample))) {
            vars.push_back(tape.constant(input));
        }
        sample.build(vars);
        found += check_nodes(tape, operation.name, sample.name);
    }
    BOOST_TEST(found > 0U, "no sample records the operation");
}

// Sizes that are cut into blocks and parts, with the operations of their gradients.
struct Large {
    const char* name;
    std::vector<Shape> shapes;
    Var (*build)(std::span<const Var> x);
};

template <bool transpose_a, bool transpose_b>
Var product(std::span<const Var> x) {
    return matmul(x[0], x[1], transpose_a, transpose_b);
}

template <Index stride, Index dilation>
Var same_convolution(std::span<const Var> x) {
    const Shape image = x[0].shape();
    const Shape weight = x[1].shape();
    return convolution(
        x[0], x[1],
        same_geometry({image[1], image[2]}, {weight[0], weight[1]}, {stride, stride}, {dilation, dilation}));
}

const std::vector<Large>& large() {
    static const std::vector<Large> table{
        {"matmul", {{150, 90}, {90, 310}}, product<false, false>},
        {"matmul_first_transposed", {{90, 310}, {90, 150}}, product<true, false>},
        {"matmul_second_transposed", {{310, 90}, {150, 90}}, product<false, true>},
        {"matmul_both_transposed", {{90, 310}, {150, 90}}, product<true, true>},
        {"matmul_batched", {{5, 70, 60}, {5, 60, 75}}, product<false, false>},
        {"convolution", {{3, 20, 19, 8}, {5, 5, 8, 16}}, same_convolution<1, 1>},
        {"convolution_stride_2", {{5, 21, 20, 8}, {4, 4, 8, 20}}, same_convolution<2, 1>},
        {"convolution_to_few", {{3, 25, 24, 20}, {3, 3, 20, 2}}, same_convolution<1, 1>},
        {"convolution_to_few_stride_3", {{4, 25, 24, 20}, {3, 2, 20, 1}}, same_convolution<3, 1>},
        {"convolution_to_few_dilated", {{2, 25, 24, 20}, {3, 3, 20, 1}}, same_convolution<2, 2>},
        {"convolution_one_channel", {{12, 28, 28, 1}, {5, 5, 1, 16}}, same_convolution<2, 1>},
        {"convolution_pointwise", {{6, 20, 20, 20}, {1, 1, 20, 24}}, same_convolution<1, 1>},
        {"convolution_of_one_example", {{1, 50, 50, 6}, {5, 5, 6, 8}}, same_convolution<1, 1>},
    };
    return table;
}

void check_large(const Large& one) {
    Sample sample{.name = one.name, .shapes = one.shapes, .build = one.build};
    Tape tape;
    std::vector<Var> vars;
    for (const Array& input : to_arrays(sample.shapes, draw(sample))) {
        vars.push_back(tape.constant(input));
    }
    gradient(sum(square(sample.build(vars))), vars);
    const std::string name(one.name);
    BOOST_TEST(check_nodes(tape, name.substr(0, name.find('_')), name) > 0U);
}

// Word i of a stream is word i % 4 of counter i / 4; 24 of its bits are the number.
double uniform_at(std::uint64_t index, std::uint64_t seed, std::uint32_t stream) {
    const PhiloxWords words = philox(
        {{static_cast<std::uint32_t>(index / 4), static_cast<std::uint32_t>(index / 4 >> 32), stream, 0}},
        static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
    return static_cast<double>(words.word[index % 4] / 256) / 16777216.0;
}

void check_philox() {
    // The generator's published answers for counters and keys of all zeros and all ones.
    const PhiloxWords zeros = philox({{0, 0, 0, 0}}, 0, 0);
    BOOST_TEST(zeros.word[0] == 0x6627e8d5U);
    BOOST_TEST(zeros.word[1] == 0xe169c58dU);
    BOOST_TEST(zeros.word[2] == 0xbc57ac4cU);
    BOOST_TEST(zeros.word[3] == 0x9b00dbd8U);
    const std::uint32_t ones = 0xffffffffU;
    BOOST_TEST(philox({{ones, ones, ones, ones}}, ones, ones).word[0] == 0x408f276dU);
}

constexpr std::uint64_t seed = 0x123456789abcdef0ULL;

void check_random_uniform() {
    check_philox();
    Tape tape(Evaluation::eager, seed);
    const std::vector<double> drawn = to_numbers(random_uniform(tape, {3, 5}, 7).value());
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        BOOST_TEST(drawn[i] == uniform_at(i, seed, 7));
    }
    BOOST_TEST(to_numbers(random_uniform(tape, {15}, 7).value()) == drawn);
    BOOST_TEST(to_numbers(random_uniform(tape, {15}, 8).value()) != drawn);
}

void check_random_normal() {
    check_philox();
    Tape tape(Evaluation::eager, seed);
    const std::vector<double> drawn = to_numbers(random_normal(tape, {7}, 3).value());
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        const std::size_t pair = i / 2 * 2;
        const double radius = std::sqrt(-2 * std::log(1 - uniform_at(pair, seed, 3)));
        const double angle = 2 * std::numbers::pi * uniform_at(pair + 1, seed, 3);
        const double expected = radius * (i % 2 == 0 ? std::cos(angle) : std::sin(angle));
        BOOST_TEST(std::abs(drawn[i] - expected) < 1e-12);
    }
    const std::vector<double> many = to_numbers(random_normal(tape, {40000}, 4).value());
    double mean = 0;
    double square = 0;
    for (const double x : many) {
        mean += x / 40000;
        square += x * x / 40000;
    }
    // Four standard errors of the mean and of the variance.
    BOOST_TEST(std::abs(mean) < 4 * 0.005);
    BOOST_TEST(std::abs(square - 1) < 4 * 0.0071);
}

void check_step_number() {
    Tape tape;
    const Var step = step_number(tape);
    BOOST_TEST(*step.value().data() == 0);
    Plan plan({step});
    for (const std::uint64_t run : {0U, 3U, 70000U}) {
        plan.run(run);
        BOOST_TEST(plan.read(step)[0] == static_cast<double>(run));
    }
    // Whole parts, where a quotient of rounded numbers would be one less or more.
    Tape shares;
    const Var part = step_number(shares, 128, 130);
    const Var large = step_number(shares, 3'000'000'000U, 3'000'000'001U);
    BOOST_CHECK_THROW(step_number(shares, 1, 0), Error);
    Plan parts({part, large});
    for (const auto& [run, expected] :
         {std::pair<std::uint64_t, std::uint64_t>{0, 0}, {1, 0}, {2, 1}, {64, 63}, {65, 64}, {66, 64}}) {
        parts.run(run);
        BOOST_TEST(parts.read(part)[0] == static_cast<double>(expected));
    }
    for (const std::uint64_t run : {std::uint64_t{16'777'217}, std::uint64_t{3'000'000'001} * 4}) {
        parts.run(run);
        BOOST_TEST(parts.read(large)[0] == static_cast<Real>(run - (run % 3'000'000'001U == 0 ? 4 : 1)));
        BOOST_TEST(parts.read(part)[0] == static_cast<Real>(run / 65 * 64 + run % 65 * 64 / 65));
    }
}

void check_input() {
    Tape tape;
    const Var x = tape.input({2}, "x");
    const Var doubled = x * 2.0;
    Plan plan({doubled});
    plan.set(x, to_array({2}, {3, -4}));
    plan.run();
    BOOST_TEST(to_numbers(plan.value(doubled)) == (std::vector<double>{6, -8}));
    BOOST_CHECK_THROW(x.value(), Error);
}

void check_constant() {
    Tape tape;
    BOOST_TEST(to_numbers(tape.constant(to_array({2}, {3, -4})).value()) == (std::vector<double>{3, -4}));
    BOOST_TEST(to_numbers(tape.filled({2, 1}, 0.5).value()) == (std::vector<double>{0.5, 0.5}));
    BOOST_TEST(tape.constant(0.5).shape().empty());
}

void check_state() {
    Tape tape;
    const Var state = tape.state(to_array({2}, {3, -4}), "weight");
    BOOST_TEST(tape.name(state.id()) == "weight");
    tape.assign(state, to_array({2}, {1, 2}));
    BOOST_TEST(to_numbers(state.value()) == (std::vector<double>{1, 2}));
    Plan plan({state * 2.0}, {{state, state + 1.0}});
    plan.run();
    BOOST_TEST(to_numbers(state.value()) == (std::vector<double>{2, 3}));
    BOOST_CHECK_THROW(tape.assign(state, to_array({3}, {1, 2, 3})), Error);
}

const std::map<std::string, void (*)()>& sources() {
    static const std::map<std::string, void (*)()> table{
        {"input", check_input},
        {"constant", check_constant},
        {"state", check_state},
        {"random_uniform", check_random_uniform},
        {"random_normal", check_random_normal},
        {"step_number", check_step_number},
    };
    return table;
}

void check_table() {
    std::vector<std::string> names;
    for (const Operation* operation : operations()) {
        names.emplace_back(operation->name);
        BOOST_TEST(!operation->doc.empty(), operation->name << " has no doc line");
        const int ways = (operation->kernel != nullptr) + (operation->forward != nullptr) + operation->alias;
        const auto leaf = {"input", "constant", "state"};
        const bool is_leaf = std::find(leaf.begin(), leaf.end(), operation->name) != leaf.end();
        BOOST_TEST(ways == (is_leaf ? 0 : 1), operation->name << " is computed in " << ways << " ways");
    }
    std::sort(names.begin(), names.end());
    BOOST_TEST((std::adjacent_find(names.begin(), names.end()) == names.end()), "a name is there twice");
    for (const auto& [name, reference] : references()) {
        BOOST_TEST(std::binary_search(names.begin(), names.end(), name), "no operation is named " << name);
    }
}

}  // namespace

void add_forward_cases() {
    add_case("table", "records", check_table);
    for (const Large& one : large()) {
        add_case("large", one.name, [&one] { check_large(one); });
    }
    for (const Operation* operation : operations()) {
        add_case("forward", std::string(operation->name), [operation] {
            if (operation->arity == 0) {
                const auto check = sources().find(std::string(operation->name));
                BOOST_TEST_REQUIRE((check != sources().end()), "no check for an operation without inputs");
                check->second();
            } else {
                check_samples(*operation);
            }
        });
    }
}

}  // namespace gandsl_test
