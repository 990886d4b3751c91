#include "autodiff/plan/graph.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "autodiff/error.hpp"
#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

// Drops what nothing needs and renumbers; `replaced[n]` stands for n (itself, usually).
void compact(Graph& graph, const std::vector<std::size_t>& replaced) {
    const auto resolve = [&](std::size_t index) {
        while (replaced[index] != index) {
            index = replaced[index];
        }
        return index;
    };
    std::vector<char> needed(graph.nodes.size(), 0);
    for (std::size_t& output : graph.outputs) {
        output = resolve(output);
        needed[output] = 1;
    }
    for (auto& store : graph.stores) {
        store.value = resolve(store.value);
        needed[store.state] = needed[store.value] = 1;
    }
    for (std::size_t i = graph.nodes.size(); i-- > 0;) {
        if (needed[i] != 0) {
            for (std::size_t& input : graph.nodes[i].inputs) {
                input = resolve(input);
                needed[input] = 1;
            }
        }
    }
    std::vector<std::size_t> moved(graph.nodes.size(), nowhere);
    std::vector<GraphNode> kept;
    kept.reserve(static_cast<std::size_t>(std::count(needed.begin(), needed.end(), 1)));
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        if (needed[i] != 0) {
            moved[i] = kept.size();
            kept.push_back(std::move(graph.nodes[i]));
            for (std::size_t& input : kept.back().inputs) {
                input = moved[input];
            }
        }
    }
    graph.nodes = std::move(kept);
    for (std::size_t& output : graph.outputs) {
        output = moved[output];
    }
    for (auto& store : graph.stores) {
        store.state = moved[store.state];
        store.value = moved[store.value];
    }
}

std::vector<std::size_t> identity(const Graph& graph) {
    std::vector<std::size_t> replaced(graph.nodes.size());
    for (std::size_t i = 0; i < replaced.size(); ++i) {
        replaced[i] = i;
    }
    return replaced;
}

std::size_t mix(std::size_t seed, std::size_t value) {
    return seed ^ (value + 0x9E3779B97F4A7C15ULL + (seed << 6U) + (seed >> 2U));
}

std::size_t hash_of(const GraphNode& node) {
    std::size_t hash = std::hash<const Operation*>{}(node.operation);
    for (const std::size_t input : node.inputs) {
        hash = mix(hash, input);
    }
    for (const Index value : node.attributes.integers) {
        hash = mix(hash, static_cast<std::size_t>(value));
    }
    for (const double value : node.attributes.numbers) {
        hash = mix(hash, std::bit_cast<std::uint64_t>(value));
    }
    for (const Index size : node.shape) {
        hash = mix(hash, static_cast<std::size_t>(size));
    }
    return hash;
}

// By bits: 0 and -0 are equal, and give other numbers.
bool same_attributes(const Attributes& a, const Attributes& b) {
    return a.integers == b.integers &&
           std::equal(a.numbers.begin(), a.numbers.end(), b.numbers.begin(), b.numbers.end(),
                      [](double one, double other) {
                          return std::bit_cast<std::uint64_t>(one) == std::bit_cast<std::uint64_t>(other);
                      });
}

}  // namespace

// Every operation is a pure function of its inputs, attributes, and the run's seed and step: equal means
// equal.
void merge(Graph& graph) {
    std::vector<std::size_t> replaced = identity(graph);
    std::unordered_multimap<std::size_t, std::size_t> seen;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        GraphNode& node = graph.nodes[i];
        for (std::size_t& input : node.inputs) {
            input = replaced[input];
        }
        const std::size_t hash = hash_of(node);
        const auto [begin, end] = seen.equal_range(hash);
        for (auto candidate = begin; candidate != end; ++candidate) {
            const GraphNode& other = graph.nodes[candidate->second];
            if (other.operation == node.operation && other.inputs == node.inputs &&
                same_attributes(other.attributes, node.attributes) && other.shape == node.shape) {
                replaced[i] = candidate->second;
                break;
            }
        }
        if (replaced[i] == i) {
            seen.emplace(hash, i);
        }
    }
    compact(graph, replaced);
}

namespace {

// The number that all elements are. Seen through broadcasts: a gradient starts as ones of the value's shape.
std::optional<double> number_throughout(const Graph& graph, std::size_t index) {
    while (graph.nodes[index].operation->moves || graph.nodes[index].operation->alias) {
        index = graph.nodes[index].inputs[0];
    }
    const GraphNode& node = graph.nodes[index];
    return node.operation == &constant_operation && node.attributes.integers[0] == -1
               ? std::optional(node.attributes.numbers[0])
               : std::nullopt;
}

}  // namespace

void simplify(Graph& graph) {
    std::vector<std::size_t> replaced = identity(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        GraphNode& node = graph.nodes[i];
        for (std::size_t& input : node.inputs) {
            input = replaced[input];
        }
        const Operation& operation = *node.operation;
        if (operation.neutral && node.inputs.size() == 2) {
            for (std::size_t side = 0; side < 2; ++side) {
                const std::size_t other = node.inputs[1 - side];
                if (number_throughout(graph, node.inputs[side]) == operation.neutral &&
                    graph.nodes[other].shape == node.shape) {
                    replaced[i] = other;
                    break;
                }
            }
        } else if (operation.alias && operation.moves) {
            const auto input = [&]() -> const GraphNode& { return graph.nodes[node.inputs[0]]; };
            while (input().operation->alias && input().operation->moves) {
                node.inputs[0] = input().inputs[0];
            }
            if (input().shape == node.shape) {
                replaced[i] = node.inputs[0];
            }
        } else if (operation.undoes != nullptr) {
            const GraphNode& inner = graph.nodes[node.inputs[0]];
            if (inner.operation == &operation && operation.undoes(node.attributes, inner.attributes)) {
                replaced[i] = inner.inputs[0];
            }
        }
    }
    compact(graph, replaced);
}

std::vector<Shape> input_shapes(const Graph& graph, std::size_t node) {
    std::vector<Shape> shapes;
    for (const std::size_t input : graph.nodes[node].inputs) {
        shapes.push_back(graph.nodes[input].shape);
    }
    return shapes;
}

Graph prune(const Tape& tape, const std::vector<Var>& outputs, const std::vector<Assignment>& assignments) {
    Graph graph;
    std::vector<std::size_t> index_of(tape.size(), nowhere);
    std::vector<char> needed(tape.size(), 0);
    for (const Var& output : outputs) {
        require_var_of(tape, output, "plan", "an output");
        needed[output.id()] = 1;
    }
    std::vector<char> assigned(tape.size(), 0);
    for (const Assignment& assignment : assignments) {
        require_var_of(tape, assignment.state, "plan", "an assignment's state");
        require_var_of(tape, assignment.value, "plan", "an assignment's value");
        needed[assignment.state.id()] = needed[assignment.value.id()] = 1;
        const Operation& operation = *tape.node(assignment.state.id()).operation;
        if (&operation != &state_operation) {
            throw Error(ErrorCode::invalid_argument, "[plan] a Var of the operation '" +
                                                         std::string(operation.name) +
                                                         "' is no state; only what Tape::state made can be "
                                                         "assigned");
        }
        if (assignment.state.shape() != assignment.value.shape()) {
            throw Error(ErrorCode::shape, "[plan] the state '" + tape.name(assignment.state.id()) +
                                              "' has shape " + to_string(assignment.state.shape()) +
                                              ", the value assigned to it " +
                                              to_string(assignment.value.shape()));
        }
        if (std::exchange(assigned[assignment.state.id()], 1) != 0) {
            throw Error(ErrorCode::invalid_argument,
                        "[plan] the state '" + tape.name(assignment.state.id()) + "' is assigned twice");
        }
    }
    for (std::size_t id = tape.size(); id-- > 0;) {
        if (needed[id] != 0) {
            for (const NodeId input : tape.node(static_cast<NodeId>(id)).inputs) {
                needed[input] = 1;
            }
        }
    }
    graph.nodes.reserve(static_cast<std::size_t>(std::count(needed.begin(), needed.end(), 1)));
    for (std::size_t id = 0; id < tape.size(); ++id) {
        if (needed[id] == 0) {
            continue;
        }
        const Node& node = tape.node(static_cast<NodeId>(id));
        index_of[id] = graph.nodes.size();
        graph.nodes.push_back({static_cast<NodeId>(id), node.operation, node.attributes, {}, node.shape});
        for (const NodeId input : node.inputs) {
            graph.nodes.back().inputs.push_back(index_of[input]);
        }
    }
    for (const Var& output : outputs) {
        graph.outputs.push_back(index_of[output.id()]);
    }
    for (const Assignment& assignment : assignments) {
        graph.stores.push_back({index_of[assignment.state.id()], index_of[assignment.value.id()]});
    }
    return graph;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
