#pragma once

#include <vector>

#include "autodiff/plan/graph.hpp"

/// What one step of a run computes: a single operation, several of a kind that gain by running together, or
/// elementwise operations of one shape fused.
namespace gandsl {
inline namespace GANDSL_PRECISION {

struct Unit {
    std::vector<std::size_t> nodes;  ///< places in Graph::nodes, in order
    bool elementwise = false;
    std::vector<std::size_t> sums;  ///< sums of these nodes, taken while they are computed
    /// Matrices that these nodes alone read, computed a tile at a time (Operation::tiles) and never kept.
    std::vector<std::size_t> tiled = {};
};

/// Operands, and what each node computes, are registers of an ElementwiseProgram.
inline constexpr std::size_t most_unit_nodes = 24;
inline constexpr std::size_t most_unit_operands = 20;

struct Units {
    std::vector<Unit> units;  ///< in the order in which they run
    std::vector<std::size_t>
        unit_of;  ///< of each node, the one that keeps it; `no_unit` for leaves and aliases
};
inline constexpr std::size_t no_unit = static_cast<std::size_t>(-1);

/// What a unit reads that it does not compute itself, each once.
std::vector<std::size_t> reads_of(const Graph& graph, const Unit& unit);

/// Takes out units that have no nodes left.
void drop_empty(Units& units);

/// The node whose memory `node` shows: itself, unless it is an alias.
std::size_t root_of(const Graph& graph, std::size_t node);

/// Groups elementwise nodes (only if `fuse`) and operations that share their last input and gain by it (only
/// if `gather`), and puts the units in an order in which inputs come first, and every reader of a state
/// before the unit that computes its new value where that is possible.
Units make_units(const Graph& graph, bool fuse, bool gather);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
