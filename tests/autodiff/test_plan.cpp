#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <memory>

#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

/// A plan computes what eager recording computes, bit for bit, with all passes and without each of them:
/// every sample, its gradients, and the gradients of these.
namespace gandsl_test {

using namespace gandsl;

namespace {

std::vector<Var> values_to_second_order(const Sample& sample, std::span<const Var> inputs) {
    const Var value = sample.build(inputs);
    std::vector<Var> outputs{value};
    const std::vector<Var> first = gradient(sum(square(value)), inputs);
    Var total = sum(value);
    for (const Var& one : first) {
        outputs.push_back(one);
        total = total + sum(square(one));
    }
    for (const Var& one : gradient(total, inputs)) {
        outputs.push_back(one);
    }
    return outputs;
}

void compare(const Sample& sample, const std::string& left_out) {
    const std::vector<Array> arrays = to_arrays(sample.shapes, draw(sample));
    Tape eager;
    std::vector<Var> constants;
    for (const Array& array : arrays) {
        constants.push_back(eager.constant(array));
    }
    const std::vector<Var> expected = values_to_second_order(sample, constants);

    Tape planned(Evaluation::planned);
    std::vector<Var> inputs;
    for (const Array& array : arrays) {
        inputs.push_back(planned.input(shape_of(array)));
    }
    const std::vector<Var> outputs = values_to_second_order(sample, inputs);
    PlanOptions options;
    if (!left_out.empty()) {
        options.without = {left_out};
    }
    Plan plan(outputs, {}, options);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        plan.set(inputs[i], arrays[i]);
    }
    // A second run must not see what the first left behind.
    plan.run();
    plan.run();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const std::span<const Real> found = plan.read(outputs[i]);
        const Array& wanted = expected[i].value();
        BOOST_TEST_REQUIRE(found.size() == wanted.size());
        for (std::size_t element = 0; element < wanted.size(); ++element) {
            const Real number = wanted.data()[element];
            const bool same = std::memcmp(&found[element], &number, sizeof(Real)) == 0 ||
                              (std::isnan(number) && std::isnan(found[element]));
            BOOST_TEST(same, sample.name << (left_out.empty() ? "" : ", without " + left_out) << ", output "
                                         << i << ", element " << element << ": " << found[element]
                                         << ", eager " << number);
        }
    }
}

void check(const Operation& operation) {
    std::vector<std::string> variants = Plan::passes();
    variants.emplace_back();
    for (const Sample& sample : operation.samples()) {
        for (const std::string& left_out : variants) {
            compare(sample, left_out);
        }
    }
}

// Equal as numbers, and not as bits: merged, one would be read for the other.
void check_zero_and_minus_zero() {
    Tape tape(Evaluation::planned);
    const Var minus = tape.constant(-0.0);
    const Var plus = tape.constant(0.0);
    Plan plan({minus, plus});
    plan.run();
    BOOST_TEST(std::signbit(plan.read(minus)[0]));
    BOOST_TEST(!std::signbit(plan.read(plus)[0]));
}

void check_unknown_pass() {
    Tape tape(Evaluation::planned);
    const Var x = tape.input({2});
    PlanOptions options;
    options.without = {"no-such-pass"};
    try {
        const Plan plan({x * 2.0}, {}, options);
        BOOST_ERROR("no error was thrown");
    } catch (const Error& error) {
        BOOST_TEST(error.message().find("no-such-pass") != std::string::npos);
        for (const std::string& pass : Plan::passes()) {
            BOOST_TEST(error.message().find(pass) != std::string::npos);
        }
    }
}

// Equal nodes merge and buffers share memory, or the passes do nothing.
void check_statistics() {
    const auto statistics = [](std::vector<std::string> without) {
        Tape tape(Evaluation::planned);
        const Var x = tape.input({64, 64});
        Var y = matmul(x, x) + matmul(x, x);
        for (int turn = 0; turn < 4; ++turn) {
            y = matmul(tanh(y), x);
        }
        PlanOptions options;
        options.without = std::move(without);
        return Plan({y}, {}, options).statistics();
    };
    const PlanStatistics all = statistics({});
    const PlanStatistics none = statistics(Plan::passes());
    BOOST_TEST(all.merged > none.merged);
    BOOST_TEST(all.arena_bytes < none.arena_bytes);
    BOOST_TEST(all.flops < none.flops);
    BOOST_TEST(all.flops >= 5 * 2.0 * 64 * 64 * 64);
}

// What one unit computes again, and another as well, is there for both; and of a chain that is computed again
// nothing stays behind.
void check_recomputed() {
    Tape tape(Evaluation::planned);
    const Var x = tape.input({64, 64});
    const Var y = tape.input({64, 64});
    const Var w = tape.input({64, 64});
    const Var kept = exp(x);
    const Var a = kept * y;
    const Var c = relu(kept);
    const Var first = matmul(kept, w);
    const Var second = matmul(w, kept);
    const Var b = a + kept;
    const Var r = (b * second + kept) * y;
    const Var twice = (first * a + matmul(r, w)) * c;
    const Var chain = (matmul(kept, w) * b + kept) * y;
    const auto run = [&](Var output, std::vector<std::string> without, double& moved) {
        PlanOptions options;
        options.without = std::move(without);
        Plan plan({output}, {}, options);
        float number = 0;
        for (const Var input : {x, y, w}) {
            for (Real& each : plan.feed(input)) {
                number = number > 1 ? number - 1 : number + 0.137F;
                each = static_cast<Real>(number);
            }
        }
        plan.run();
        moved = plan.statistics().bytes_moved;
        const auto read = plan.read(output);
        return std::vector<Real>(read.begin(), read.end());
    };
    for (const Var& output : {twice, chain}) {
        double with = 0;
        double without = 0;
        BOOST_TEST((run(output, {}, with) == run(output, {"recompute"}, without)));
        BOOST_TEST(with < without);
    }
}

// What must be in memory for another reader, but follows from what a unit reads anyway, is not read by it;
// from a state only as long as that has its old value.
void check_spared_reads() {
    constexpr Index size = 64;
    const auto run = [](bool early, std::vector<std::string> without, double& moved) {
        Tape tape(Evaluation::planned);
        const Var x = tape.input({size, size});
        const Var shift = tape.state(make_array({size}, Real(0.25)));
        const Var y = leaky_relu(x * 2.0 + shift, 0.2);
        const auto next = [&](Var of) { return shift - mean(of, {0}) * 0.1; };
        const Var early_shift = next(y);
        const Var product = matmul(y, y);
        const Var slope = product * y + x;
        const Var moved_shift = early ? early_shift : next(slope);
        PlanOptions options;
        options.without = std::move(without);
        Plan plan({slope}, {{shift, moved_shift}}, options);
        float number = -1;
        for (Real& each : plan.feed(x)) {
            number = number > 1 ? number - 2 : number + 0.137F;
            each = static_cast<Real>(number);
        }
        plan.run();
        plan.run();
        moved = plan.statistics().bytes_moved;
        const auto read = plan.read(slope);
        return std::vector<Real>(read.begin(), read.end());
    };
    for (const bool early : {false, true}) {
        double with = 0;
        double without = 0;
        BOOST_TEST((run(early, {}, with) == run(early, {"recompute"}, without)));
        // Of x, y and the product x and the product are left, and what y is made of.
        const double spared = early ? 0 : (size * size - size - 1) * sizeof(Real);
        BOOST_TEST(without - with == spared, "early: " << early << ", bytes " << with << " of " << without);
    }
}

// Sums are taken while their operand is computed, in the order in which they are taken on their own: at sizes
// of one block and of several, of one slice and of several.
void check_sums() {
    struct Case {
        Shape shape;
        std::vector<Index> axes;
        std::size_t steps;  ///< one, and one for the draw; a sum along a middle axis is a step of its own
    };
    const std::vector<Case> cases{{{7}, {}, 2},
                                  {{1000, 700}, {}, 2},
                                  {{3, 5}, {0}, 2},
                                  {{300, 200}, {0}, 2},
                                  {{400, 3000}, {0}, 2},
                                  {{40, 3000}, {0}, 3},
                                  {{5000, 17}, {0}, 2},
                                  {{3, 5}, {1}, 2},
                                  {{600, 30}, {1}, 2},
                                  {{20, 5000}, {1}, 2},
                                  {{8, 9, 10, 64}, {0, 1, 2}, 2},
                                  {{8, 1, 600}, {2}, 2},
                                  {{6, 7, 8}, {1}, 3},
                                  {{1, 40000}, {1}, 2},
                                  {{16, 20000}, {0}, 3}};
    for (const Case& one : cases) {
        const auto results = [&](std::vector<std::string> without, std::size_t threads, std::size_t* steps) {
            Tape tape(Evaluation::planned, 5);
            const Var x = random_normal(tape, one.shape, 1);
            const Var y = square(x) * 3.0 + x;
            const std::vector<Var> outputs{sum(y, one.axes), y, sum(x - 1.0, one.axes)};
            PlanOptions options;
            options.pool = std::make_shared<ThreadPool>(threads);
            options.without = std::move(without);
            Plan plan(outputs, {}, options);
            if (steps != nullptr) {
                *steps = Plan({outputs[0]}, {}, options).statistics().steps;
            }
            plan.run(3);
            std::vector<Real> numbers;
            for (const Var& output : outputs) {
                const auto read = plan.read(output);
                numbers.insert(numbers.end(), read.begin(), read.end());
            }
            return numbers;
        };
        const std::vector<Real> alone = results({"fuse"}, 1, nullptr);
        for (const std::size_t threads : {1U, 2U, 3U, 4U}) {
            std::size_t steps = 0;
            BOOST_TEST((results({}, threads, &steps) == alone), to_string(one.shape)
                                                                    << " with " << threads << " threads");
            BOOST_TEST(steps == one.steps, to_string(one.shape) << " takes " << steps << " steps");
        }
    }
}

// A weight's gradient that only its update reads is used a tile at a time and has no memory; one that is also
// read otherwise, or whose operand is a state with a new value by then, is the same as ever.
void check_tiled() {
    enum Case { updates, two_products, kept, reshaped, of_a_state, case_count };
    struct Outcome {
        std::vector<Real> numbers;
        PlanStatistics statistics;
    };
    const auto run = [](int which, std::size_t threads, std::vector<std::string> without) {
        Tape tape(Evaluation::planned, 3);
        const Shape shape{301, 1100};
        const Var weight = tape.state(make_array(shape, Real(0.25)), "weight");
        const Var moment = tape.state(make_array(shape), "moment");
        const Var other = tape.state(make_array({40, 301}, Real(0.125)), "other");
        const Var a = random_normal(tape, {40, 301}, 1);
        const Var b = random_normal(tape, {40, 1100}, 2);
        Var gradient = matmul(which == of_a_state ? other : a, b, true, false);
        if (which == two_products) {
            gradient = gradient + matmul(a * 2.0, tanh(b), true, false);
        }
        std::vector<Var> outputs;
        if (which == kept) {
            outputs.push_back(gradient);
        }
        if (which == reshaped) {
            outputs.push_back(sum(reshape(gradient, {1100, 301}) * 2.0, {1}));
        }
        const Var average = moment * 0.9 + gradient;
        std::vector<Assignment> assignments{{moment, average}, {weight, weight - average * 0.1}};
        if (which == of_a_state) {
            assignments.insert(assignments.begin(), {other, other * 1.5 + 1.0});
        }
        PlanOptions options;
        options.pool = std::make_shared<ThreadPool>(threads);
        options.without = std::move(without);
        Plan plan(outputs, assignments, options);
        plan.run(1);
        plan.run(2);
        Outcome outcome{{}, plan.statistics()};
        const auto add = [&](std::span<const Real> values) {
            outcome.numbers.insert(outcome.numbers.end(), values.begin(), values.end());
        };
        for (const Var& state : {weight, moment, other}) {
            add({state.value().data(), state.value().size()});
        }
        for (const Var& output : outputs) {
            add(plan.read(output));
        }
        return outcome;
    };
    for (int which = 0; which < case_count; ++which) {
        const Outcome plain = run(which, 1, {"tile"});
        const Outcome unfused = run(which, 1, {"fuse"});
        BOOST_TEST((plain.numbers == unfused.numbers), "case " << which);
        for (const std::size_t threads : {1U, 2U, 3U, 4U}) {
            const Outcome tiled = run(which, threads, {});
            BOOST_TEST((tiled.numbers == plain.numbers),
                       "case " << which << " with " << threads << " threads");
            const std::size_t fewer = which == updates ? 1 : which == two_products ? 2 : 0;
            BOOST_TEST((which == of_a_state || tiled.statistics.steps + fewer == plain.statistics.steps),
                       "case " << which << ": " << tiled.statistics.steps << " steps");
            if (fewer > 0) {
                BOOST_TEST(tiled.statistics.bytes_moved < plain.statistics.bytes_moved);
            }
        }
    }
}

// Products of the same weight run together unless one waits for the other; one of another shape, or whose
// second operand is another, stays alone.
void check_gathered() {
    const auto run = [](std::size_t threads, std::vector<std::string> without, std::size_t& steps) {
        Tape tape(Evaluation::planned, 3);
        const Var weight = tape.state(make_array({260, 260}, Real(0.01)), "weight");
        const Var other = tape.state(make_array({260, 260}, Real(0.02)), "other");
        const Var a = random_normal(tape, {40, 260}, 1);
        const Var b = random_normal(tape, {40, 260}, 2);
        const Var wide = random_normal(tape, {50, 260}, 3);
        const Var first = matmul(a, weight);  // with `second`
        const Var second = matmul(b, weight);
        const Var after = matmul(tanh(second), weight);  // waits for it
        const Var turned = matmul(a, weight, false, true);
        const Var larger = matmul(wide, weight);
        const Var another = matmul(b, other);
        const std::vector<Var> outputs{first, second, after, turned, larger, another};
        PlanOptions options;
        options.pool = std::make_shared<ThreadPool>(threads);
        options.without = std::move(without);
        Plan plan(outputs, {{weight, weight * 0.5 + 0.1}}, options);
        plan.run(1);
        plan.run(2);
        steps = plan.statistics().steps;
        std::vector<Real> numbers;
        for (const Var& output : outputs) {
            const auto values = plan.read(output);
            numbers.insert(numbers.end(), values.begin(), values.end());
        }
        return numbers;
    };
    std::size_t alone = 0;
    const std::vector<Real> plain = run(1, {"gather"}, alone);
    for (const std::size_t threads : {1U, 2U, 3U, 4U}) {
        std::size_t together = 0;
        BOOST_TEST((run(threads, {}, together) == plain), threads << " threads");
        BOOST_TEST(together + 1 == alone);
    }
}

// Adam's step is one kernel where nobody sees what lies between, and gives the bits of its operations.
void check_combined() {
    for (const bool seen : {false, true}) {
        const auto run = [seen](std::vector<std::string> without) {
            Tape tape(Evaluation::planned, 3);
            const Var weight = tape.state(make_array({37, 41}, Real(0.25)), "weight");
            const Var moment = tape.state(make_array({37, 41}), "moment");
            const Var square = tape.state(make_array({37, 41}), "square");
            const Var gradient = random_normal(tape, {37, 41}, 1);
            const Var scale = tape.constant(0.01) * exp(random_normal(tape, {}, 2));
            const Var first = blend(moment, gradient, 0.9);
            const Var second = blend_square(square, gradient, 0.99);
            const Var step = divide_by_root(first, second, scale * 1e-3);
            const Var moved = subtract_product(weight, scale, step);
            std::vector<Var> outputs{seen ? step * 2.0 + moved : moved * 2.0};
            PlanOptions options;
            options.without = std::move(without);
            Plan plan(outputs, {{weight, moved}, {moment, first}, {square, second}}, options);
            plan.run(1);
            plan.run(2);
            std::vector<Real> numbers;
            for (const Var& state : {weight, moment, square}) {
                numbers.insert(numbers.end(), state.value().data(),
                               state.value().data() + state.value().size());
            }
            const auto values = plan.read(outputs[0]);
            numbers.insert(numbers.end(), values.begin(), values.end());
            return numbers;
        };
        BOOST_TEST((run({}) == run({"fuse"})), (seen ? "seen" : "unseen"));
    }
}

// What is broadcast over rows is laid out once for many blocks of numbers, where those have whole rows: it
// must not matter where a block begins, and a sum of all numbers is cut anywhere. Whole numbers, so nothing
// is rounded before the end.
void check_repeated() {
    for (const Index width : {1, 2, 48, 64, 512, 640}) {
        for (const Index rows : {3, 500}) {
            Tape tape(Evaluation::planned);
            const Var x = tape.input({rows, width});
            const Var scale = tape.input({width});
            const Var shift = tape.input({rows, 1});
            const Var value = x * scale + shift;
            const std::vector<Var> outputs{value, sum(value), sum(value, {0}), sum(value, {1})};
            const auto fill = [](std::span<Real> numbers, std::size_t values) {
                for (std::size_t i = 0; i < numbers.size(); ++i) {
                    numbers[i] = static_cast<Real>(i * 7919 % values) - 20;
                }
            };
            for (std::size_t of = 1; of < outputs.size(); ++of) {
                Plan plan({outputs[0], outputs[of]});
                const std::span<Real> a = plan.feed(x);
                const std::span<Real> b = plan.feed(scale);
                const std::span<Real> c = plan.feed(shift);
                fill(a, 31);
                fill(b, 101);
                fill(c, 1009);
                plan.run();
                std::vector<std::vector<double>> expected(outputs.size());
                expected[1].resize(1);
                expected[2].resize(b.size());
                expected[3].resize(c.size());
                for (std::size_t i = 0; i < a.size(); ++i) {
                    const std::size_t row = i / b.size();
                    const std::size_t column = i % b.size();
                    const auto number = static_cast<double>(a[i] * b[column] + c[row]);
                    expected[0].push_back(number);
                    expected[1][0] += number;
                    expected[2][column] += number;
                    expected[3][row] += number;
                }
                for (const std::size_t output : {std::size_t{0}, of}) {
                    const std::span<const Real> found = plan.read(outputs[output]);
                    BOOST_TEST_REQUIRE(found.size() == expected[output].size());
                    for (std::size_t i = 0; i < found.size(); ++i) {
                        BOOST_TEST(found[i] == static_cast<Real>(expected[output][i]),
                                   rows << " x " << width << ", output " << output << ", place " << i);
                    }
                }
            }
        }
    }
}

// With three axes of which the middle one is broadcast by itself, on any number of threads.
void check_repeated_between() {
    for (const std::size_t threads : {1U, 3U}) {
        const auto pool = std::make_shared<ThreadPool>(threads);
        for (const Index width : {3, 48, 640}) {
            constexpr Index rows = 70;
            constexpr Index between = 3;
            Tape tape(Evaluation::planned);
            const Var x = tape.input({rows, between, width});
            const Var scale = tape.input({width});
            const Var shift = tape.input({rows, 1, width});
            const Var factor = tape.input({between, 1});
            const Var more = tape.input({});
            const Var value = (x * scale + shift) * factor + more;
            Plan plan({value}, {}, {pool, {}});
            const auto fill = [&](Var var, std::size_t values) {
                const std::span<Real> numbers = plan.feed(var);
                for (std::size_t i = 0; i < numbers.size(); ++i) {
                    numbers[i] = static_cast<Real>(i * 7919 % values) - 20;
                }
                return numbers;
            };
            const std::span<Real> a = fill(x, 31);
            const std::span<Real> b = fill(scale, 101);
            const std::span<Real> c = fill(shift, 1009);
            const std::span<Real> d = fill(factor, 7);
            const std::span<Real> e = fill(more, 1);
            plan.run();
            const std::span<const Real> found = plan.read(value);
            BOOST_TEST_REQUIRE(found.size() == a.size());
            for (std::size_t i = 0; i < found.size(); ++i) {
                const std::size_t line = i / b.size();
                const std::size_t column = i % b.size();
                const std::size_t row = line / d.size();
                const Real expected =
                    (a[i] * b[column] + c[row * b.size() + column]) * d[line % d.size()] + e[0];
                BOOST_TEST(found[i] == expected, threads << " threads, " << rows << " x " << between << " x "
                                                         << width << ", place " << i);
            }
        }
    }
}

}  // namespace

void add_plan_cases() {
    for (const Operation* operation : operations()) {
        if (operation->arity != 0) {
            add_case("plan", std::string(operation->name), [operation] { check(*operation); });
        }
    }
    add_case("plan", "zero_and_minus_zero", check_zero_and_minus_zero);
    add_case("plan", "unknown_pass", check_unknown_pass);
    add_case("plan", "statistics", check_statistics);
    add_case("plan", "sums", check_sums);
    add_case("plan", "recomputed", check_recomputed);
    add_case("plan", "spared_reads", check_spared_reads);
    add_case("plan", "tiled", check_tiled);
    add_case("plan", "gathered", check_gathered);
    add_case("plan", "combined", check_combined);
    add_case("plan", "repeated", check_repeated);
    add_case("plan", "repeated_between", check_repeated_between);
}

}  // namespace gandsl_test
