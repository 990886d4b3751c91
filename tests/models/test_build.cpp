#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <tuple>

#include "autodiff/array.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/random.hpp"
#include "dsl/check.hpp"
#include "models/catalogue.hpp"
#include "runtime/build/estimate.hpp"
#include "runtime/build/gradient_reach.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/sinks/sink.hpp"

// From programs to graphs: what is shared, what is learned, what is named.
BOOST_AUTO_TEST_SUITE(build)

using namespace gandsl;
using runtime::Graph;

namespace {

/// Small pictures with labels, standing for a real source.
dsl::Entry pictures() {
    dsl::Entry entry;
    entry.name = "pictures";
    entry.kind = dsl::EntryKind::source;
    entry.type = [](dsl::TypeCall&) {
        dsl::Type picture, label;
        picture.shape = {1, 8, 8};
        label.classes = 4;
        return std::vector<dsl::Type>{picture, label};
    };
    return entry;
}

dsl::Catalogue with_pictures() {
    std::vector<dsl::Entry> entries = sinks::entries();
    entries.push_back(pictures());
    return models::catalogue(std::move(entries));
}

/// A checked program with the catalogue it points to.
struct Checked {
    dsl::Catalogue catalogue = with_pictures();
    dsl::Program program;

    explicit Checked(const std::string& text) {
        dsl::CheckResult result = dsl::check(text, catalogue);
        std::string errors;
        for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
            errors += dsl::render(diagnostic, "test.gan", text);
        }
        BOOST_TEST_REQUIRE(result.program.has_value(), errors);
        program = std::move(*result.program);
    }
};

const char* const nets = R"(
data x, y = pictures()
latent z ~ normal(6)

net G(z) {
    dense(2 * 2 * 4, bias = false)
    batch_norm
    leaky_relu(0.2)
    reshape(4, 2, 2)
    conv_transpose(3, kernel = 3, stride = 2)
    batch_norm
    relu
    conv_transpose(1, kernel = 3, stride = 2)
    tanh
}

net D(x) {
    conv(4, kernel = 3, stride = 2)
    leaky_relu(0.2)
    dropout(0.3)
    flatten
    dense(1)
    sigmoid
}
)";

const std::string dcgan = std::string(nets) + R"(
train(epochs = 1, batch = 8) {
    update D with adam(1e-3, beta1 = 0.5) {
        minimize -log(D(x)) - log(1 - D(G(z)))
    }
    update G with adam(1e-3, beta1 = 0.5) {
        minimize -log(D(G(z)))
    }
}

sample digits = G(z) as grid(2, 3) every epoch
measure score = mean(D(x)) on test every epoch
)";

Graph built(const Checked& checked, Index batch = 8, std::uint64_t seed = 1) {
    return runtime::build(checked.program, {.batch = batch, .measure_batch = 5, .seed = seed});
}

/// How often an operation is recorded among all nodes, or among those that `from` depends on.
std::size_t count(const Graph& graph, std::string_view operation) {
    std::size_t found = 0;
    for (NodeId id = 0; id < graph.tape->size(); ++id) {
        found += graph.tape->node(id).operation->name == operation ? 1 : 0;
    }
    return found;
}

std::set<NodeId> needed(const Graph& graph, const std::vector<Var>& outputs) {
    std::set<NodeId> reached;
    std::vector<NodeId> open;
    for (const Var output : outputs) {
        open.push_back(output.id());
    }
    while (!open.empty()) {
        const NodeId id = open.back();
        open.pop_back();
        if (reached.insert(id).second) {
            const auto& inputs = graph.tape->node(id).inputs;
            open.insert(open.end(), inputs.begin(), inputs.end());
        }
    }
    return reached;
}

Var state(const Graph& graph, const std::string& name) {
    for (const runtime::NamedState& each : graph.states) {
        if (each.name == name) {
            return each.var;
        }
    }
    BOOST_FAIL("no state " + name);
    return {};
}

Plan plan_of(const Graph& graph) {
    return Plan(graph.outputs(), graph.assignments);
}

void fill(Plan& plan, const runtime::DataInput& input, double number) {
    const std::span<Real> memory = plan.feed(input.var);
    std::fill(memory.begin(), memory.end(), static_cast<Real>(number));
}

void feed(Plan& plan, const std::vector<runtime::DataInput>& inputs) {
    for (const runtime::DataInput& input : inputs) {
        const std::span<Real> memory = plan.feed(input.var);
        if (input.field == 0) {
            fill_uniform(memory, {.seed = 3, .stream = static_cast<std::uint32_t>(input.slot), .step = 0});
        } else {
            for (std::size_t i = 0; i < memory.size(); ++i) {
                memory[i] = static_cast<Real>(i % 4);
            }
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_step_of_a_gan) {
    const Checked checked(dcgan);
    const Graph graph = built(checked);
    BOOST_REQUIRE_EQUAL(graph.inputs.size(), 1u);  // both updates see one batch
    BOOST_TEST(to_string(graph.inputs[0].shape) == "(8, 1, 8, 8)");
    BOOST_REQUIRE_EQUAL(graph.named.size(), 2u);
    BOOST_TEST(graph.named[0].name == "D.loss");
    BOOST_TEST(graph.named[1].name == "G.loss");
    // One draw of z for the step, one for the samples.
    BOOST_TEST(count(graph, "random_normal") == 2u);

    Plan plan = plan_of(graph);
    feed(plan, graph.inputs);
    const Array before = state(graph, "G.dense_1.weight").value();
    plan.run(0);
    for (const runtime::NamedOutput& output : graph.named) {
        BOOST_TEST(std::isfinite(plan.read(output.var)[0]));
    }
    // An untrained D says about a half: -2 log(1/2) and -log(1/2).
    BOOST_TEST(std::abs(plan.read(graph.named[0].var)[0] - 2 * std::log(2)) < 0.5);
    // Adam's first step is the learning rate wherever there is a gradient.
    const Array after = state(graph, "G.dense_1.weight").value();
    std::size_t moved = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
        moved += std::abs(std::abs(after.data()[i] - before.data()[i]) - 1e-3) < 1e-5 ? 1 : 0;
    }
    BOOST_TEST(moved > after.size() * 9 / 10);
    BOOST_TEST(state(graph, "optimizer.0.D.dense_1.weight.m").value().size() ==
               state(graph, "D.dense_1.weight").value().size());
}

BOOST_AUTO_TEST_CASE(what_two_updates_share_is_recorded_once) {
    const Graph graph = built(Checked(dcgan));
    // G(z): two transposed convolutions forward; its backward pass adds convolutions, not these. The sample
    // has another batch and so its own two.
    const std::set<NodeId> d_update = needed(graph, graph.updates[0].results);
    const std::set<NodeId> g_update = needed(graph, graph.updates[1].results);
    std::size_t tanh_in_d = 0, tanh_in_both = 0;
    for (const NodeId id : d_update) {
        if (graph.tape->node(id).operation->name == "tanh") {
            ++tanh_in_d;
            tanh_in_both += g_update.contains(id) ? 1 : 0;
        }
    }
    BOOST_TEST(tanh_in_d == 1u);
    BOOST_TEST(tanh_in_both == 1u);
    BOOST_TEST(count(graph, "tanh") == 2u);  // and the sample's
}

BOOST_AUTO_TEST_CASE(a_net_is_forgotten_only_where_an_objective_could_teach_it) {
    const auto forgotten = [](const std::string& name, const std::string& use) {
        const Checked checked(
            "data x = pictures()\nnet " + name +
            "(x) {\n flatten\n dense(3)\n}\nnet F(h) {\n dense(1)\n}\nlatent z ~ normal(3)\n"
            "train(epochs = 1, batch = 2) {\n update F with sgd(0.1) { minimize " +
            use + " }\n}\n");
        return runtime::unreached_by_gradients(checked.program, built(checked, 2)).size();
    };
    BOOST_TEST(forgotten("E", "F(E(x))") == 1u);
    BOOST_TEST(forgotten("E", "F(z) + sum(E(x))") == 1u);
    BOOST_TEST(forgotten("E", "F(stop_gradient(E(x)))") == 0u);
    BOOST_TEST(forgotten("E", "(F(z) - stop_gradient(sum(E(x))))^2") == 0u);
    BOOST_TEST(forgotten("_E", "F(_E(x))") == 0u);
}

BOOST_AUTO_TEST_CASE(running_statistics_move_once_a_step) {
    const Checked checked(dcgan);
    const Graph graph = built(checked);
    std::size_t assigned = 0;
    for (const Assignment& each : graph.assignments) {
        assigned += each.state == state(graph, "G.batch_norm_1.running_mean") ? 1 : 0;
    }
    BOOST_TEST(assigned == 1u);
    // running = 0.9 * 0 + 0.1 * mean, so ten times it is the mean of one batch, which is that of dense's
    // output.
    Plan plan = plan_of(graph);
    feed(plan, graph.inputs);
    plan.run(0);
    const Array first = state(graph, "G.batch_norm_1.running_mean").value();
    Graph again = built(checked);
    Plan once = plan_of(again);
    feed(once, again.inputs);
    once.run(0);
    once.run(1);
    const Array second = state(again, "G.batch_norm_1.running_mean").value();
    BOOST_TEST(first(0) != 0);
    BOOST_TEST(second(0) != first(0));
    BOOST_TEST(state(graph, "G.batch_norm_1.running_variance").value()(0) < 1);
}

BOOST_AUTO_TEST_CASE(unasked_gradients_are_absent) {
    const Graph graph = built(Checked(dcgan));
    // The generator's update needs D's gradient by its input, never by its weights: of the convolutions by
    // weight in what the G update alone computes, there is one for each of G's two transposed convolutions.
    const std::set<NodeId> d_update = needed(graph, graph.updates[0].results);
    std::size_t by_weight = 0;
    for (const NodeId id : needed(graph, graph.updates[1].results)) {
        by_weight +=
            !d_update.contains(id) && graph.tape->node(id).operation->name == "convolution_by_weight" ? 1 : 0;
    }
    BOOST_TEST(by_weight == 2u);
}

BOOST_AUTO_TEST_CASE(later_updates_see_new_weights) {
    // With D frozen at its first weights, G's loss would be the same as without D's update.
    const std::string plain = std::string(nets) + R"(
train(epochs = 1, batch = 8) {
    update D with sgd(0.5) { minimize -log(1 - D(G(z))) }
    update G with sgd(0) { minimize -log(D(G(z))) }
}
)";
    // The catalogue refuses a learning rate of 0, so the frozen reference leaves D's update out instead.
    std::string text = plain;
    text.replace(text.find("sgd(0)"), 6, "sgd(1e-9)");
    std::string alone = text;
    alone.erase(alone.find("    update D"), alone.find("    update G") - alone.find("    update D"));
    const auto loss = [](const std::string& program) {
        const Checked checked(program);
        const Graph graph = built(checked);
        Plan plan = plan_of(graph);
        feed(plan, graph.inputs);
        plan.run(0);
        return plan.read(graph.named.back().var)[0];
    };
    BOOST_TEST(loss(text) > loss(alone) + 0.05);  // D learned to say no
}

BOOST_AUTO_TEST_CASE(samples_use_running_statistics_and_one_draw) {
    const Checked checked(dcgan);
    const Graph graph = built(checked);
    BOOST_REQUIRE_EQUAL(graph.samples.size(), 1u);
    const runtime::EvaluationGraph& sample = graph.samples[0];
    BOOST_TEST(to_string(sample.value.shape()) == "(6, 1, 8, 8)");
    BOOST_TEST(sample.inputs.empty());
    for (const NodeId id : needed(graph, {sample.value})) {
        BOOST_TEST(graph.tape->node(id).operation->name != "random_uniform");  // no dropout
    }
    Plan plan({sample.value});
    plan.run(7);
    const Array first = plan.value(sample.value);
    plan.run(7);
    BOOST_TEST(plan.value(sample.value)(5, 0, 3, 3) == first(5, 0, 3, 3));
    // It reads the weights as training leaves them.
    Plan training = plan_of(graph);
    feed(training, graph.inputs);
    training.run(0);
    plan.run(7);
    BOOST_TEST(plan.value(sample.value)(5, 0, 3, 3) != first(5, 0, 3, 3));
}

BOOST_AUTO_TEST_CASE(measures_give_one_number_for_each_example) {
    const Checked checked(dcgan);
    const Graph graph = built(checked);
    BOOST_REQUIRE_EQUAL(graph.measures.size(), 1u);
    BOOST_TEST(to_string(graph.measures[0].value.shape()) == "(5)");
    BOOST_REQUIRE_EQUAL(graph.measures[0].inputs.size(), 1u);
    BOOST_TEST(to_string(graph.measures[0].inputs[0].shape) == "(5, 1, 8, 8)");
    Plan plan({graph.measures[0].value});
    feed(plan, graph.measures[0].inputs);
    plan.run(0);
    for (const Real number : plan.read(graph.measures[0].value)) {
        BOOST_TEST((number > 0 && number < 1));
    }
}

BOOST_AUTO_TEST_CASE(same_seed_same_numbers) {
    const Checked checked(dcgan);
    const auto run = [&](std::uint64_t seed) {
        const Graph graph = built(checked, 8, seed);
        Plan plan = plan_of(graph);
        feed(plan, graph.inputs);
        plan.run(0);
        plan.run(1);
        return state(graph, "D.conv_1.weight").value();
    };
    const Array first = run(1), again = run(1), other = run(2);
    BOOST_TEST(std::equal(first.data(), first.data() + first.size(), again.data()));
    BOOST_TEST(!std::equal(first.data(), first.data() + first.size(), other.data()));
}

BOOST_AUTO_TEST_CASE(gradient_penalty_has_a_second_gradient) {
    const Checked checked(R"(
data x = pictures()
latent z ~ normal(3)
net G(z) {
    dense(64)
    tanh
    reshape(1, 8, 8)
}
net C(x) {
    conv(2, stride = 2)
    softplus
    flatten
    dense(1)
}
train(epochs = 1, batch = 4) {
    repeat 2 {
        update C with adam(1e-3, beta1 = 0, beta2 = 0.9) {
            fake = G(z)
            t ~ uniform(0, 1)
            mix = t * x + (1 - t) * fake
            slope = norm(grad(C(mix), mix))
            minimize C(fake) - C(x) + 10 * (slope - 1)^2
        }
    }
    update G with adam(1e-3) { minimize -C(G(z)) }
}
)");
    const Graph graph = built(checked, 4);
    BOOST_TEST(graph.inputs.size() == 2u);  // each turn has a fresh batch
    std::vector<std::string> names;
    for (const runtime::NamedOutput& output : graph.named) {
        names.push_back(output.name);
    }
    // Iterations share their names.
    BOOST_TEST(std::count(names.begin(), names.end(), "C.slope") == 1);
    BOOST_TEST(std::count(names.begin(), names.end(), "C.loss") == 1);
    BOOST_TEST(std::count(names.begin(), names.end(), "G.loss") == 1);
    Plan plan = plan_of(graph);
    feed(plan, graph.inputs);
    const auto value = [&](const std::string& name) {
        const auto place =
            static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
        return plan.read(graph.named[place].var)[0];
    };
    plan.run(0);
    const double begin = std::abs(value("C.slope") - 1);
    for (std::uint64_t step = 1; step < 200; ++step) {
        plan.run(step);
    }
    // The penalty's own gradient draws the slope towards 1.
    BOOST_TEST(std::abs(value("C.slope") - 1) < begin / 2);
}

BOOST_AUTO_TEST_CASE(an_earlier_binding_is_differentiated_through_the_weights_it_saw) {
    // `h` is bound before F's first update; F's second update still learns through it.
    const Checked checked(R"(
data x = pictures()
net F(x) {
    flatten
    dense(1, bias = false, init = ones)
}
train(epochs = 1, batch = 2) {
    h = F(x)
    update F with sgd(0.1) { minimize h }
    update F with sgd(0.1) { minimize h }
}
)");
    const Graph graph = built(checked, 2);
    Plan plan = plan_of(graph);
    fill(plan, graph.inputs[0], 1);
    plan.run(0);
    // Two steps of 0.1 against a gradient of 1.
    BOOST_TEST(std::abs(state(graph, "F.dense_1.weight").value()(0, 0) - 0.8) < 1e-5);
}

BOOST_AUTO_TEST_CASE(averages_follow_and_are_what_samples_use) {
    const Checked checked(R"(
data x = pictures()
net F(x) {
    flatten
    dense(1, bias = false, init = ones)
}
train(epochs = 1, batch = 2) {
    update F with sgd(0.5) { minimize F(x) }
    average F with 0.75
}
measure value = mean(F(x)) on test every epoch
)");
    const Graph graph = built(checked, 2);
    Plan plan = plan_of(graph);
    fill(plan, graph.inputs[0], 1);
    plan.run(0);
    BOOST_TEST(std::abs(state(graph, "F.dense_1.weight").value()(0, 0) - 0.5) < 1e-5);
    // The first random weights have no part in it.
    BOOST_TEST(state(graph, "average.F.dense_1.weight").value()(0, 0) ==
               state(graph, "F.dense_1.weight").value()(0, 0));
    plan.run(1);
    const double average = (0.75 * 0.5 + 0) / 1.75;
    BOOST_TEST(std::abs(state(graph, "average.F.dense_1.weight").value()(0, 0) - average) < 1e-5);
    Plan measure({graph.measures[0].value});
    fill(measure, graph.measures[0].inputs[0], 1);
    measure.run(0);
    BOOST_TEST(std::abs(measure.read(graph.measures[0].value)[0] - 64 * average) < 1e-3);
}

BOOST_AUTO_TEST_CASE(averages_hold_the_statistics_that_belong_to_them) {
    const Checked checked(R"(
data x = pictures()
net F(x) {
    flatten
    batch_norm(momentum = 0.5)
    dense(1, bias = false)
}
train(epochs = 1, batch = 2) {
    update F with sgd(0.5) { minimize F(x) }
    average F with 0.75
}
measure value = mean(F(x)) on test every epoch
)");
    const Graph graph = built(checked, 2);
    Plan plan = plan_of(graph);
    double live = 0, sum = 0, steps = 0;
    for (const double number : {1.0, 3.0, -2.0}) {
        fill(plan, graph.inputs[0], number);
        plan.run(0);
        live = 0.5 * live + 0.5 * number;
        sum = 0.75 * sum + live;
        steps = 0.75 * steps + 1;
    }
    BOOST_TEST(std::abs(state(graph, "F.batch_norm_1.running_mean").value()(0) - live) < 1e-6);
    BOOST_TEST(std::abs(state(graph, "average.F.batch_norm_1.running_mean").value()(0) - sum / steps) < 1e-6);
    const std::set<NodeId> measured = needed(graph, {graph.measures[0].value});
    BOOST_TEST(measured.contains(state(graph, "average.F.batch_norm_1.running_mean").id()));
    BOOST_TEST(measured.contains(state(graph, "average.F.batch_norm_1.running_variance").id()));
    BOOST_TEST(!measured.contains(state(graph, "F.batch_norm_1.running_mean").id()));
}

BOOST_AUTO_TEST_CASE(cells_and_labels) {
    const Checked checked(R"(
data x, y = pictures()
latent z ~ normal(3)
net G(z, y) {
    concat(z, y | embedding(2))
    dense(64)
    reshape(1, 8, 8)
}
train(steps = 1, batch = 4) {
    update G with adam(1e-3) { minimize mean(mse(G(z, y), x)) }
}
sample digits = G(z, column) as grid(2, 4) every epoch
)");
    const Graph graph = built(checked, 4);
    BOOST_TEST(graph.inputs.size() == 2u);
    Plan plan({graph.samples[0].value});
    plan.run(0);
    BOOST_TEST(to_string(graph.samples[0].value.shape()) == "(8, 1, 8, 8)");
    Plan step = plan_of(graph);
    feed(step, graph.inputs);
    step.run(0);
    BOOST_TEST(std::isfinite(step.read(graph.named[0].var)[0]));
}

BOOST_AUTO_TEST_CASE(marks_point_into_the_file) {
    const Checked checked(dcgan);
    const Graph graph = built(checked);
    std::size_t inside = 0;
    for (NodeId id = 0; id < graph.tape->size(); ++id) {
        const Node& node = graph.tape->node(id);
        BOOST_REQUIRE(node.origin < graph.origins.size());
        const dsl::Span span = graph.origins[node.origin].span;
        BOOST_REQUIRE(span.end <= dcgan.size());
        inside += node.operation->name == "tanh" && dcgan.substr(span.begin, 4) == "tanh" ? 1 : 0;
    }
    BOOST_TEST(inside == count(graph, "tanh"));
}

BOOST_AUTO_TEST_CASE(estimates) {
    const Checked checked(dcgan);
    const Graph graph = built(checked);
    const auto described = runtime::describe_nets(checked.program);
    BOOST_REQUIRE_EQUAL(described.size(), 2u);
    // dense 6 x 16; norm 2 x 16; conv_transpose 9 x 3 x 4 + 3; norm 2 x 3; conv_transpose 9 x 3 + 1.
    BOOST_TEST(described[0].parameters == 96 + 32 + 111 + 6 + 28);
    BOOST_TEST(described[0].layers.front().name == "dense");
    BOOST_TEST(described[0].layers.front().parameters == 96);
    BOOST_TEST(dsl::to_string(described[0].results.at(0)) == "1 x 8 x 8");
    const auto updates = runtime::describe_updates(checked.program, graph);
    BOOST_REQUIRE_EQUAL(updates.size(), 2u);
    // D's convolution alone, forward on both batches and by weight: 8 examples of 4 x 4 places, 9 x 4
    // weights, 2 each.
    BOOST_TEST(updates[0].flops > 4 * 8 * 16 * 36 * 2);
    BOOST_TEST(updates[1].flops > 0);
    const PlanStatistics statistics = runtime::plan_of_step(graph);
    BOOST_TEST(statistics.arena_bytes > 0u);
    BOOST_TEST(statistics.state_bytes > 0u);
}

BOOST_AUTO_TEST_CASE(spectral_norm_bounds_what_a_layer_does) {
    const Checked checked(R"(
data x = pictures()
latent z ~ normal(64)
net G(z) {
    dense(64)
    reshape(1, 8, 8)
}
net D(x) {
    h = x | flatten
    h | spectral_norm(dense(5, bias = false))
}
train(epochs = 1, batch = 8) {
    update D with sgd(0.5) { minimize sum(D(x)) + sum(D(G(z))) }
    update G with sgd(0.5) { minimize sum(D(G(z))) }
}
measure stretch = norm(D(x)) / norm(x) on test every epoch
)");
    const Graph graph = built(checked);
    const Var vector = state(graph, "D.dense_1.weight.singular_vector");
    const Array before = vector.value();
    std::size_t assigned = 0;
    for (const Assignment& each : graph.assignments) {
        assigned += each.state == vector ? 1 : 0;
    }
    BOOST_TEST(assigned == 1U);
    Plan plan = plan_of(graph);
    feed(plan, graph.inputs);
    for (std::uint64_t step = 0; step < 20; ++step) {
        plan.run(step);
    }
    const Array after = vector.value();
    double length = 0;
    for (Index i = 0; i < 5; ++i) {
        length += after(i) * after(i);
    }
    BOOST_TEST(std::abs(length - 1) < 1e-5);
    BOOST_TEST(before(0) != after(0));
    Plan measure({graph.measures[0].value});
    feed(measure, graph.measures[0].inputs);
    measure.run(0);
    for (const Real stretch : measure.read(graph.measures[0].value)) {
        BOOST_TEST((stretch > 0 && stretch < 1.001));
    }
}

BOOST_AUTO_TEST_CASE(schedules_are_numbers_of_the_step) {
    const Checked checked(R"(
data x = pictures()
net D(x) {
    flatten
    dense(1)
}
train(epochs = 1, batch = 8) {
    beta = linear(0, 8, steps = 4)
    update D with sgd(1e-3) {
        share = beta / 2
        fall = linear(1, 0)
        minimize share * D(x)^2
    }
}
)");
    const Graph graph =
        runtime::build(checked.program, {.batch = 8, .measure_batch = 5, .seed = 1, .total_steps = 10});
    BOOST_REQUIRE_EQUAL(graph.named.size(), 3U);
    BOOST_TEST(graph.named[0].name == "share");
    Plan plan = plan_of(graph);
    feed(plan, graph.inputs);
    for (const auto& [step, share, fall] :
         {std::tuple(0, 0.0, 1.0), {2, 2.0, 0.8}, {4, 4.0, 0.6}, {9, 4.0, 0.1}}) {
        plan.run(static_cast<std::uint64_t>(step));
        BOOST_TEST(std::abs(plan.read(graph.named[0].var)[0] - share) < 1e-5);
        BOOST_TEST(std::abs(plan.read(graph.named[1].var)[0] - fall) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(a_net_takes_numbers_where_it_knows_batches) {
    const Checked checked(R"(
latent t ~ uniform(0, 1)
latent z ~ normal(3)
net D(z, t) {
    concat(z, t, t * t)
    dense(1)
}
train(steps = 1, batch = 8) {
    update D with sgd(1e-3) { minimize D(z, t)^2 + D(z, 0.5) + D(z, mean(z, axis = 0)) + D(z, z[0:1]) }
}
)");
    const Graph graph = built(checked);
    Plan plan = plan_of(graph);
    plan.run(0);
    BOOST_TEST(std::isfinite(plan.read(graph.named[0].var)[0]));
}

BOOST_AUTO_TEST_CASE(a_net_from_a_run_is_in_evaluation_mode_until_it_learns) {
    const Checked trained(std::string(nets) + R"(
train(epochs = 1, batch = 8) {
    update D, G with adam(1e-3) { minimize D(G(z)) + D(x) }
}
)");
    const auto built_with = [&](const std::string& update) {
        const std::string text = R"(
data x = pictures()
net D from "run"
net E(x) {
    batch_norm
}
train(epochs = 1, batch = 8) {
    update )" + update + R"( with adam(1e-3) { minimize D(E(x)) }
}
)";
        dsl::Settings settings;
        settings.find_trained = [&](const std::string&, const std::string&) {
            return std::make_shared<const dsl::Program>(trained.program);
        };
        const dsl::CheckResult result = dsl::check(text, trained.catalogue, settings);
        std::string errors;
        for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
            errors += dsl::render(diagnostic, "test.gan", text);
        }
        BOOST_TEST_REQUIRE(result.program.has_value(), errors);
        return runtime::build(*result.program, {.batch = 8, .measure_batch = 5, .seed = 1});
    };
    // D drops out where it learns, and only there.
    BOOST_TEST(count(built_with("E"), "random_uniform") == 0u);
    BOOST_TEST(count(built_with("E, D"), "random_uniform") == 1u);
    const auto moves_weights_of = [&](const Graph& graph, const std::string& net) {
        return std::any_of(graph.assignments.begin(), graph.assignments.end(), [&](const Assignment& each) {
            return graph.tape->name(each.state.id()).starts_with(net + ".");
        });
    };
    BOOST_TEST(!moves_weights_of(built_with("E"), "D"));
    BOOST_TEST(moves_weights_of(built_with("E"), "E"));
    BOOST_TEST(moves_weights_of(built_with("D"), "D"));
}

BOOST_AUTO_TEST_SUITE_END()
