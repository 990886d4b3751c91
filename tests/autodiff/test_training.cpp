#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/gradient.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/training.hpp"

/// Optimizer and plan_step: loops that are written in C++.
namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

Array waves(const Shape& shape, double first) {
    Array array = make_array(shape);
    for (std::size_t i = 0; i < array.size(); ++i) {
        // Not evenly spaced: sines that are have two dimensions, whatever the shape.
        const auto position = static_cast<double>(i);
        array.data()[i] = static_cast<Real>(std::sin(first + 1.7 * position + 0.3 * position * position));
    }
    return array;
}

struct Regression {
    explicit Regression(Evaluation evaluation) : tape(evaluation) {}

    Tape tape;
    Var weight = tape.state(waves({7, 3}, 1), "weight");
    Var bias = tape.state(waves({3}, 2), "bias");

    Var loss(Var x, Var y) { return mean(square(tanh(matmul(x, weight) + bias) - y)); }
};

const std::vector<Optimizer::Settings>& all_settings() {
    static const std::vector<Optimizer::Settings> settings{
        Sgd{}, Sgd{.momentum = 0.9, .nesterov = true},
        Adam{.decoupled = true, .rule = {.weight_decay = 0.01}}, Adam{.rule = {.clip = 0.05}}, RmsProp{}};
    return settings;
}

void check_refused(ErrorCode code, const std::string& part, const std::function<void()>& use) {
    BOOST_CHECK_EXCEPTION(use(), Error, [&](const Error& error) {
        BOOST_TEST_INFO(error.what());
        return error.code() == code && std::string(error.what()).find(part) != std::string::npos;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(training)

BOOST_AUTO_TEST_CASE(eager_steps_give_the_bits_of_planned_ones) {
    for (const Optimizer::Settings& settings : all_settings()) {
        Regression eager(Evaluation::eager);
        Regression planned(Evaluation::planned);
        Optimizer by_hand(settings, {eager.weight, eager.bias}, 0.03);
        Optimizer by_plan(settings, {planned.weight, planned.bias}, 0.03);
        const Var x = planned.tape.input({5, 7});
        const Var y = planned.tape.input({5, 3});
        PlannedStep step = plan_step(planned.loss(x, y), by_plan);
        const std::size_t size = eager.tape.size();
        for (int i = 0; i < 30; ++i) {
            if (i == 20) {
                by_hand.set_rate(0.01);
                by_plan.set_rate(0.01);
            }
            const Scope scope(eager.tape);
            const Var loss =
                eager.loss(eager.tape.constant(waves({5, 7}, i)), eager.tape.constant(waves({5, 3}, 3 * i)));
            const Real before = loss.value()();
            by_hand.step(loss);
            step.set(x, waves({5, 7}, i));
            step.set(y, waves({5, 3}, 3 * i));
            BOOST_TEST(step() == before);
        }
        BOOST_TEST(eager.tape.size() == size);
        BOOST_TEST((eager.weight.value() == planned.weight.value()));
        BOOST_TEST((eager.bias.value() == planned.bias.value()));
        BOOST_TEST(by_hand.moments().size() == by_plan.moments().size());
        for (std::size_t i = 0; i < by_hand.moments().size(); ++i) {
            BOOST_TEST((by_hand.moments()[i].value() == by_plan.moments()[i].value()));
        }
        BOOST_TEST(by_plan.rate() == 0.01, boost::test_tools::tolerance(1e-7));
    }
}

BOOST_AUTO_TEST_CASE(a_planned_step_stores_what_else_it_is_given) {
    Tape tape(Evaluation::planned);
    const Var weight = tape.state(make_array({2}, 1));
    const Var average = tape.state(make_array({2}, 0));
    const Var x = tape.input({2});
    Optimizer sgd(Sgd{}, {weight}, 0.1);
    PlannedStep step = plan_step(sum(weight * x), sgd, {}, {{average, average * 0.5 + x * 0.5}});
    step.set(x, make_array({2}, 4));
    step();
    step();
    BOOST_TEST(average.value()(1) == Real(3));
    BOOST_TEST(weight.value()(1) == Real(1 - 0.8), boost::test_tools::tolerance(Real(1e-6)));
}

BOOST_AUTO_TEST_CASE(a_loop_learns) {
    Tape tape;
    const Var weight = tape.state(make_array({4}, 0));
    const Array wanted = waves({4}, 0.5);
    Optimizer adam(Adam{}, {weight}, 0.05);
    for (int i = 0; i < 400; ++i) {
        const Scope scope(tape);
        const Array x = waves({16, 4}, i);
        const Var inputs = tape.constant(x);
        const Var error = matmul(inputs, reshape(weight - tape.constant(wanted), {4, 1}));
        adam.step(mean(square(error)));
    }
    for (std::size_t i = 0; i < 4; ++i) {
        BOOST_TEST(weight.value()(i) == wanted(i), boost::test_tools::tolerance(Real(0.01)));
    }
}

BOOST_AUTO_TEST_CASE(gradients_flow_through_a_step_that_is_asked_to_let_them) {
    // One step of descent on w^2 from w: w (1 - 2 r), whose square has the gradients 2 w (1 - 2 r)^2 by w and
    // -4 w^2 (1 - 2 r) by r.
    for (const bool differentiable : {true, false}) {
        Tape tape;
        const Var w = tape.state(make_array({}, Real(0.7)));
        const Var rate = tape.state(make_array({}, Real(0.1)));
        OptimizerState state;
        const Sgd sgd{.rule = {.differentiable = differentiable}};
        const Var next = step(sgd, std::vector{w}, std::vector{gradient(square(w), w)}, rate, state).front();
        const std::vector<Var> found = gradient(square(next), {w, rate});
        const auto tolerance = boost::test_tools::tolerance(Real(1e-5));
        BOOST_TEST(found[0].value()() == Real(differentiable ? 1.4 * 0.8 * 0.8 : 0), tolerance);
        BOOST_TEST(found[1].value()() == Real(differentiable ? -4 * 0.49 * 0.8 : 0), tolerance);
    }
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_moves_nothing) {
    Regression net(Evaluation::eager);
    Optimizer adam(Adam{}, {net.weight, net.bias}, 0.1);
    const Array before = net.weight.value();
    check_refused(ErrorCode::shape, "(7, 3)", [&] {
        adam.step(std::vector{net.tape.constant(make_array({7, 3})), net.tape.constant(make_array({7, 3}))});
    });
    check_refused(ErrorCode::invalid_argument, "2 variables and 1 gradients", [&] {
        adam.step(std::vector{net.tape.constant(make_array({7, 3}))});
    });
    BOOST_TEST((net.weight.value() == before));
    for (const Var& moment : adam.moments()) {
        BOOST_TEST(moment.value().data()[0] == Real(0));
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_trained_is_refused) {
    Regression net(Evaluation::eager);
    Tape other;
    const Var foreign = other.state(make_array({2}));
    const Var computed = net.bias * 2.0;
    const auto invalid = ErrorCode::invalid_argument;
    check_refused(invalid, "at least one variable", [] { Optimizer(Sgd{}, {}, 0.1); });
    check_refused(invalid, "empty Var", [] { Optimizer(Sgd{}, {Var()}, 0.1); });
    check_refused(invalid, "another tape", [&] { Optimizer(Sgd{}, {net.bias, foreign}, 0.1); });
    check_refused(invalid, "expected a state", [&] { Optimizer(Sgd{}, {computed}, 0.1); });
    check_refused(invalid, "the same state", [&] { Optimizer(Sgd{}, {net.bias, net.bias}, 0.1); });
    check_refused(invalid, "momentum", [&] { Optimizer(Sgd{.momentum = 1.5}, {net.bias}, 0.1); });
    check_refused(invalid, "beta2", [&] { Optimizer(Adam{.beta2 = -1}, {net.bias}, 0.1); });
    check_refused(invalid, "rate",
                  [&] { Optimizer(Adam{}, {net.bias}, std::numeric_limits<double>::quiet_NaN()); });
    Optimizer adam(Adam{}, {net.bias}, 0.1);
    check_refused(invalid, "rate", [&] { adam.set_rate(std::numeric_limits<double>::infinity()); });
    check_refused(ErrorCode::shape, "`mean` or `sum`", [&] { adam.step(net.bias * net.bias); });
    check_refused(invalid, "empty Var", [&] { adam.step(Var()); });
    const Var input = net.tape.input({3});
    check_refused(invalid, "plan_step", [&] { adam.step(sum(input * net.bias)); });
    check_refused(invalid, "at least 0", [&] { adam.set_rate(-1e-3); });
    check_refused(invalid, "Real can hold", [&] { adam.set_rate(1e39); });
    check_refused(invalid, "clip", [&] { Optimizer(Sgd{.rule = {.clip = 1e39}}, {net.bias}, 0.1); });
    check_refused(invalid, "no gradient", [&] { adam.step(sum(net.weight)); });
    check_refused(invalid, "no gradient", [&] { adam.step(sum(greater(net.bias, 0.0))); });
    check_refused(invalid, "no gradient", [&] { plan_step(sum(input), adam); });
    check_refused(ErrorCode::shape, "`mean` or `sum`", [&] { plan_step(input * net.bias, adam); });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
