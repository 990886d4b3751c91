#include "tests/autodiff/random_graphs/print.hpp"

#include <cmath>
#include <sstream>
#include <string_view>

#include "autodiff/operations/leaves.hpp"
#include "fill_text.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

// A program gets the numbers of its leaves, records the graph, and computes it in two ways.
constexpr const char* head_text = R"source(
#include <autodiff/autodiff.hpp>
#include <autodiff/operation.hpp>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

using namespace gandsl;
using namespace gandsl_test;

const Operation& named(std::string_view name) {
    for (const Operation* const operation : operations()) {
        if (operation->name == name) {
            return *operation;
        }
    }
    throw Error(ErrorCode::internal, "no such operation");
}

Array filled(const Shape& shape, const Fill& fill) {
    Array array = make_array(shape);
    for (std::size_t index = 0; index < array.size(); ++index) {
        array.data()[index] = number<Real>(fill, index);
    }
    return array;
}

struct Graph {
    std::vector<Var> outputs = {};
    std::vector<Assignment> assignments = {};
    std::vector<std::pair<Var, Array>> inputs = {};
};

// On an eager tape an input is a constant.
Var input(Tape& tape, Graph& graph, const Array& value) {
    if (tape.evaluation() == Evaluation::eager) {
        return tape.constant(value);
    }
    graph.inputs.emplace_back(tape.input(shape_of(value)), value);
    return graph.inputs.back().first;
}
)source";

constexpr const char* tail_text = R"source(
using Results = std::vector<Array>;

Results by_plan(PlanOptions options) {
    Tape tape(Evaluation::planned, seed);
    Graph graph = record_graph(tape);
    Plan plan(graph.outputs, graph.assignments, std::move(options));
    for (const auto& [var, value] : graph.inputs) {
        if (!plan.feed(var).empty()) {
            plan.set(var, value);
        }
    }
    Results results;
    for (int run = 0; run < 2; ++run) {
        plan.run();
        for (const Var& output : graph.outputs) {
            results.push_back(plan.value(output));
        }
        for (const Assignment& assignment : graph.assignments) {
            results.push_back(assignment.state.value());
        }
    }
    return results;
}

// The first run alone: a second one would begin with the new states.
[[maybe_unused]] Results eagerly() {
    Tape tape(Evaluation::eager, seed);
    const Graph graph = record_graph(tape);
    Results results;
    for (const Var& output : graph.outputs) {
        results.push_back(output.value());
    }
    for (const Assignment& assignment : graph.assignments) {
        results.push_back(assignment.value.value());
    }
    return results;
}

bool same(Real a, Real b) {
    return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

int main() {
    const Results expected = by_plan({.without = Plan::passes()});
    const Results found = @FOUND@;
    int wrong = 0;
    for (std::size_t result = 0; result < found.size(); ++result) {
        for (std::size_t index = 0; index < found[result].size(); ++index) {
            const Real a = expected[result].data()[index];
            const Real b = found[result].data()[index];
            if (!same(a, b) && ++wrong <= 10) {
                std::printf("result %zu, element %zu: %.9g, expected %.9g\n", result, index, static_cast<double>(b),
                            static_cast<double>(a));
            }
        }
    }
    std::printf("%d numbers differ\n", wrong);
    return wrong == 0 ? 0 : 1;
}
)source";

std::string text_of(double value) {
    std::ostringstream text;
    if (std::isnan(value)) {
        return "NAN";
    }
    if (std::isinf(value)) {
        return value < 0 ? "-INFINITY" : "INFINITY";
    }
    text << std::hexfloat << value;
    return text.str();
}

std::string list(const std::vector<Index>& values) {
    std::string text = "{";
    for (const Index value : values) {
        text += (text.size() > 1 ? ", " : "") + std::to_string(value);
    }
    return text + "}";
}

std::string list(const std::vector<double>& values) {
    std::string text = "{";
    for (const double value : values) {
        text += (text.size() > 1 ? ", " : "") + text_of(value);
    }
    return text + "}";
}

std::string name_of(std::size_t node) {
    return "v" + std::to_string(node);
}

const char* name_of(FillKind kind) {
    switch (kind) {
        case FillKind::ties:
            return "ties";
        case FillKind::index:
            return "index";
        case FillKind::special:
            return "special";
        case FillKind::extreme:
            return "extreme";
        default:
            return "plain";
    }
}

std::string print_leaf(const GraphNode& node) {
    if (!is_filled(node)) {
        return "tape.constant(" + text_of(node.attributes.numbers[0]) + ")";
    }
    const std::string numbers = "filled(" + list(node.shape) + ", {FillKind::" + name_of(node.fill.kind) +
                                ", " + std::to_string(node.fill.seed) + ", " + text_of(node.fill.low) + ", " +
                                text_of(node.fill.high) + "})";
    if (node.operation == &input_operation) {
        return "input(tape, graph, " + numbers + ")";
    }
    return std::string("tape.") + std::string(node.operation->name) + "(" + numbers + ")";
}

std::string print_node(const GraphNode& node) {
    const std::string attributes =
        "{" + list(node.attributes.integers) + ", " + list(node.attributes.numbers) + "}";
    const std::string operation = "named(\"" + std::string(node.operation->name) + "\")";
    if (node.inputs.empty()) {
        return "tape.append(" + operation + ", {}, " + attributes + ", " + list(node.shape) + ")";
    }
    std::string inputs;
    for (const std::size_t input : node.inputs) {
        inputs += (inputs.empty() ? "" : ", ") + name_of(input);
    }
    return "record(" + operation + ", {" + inputs + "}, " + attributes + ")";
}

std::string print_graph(const RandomGraph& graph) {
    std::string text = "\nconstexpr std::uint64_t seed = " + std::to_string(graph.seed) +
                       "U;\n\nGraph record_graph(Tape& tape) {\n    Graph graph;\n";
    for (std::size_t index = 0; index < graph.nodes.size(); ++index) {
        const GraphNode& node = graph.nodes[index];
        text += "    const Var " + name_of(index) + " = " +
                (is_leaf(*node.operation) ? print_leaf(node) : print_node(node)) + ";  // " +
                to_string(node.shape) + "\n";
    }
    std::string outputs;
    for (const std::size_t output : graph.outputs) {
        outputs += (outputs.empty() ? "" : ", ") + name_of(output);
    }
    std::string stores;
    for (const Store& store : graph.stores) {
        stores += (stores.empty() ? "{" : ", {") + name_of(store.state) + ", " + name_of(store.value) + "}";
    }
    return text + "    graph.outputs = {" + outputs + "};\n    graph.assignments = {" + stores +
           "};\n    return graph;\n}\n";
}

std::string print_variant(const Variant& variant) {
    if (variant.eager) {
        return "eagerly()";
    }
    std::string without;
    for (const std::string& pass : variant.without) {
        without += (without.empty() ? "\"" : ", \"") + pass + "\"";
    }
    return "by_plan({.pool = std::make_shared<ThreadPool>(" + std::to_string(variant.threads) +
           "), .without = {" + without + "}})";
}

}  // namespace

std::string print_program(const Failure& failure) {
    std::string text = "// Graph " + std::to_string(failure.graph.seed) + " of the random graphs, " +
                       describe(failure.variant) + ".\n";
    text += sizeof(Real) == sizeof(double) ? "#define GANDSL_DOUBLE\n" : "";
    constexpr std::string_view once = "#pragma once\n\n";
    text += std::string_view(fill_text).substr(once.size());
    text += head_text + print_graph(failure.graph);
    std::string tail = tail_text;
    constexpr std::string_view hole = "@FOUND@";
    tail.replace(tail.find(hole), hole.size(), print_variant(failure.variant));
    return text + tail;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
