#include "tests/autodiff/random_graphs/graph.hpp"

#include <algorithm>

#include "autodiff/array.hpp"
#include "autodiff/operations/leaves.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

Array to_array(const Shape& shape, const std::vector<Real>& values) {
    Array array = make_array(shape);
    std::copy(values.begin(), values.end(), array.data());
    return array;
}

Var record_leaf(Tape& tape, const GraphNode& node, const std::vector<Real>& values) {
    if (node.operation == &state_operation) {
        return tape.state(to_array(node.shape, values));
    }
    if (node.operation == &input_operation && tape.evaluation() == Evaluation::planned) {
        return tape.input(node.shape);
    }
    return is_filled(node) ? tape.constant(to_array(node.shape, values))
                           : tape.constant(node.attributes.numbers[0]);
}

}  // namespace

bool is_filled(const GraphNode& node) {
    return is_leaf(*node.operation) && node.attributes.numbers.empty();
}

RandomGraph pruned(const RandomGraph& graph) {
    std::vector<char> needed(graph.nodes.size(), 0);
    for (const std::size_t output : graph.outputs) {
        needed[output] = 1;
    }
    for (const Store& store : graph.stores) {
        needed[store.state] = needed[store.value] = 1;
    }
    for (std::size_t node = graph.nodes.size(); node-- > 0;) {
        if (needed[node] != 0) {
            for (const std::size_t input : graph.nodes[node].inputs) {
                needed[input] = 1;
            }
        }
    }
    RandomGraph result{graph.seed, {}, graph.outputs, graph.stores};
    std::vector<std::size_t> moved(graph.nodes.size(), 0);
    for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
        if (needed[node] != 0) {
            moved[node] = result.nodes.size();
            result.nodes.push_back(graph.nodes[node]);
            for (std::size_t& input : result.nodes.back().inputs) {
                input = moved[input];
            }
        }
    }
    for (std::size_t& output : result.outputs) {
        output = moved[output];
    }
    for (Store& store : result.stores) {
        store = {moved[store.state], moved[store.value]};
    }
    return result;
}

RandomGraph reshaped(RandomGraph graph) {
    for (GraphNode& node : graph.nodes) {
        if (node.operation->shape != nullptr) {
            std::vector<Shape> shapes;
            for (const std::size_t input : node.inputs) {
                shapes.push_back(graph.nodes[input].shape);
            }
            node.shape = node.operation->shape(node.attributes, shapes);
        }
        element_count(node.shape);
    }
    return graph;
}

std::vector<std::vector<Real>> leaf_values(const RandomGraph& graph) {
    std::vector<std::vector<Real>> values(graph.nodes.size());
    for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
        if (is_filled(graph.nodes[node])) {
            values[node].resize(static_cast<std::size_t>(element_count(graph.nodes[node].shape)));
            for (std::size_t index = 0; index < values[node].size(); ++index) {
                values[node][index] = number<Real>(graph.nodes[node].fill, index);
            }
        }
    }
    return values;
}

std::vector<Var> record_on(Tape& tape, const RandomGraph& graph, std::span<const std::vector<Real>> values) {
    std::vector<Var> vars;
    for (std::size_t index = 0; index < graph.nodes.size(); ++index) {
        const GraphNode& node = graph.nodes[index];
        if (is_leaf(*node.operation)) {
            vars.push_back(record_leaf(tape, node, values[index]));
            continue;
        }
        std::vector<NodeId> inputs;
        for (const std::size_t input : node.inputs) {
            inputs.push_back(vars[input].id());
        }
        vars.push_back(tape.append(*node.operation, inputs, node.attributes, node.shape));
    }
    return vars;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
