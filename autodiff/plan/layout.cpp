#include "autodiff/plan/layout.hpp"

#include <algorithm>
#include <string>

#include "autodiff/error.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/plan/memory.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

using Storage = Block::Storage;

// Which values need memory, and when each is read for the last time.
struct Uses {
    std::vector<char> materialized;  ///< of each root
    std::vector<std::size_t> last;   ///< of each root, a group; the number of groups means "after the run"
};

Uses uses_of(const Graph& graph, const Schedule& schedule) {
    Uses uses{std::vector<char>(graph.nodes.size(), 0), std::vector<std::size_t>(graph.nodes.size(), 0)};
    const auto use = [&](std::size_t node, std::size_t when) {
        const std::size_t root = root_of(graph, node);
        uses.materialized[root] = 1;
        uses.last[root] = std::max(uses.last[root], when);
    };
    for (std::size_t index = 0; index < schedule.groups.size(); ++index) {
        const FusionGroup& group = schedule.groups[index];
        for (const std::size_t sum : group.sums) {
            uses.materialized[sum] = 1;
        }
        if (!group.elementwise) {
            for (const std::size_t node : group.nodes) {
                uses.materialized[node] = 1;
            }
        }
        for (const std::size_t input : reads_of(graph, group)) {
            use(input, index);
        }
    }
    for (const std::size_t output : graph.outputs) {
        use(output, schedule.groups.size());
    }
    for (const auto& store : graph.stores) {
        use(store.value, schedule.groups.size());
    }
    return uses;
}

// Leaves have memory of their own.
void add_leaves(const Graph& graph, Layout& layout) {
    for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
        const GraphNode& own = graph.nodes[node];
        if (!is_leaf(*own.operation)) {
            continue;
        }
        Block block{.bytes = bytes_of(own.shape), .leaf = node};
        block.storage = own.operation == &input_operation ? Storage::feed : Storage::tape;
        layout.block_of[node] = layout.blocks.size();
        layout.blocks.push_back(block);
    }
}

void compile_groups(const Graph& graph, const Schedule& schedule, const Uses& uses, Layout& layout) {
    layout.programs.resize(schedule.groups.size());
    for (std::size_t index = 0; index < schedule.groups.size(); ++index) {
        const FusionGroup& group = schedule.groups[index];
        if (!group.elementwise) {
            continue;
        }
        std::vector<std::size_t> outputs;
        for (const std::size_t node : group.nodes) {
            if (uses.materialized[node] != 0 && schedule.group_of[node] == index) {
                outputs.push_back(node);
            }
        }
        layout.programs[index] = compile(graph, group, outputs);
    }
}

std::size_t workspace_size(const Graph& graph, const Schedule& schedule, const Layout& layout,
                           std::size_t group, std::size_t threads) {
    if (schedule.groups[group].elementwise) {
        return scratch_size(layout.programs[group].program, threads);
    }
    const std::size_t first = schedule.groups[group].nodes[0];
    const GraphNode& node = graph.nodes[first];
    return node.operation->workspace == nullptr
               ? 0
               : node.operation->workspace(node.attributes, input_shapes(graph, first), node.shape, threads);
}

// What a group leaves in memory.
std::vector<std::size_t> results_of(const Schedule& schedule, const Layout& layout, std::size_t group) {
    if (!schedule.groups[group].elementwise) {
        return schedule.groups[group].nodes;
    }
    std::vector<std::size_t> results = layout.programs[group].outputs;
    results.insert(results.end(), layout.programs[group].sums.begin(), layout.programs[group].sums.end());
    return results;
}

void add_results(const Graph& graph, const Schedule& schedule, const Uses& uses, std::size_t threads,
                 Layout& layout) {
    layout.workspace_of.assign(schedule.groups.size(), no_block);
    for (std::size_t group = 0; group < schedule.groups.size(); ++group) {
        for (const std::size_t node : results_of(schedule, layout, group)) {
            layout.block_of[node] = layout.blocks.size();
            layout.blocks.push_back({.bytes = bytes_of(graph.nodes[node].shape),
                                     .first = group,
                                     .last = std::max(group, uses.last[node])});
        }
        if (const std::size_t size = workspace_size(graph, schedule, layout, group, threads); size > 0) {
            layout.workspace_of[group] = layout.blocks.size();
            layout.blocks.push_back({.bytes = size * sizeof(Real), .first = group, .last = group});
        }
    }
}

// Outputs and stores that are leaves, which the run's end or whoever comes after it may overwrite, are copied
// before the run begins, each once.
class Snapshots {
  public:
    Snapshots(std::size_t after_run, Layout& layout)
        : after_run_(after_run), layout_(layout), of_(layout.block_of.size(), no_block) {}

    std::size_t of(std::size_t leaf) {
        if (of_[leaf] == no_block) {
            const std::size_t original = layout_.block_of[leaf];
            of_[leaf] = layout_.blocks.size();
            layout_.blocks.push_back({.bytes = layout_.blocks[original].bytes, .last = after_run_});
            layout_.before.push_back({of_[leaf], original});
        }
        return of_[leaf];
    }

  private:
    std::size_t after_run_;
    Layout& layout_;
    std::vector<std::size_t> of_;
};

void add_copies(const Graph& graph, const Schedule& schedule, Layout& layout) {
    Snapshots snapshots(schedule.groups.size(), layout);
    for (const std::size_t output : graph.outputs) {
        const std::size_t root = root_of(graph, output);
        const Operation* const operation = graph.nodes[root].operation;
        const bool may_change = operation == &state_operation || operation == &input_operation;
        layout.outputs.push_back(may_change ? snapshots.of(root) : layout.block_of[root]);
    }
    for (const auto& store : graph.stores) {
        const std::size_t root = root_of(graph, store.value);
        if (root != store.state) {
            const bool is_state = graph.nodes[root].operation == &state_operation;
            layout.after.push_back(
                {layout.block_of[store.state], is_state ? snapshots.of(root) : layout.block_of[root]});
        }
    }
}

std::vector<Lifetime> lifetimes_in(const Layout& layout, Storage storage, std::vector<std::size_t>& blocks) {
    std::vector<Lifetime> lifetimes;
    for (std::size_t block = 0; block < layout.blocks.size(); ++block) {
        const Block& own = layout.blocks[block];
        if (own.storage == storage) {
            lifetimes.push_back({own.bytes, own.first, own.last});
            blocks.push_back(block);
        }
    }
    return lifetimes;
}

// Gives the blocks of a storage their offsets and returns the bytes that it takes.
std::size_t place_blocks(Layout& layout, Storage storage, bool share) {
    std::vector<std::size_t> blocks;
    const Placement placement = place(lifetimes_in(layout, storage, blocks), share);
    for (std::size_t index = 0; index < blocks.size(); ++index) {
        layout.blocks[blocks[index]].offset = placement.offsets[index];
    }
    return placement.bytes;
}

// Each block is replaced by another, itself usually; the others go.
void replace_blocks(Layout& layout, std::vector<std::size_t> replaced) {
    std::vector<std::size_t> moved(layout.blocks.size(), no_block);
    std::vector<Block> kept;
    for (std::size_t block = 0; block < layout.blocks.size(); ++block) {
        if (replaced[block] == block) {
            moved[block] = kept.size();
            kept.push_back(layout.blocks[block]);
        }
    }
    for (std::size_t block = 0; block < layout.blocks.size(); ++block) {
        moved[block] = moved[replaced[block]];
    }
    layout.blocks = std::move(kept);
    const auto follow = [&](std::size_t& block) { block = block == no_block ? no_block : moved[block]; };
    for (auto* list : {&layout.block_of, &layout.workspace_of, &layout.outputs}) {
        std::for_each(list->begin(), list->end(), follow);
    }
    for (auto* copies : {&layout.before, &layout.after}) {
        for (BlockCopy& copy : *copies) {
            follow(copy.to);
            follow(copy.from);
        }
    }
}

std::vector<std::size_t> all_blocks(const Layout& layout) {
    std::vector<std::size_t> blocks(layout.blocks.size());
    for (std::size_t block = 0; block < blocks.size(); ++block) {
        blocks[block] = block;
    }
    return blocks;
}

// The first group from which on nothing can throw.
std::size_t first_safe_group(const Graph& graph, const Schedule& schedule) {
    for (std::size_t group = schedule.groups.size(); group-- > 0;) {
        if (may_throw(graph, schedule.groups[group])) {
            return group + 1;
        }
    }
    return 0;
}

}  // namespace

std::size_t bytes_of(const Shape& shape) {
    constexpr std::size_t max_bytes = std::size_t{1} << 52U;  // sums of these can be counted
    const auto count = static_cast<std::size_t>(element_count(shape));
    if (count > max_bytes / sizeof(Real)) {
        throw Error(ErrorCode::memory, "not enough memory: a value of shape " + to_string(shape) +
                                           " takes more than " + std::to_string(max_bytes) +
                                           " bytes; a smaller batch needs less");
    }
    return count * sizeof(Real);
}

Layout lay_out(const Graph& graph, const Schedule& schedule, std::size_t threads) {
    Layout layout;
    layout.block_of.assign(graph.nodes.size(), no_block);
    const Uses uses = uses_of(graph, schedule);
    add_leaves(graph, layout);
    compile_groups(graph, schedule, uses, layout);
    add_results(graph, schedule, uses, threads, layout);
    add_copies(graph, schedule, layout);
    layout.feed_bytes = place_blocks(layout, Storage::feed, false);
    layout.arena_bytes = place_blocks(layout, Storage::arena, false);
    return layout;
}

void store_in_place(const Graph& graph, const Schedule& schedule, Layout& layout) {
    std::vector<std::size_t> last_read(graph.nodes.size(), 0);  // of a state: one more than the group
    for (std::size_t group = 0; group < schedule.groups.size(); ++group) {
        for (const std::size_t input : reads_of(graph, schedule.groups[group])) {
            last_read[root_of(graph, input)] = group + 1;
        }
    }
    std::vector<std::size_t> replaced = all_blocks(layout);
    std::vector<char> is_output(layout.blocks.size(), 0);
    for (const std::size_t block : layout.outputs) {
        is_output[block] = 1;
    }
    const std::size_t first_safe = first_safe_group(graph, schedule);
    for (const auto& store : graph.stores) {
        const std::size_t root = root_of(graph, store.value);
        const std::size_t writer = schedule.group_of[root];
        if (writer == no_group || writer < first_safe) {
            continue;
        }
        const std::size_t block = layout.block_of[root];
        if (is_output[block] != 0 || replaced[block] != block) {
            continue;
        }
        const bool overwrites =
            last_read[store.state] == writer + 1 && schedule.groups[writer].elementwise &&
            may_overwrite(graph, schedule.groups[writer], layout.programs[writer], root, store.state);
        if (last_read[store.state] <= writer || overwrites) {
            replaced[block] = layout.block_of[store.state];
        }
    }
    replace_blocks(layout, std::move(replaced));
    std::erase_if(layout.after, [](const BlockCopy& copy) { return copy.to == copy.from; });
    layout.arena_bytes = place_blocks(layout, Storage::arena, false);
}

void overwrite_operands(const Graph& graph, const Schedule& schedule, Layout& layout) {
    std::vector<std::size_t> replaced = all_blocks(layout);
    for (std::size_t group = 0; group < schedule.groups.size(); ++group) {
        const Fused& program = layout.programs[group];
        std::vector<std::size_t> taken;
        for (const std::size_t output : program.outputs) {
            const std::size_t own = layout.block_of[output];
            if (layout.blocks[own].storage != Storage::arena) {
                continue;
            }
            for (const std::size_t operand : program.operands) {
                const std::size_t root = root_of(graph, operand);
                if (layout.block_of[root] == no_block) {
                    continue;
                }
                const std::size_t block = replaced[layout.block_of[root]];
                const Block& offered = layout.blocks[block];
                if (offered.storage == Storage::arena && offered.last == group && offered.first < group &&
                    offered.bytes == layout.blocks[own].bytes &&
                    std::find(taken.begin(), taken.end(), block) == taken.end() &&
                    may_overwrite(graph, schedule.groups[group], program, output, root)) {
                    taken.push_back(block);
                    replaced[own] = block;
                    layout.blocks[block].last = layout.blocks[own].last;
                    break;
                }
            }
        }
    }
    replace_blocks(layout, std::move(replaced));
    layout.arena_bytes = place_blocks(layout, Storage::arena, false);
}

void share_memory(const Graph&, const Schedule&, Layout& layout) {
    layout.arena_bytes = place_blocks(layout, Storage::arena, true);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
