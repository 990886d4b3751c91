#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"

/// The node at which numbers are lost is found, and what is traced is what a plan computes.
BOOST_AUTO_TEST_SUITE(trace_to_the_cause)

using namespace gandsl;

namespace {

Array row(std::initializer_list<Real> values) {
    Array array = make_array({static_cast<Index>(values.size())});
    std::copy(values.begin(), values.end(), array.data());
    return array;
}

std::string_view name_of(const Tape& tape, NodeId id) {
    return tape.node(id).operation->name;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_that_leads_to_a_result) {
    Tape tape(Evaluation::planned);
    const Var x = tape.state(row({2, -3, 0, -1}));
    const Var unused = x / 0.0;
    const Var logarithm = log(x);
    const Var result = sum(square(logarithm) + 1.0);
    const auto found = find_not_finite(tape, std::vector{sum(x), result}, {});
    BOOST_REQUIRE(found);
    BOOST_TEST(found->node == logarithm.id());
    BOOST_TEST(found->entry == 1U);
    BOOST_TEST(found->count == 3U);
    BOOST_TEST(std::isnan(found->value));
    BOOST_TEST(found->result == 1U);
    // Two lead to it: the first counts.
    const auto both = find_not_finite(tape, std::vector{result + sum(unused)}, {});
    BOOST_REQUIRE(both);
    BOOST_TEST(both->node == unused.id());
}

BOOST_AUTO_TEST_CASE(what_nothing_suffers_from_is_no_cause) {
    Tape tape(Evaluation::planned);
    const Var x = tape.state(row({200, 1}));
    const Var one = tape.constant(1);
    const Var kept = where(greater(x, tape.constant(100)), one, exp(x));
    BOOST_TEST(!find_not_finite(tape, std::vector{sum(one / (exp(x) + 1.0)), sum(kept)}, {}));
    // An infinite constant is what its author wrote.
    const Var far = tape.constant(std::numeric_limits<double>::infinity());
    BOOST_TEST(!find_not_finite(tape, std::vector{sum(minimum(x, far))}, {}));
    const Var product = (x - x) * far;
    const auto found = find_not_finite(tape, std::vector{sum(product)}, {});
    BOOST_REQUIRE(found);
    BOOST_TEST(found->node == product.id());
}

BOOST_AUTO_TEST_CASE(what_was_fed_or_kept_is_named) {
    Tape tape(Evaluation::planned);
    const Var x = tape.input({2}, "x");
    const Var w = tape.state(row({1, std::numeric_limits<Real>::quiet_NaN()}));
    const std::vector<Real> fed = {1, std::numeric_limits<Real>::infinity()};
    const TraceOptions options{[&](NodeId) { return std::span<const Real>(fed); }, nullptr, 0};
    BOOST_TEST(find_not_finite(tape, std::vector{sum(x)}, options)->node == x.id());
    BOOST_TEST(find_not_finite(tape, std::vector{sum(w)}, options)->node == w.id());
    BOOST_CHECK_THROW(find_not_finite(tape, std::vector{sum(x)}, {}), Error);
}

BOOST_AUTO_TEST_CASE(gradients_know_their_operation) {
    Tape tape(Evaluation::planned);
    const Var x = tape.state(row({0, 1}));
    const Var root = power(x, tape.constant(0.4));
    const Var value = sum(root);
    BOOST_TEST(!find_not_finite(tape, std::vector{value}, {}));
    const auto found = find_not_finite(tape, std::vector{gradient(value, x)}, {});
    BOOST_REQUIRE(found);
    BOOST_TEST(tape.node(found->node).gradient_of == root.id());
    BOOST_TEST(tape.node(root.id()).gradient_of == no_node);
    BOOST_TEST(name_of(tape, found->node) == "power");
    // What is recorded next belongs to no gradient.
    const Var next = x + 1.0;
    BOOST_TEST(tape.node(next.id()).gradient_of == no_node);
}

BOOST_AUTO_TEST_CASE(the_bits_of_a_plan) {
    Tape tape(Evaluation::planned, 5);
    const Var x = tape.input({8, 6}, "x");
    const Var w = tape.state(make_array({6, 4}, Real(0.3)));
    const Var h = tanh(matmul(x, w) + random_normal(tape, {8, 4}, 1));
    const Var loss = mean(square(reshape(softmax(h), {32})));
    const std::vector<Var> wanted = {loss, h, gradient(loss, w)};
    Plan plan(wanted);
    std::vector<Real> fed(48);
    for (std::size_t i = 0; i < fed.size(); ++i) {
        fed[i] = static_cast<Real>(std::sin(static_cast<double>(i)));
    }
    std::copy(fed.begin(), fed.end(), plan.feed(x).begin());
    plan.run(17);
    ThreadPool pool(2);
    const TraceOptions options{[&](NodeId) { return std::span<const Real>(fed); }, &pool, 17};
    const std::vector<Array> traced =
        trace(tape, std::vector{wanted[0].id(), wanted[1].id(), wanted[2].id()}, options);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::span<const Real> planned = plan.read(wanted[i]);
        BOOST_REQUIRE(traced[i].size() == planned.size());
        BOOST_TEST(std::memcmp(traced[i].data(), planned.data(), planned.size_bytes()) == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
