#pragma once

#include <vector>

#include "autodiff/plan/graph.hpp"

/// What one step of a run computes: a single operation, several of a kind that gain by running together, or
/// elementwise operations of one shape fused.
namespace gandsl {
inline namespace GANDSL_PRECISION {

struct FusionGroup {
    std::vector<std::size_t> nodes;  ///< indices into Graph::nodes, in order
    bool elementwise = false;
    std::vector<std::size_t> sums;  ///< sums of these nodes, taken while they are computed
    /// Matrices that these nodes alone read, computed a tile at a time (Operation::tiles) and never kept.
    std::vector<std::size_t> producers = {};
};

/// Operands, and what each node computes, are registers of an ElementwiseProgram.
inline constexpr std::size_t max_group_nodes = 24;
inline constexpr std::size_t max_group_operands = 20;

struct Schedule {
    std::vector<FusionGroup> groups;  ///< in the order in which they run
    std::vector<std::size_t>
        group_of;  ///< of each node, the one that keeps it; `no_group` for leaves and aliases
};
inline constexpr std::size_t no_group = static_cast<std::size_t>(-1);

/// What a group reads that it does not compute itself, each once.
std::vector<std::size_t> reads_of(const Graph& graph, const FusionGroup& group);

/// Whether a node's operation looks at its numbers before it computes (Operation::check), and whether that
/// can be done before the run begins, as they are a leaf's.
enum class Check { none, before_run, in_run };
Check check_of(const Graph& graph, std::size_t node);

/// Whether one of its operations may refuse numbers that the run computes.
bool may_throw(const Graph& graph, const FusionGroup& group);

/// Takes out groups that have no nodes left.
void drop_empty(Schedule& schedule);

/// The node whose memory `node` shows: itself, unless it is an alias.
std::size_t root_of(const Graph& graph, std::size_t node);

/// What may be put into one group.
struct FusionRules {
    bool fuse = false;    ///< elementwise operations, and sums of them
    bool gather = false;  ///< operations that share their last input and gain by it
};

/// Groups the nodes and puts the groups in an order in which inputs come first, and every reader of a state,
/// and every group that may throw, before the group that computes its new value where that is possible.
Schedule make_schedule(const Graph& graph, const FusionRules& rules);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
