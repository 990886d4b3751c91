#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <memory>

#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/suites.hpp"

/// Outputs are the values of the run, states get the values of the run, and a run that throws changes no
/// state: with all passes, without each, and without any.
namespace gandsl_test {

using namespace gandsl;

namespace {

std::vector<PlanOptions> variants() {
    std::vector<PlanOptions> all(2);
    all[1].without = Plan::passes();
    for (const std::string& pass : Plan::passes()) {
        all.emplace_back().without = {pass};
    }
    return all;
}

std::string without(const PlanOptions& options) {
    std::string text = ", without";
    for (const std::string& pass : options.without) {
        text += " " + pass;
    }
    return text;
}

Array numbers(const Shape& shape, double first, double step) {
    Array array = make_array(shape);
    for (std::size_t index = 0; index < array.size(); ++index) {
        array.data()[index] = static_cast<Real>(first + step * static_cast<double>(index));
    }
    return array;
}

std::vector<Real> read(const Plan& plan, Var output) {
    const std::span<const Real> values = plan.read(output);
    return {values.begin(), values.end()};
}

std::vector<Real> value_of(Var state) {
    return {state.value().data(), state.value().data() + state.value().size()};
}

// What looks like the state itself to one pass or another.
struct View {
    const char* name;
    std::function<Var(Var)> of;
};

void check_outputs_before_assignments() {
    const std::vector<View> views{
        {"itself", [](Var w) { return w; }},
        {"times 1", [](Var w) { return w * 1.0; }},
        {"plus 0", [](Var w) { return w + 0.0; }},
        {"negated twice", [](Var w) { return -(-w); }},
        {"reshaped", [](Var w) { return reshape(w, {element_count(w.shape())}); }},
        {"reshaped twice",
         [](Var w) {
             return reshape(reshape(w, {element_count(w.shape()), 1}), w.shape());
         }},
        {"without gradient", [](Var w) { return stop_gradient(w); }},
        {"a sum of one", [](Var w) { return element_count(w.shape()) == 1 ? sum(w) : w * 1.0; }},
        {"transposed twice",
         [](Var w) {
             return w.shape().size() == 2 ? transpose(transpose(w, {1, 0}), {1, 0}) : w;
         }},
        {"all of it", [](Var w) { return w.shape().empty() ? w : slice(w, 0, 0, w.shape()[0]); }},
    };
    for (const Shape& shape : {Shape{}, Shape{1}, Shape{5}, Shape{40, 300}}) {
        for (const View& view : views) {
            for (const PlanOptions& options : variants()) {
                Tape tape(Evaluation::planned);
                const Var w = tape.state(numbers(shape, 5, 1), "w");
                const Var g = tape.state(numbers(shape, 1, 0), "g");
                const Var output = view.of(w);
                Plan plan({output, g}, {{w, w - g}}, options);
                std::vector<Real> old = value_of(w);
                for (int turn = 0; turn < 2; ++turn) {
                    plan.run();
                    BOOST_TEST((read(plan, output) == old),
                               view.name << " of shape " << to_string(shape) << without(options));
                    for (Real& number : old) {
                        number -= 1;
                    }
                    BOOST_TEST((value_of(w) == old),
                               "the state of shape " << to_string(shape) << without(options));
                }
            }
        }
    }
}

// A step's loss is that before the step.
void check_loss_of_one_number() {
    for (const Shape& shape : {Shape{}, Shape{1}, Shape{2}}) {
        for (const PlanOptions& options : variants()) {
            Tape tape(Evaluation::planned);
            const Var x = tape.state(numbers(shape, 0.5, 0), "x");
            const Var loss = sum(x);
            Plan plan({loss}, {{x, x * 0.5}}, options);
            plan.run();
            const double expected = 0.5 * static_cast<double>(element_count(shape));
            BOOST_TEST(static_cast<double>(plan.read(loss)[0]) == expected, to_string(shape)
                                                                                << without(options));
        }
    }
}

// An output stays what it was in the run although a state, or an input, is written afterwards.
void check_outputs_stay() {
    for (const PlanOptions& options : variants()) {
        Tape tape(Evaluation::planned);
        const Var w = tape.state(numbers({3}, 1, 1), "w");
        const Var v = tape.state(numbers({3}, 7, 1), "v");
        const Var x = tape.input({3});
        const Var next = w * 2.0 + x;
        Plan plan({next, v, x}, {{w, next}}, options);
        plan.set(x, numbers({3}, 10, 0));
        plan.run();
        tape.assign(w, numbers({3}, -1, 0));
        tape.assign(v, numbers({3}, -1, 0));
        plan.set(x, numbers({3}, -1, 0));
        BOOST_TEST((read(plan, next) == std::vector<Real>{12, 14, 16}), without(options));
        BOOST_TEST((read(plan, v) == std::vector<Real>{7, 8, 9}), without(options));
        BOOST_TEST((read(plan, x) == std::vector<Real>{10, 10, 10}), without(options));
    }
}

// Values that move between states, each written once and read often.
void check_moves() {
    for (const PlanOptions& options : variants()) {
        Tape tape(Evaluation::planned);
        const Var a = tape.state(numbers({2, 3}, 0, 1), "a");
        const Var b = tape.state(numbers({2, 3}, 10, 1), "b");
        const Var c = tape.state(numbers({2, 3}, 20, 1), "c");
        const Var d = tape.state(numbers({2, 3}, 30, 1), "d");
        const Var e = tape.state(numbers({2, 3}, 40, 1), "e");
        const Var f = tape.state(numbers({2, 3}, 50, 1), "f");
        const Var more = c + d;
        // a and b change places, c is itself in another way, d and e get the same value, f what c was.
        Plan plan({more, a, more, c},
                  {{a, b}, {b, a * 1.0}, {c, reshape(reshape(c, {6}), {2, 3})}, {d, more}, {e, more}, {f, c}},
                  options);
        plan.run();
        const auto is = [&](Var state, Real first, Real step) {
            BOOST_TEST((value_of(state) == value_of(tape.constant(numbers({2, 3}, first, step)))),
                       tape.name(state.id()) << without(options));
        };
        is(a, 10, 1);
        is(b, 0, 1);
        is(c, 20, 1);
        is(d, 50, 2);
        is(e, 50, 2);
        is(f, 20, 1);
        BOOST_TEST((read(plan, more) == value_of(d)), without(options));
        BOOST_TEST((read(plan, a) == value_of(b)), without(options));
        BOOST_TEST((read(plan, c) == value_of(f)), without(options));
    }
}

// Moments and weights of an optimizer, and an average, beside an index out of range: early or late in the
// graph, given or computed.
void check_throwing_runs() {
    for (const bool late : {false, true}) {
        for (const bool computed : {false, true}) {
            for (const PlanOptions& options : variants()) {
                const auto where = [&] {
                    return (late ? "late" : "early") + std::string(computed ? ", computed" : "") +
                           without(options);
                };
                Tape tape(Evaluation::planned);
                const Var count = tape.state(numbers({3}, 1, 0), "count");
                const Var moment = tape.state(numbers({4, 3}, 0.5, 0.25), "moment");
                const Var table = tape.state(numbers({4, 3}, 0, 1), "table");
                const Var added = tape.state(numbers({4, 3}, 0, 0), "added");
                const Var given = tape.input({2});
                const Var index = computed ? given + sum(count) - 3.0 : given;
                const Var next_count = count + 1.0;
                Var next_moment = moment * 0.5 + table;
                const Var rows = gather(late ? next_moment : table, index);
                const Var next_added = scatter_add(rows + next_count, index, 4);
                next_moment = late ? next_moment : next_moment * 0.5 + sum(rows);
                const Var next_table = table - next_moment * 0.125;
                Plan plan(
                    {sum(rows)},
                    {{count, next_count}, {moment, next_moment}, {table, next_table}, {added, next_added}},
                    options);
                const auto all = [&] {
                    return std::vector{value_of(count), value_of(moment), value_of(table), value_of(added)};
                };
                const auto old = all();
                plan.set(given, numbers({2}, 3, 1));  // 4 is out of range
                for (int turn = 0; turn < 2; ++turn) {
                    BOOST_CHECK_THROW(plan.run(), Error);
                    BOOST_TEST((all() == old), "a run that threw stored something: " << where());
                }
                plan.set(given, numbers({2}, 2, 1));
                plan.run();
                const auto changed = all();
                for (std::size_t state = 0; state < old.size(); ++state) {
                    BOOST_TEST((changed[state] != old[state]), "state " << state << ": " << where());
                }
                BOOST_TEST(changed[0][0] == 2);
                BOOST_TEST(changed[3][0] == 0);
            }
        }
    }
}

// Stores stay in place where an index is looked at before: the weights of an optimizer cost no copy. With a
// given index even where a table's gradient comes after a first update, and reads what that made.
void check_stores_beside_checks() {
    for (const bool computed : {false, true}) {
        Tape tape(Evaluation::planned);
        const Var table = tape.state(numbers({64, 32}, 0, 0.01), "table");
        const Var weight = tape.state(numbers({32, 32}, 0, 0.01), "weight");
        const Var given = tape.input({16});
        const Var index = computed ? given * 0.5 : given;
        // The weight's new value is recorded before the index is read, and could be computed before.
        const Var next_weight = weight * 0.75 + 0.5;
        const Var rows = gather(table, index);
        const Var loss = sum(square(computed ? rows : matmul(rows, next_weight)));
        const Var next_table = table - gradient(loss, table) * 0.125;
        std::vector<OperationTime> times;
        Plan plan({loss}, {{weight, next_weight}, {table, next_table}});
        plan.profile(0, times);
        for (const OperationTime& time : times) {
            BOOST_TEST(time.operation != "store");
        }
    }
}

// y = x * (A^T x) with x = tanh(p): the product is computed a tile at a time, and reads all of x.
void check_in_place_under_tiles() {
    constexpr Index rows = 64, columns = 1024;
    for (const std::size_t threads : {1U, 2U, 3U}) {
        for (PlanOptions options : variants()) {
            options.pool = std::make_shared<ThreadPool>(threads);
            Tape tape(Evaluation::planned, 1);
            const Var p = tape.input({rows, columns});
            const Var a = tape.input({rows, rows});
            const Var x = tanh(p);
            const Var y = x * matmul(a, x, true);
            Plan plan({y}, {}, options);
            const auto fp = plan.feed(p);
            const auto fa = plan.feed(a);
            for (std::size_t i = 0; i < fp.size(); ++i) {
                fp[i] = static_cast<Real>(std::sin(0.37 * static_cast<double>(i)));
            }
            for (std::size_t i = 0; i < fa.size(); ++i) {
                fa[i] = static_cast<Real>(std::cos(0.11 * static_cast<double>(i)));
            }
            plan.run();
            const std::span<const Real> found = plan.read(y);
            double worst = 0;
            for (std::size_t i = 0; i < rows; ++i) {
                for (std::size_t j = 0; j < columns; j += 61) {
                    double total = 0;
                    for (std::size_t k = 0; k < rows; ++k) {
                        total += static_cast<double>(fa[k * rows + i]) *
                                 std::tanh(static_cast<double>(fp[k * columns + j]));
                    }
                    total *= std::tanh(static_cast<double>(fp[i * columns + j]));
                    worst = std::fmax(worst, std::fabs(total - static_cast<double>(found[i * columns + j])));
                }
            }
            BOOST_TEST(worst < 1e-5, worst << " with " << threads << " threads" << without(options));
        }
    }
}

}  // namespace

void add_assignment_cases() {
    add_case("assignments", "outputs_before_assignments", check_outputs_before_assignments);
    add_case("assignments", "loss_of_one_number", check_loss_of_one_number);
    add_case("assignments", "outputs_stay", check_outputs_stay);
    add_case("assignments", "moves", check_moves);
    add_case("assignments", "throwing_runs", check_throwing_runs);
    add_case("assignments", "stores_beside_checks", check_stores_beside_checks);
    add_case("assignments", "in_place_under_tiles", check_in_place_under_tiles);
}

}  // namespace gandsl_test
