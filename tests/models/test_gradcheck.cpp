#include <boost/test/unit_test.hpp>
#include <cmath>

#include "autodiff/array.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/plan.hpp"
#include "autodiff/random.hpp"
#include "dsl/check.hpp"
#include "models/catalogue.hpp"
#include "runtime/gradcheck/updates.hpp"

// The check of a program's gradients: it passes what is right, and nothing else.
BOOST_AUTO_TEST_SUITE(objectives)

using namespace gandsl;
using gradcheck::WeightReport;

namespace {

template <Index side>
dsl::Entry pictures(const char* name) {
    dsl::Entry entry;
    entry.name = name;
    entry.kind = dsl::EntryKind::source;
    entry.type = [](dsl::TypeCall&) {
        return std::vector<dsl::Type>{{.shape = {1, side, side}, .classes = {}}, {.shape = {}, .classes = 4}};
    };
    return entry;
}

struct Checked {
    dsl::Catalogue catalogue = models::catalogue({pictures<6>("pictures"), pictures<28>("large_pictures")});
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
    runtime::Graph graph() const {
        return runtime::build(program, {.batch = 4, .measure_batch = 1, .seed = 3});
    }
};

void feed(const gradcheck::Wanted& wanted, std::span<double> into) {
    std::vector<Real> values(into.size());
    fill_uniform(values, {.seed = 5, .stream = static_cast<std::uint32_t>(wanted.slot), .step = 0});
    for (std::size_t i = 0; i < into.size(); ++i) {
        into[i] = wanted.field == 0 ? static_cast<double>(values[i]) : static_cast<double>(i % 4);
    }
}

std::vector<WeightReport> checked(const Checked& program, const runtime::Graph& graph,
                                  std::uint64_t seed = 3) {
    return gradcheck::check_updates(program.program, graph,
                                    {.batch = 4, .entries = 8, .seed = seed, .threads = 1}, feed);
}

std::size_t failed(const std::vector<WeightReport>& reports) {
    std::size_t count = 0;
    for (const WeightReport& report : reports) {
        count += report.failed;
    }
    return count;
}

const std::string gan = R"(
data x, y = pictures()
latent z ~ normal(5)

net G(z, y) {
    concat(z, y | embedding(3))
    dense(2 * 3 * 3, bias = false)
    batch_norm
    leaky_relu(0.2)
    reshape(2, 3, 3)
    conv_transpose(1, kernel = 3, stride = 2)
    tanh
}

net C(x) {
    conv(3, kernel = 3, stride = 2)
    softplus
    dropout(0.25)
    flatten
    dense(1)
}

train(epochs = 1) {
    repeat 2 {
        update C with adam(1e-3) {
            fake = G(z, y)
            t ~ uniform(0, 1)
            mix = t * x + (1 - t) * fake
            slope = norm(grad(C(mix), mix))
            minimize C(fake) - C(x) + 10 * (slope - 1)^2 + 0.01 * l2(C)
        }
    }
    update G, C with adam(1e-3) {
        minimize -log(sigmoid(C(G(z, y))))
    }
}
)";

const std::string stopped = R"(
data x = pictures()
net F(x) { flatten
    dense(3) }
train(epochs = 1) {
    update F with adam(1e-3) {
        h = F(x)
        minimize sum(h * stop_gradient(h))
    }
}
)";

}  // namespace

BOOST_AUTO_TEST_CASE(right_gradients_pass) {
    const Checked program(gan);
    const runtime::Graph graph = program.graph();
    BOOST_TEST(graph.updates.size() == 3u);
    const std::vector<WeightReport> reports = checked(program, graph);
    // C has four weights, G an embedding, a dense, a batch_norm and a conv_transpose with a bias; the turns
    // of the repeat are one update.
    BOOST_TEST(reports.size() == 4u + 4u + 6u);
    for (const WeightReport& report : reports) {
        BOOST_TEST(report.failed == 0u, report.update << " " << report.weight << " " << report.error);
        BOOST_TEST(report.checked > 0u);
        BOOST_TEST(report.unsure < report.checked, report.weight << " is not settled");
        BOOST_TEST(report.error < 1e-5);
    }
    BOOST_TEST(reports.front().update == "C");
    BOOST_TEST(reports.front().weight == "C.conv_1.weight");
    BOOST_TEST(reports.back().update == "G, C");
}

// The kinks of hundreds of values may outweigh each other at one step of the differences, which then look
// settled at a wrong number.
BOOST_AUTO_TEST_CASE(many_kinks_are_no_error) {
    const Checked program(R"(
data x = large_pictures()
net F(x) {
    conv(19, kernel = 3)
    batch_norm
    leaky_relu(0.3)
    conv(16, kernel = 3, bias = false)
    batch_norm
}
train(epochs = 1) {
    update F with sgd(1) { minimize sum(F(x)^2) }
}
)");
    for (const std::uint64_t seed : {3U, 7U, 8U}) {
        const runtime::Graph graph = program.graph();
        for (const WeightReport& report : checked(program, graph, seed)) {
            BOOST_TEST(report.failed == 0u, "seed " << seed << ", " << report.weight << ": "
                                                    << report.recorded << ", differences say "
                                                    << report.expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_gradient_off_by_a_thousandth_fails) {
    const Checked program(gan);
    for (std::size_t update : {0u, 2u}) {
        runtime::Graph graph = program.graph();
        runtime::LearnedWeight& weight = graph.updates[update].learned[0];
        weight.gradient = weight.gradient * 1.001;
        const std::vector<WeightReport> reports = checked(program, graph);
        for (const WeightReport& report : reports) {
            const bool wrong = report.weight == weight.name && (report.update == "C") == (update == 0);
            BOOST_TEST((report.failed > 0) == wrong, report.update << " " << report.weight);
            if (wrong) {
                BOOST_TEST(std::abs(report.error - 1e-3) < 1e-4);
                BOOST_TEST(std::abs(report.recorded / report.expected - 1.001) < 1e-4);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_penalty_without_its_second_order_fails) {
    const Checked program(gan);
    runtime::Graph graph = program.graph();
    // As if the slope were a number: what the penalty adds to the gradient is left out.
    const Checked without([] {
        std::string text = gan;
        return text.replace(text.find("(slope - 1)^2"), 13, "(stop_gradient(slope) - 1)^2");
    }());
    const runtime::Graph other = without.graph();
    BOOST_TEST(failed(checked(without, other)) == 0u);
    // Those gradients, held against the whole objective.
    std::vector<Var> parts;
    for (const runtime::LearnedWeight& weight : other.updates[0].learned) {
        parts.push_back(weight.gradient);
    }
    Plan plan(parts);
    for (const runtime::DataInput& input : other.inputs) {
        const std::span<Real> memory = plan.feed(input.var);
        std::vector<double> values(memory.size());
        feed({input.data, input.field, input.slot, input.next}, values);
        std::copy(values.begin(), values.end(), memory.begin());
    }
    plan.run(0);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        graph.updates[0].learned[i].gradient = graph.tape->constant(plan.value(parts[i]));
    }
    const std::vector<WeightReport> reports = checked(program, graph);
    BOOST_TEST(reports[0].failed > 4u);
    BOOST_TEST(reports[0].weight == "C.conv_1.weight");
    BOOST_TEST(reports[3].failed == 0u);  // the bias at the end has no part in a slope
}

BOOST_AUTO_TEST_CASE(stop_gradient_is_held_at_its_value) {
    const Checked program(stopped);
    runtime::Graph graph = program.graph();
    BOOST_TEST(failed(checked(program, graph)) == 0u);
    // The derivative of h * h, which plain differences of the objective would show, is twice as much.
    for (runtime::LearnedWeight& weight : graph.updates[0].learned) {
        weight.gradient = weight.gradient * 2;
    }
    BOOST_TEST(failed(checked(program, graph)) > 8u);
}

BOOST_AUTO_TEST_CASE(kinks_count_neither_way) {
    const Checked program(
        std::string(stopped).replace(stopped.find("h * stop_gradient(h)"), 20, "abs(h - stop_gradient(h))"));
    for (const WeightReport& report : checked(program, program.graph())) {
        BOOST_TEST(report.failed == 0u);
        BOOST_TEST(report.unsure == report.checked);
    }
}

BOOST_AUTO_TEST_CASE(an_objective_that_is_not_finite_is_refused) {
    const Checked program(
        std::string(stopped).replace(stopped.find("h * stop_gradient(h)"), 20, "log(-h^2)"));
    BOOST_CHECK_EXCEPTION(checked(program, program.graph()), Error, [](const Error& error) {
        return error.message().find("the objective of the update of F is nan") != std::string::npos;
    });
}

BOOST_AUTO_TEST_SUITE_END()
