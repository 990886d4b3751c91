#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "autodiff/gradient_check.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/misuse.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

/// A plan of y = x w on a tape that has another tape beside it.
struct Fixture {
    Tape tape{Evaluation::planned};
    Tape other{Evaluation::planned};
    Var x = tape.input({2}, "x");
    Var w = tape.state(make_array({2}, 3), "w");
    Var y = x * w;
    Var unused = tape.input({2}, "unused");
    Var foreign = other.input({1000}, "foreign");
    Plan plan{{y}};
};

std::function<void()> with_plan(void (*act)(Fixture&)) {
    return [act] {
        Fixture fixture;
        act(fixture);
    };
}

std::vector<Misuse> plans() {
    return {
        {"feed_empty", with_plan([](Fixture& f) { f.plan.feed(Var()); }), invalid, {"[feed]", "empty Var"}},
        {"feed_foreign",
         with_plan([](Fixture& f) { f.plan.feed(f.foreign); }),
         invalid,
         {"[feed]", "another tape"}},
        {"feed_beyond", with_plan([](Fixture& f) { f.plan.feed(Var(f.tape, 99)); }), invalid, {"99"}},
        {"feed_state", with_plan([](Fixture& f) { f.plan.feed(f.w); }), invalid, {"[feed]", "Tape::assign"}},
        {"feed_result",
         with_plan([](Fixture& f) { f.plan.feed(f.y); }),
         invalid,
         {"[feed]", "'multiply' is no input"}},
        {"set_empty",
         with_plan([](Fixture& f) { f.plan.set(Var(), make_array({2})); }),
         invalid,
         {"[set]", "empty Var"}},
        {"set_foreign",
         with_plan([](Fixture& f) { f.plan.set(f.foreign, make_array({1000})); }),
         invalid,
         {"[set]", "another tape"}},
        {"set_beyond",
         with_plan([](Fixture& f) { f.plan.set(Var(f.tape, 99), make_array({2})); }),
         invalid,
         {"99"}},
        {"set_state",
         with_plan([](Fixture& f) { f.plan.set(f.w, make_array({2})); }),
         invalid,
         {"[set]", "'state' is no input", "Tape::assign"}},
        {"set_result",
         with_plan([](Fixture& f) { f.plan.set(f.y, make_array({2})); }),
         invalid,
         {"[set]", "no input"}},
        {"set_shape",
         with_plan([](Fixture& f) { f.plan.set(f.x, make_array({3})); }),
         ErrorCode::shape,
         {"[set]", "'x'", "(2)", "(3)"}},
        {"read_empty", with_plan([](Fixture& f) { f.plan.read(Var()); }), invalid, {"[read]", "empty Var"}},
        {"read_foreign",
         with_plan([](Fixture& f) { f.plan.read(Var(f.other, f.y.id())); }),
         invalid,
         {"[read]"}},
        {"read_foreign_of_the_same_number",
         with_plan([](Fixture& f) {
             while (f.other.size() <= f.y.id()) {
                 f.other.input({1});
             }
             f.plan.read(Var(f.other, f.y.id()));
         }),
         invalid,
         {"[read]", "another tape"}},
        {"read_no_output",
         with_plan([](Fixture& f) { f.plan.read(f.x); }),
         invalid,
         {"[read]", "'input'", "outputs"}},
        {"read_beyond", with_plan([](Fixture& f) { f.plan.read(Var(f.tape, 99)); }), invalid, {"99"}},
        {"value_empty", with_plan([](Fixture& f) { f.plan.value(Var()); }), invalid, {"empty Var"}},
        {"value_foreign", with_plan([](Fixture& f) { f.plan.value(f.foreign); }), invalid, {"another tape"}},
        {"moved_from_run",
         with_plan([](Fixture& f) {
             Plan taken = std::move(f.plan);
             f.plan.run();
         }),
         invalid,
         {"moved from"}},
        {"moved_from_statistics",
         with_plan([](Fixture& f) {
             Plan taken = std::move(f.plan);
             f.plan.statistics();
         }),
         invalid,
         {"moved from"}},
        {"moved_from_read",
         with_plan([](Fixture& f) {
             Plan taken = std::move(f.plan);
             f.plan.read(f.y);
         }),
         invalid,
         {"moved from"}},
        {"profile_of_another",
         with_plan([](Fixture& f) {
             std::vector<OperationTime> times(17);
             f.plan.profile(0, times);
         }),
         invalid,
         {"[profile]", "another plan"}},
        {"profile_of_another_of_as_many_kinds",
         with_plan([](Fixture& f) {
             std::vector<OperationTime> times;
             Plan({softmax(f.x)}).profile(0, times);
             f.plan.profile(0, times);
         }),
         invalid,
         {"[profile]", "another plan"}},
        {"feed_after_the_tape_is_gone",
         [] {
             std::optional<Tape> tape(std::in_place, Evaluation::planned);
             const Var x = tape->input({2});
             Plan plan({x * 3.0});
             tape.reset();
             plan.feed(x);
         },
         invalid,
         {"[feed]", "tape", "gone"}},
        {"feed_of_a_new_tape_where_the_old_one_was",
         [] {
             std::optional<Tape> tape(std::in_place, Evaluation::planned);
             Plan plan({tape->input({2}) * 3.0});
             tape.emplace(Evaluation::planned);
             plan.feed(tape->input({2}));
         },
         invalid,
         {"[feed]", "tape", "gone"}},
        {"plan_nothing", [] { Plan({}); }, invalid, {"[plan]", "needs an output"}},
        {"plan_pass_unknown",
         with_plan([](Fixture& f) { Plan({f.y}, {}, {.without = {"none"}}); }),
         invalid,
         {"'none'"}},
        {"assignment_empty_state",
         with_plan([](Fixture& f) {
             Plan({f.y}, {{Var(), f.y}});
         }),
         invalid,
         {"[plan] an assignment's state is an empty Var"}},
        {"assignment_empty_value",
         with_plan([](Fixture& f) {
             Plan({f.y}, {{f.w, Var()}});
         }),
         invalid,
         {"[plan] an assignment's value is an empty Var"}},
        {"assignment_alone_empty",
         [] {
             Plan({}, {{Var(), Var()}});
         },
         invalid,
         {"[plan]", "empty Var"}},
        {"assignment_foreign",
         with_plan([](Fixture& f) {
             Plan({f.y}, {{f.w, f.foreign}});
         }),
         invalid,
         {"another tape"}},
        {"assignment_to_input",
         with_plan([](Fixture& f) {
             Plan({f.y}, {{f.x, f.y}});
         }),
         invalid,
         {"'input' is no state"}},
        {"assignment_to_result",
         with_plan([](Fixture& f) {
             Plan({f.y}, {{f.y, f.y}});
         }),
         invalid,
         {"'multiply' is no state"}},
        {"assignment_shape",
         with_plan([](Fixture& f) {
             Plan({f.y}, {{f.w, sum(f.y)}});
         }),
         ErrorCode::shape,
         {"'w'", "(2)", "()"}},
        {"assignment_twice",
         with_plan([](Fixture& f) {
             Plan({f.y}, {{f.w, f.y}, {f.w, f.x}});
         }),
         invalid,
         {"'w' is assigned twice"}},
    };
}

std::vector<Misuse> threads() {
    const auto nothing = [](std::size_t, std::size_t) {};
    const auto nested = [=](std::size_t threads) {
        return [=] {
            ThreadPool pool(threads);
            pool.parallel(4, [&](std::size_t, std::size_t) { pool.parallel(4, nothing); });
        };
    };
    return {
        {"parallel_nested_alone", nested(1), invalid, {"[parallel]"}},
        {"parallel_nested", nested(2), invalid, {"[parallel]"}},
        {"parallel_nested_in_another",
         [=] {
             ThreadPool outer(2);
             ThreadPool inner(2);
             outer.parallel(4, [&](std::size_t, std::size_t) { inner.parallel(4, nothing); });
         },
         invalid,
         {"[parallel]"}},
        {"plan_run_in_a_part",
         with_plan([](Fixture& f) {
             const auto pool = std::make_shared<ThreadPool>(2);
             Plan plan({sum(random_normal(f.tape, {100000}, 1) * 2.0)}, {}, {.pool = pool});
             pool->parallel(2, [&](std::size_t, std::size_t) { plan.run(); });
         }),
         invalid,
         {"[parallel]"}},
    };
}

// One step of an optimizer whose settings or state are wrong.
template <typename Optimizer>
std::function<void()> step_with(Optimizer optimizer) {
    return [optimizer] {
        Tape tape;
        const Var w = tape.state(make_array({2}, 1));
        OptimizerState state;
        gandsl::step(optimizer, std::array{w}, std::array{w * 2.0}, tape.constant(0.1), state);
    };
}

std::function<void()> step_on(void (*act)(Tape& tape, Var w, OptimizerState& state)) {
    return [act] {
        Tape tape;
        OptimizerState state;
        act(tape, tape.state(make_array({2}, 1)), state);
    };
}

std::vector<Misuse> optimizers() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    std::vector<Misuse> rows{
        {"step_nothing",
         step_on([](Tape& t, Var, OptimizerState& s) { gandsl::step(Sgd{}, {}, {}, t.constant(1), s); }),
         invalid,
         {"[step]", "at least one"}},
        {"step_counts",
         step_on([](Tape& t, Var w, OptimizerState& s) {
             gandsl::step(Sgd{}, std::array{w, w}, std::array{w}, t.constant(1), s);
         }),
         invalid,
         {"[step]", "2 variables and 1 gradients"}},
        {"step_shapes",
         step_on([](Tape& t, Var w, OptimizerState& s) {
             gandsl::step(Sgd{}, std::array{w}, std::array{sum(w)}, t.constant(1), s);
         }),
         ErrorCode::shape,
         {"[step]", "(2)", "()"}},
        {"step_rate_shape",
         step_on([](Tape& t, Var w, OptimizerState& s) {
             gandsl::step(Sgd{}, std::array{w}, std::array{w}, t.filled({3, 2}, 1), s);
         }),
         ErrorCode::shape,
         {"[step]", "rate", "(3, 2)", "scalar"}},
        {"step_state_of_others",
         step_on([](Tape& t, Var w, OptimizerState& s) {
             const Var v = t.state(make_array({2}));
             gandsl::step(Adam{}, std::array{w}, std::array{w}, t.constant(1), s);
             gandsl::step(Adam{}, std::array{w, v}, std::array{w, v}, t.constant(1), s);
         }),
         invalid,
         {"[step]", "other variables"}},
        {"step_state_of_other_shapes",
         step_on([](Tape& t, Var w, OptimizerState& s) {
             const Var v = t.state(make_array({3}));
             gandsl::step(Adam{}, std::array{w}, std::array{w}, t.constant(1), s);
             gandsl::step(Adam{}, std::array{v}, std::array{v}, t.constant(1), s);
         }),
         ErrorCode::shape,
         {"[step]", "(2)", "(3)"}},
        {"step_state_of_another_tape",
         step_on([](Tape& t, Var w, OptimizerState& s) {
             gandsl::step(Adam{}, std::array{w}, std::array{w}, t.constant(1), s);
             Tape other;
             const Var v = other.state(make_array({2}));
             gandsl::step(Adam{}, std::array{v}, std::array{v}, other.constant(1), s);
         }),
         invalid,
         {"[step]", "another tape"}},
        {"step_state_half_filled",
         step_on([](Tape& t, Var w, OptimizerState& s) {
             s.slots = {w};
             gandsl::step(RmsProp{}, std::array{w}, std::array{w}, t.constant(1), s);
         }),
         invalid,
         {"[step]", "1 slots and 0 values"}},
        {"assignments_half_filled",
         step_on([](Tape&, Var w, OptimizerState& s) {
             s.slots = {w};
             static_cast<void>(assignments(s));
         }),
         invalid,
         {"[assignments]"}},
        {"assignments_counts",
         step_on([](Tape&, Var w, OptimizerState& s) {
             static_cast<void>(assignments(std::array{w}, std::span<const Var>(), s));
         }),
         invalid,
         {"[assignments]", "1 variables and 0 new values"}},
    };
    const auto add = [&](const std::string& name, std::function<void()> act, const char* setting) {
        rows.push_back({name, std::move(act), invalid, {"[step]", std::string("the setting ") + setting}});
    };
    for (const double value : {nan, infinite, -1.0}) {
        const std::string name = std::to_string(value);
        add("sgd_momentum_" + name, step_with(Sgd{.momentum = value}), "momentum");
        add("sgd_clip_" + name, step_with(Sgd{.rule = {.clip = value}}), "clip");
        add("sgd_weight_decay_" + name, step_with(Sgd{.rule = {.weight_decay = value}}), "weight_decay");
        add("adam_beta1_" + name, step_with(Adam{.beta1 = value}), "beta1");
        add("adam_beta2_" + name, step_with(Adam{.beta2 = value}), "beta2");
        add("adam_epsilon_" + name, step_with(Adam{.epsilon = value}), "epsilon");
        add("adam_clip_" + name, step_with(Adam{.rule = {.clip = value}}), "clip");
        add("rmsprop_decay_" + name, step_with(RmsProp{.decay = value}), "decay");
        add("rmsprop_epsilon_" + name, step_with(RmsProp{.epsilon = value}), "epsilon");
    }
    add("sgd_momentum_1", step_with(Sgd{.momentum = 1}), "momentum");
    add("sgd_clip_0", step_with(Sgd{.rule = {.clip = 0}}), "clip");
    add("adam_beta1_1", step_with(Adam{.beta1 = 1}), "beta1");
    add("adam_beta2_1_5", step_with(Adam{.beta2 = 1.5}), "beta2");
    add("rmsprop_decay_1", step_with(RmsProp{.decay = 1}), "decay");
    return rows;
}

// w w^2 from w = 2, then w = 10: neither 12 nor 300 is left to be found.
Var cube(Tape& tape, Var& w) {
    w = tape.state(make_array({}, 2), "w");
    return w * square(w);
}

std::vector<Misuse> gradients_and_traces() {
    const auto check = [](GradientCheckOptions options) {
        return [options] {
            check_gradient([](Tape&, std::span<const Var> x) { return square(x[0]); },
                           std::array{make_array({2}, 1)}, options);
        };
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    return {
        {"gradient_after_assign",
         [] {
             Tape tape;
             Var w;
             const Var value = cube(tape, w);
             tape.assign(w, make_array({}, 10));
             gradient(value, w);
         },
         invalid,
         {"[gradient]", "'w'", "since been assigned", "before the assignment"}},
        {"gradient_after_a_plan_assigned",
         [] {
             Tape tape;
             Var w;
             const Var value = cube(tape, w);
             Plan({}, {{w, w + 1.0}}).run();
             gradient(value, w);
         },
         invalid,
         {"[gradient]", "'w'"}},
        {"gradient_through_a_value_after_assign",
         [] {
             Tape tape;
             Var w;
             const Var value = cube(tape, w);
             tape.assign(w, make_array({}, 10));
             gradient(exp(value), w);
         },
         invalid,
         {"[gradient]", "'w'"}},
        {"trace_beyond",
         [] {
             Tape tape;
             trace(tape, std::array{NodeId{99}}, {});
         },
         invalid,
         {"99"}},
        {"trace_not_fed",
         [] {
             Tape tape;
             const Var x = tape.input({2}, "x");
             trace(tape, std::array{x.id()}, {});
         },
         invalid,
         {"[trace]", "'x'", "fed 0"}},
        {"find_not_finite_foreign",
         [] {
             Tape tape;
             Tape other;
             find_not_finite(tape, std::array{other.constant(1)}, {});
         },
         invalid,
         {"[find_not_finite]", "another tape"}},
        {"find_not_finite_empty",
         [] {
             Tape tape;
             find_not_finite(tape, std::array{Var()}, {});
         },
         invalid,
         {"[find_not_finite]", "empty Var"}},
        {"check_gradient_order", check({.order = 3}), invalid, {"[check_gradient]", "order 3"}},
        {"check_gradient_step", check({.step = nan}), invalid, {"[check_gradient]", "step"}},
        {"check_gradient_relative", check({.relative = nan}), invalid, {"[check_gradient]", "differences"}},
        {"check_gradient_absolute", check({.absolute = -1}), invalid, {"[check_gradient]", "differences"}},
        {"check_gradient_elements", check({.elements = 0}), invalid, {"[check_gradient]", "elements"}},
        {"check_gradient_fixed", check({.fixed = {false, true}}), invalid, {"[check_gradient]", "fixed"}},
        {"check_gradient_all_fixed",
         check({.fixed = {true}}),
         invalid,
         {"[check_gradient]", "differentiated"}},
        {"check_gradient_no_function",
         [] { check_gradient({}, {}); },
         invalid,
         {"[check_gradient]", "function"}},
        {"check_gradient_empty",
         [] {
             check_gradient([](Tape&, std::span<const Var>) { return Var(); }, std::array{make_array({2})});
         },
         invalid,
         {"[check_gradient]", "empty Var"}},
        {"check_gradient_foreign",
         [] {
             Tape other;
             check_gradient([&](Tape&, std::span<const Var>) { return other.constant(1); },
                            std::array{make_array({2})});
         },
         invalid,
         {"[check_gradient]", "another tape"}},
    };
}

}  // namespace

std::vector<Misuse> misused_plans() {
    std::vector<Misuse> rows = plans();
    for (const auto& more : {threads(), optimizers(), gradients_and_traces()}) {
        rows.insert(rows.end(), more.begin(), more.end());
    }
    return rows;
}

std::vector<Allowed> allowed_plans() {
    return {
        {"set_what_nothing_depends_on",
         [] {
             Fixture f;
             f.plan.set(f.unused, make_array({2}, 9));
             f.plan.set(f.x, make_array({2}, 2));
             f.plan.run();
             return f.plan.value(f.y);
         },
         {2},
         {6, 6}},
        {"input_never_set",
         [] {
             Fixture f;
             f.plan.run();
             return f.plan.value(f.y);
         },
         {2},
         {0, 0}},
        {"plan_outlives_its_tape",
         [] {
             std::optional<Fixture> f(std::in_place);
             f->plan.set(f->x, make_array({2}, 2));
             Plan plan = std::move(f->plan);
             f.reset();
             plan.run();
             return make_array({});
         },
         {},
         {0}},
        {"gradient_of_a_value_recorded_after_assign",
         [] {
             Tape tape;
             Var w;
             cube(tape, w);
             tape.assign(w, make_array({}, 10));
             return Array(gradient(w * square(w), w).value());
         },
         {},
         {300}},
        {"gradient_beside_an_assigned_state",
         [] {
             Tape tape;
             Var w;
             const Var value = cube(tape, w);
             tape.assign(tape.state(make_array({})), make_array({}, 1));
             return Array(gradient(value, w).value());
         },
         {},
         {12}},
        {"denormal_feed",
         [] {
             Tape tape(Evaluation::planned);
             const Var x = tape.input({2});
             const Var w = tape.state(make_array({2}, 1));
             const Var shown = x * 1.0;
             Plan plan({x, shown}, {{w, x}});
             std::fill_n(plan.feed(x).data(), 2, std::numeric_limits<Real>::min() / 2);
             plan.run();
             return to_array({6}, {plan.read(x)[0], plan.read(x)[1], plan.read(shown)[0], plan.read(shown)[1],
                                   w.value()(0), w.value()(1)});
         },
         {6},
         {0, 0, 0, 0, 0, 0}},
        {"denormal_state",
         [] {
             Tape tape;
             return Array(tape.state(make_array({}, std::numeric_limits<Real>::min() / 2)).value());
         },
         {},
         {0}},
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
