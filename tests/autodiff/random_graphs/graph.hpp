#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "autodiff/operation.hpp"
#include "tests/autodiff/random_graphs/fill.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

/// One operation or leaf of a graph that stands for itself, on no tape.
struct GraphNode {
    const gandsl::Operation* operation = nullptr;
    gandsl::Attributes attributes = {};
    std::vector<std::size_t> inputs = {};  ///< earlier nodes
    gandsl::Shape shape = {};
    Fill fill = {};  ///< the numbers of a leaf, unless it is a constant made from one number
};

struct Store {
    std::size_t state;
    std::size_t value;
};

/// What a Plan is made of, in a form that can be recorded on any tape, changed, and printed.
struct RandomGraph {
    std::uint64_t seed = 0;  ///< what it was drawn from; also the tape's
    std::vector<GraphNode> nodes;
    std::vector<std::size_t> outputs;
    std::vector<Store> stores;
};

/// Whether the numbers of a node are those of its fill.
bool is_filled(const GraphNode& node);

/// Without nodes that nothing depends on.
RandomGraph pruned(const RandomGraph& graph);

/// With every shape computed again from the leaves; throws Error where they no longer fit.
RandomGraph reshaped(RandomGraph graph);

/// The numbers of every filled node; empty arrays for the others.
std::vector<std::vector<gandsl::Real>> leaf_values(const RandomGraph& graph);

/// Records the graph, and returns a Var for each node. On an eager tape inputs become constants. `values` are
/// those of the leaves.
std::vector<gandsl::Var> record_on(gandsl::Tape& tape, const RandomGraph& graph,
                                   std::span<const std::vector<gandsl::Real>> values);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
