#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "autodiff/operation.hpp"
#include "autodiff/plan.hpp"
#include "autodiff/tape.hpp"

/// What a plan works on: the part of a tape that matters, as a list in which inputs precede their users.
namespace gandsl {
inline namespace GANDSL_PRECISION {

struct GraphNode {
    NodeId id = 0;  ///< on the tape
    const Operation* operation = nullptr;
    Attributes attributes;
    std::vector<std::size_t> inputs;  ///< indices into Graph::nodes
    Shape shape;
};

struct Graph {
    struct Store {
        std::size_t state;
        std::size_t value;
    };
    std::vector<GraphNode> nodes;
    std::vector<std::size_t> outputs;
    std::vector<Store> stores;
};

/// The shapes of what a node reads.
std::vector<Shape> input_shapes(const Graph& graph, std::size_t node);

/// The nodes that outputs and assignments depend on, in recorded order.
Graph prune(const Tape& tape, const std::vector<Var>& outputs, const std::vector<Assignment>& assignments);

/// Computes equal nodes once.
void merge(Graph& graph);

/// Drops products with 1 and moves that undo one another: only what leaves every bit as it was. An output, or
/// a value that is assigned, may become a leaf by it.
void simplify(Graph& graph);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
