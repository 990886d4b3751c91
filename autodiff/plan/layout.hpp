#pragma once

#include <cstdint>
#include <vector>

#include "autodiff/plan/fused.hpp"
#include "autodiff/plan/graph.hpp"
#include "autodiff/plan/schedule.hpp"

/// Where every value of a run stands: made from a graph and its schedule alone, before any memory is taken.
namespace gandsl {
inline namespace GANDSL_PRECISION {

inline constexpr std::size_t no_block = static_cast<std::size_t>(-1);

struct Block {
    enum class Storage : std::uint8_t {
        arena,  ///< at `offset` of what the plan computes in
        feed,   ///< at `offset` of the plan's inputs
        tape,   ///< the array that the tape holds of a state or constant, the node `leaf`
    };
    Storage storage = Storage::arena;
    std::size_t bytes = 0;
    /// In the arena: the groups from which to which its numbers matter, both included. One more than the
    /// last group is "after the run".
    std::size_t first = 0, last = 0;
    std::size_t offset = 0;
    std::size_t leaf = no_block;
};

/// All of a block, copied to another of the same size.
struct BlockCopy {
    std::size_t to, from;
};

/// A run makes the copies `before`, in order; runs the groups, in order; makes the copies `after`.
struct Layout {
    std::vector<Block> blocks;
    std::vector<std::size_t> block_of;      ///< of each node; `no_block` for aliases and what has no memory
    std::vector<std::size_t> workspace_of;  ///< of each group
    std::vector<Fused> programs;            ///< of each group, if it is elementwise
    std::vector<std::size_t> outputs;       ///< of each output of the graph, the block to read after a run
    std::vector<BlockCopy> before, after;
    std::size_t arena_bytes = 0;
    std::size_t feed_bytes = 0;
};

/// Bytes of a value; throws Error(memory) if sums of such could not be counted.
std::size_t bytes_of(const Shape& shape);

/// A layout in which every value has a block of its own and nothing is shared. Outputs are the values of the
/// run whatever becomes of a state or an input later, so those of leaves are copies.
Layout lay_out(const Graph& graph, const Schedule& schedule, std::size_t threads);

/// What follows improves a layout without changing any result.

/// New values of states are computed in the state's memory where the old value is not needed any more and
/// nothing can throw from there on: a run that throws leaves every state as it was.
void store_in_place(const Graph& graph, const Schedule& schedule, Layout& layout);

/// Elementwise results take over the memory of an operand that is read for the last time.
void overwrite_operands(const Graph& graph, const Schedule& schedule, Layout& layout);

/// Blocks that are not needed at the same time share memory.
void share_memory(const Graph& graph, const Schedule& schedule, Layout& layout);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
