#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <thread>

#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

/// Where numbers or sizes are out of the ordinary: a plan gives the bits that an eager tape gives, for zeros
/// of both signs, denormals, infinities and NaN; arrays without elements are computed or refused with a word.
namespace gandsl_test {

using namespace gandsl;

namespace {

std::vector<Var> value_and_gradients(const Sample& sample, std::span<const Var> inputs) {
    std::vector<Var> outputs{sample.build(inputs)};
    for (const Var& one : gradient(sum(square(outputs[0])), inputs)) {
        outputs.push_back(one);
    }
    return outputs;
}

struct Outcome {
    std::vector<std::vector<Real>> values;
    std::optional<ErrorCode> refused;
};

Outcome eagerly(const Sample& sample, const std::vector<Array>& arrays) {
    Outcome outcome;
    try {
        Tape tape;
        std::vector<Var> inputs;
        for (const Array& array : arrays) {
            inputs.push_back(tape.constant(array));
        }
        for (const Var& output : value_and_gradients(sample, inputs)) {
            outcome.values.emplace_back(output.value().data(), output.value().data() + output.value().size());
        }
    } catch (const Error& error) {
        outcome.refused = error.code();
    }
    return outcome;
}

Outcome by_plan(const Sample& sample, const std::vector<Array>& arrays, std::vector<std::string> without) {
    Outcome outcome;
    try {
        Tape tape(Evaluation::planned);
        std::vector<Var> inputs;
        for (const Array& array : arrays) {
            inputs.push_back(tape.input(shape_of(array)));
        }
        const std::vector<Var> outputs = value_and_gradients(sample, inputs);
        PlanOptions options;
        options.without = std::move(without);
        Plan plan(outputs, {}, options);
        for (std::size_t index = 0; index < inputs.size(); ++index) {
            plan.set(inputs[index], arrays[index]);
        }
        plan.run();
        for (const Var& output : outputs) {
            const std::span<const Real> value = plan.read(output);
            outcome.values.emplace_back(value.begin(), value.end());
        }
    } catch (const Error& error) {
        outcome.refused = error.code();
    }
    return outcome;
}

bool same_bits(Real a, Real b) {
    return std::memcmp(&a, &b, sizeof(Real)) == 0 || (std::isnan(a) && std::isnan(b));
}

void compare(const std::string& what, const Sample& sample, const std::vector<Array>& arrays) {
    const Outcome eager = eagerly(sample, arrays);
    BOOST_TEST((eager.refused != ErrorCode::internal), what);
    for (const auto& without : {std::vector<std::string>{}, Plan::passes()}) {
        const Outcome planned = by_plan(sample, arrays, without);
        BOOST_TEST_REQUIRE((planned.refused == eager.refused),
                           what << ", " << without.size() << " passes off");
        BOOST_TEST_REQUIRE(planned.values.size() == eager.values.size(), what);
        for (std::size_t output = 0; output < eager.values.size(); ++output) {
            BOOST_TEST_REQUIRE(planned.values[output].size() == eager.values[output].size(), what);
            for (std::size_t index = 0; index < eager.values[output].size(); ++index) {
                const Real found = planned.values[output][index];
                const Real wanted = eager.values[output][index];
                BOOST_TEST(same_bits(found, wanted), what << ", " << without.size() << " passes off, output "
                                                          << output << ", element " << index << ": planned "
                                                          << found << ", eager " << wanted);
            }
        }
    }
}

std::vector<Real> special_values() {
    using Limits = std::numeric_limits<Real>;
    return {Real(0),
            Real(-0.0),
            Limits::denorm_min(),
            -Limits::denorm_min(),
            Limits::min() / 2,
            Limits::min(),
            -Limits::min(),
            Real(1),
            Real(-1),
            Limits::max(),
            Limits::lowest(),
            Limits::infinity(),
            -Limits::infinity(),
            Limits::quiet_NaN(),
            Real(0.5)};
}

// Every value meets every other one: each input is filled with a stride and a start of its own.
void check_special_values(const Operation& operation) {
    const std::vector<Real> special = special_values();
    for (const Sample& sample : operation.samples()) {
        std::vector<Array> arrays = to_arrays(sample.shapes, draw(sample));
        for (std::size_t start = 0; start < special.size(); start += 2) {
            for (std::size_t input = 0; input < arrays.size(); ++input) {
                for (std::size_t index = 0; !is_fixed(sample, input) && index < arrays[input].size();
                     ++index) {
                    arrays[input].data()[index] = special[(index + start * (input + 1)) % special.size()];
                }
            }
            compare(std::string(operation.name) + ", " + sample.name + ", from " + std::to_string(start),
                    sample, arrays);
        }
        for (const Real value : {Real(-0.0), Real(0)}) {
            for (std::size_t input = 0; input < arrays.size(); ++input) {
                if (!is_fixed(sample, input)) {
                    std::fill_n(arrays[input].data(), arrays[input].size(), value);
                }
            }
            compare(std::string(operation.name) + ", " + sample.name + ", zeros", sample, arrays);
        }
    }
}

// Each size of a sample in turn becomes 0, on all axes that have it.
void check_without_elements(const Operation& operation) {
    for (const Sample& sample : operation.samples()) {
        std::set<Index> sizes;
        for (const Shape& shape : sample.shapes) {
            sizes.insert(shape.begin(), shape.end());
        }
        for (const Index size : sizes) {
            for (std::size_t only = 0; only <= sample.shapes.size(); ++only) {  // one input, or all
                Sample empty = sample;
                for (std::size_t input = 0; input < sample.shapes.size(); ++input) {
                    if (only == input || only == sample.shapes.size()) {
                        std::replace(empty.shapes[input].begin(), empty.shapes[input].end(), size, Index{0});
                    }
                }
                compare(std::string(operation.name) + ", " + sample.name + ", 0 for " + std::to_string(size),
                        empty, to_arrays(empty.shapes, draw(empty)));
            }
        }
    }
}

// Long rows of zeros of one sign, where sums are cut into pieces.
void check_long_zeros() {
    const std::vector<Var (*)(Var)> reductions{
        [](Var x) { return sum(x * 1.0); },      [](Var x) { return sum(x * 2.0, {0}); },
        [](Var x) { return sum(x * 2.0, {1}); }, [](Var x) { return max(x, {1}); },
        [](Var x) { return mean(x + x); },       [](Var x) { return mean_and_variance(x, {0}).mean; }};
    for (const auto& reduce : reductions) {
        const Sample sample{.name = "", .shapes = {{300, 130}}, .build = [reduce](std::span<const Var> x) {
                                return reduce(x[0]);
                            }};
        compare("a long row of -0", sample, {make_array({300, 130}, Real(-0.0))});
    }
}

std::vector<double> numbers_of(Var x) {
    return to_numbers(x.value());
}

using Numbers = std::vector<double>;

void check_ties() {
    Tape tape;
    const Var a = tape.constant(to_array({3}, {1, 2, 0}));
    const Var b = tape.constant(to_array({3}, {1, 1, 3}));
    using Choice = std::pair<Var (*)(Var, Var), double>;
    for (const auto& [function, larger] : {Choice(maximum, 1.0), Choice(minimum, 0.0)}) {
        const std::vector<Var> found = gradient(function(a, b), {a, b});
        BOOST_TEST(numbers_of(found[0]) == (Numbers{0.5, larger, 1 - larger}));
        BOOST_TEST(numbers_of(found[1]) == (Numbers{0.5, 1 - larger, larger}));
        // The square's second derivative, as the even share gives it: 2 (1/2 + 0)^2 for one side.
        const std::vector<Var> squared = gradient(square(function(a, b)), {a});
        BOOST_TEST(numbers_of(gradient(squared[0], a))[0] == 0.5);
    }
    const Var pair = concatenate({slice(a, 0, 0, 1), slice(b, 0, 0, 1)}, 0);
    BOOST_TEST(numbers_of(gradient(max(pair), pair)) == (Numbers{0.5, 0.5}));
    const Var self = gradient(maximum(a, a), a);
    BOOST_TEST(numbers_of(self) == (Numbers{1, 1, 1}));
}

// a^b where both or one is 0, with exponents that are constants and that are not.
void check_powers_of_zero() {
    Tape tape;
    const Var a = tape.constant(to_array({5}, {0, 0, 2, 0, 0}));
    const Var b = tape.constant(to_array({5}, {0, 2, 0, -1, 1}));
    const Var y = power(a, b);
    const double infinite = std::numeric_limits<double>::infinity();
    BOOST_TEST(numbers_of(y) == (Numbers{1, 0, 1, infinite, 0}));
    const std::vector<Var> slopes = gradient(y, {a, b});
    BOOST_TEST(numbers_of(slopes[0]) == (Numbers{0, 0, 0, -infinite, 1}));
    const Numbers by_exponent = numbers_of(slopes[1]);
    BOOST_TEST(by_exponent[0] == 0);
    BOOST_TEST(by_exponent[1] == 0);
    BOOST_TEST(std::abs(by_exponent[2] - std::log(2.0)) < 1e-6);
    BOOST_TEST(by_exponent[3] == 0);
    BOOST_TEST(by_exponent[4] == 0);
    const Numbers twice = numbers_of(gradient(slopes[0], a));
    BOOST_TEST(twice[0] == 0);
    BOOST_TEST(twice[1] == 2);
    BOOST_TEST(twice[4] == 0);
    for (const double number : numbers_of(gradient(slopes[1], b))) {
        BOOST_TEST(std::isfinite(number));
    }
    const Var x = tape.constant(to_array({2}, {0, 3}));
    BOOST_TEST(numbers_of(power(x, tape.constant(0))) == (Numbers{1, 1}));
    BOOST_TEST(numbers_of(gradient(power(x, tape.constant(0)), x)) == (Numbers{0, 0}));
    BOOST_TEST(numbers_of(gradient(power(x, tape.constant(2.5)), x))[0] == 0);
    // A NaN stays visible.
    const Var nan = tape.constant(std::nan(""));
    BOOST_TEST(std::isnan(numbers_of(gradient(power(nan, tape.constant(to_array({1}, {2}))), nan))[0]));
    const Var two = tape.constant(to_array({1}, {2}));
    BOOST_TEST(std::isnan(numbers_of(gradient(power(nan, two), two))[0]));
}

// Two plans on one pool, run by two threads.
void check_shared_pool() {
    const auto pool = std::make_shared<ThreadPool>(2);
    const auto build = [&](Tape& tape) {
        const Var x = random_normal(tape, {300, 200}, 1);
        return Plan({sum(tanh(x) * 2.0), matmul(x, x, true)}, {}, {.pool = pool});
    };
    Tape first(Evaluation::planned);
    Tape second(Evaluation::planned);
    Plan one = build(first);
    Plan other = build(second);
    const auto run = [](Plan& plan) {
        for (std::uint64_t step = 0; step < 50; ++step) {
            plan.run(7);
        }
    };
    std::thread thread([&] { run(other); });
    run(one);
    thread.join();
    const Var output(first, static_cast<NodeId>(first.size() - 1));
    const std::span<const Real> found = one.read(output);
    const std::span<const Real> wanted = other.read(Var(second, output.id()));
    BOOST_TEST(std::memcmp(found.data(), wanted.data(), found.size_bytes()) == 0);
}

// Loops of two threads on one pool take turns, and each part is run once.
void check_shared_loops() {
    ThreadPool pool(3);
    std::vector<std::size_t> sums(2, 0);
    const auto loops = [&](std::size_t who) {
        for (int loop = 0; loop < 2000; ++loop) {
            std::vector<std::size_t> parts(16, 0);
            pool.parallel(parts.size(), [&](std::size_t part, std::size_t) { parts[part] += part; });
            for (const std::size_t part : parts) {
                sums[who] += part;
            }
        }
    };
    std::thread thread([&] { loops(1); });
    loops(0);
    thread.join();
    BOOST_TEST(sums[0] == 2000U * 120U);
    BOOST_TEST(sums[1] == 2000U * 120U);
}

}  // namespace

void add_special_value_cases() {
    for (const Operation* operation : operations()) {
        if (operation->samples != nullptr) {
            add_case("special_values", std::string(operation->name),
                     [operation] { check_special_values(*operation); });
            add_case("without_elements", std::string(operation->name),
                     [operation] { check_without_elements(*operation); });
        }
    }
    add_case("special_values", "long_zeros", check_long_zeros);
    add_case("special_values", "ties", check_ties);
    add_case("special_values", "powers_of_zero", check_powers_of_zero);
    add_case("shared_pool", "plans", check_shared_pool);
    add_case("shared_pool", "loops", check_shared_loops);
}

}  // namespace gandsl_test
