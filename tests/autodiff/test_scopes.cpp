#include <malloc.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <memory>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/gradient.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/plan.hpp"
#include "autodiff/tape.hpp"

/// Tape::rewind: an eager loop that neither grows nor mixes what it has forgotten with what it records.
namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

Array numbers(const Shape& shape, double first) {
    Array array = make_array(shape);
    for (std::size_t i = 0; i < array.size(); ++i) {
        array.data()[i] = static_cast<Real>(std::sin(first + static_cast<double>(i)));
    }
    return array;
}

struct Net {
    Tape tape;
    Var weight = tape.state(numbers({6, 5}, 1));
    Var bias = tape.state(numbers({5}, 2));

    Var loss(Var x) { return mean(square(tanh(matmul(x, weight) + bias) - 0.3)); }
};

// One step of descent; `x` changes from step to step.
void descend(Net& net, int step) {
    const Var x = net.tape.constant(numbers({4, 6}, step));
    const std::vector<Var> gradients = gradient(net.loss(x), {net.weight, net.bias});
    const Var weight = net.weight - gradients[0] * 0.1;
    const Var bias = net.bias - gradients[1] * 0.1;
    net.tape.assign(net.weight, weight.value());
    net.tape.assign(net.bias, bias.value());
}

void check_forgotten(const std::function<void()>& use) {
    BOOST_CHECK_EXCEPTION(use(), Error, [](const Error& error) {
        return error.code() == ErrorCode::invalid_argument &&
               std::string(error.what()).find("scope") != std::string::npos;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scopes)

BOOST_AUTO_TEST_CASE(a_loop_that_rewinds_gives_the_bits_of_one_that_grows) {
    Net growing;
    Net rewinding;
    for (int step = 0; step < 40; ++step) {
        descend(growing, step);
        const Scope scope(rewinding.tape);
        descend(rewinding, step);
    }
    BOOST_TEST(growing.tape.size() > std::size_t{40});
    BOOST_TEST(rewinding.tape.size() == std::size_t{2});
    BOOST_TEST((rewinding.weight.value() == growing.weight.value()));
    BOOST_TEST((rewinding.bias.value() == growing.bias.value()));
}

BOOST_AUTO_TEST_CASE(memory_is_flat_over_100000_steps) {
    Net net;
    for (int step = 0; step < 100; ++step) {
        const Scope scope(net.tape);
        descend(net, step);
    }
    const std::size_t before = mallinfo2().uordblks;
    for (int step = 0; step < 100000; ++step) {
        const Scope scope(net.tape);
        descend(net, step % 100);
    }
    // Less than a byte for two steps: what the heap needs for itself, and no more.
    BOOST_TEST(mallinfo2().uordblks < before + 50000);
}

BOOST_AUTO_TEST_CASE(a_forgotten_var_is_refused_also_where_another_has_its_number) {
    Tape tape;
    const Var x = tape.state(numbers({3}, 0));
    const TapeMark mark = tape.mark();
    const Var old = x * x;
    tape.rewind(mark);
    const Var again = exp(x);
    BOOST_REQUIRE(again.id() == old.id());
    BOOST_TEST(!(again == old));
    check_forgotten([&] { old.value(); });
    check_forgotten([&] { old.shape(); });
    check_forgotten([&] { tanh(old); });
    check_forgotten([&] { add(x, old); });
    check_forgotten([&] { log(old); });
    check_forgotten([&] { power(x, old); });
    check_forgotten([&] { gradient(old, x); });
    check_forgotten([&] { gradient(sum(again), old); });
    check_forgotten([&] { Plan({old}); });
    check_forgotten([&] { Plan({}, {{x, old}}); });
    BOOST_TEST(again.value()(1) == std::exp(x.value()(1)), boost::test_tools::tolerance(Real(1e-6)));
}

BOOST_AUTO_TEST_CASE(a_plan_does_not_take_another_input_for_its_own) {
    Tape tape(Evaluation::planned);
    const Var w = tape.state(numbers({2}, 0));
    const TapeMark mark = tape.mark();
    const Var first = tape.input({2}, "first");
    const Var product = first * w;
    Plan plan({product});
    tape.rewind(mark);
    const Var second = tape.input({2}, "second");
    const Var other = second + w;
    BOOST_REQUIRE(second.id() == first.id());
    BOOST_TEST(tape.name(second.id()) == "second");
    BOOST_TEST(plan.feed(second).empty());
    check_forgotten([&] { plan.feed(first); });
    check_forgotten([&] { plan.read(product); });
    BOOST_CHECK_THROW(plan.read(other), Error);
    check_forgotten([&] { plan.set(first, numbers({2}, 1)); });
}

BOOST_AUTO_TEST_CASE(a_plan_keeps_the_constants_it_was_made_of) {
    Tape tape;
    const Var w = tape.state(make_array({600}, 2));
    std::unique_ptr<Plan> plan;
    std::span<const Real> result;
    {
        const Scope scope(tape);
        const Var product = tape.constant(make_array({600}, 3)) * w;
        plan = std::make_unique<Plan>(std::vector<Var>{product});
        result = plan->read(product);
    }
    const Var other = exp(tape.constant(make_array({600}, 5)));
    BOOST_TEST(other.value()(7) > Real(100));
    plan->run();
    BOOST_TEST(result[7] == Real(6));
}

BOOST_AUTO_TEST_CASE(states_live_on_and_what_was_recorded_before_them) {
    Tape tape;
    const Var x = tape.state(make_array({2}, 1));
    const TapeMark mark = tape.mark();
    const Var before = x + 1.0;
    const Var moment = tape.state(make_array({2}, 7), "moment");
    const Var after = moment + before;
    tape.rewind(mark);
    BOOST_TEST(moment.value()(0) == Real(7));
    BOOST_TEST(before.value()(0) == Real(2));
    BOOST_TEST(tape.name(moment.id()) == "moment");
    check_forgotten([&] { after.value(); });
    tape.rewind(mark);  // nothing is left to forget
}

BOOST_AUTO_TEST_CASE(a_mark_behind_which_the_tape_was_rewound_is_refused) {
    Tape tape;
    const Var x = tape.state(make_array({2}, 1));
    const TapeMark outer = tape.mark();
    exp(x);
    const TapeMark inner = tape.mark();
    exp(x);
    tape.rewind(outer);
    BOOST_CHECK_THROW(tape.rewind(inner), Error);
    {
        const Scope scope(tape);
        exp(x);
        tape.rewind(outer);  // the scope's end finds it done
    }
    BOOST_TEST(tape.size() == outer.nodes);
}

BOOST_AUTO_TEST_CASE(an_operation_that_fails_leaves_no_old_value_behind) {
    Tape tape;
    const Var table = tape.state(numbers({4, 2}, 0));
    const TapeMark mark = tape.mark();
    gather(table, tape.constant(make_array({3}, 1)));
    tape.rewind(mark);
    BOOST_CHECK_THROW(gather(table, tape.constant(make_array({3}, 9))), Error);
    BOOST_TEST(tape.node(static_cast<NodeId>(tape.size() - 1)).value == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
