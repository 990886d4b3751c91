#include <boost/test/unit_test.hpp>
#include <cmath>

#include "autodiff/autodiff.hpp"
#include "autodiff/stability.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

/// Textbook formulas: with the rewrites they agree with themselves where they are harmless, and stay finite
/// where they would not be.
namespace gandsl_test {

using namespace gandsl;

namespace {

struct Formula {
    const char* name;
    const char* rewrite;  ///< that it needs
    Var (*build)(Var x);  ///< x is (4, 6)
    bool breaks = true;   ///< is infinite or NaN at extreme inputs without its rewrite
};

const Formula formulas[] = {
    {"log_sigmoid", "log-sigmoid", [](Var x) { return log(sigmoid(x)); }},
    {"log_sigmoid_reshaped", "log-sigmoid",
     [](Var x) {
         return log(reshape(sigmoid(x), {3, 8}));
     }},
    {"log_sigmoid_sliced", "log-sigmoid", [](Var x) { return log(slice(sigmoid(x), 1, 0, 6, 1)); }},
    {"log_sigmoid_sliced_rows", "log-sigmoid", [](Var x) { return log(slice(sigmoid(x), 0, 0, 3)); }},
    {"log_sigmoid_transposed", "log-sigmoid",
     [](Var x) {
         return log(transpose(sigmoid(x), {1, 0}));
     }},
    {"log_sigmoid_broadcast", "log-sigmoid",
     [](Var x) {
         return log(broadcast_to(sigmoid(x), {2, 4, 6}));
     }},
    {"log_sigmoid_moved_twice", "log-sigmoid",
     [](Var x) {
         return log(reshape(transpose(sigmoid(x), {1, 0}), {2, -1}));
     }},
    {"log_one_minus_sigmoid", "log-one-minus-sigmoid", [](Var x) { return log(1.0 - sigmoid(x)); }},
    {"log_one_minus_sigmoid_reshaped", "log-one-minus-sigmoid",
     [](Var x) { return log(1.0 - reshape(sigmoid(x), {24})); }},
    {"log_reshaped_one_minus_sigmoid", "log-one-minus-sigmoid",
     [](Var x) { return log(reshape(1.0 - sigmoid(x), {24})); }},
    {"log_softmax", "log-softmax", [](Var x) { return log(softmax(x)); }},
    {"log_softmax_reshaped", "log-softmax",
     [](Var x) {
         return log(reshape(softmax(x), {2, 2, 6}));
     }},
    {"log_softmax_sliced", "log-softmax", [](Var x) { return log(slice(softmax(x), 1, 1, 4)); }},
    {"log_softmax_transposed", "log-softmax",
     [](Var x) {
         return log(transpose(softmax(x), {1, 0}));
     }},
    {"cross_entropy", "log-softmax",
     [](Var x) {
         return -sum(log(softmax(x)) * one_hot(x.tape().constant(to_array({4}, {0, 5, 2, 2})), 6), {-1});
     }},
    {"discriminator", "log-sigmoid", [](Var x) { return -log(sigmoid(x)) - log(1.0 - sigmoid(negate(x))); }},
    {"softplus", "log-sigmoid", [](Var x) { return softplus(x); }, false},
};

struct Results {
    std::vector<double> value, slope, curvature;
};

Results evaluate(const Formula& formula, const std::vector<double>& numbers, bool rewriting) {
    Tape tape;
    for (const Rewrite& rewrite : rewrites()) {
        tape.recording.set_rewrite(rewrite.name, rewriting);
    }
    const Var x = tape.constant(to_array({4, 6}, numbers));
    const Var value = formula.build(x);
    const Var slope = gradient(sum(value), x);
    const Var curvature = gradient(sum(square(slope)), x);
    return {to_numbers(value.value()), to_numbers(slope.value()), to_numbers(curvature.value())};
}

bool all_finite(const std::vector<double>& numbers) {
    for (const double number : numbers) {
        if (!std::isfinite(number)) {
            return false;
        }
    }
    return true;
}

void check_agreement(const Formula& formula) {
    std::vector<double> numbers(24);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] = 3 * std::sin(static_cast<double>(i) * 1.7);
    }
    const Results on = evaluate(formula, numbers, true);
    const Results off = evaluate(formula, numbers, false);
    const auto close = [](const std::vector<double>& a, const std::vector<double>& b) {
        BOOST_TEST_REQUIRE(a.size() == b.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            BOOST_TEST(std::abs(a[i] - b[i]) <= 1e-5 * (1 + std::abs(b[i])),
                       "element " << i << ": " << a[i] << " and " << b[i]);
        }
    };
    close(on.value, off.value);
    close(on.slope, off.slope);
    close(on.curvature, off.curvature);
}

// Logits that nets reach when they are sure: sigmoid and softmax round to 0 and 1.
void check_extremes(const Formula& formula) {
    const std::vector<double> extremes{0,    88,  -88, 104,  -104, 1e4, -1e4, 200, -200, 17,  -17,  1e-40,
                                       -1e4, 1e4, 0,   -300, 300,  50,  -50,  30,  -30,  1e6, -1e6, 3};
    const Results on = evaluate(formula, extremes, true);
    BOOST_TEST(all_finite(on.value));
    BOOST_TEST(all_finite(on.slope));
    BOOST_TEST(all_finite(on.curvature));
    const Results off = evaluate(formula, extremes, false);
    const bool broken = !all_finite(off.value) || !all_finite(off.slope);
    BOOST_TEST(broken == formula.breaks);
}

void check_unknown_rewrite() {
    Tape tape;
    try {
        tape.recording.set_rewrite("no-such-rewrite", false);
        BOOST_ERROR("no error was thrown");
    } catch (const Error& error) {
        BOOST_TEST(error.message().find("no-such-rewrite") != std::string::npos);
        for (const Rewrite& rewrite : rewrites()) {
            BOOST_TEST(error.message().find(std::string(rewrite.name)) != std::string::npos);
        }
    }
}

// With only its own rewrite switched off a formula breaks: the others do not stand in for it.
void check_own_rewrite(const Formula& formula) {
    Tape tape;
    tape.recording.set_rewrite(formula.rewrite, false);
    const std::vector<double> extremes{200, -200, 104, -104, 300, -300, 200, -200, 104, -104, 300, -300,
                                       200, -200, 104, -104, 300, -300, 200, -200, 104, -104, 300, -300};
    const Var x = tape.constant(to_array({4, 6}, extremes));
    BOOST_TEST(!all_finite(to_numbers(formula.build(x).value())));
    tape.recording.set_rewrite(formula.rewrite, true);
    BOOST_TEST(all_finite(to_numbers(formula.build(x).value())));
}

// The stable form would read the state's new value, where log(x) is that of the old one.
void check_after_assignment() {
    Tape tape;
    const Var w = tape.state(to_array({2}, {0, 1}));
    const Var p = sigmoid(w);
    const Var rest = 1.0 - p;
    const Var moved = reshape(p, {2, 1});
    const Var shares = softmax(w);
    const std::vector<double> expected[] = {to_numbers(log(p).value()), to_numbers(log(rest).value()),
                                            to_numbers(log(moved).value()), to_numbers(log(shares).value())};
    BOOST_TEST(logit_of(moved).has_value());
    tape.assign(w, to_array({2}, {50, -50}));
    const Var values[] = {p, rest, moved, shares};
    for (std::size_t index = 0; index < std::size(values); ++index) {
        const std::vector<double> found = to_numbers(log(values[index]).value());
        for (std::size_t i = 0; i < 2; ++i) {
            BOOST_TEST(std::abs(found[i] - expected[index][i]) < 1e-6,
                       "value " << index << ": " << found[i] << ", expected " << expected[index][i]);
        }
    }
    BOOST_TEST(!logit_of(moved).has_value());
    // What is recorded after the assignment has its stable form again.
    BOOST_TEST(std::abs(to_numbers(log(sigmoid(w)).value())[1] + 50) < 1e-5);
}

}  // namespace

void add_stability_cases() {
    for (const Formula& formula : formulas) {
        add_case("stability", std::string(formula.name) + "_agrees",
                 [&formula] { check_agreement(formula); });
        add_case("stability", std::string(formula.name) + "_extremes",
                 [&formula] { check_extremes(formula); });
        if (formula.breaks) {
            add_case("stability", std::string(formula.name) + "_switch",
                     [&formula] { check_own_rewrite(formula); });
        }
    }
    add_case("stability", "unknown_rewrite", check_unknown_rewrite);
    add_case("stability", "after_assignment", check_after_assignment);
}

}  // namespace gandsl_test
