#include "autodiff/plan/verify.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "autodiff/error.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/plan/verify_program.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

using Storage = Block::Storage;

constexpr std::size_t nothing = static_cast<std::size_t>(-1);

// Bytes from `begin` up to `end` of one of the memories: the arena, the feeds, or one array of the tape.
struct Range {
    std::size_t memory;
    std::size_t begin, end;

    bool overlaps(const Range& other) const {
        return memory == other.memory && begin < other.end && other.begin < end;
    }
    friend bool operator==(const Range&, const Range&) = default;
};

// Which node's value each byte holds.
class Contents {
  public:
    void write(const Range& range, std::size_t node) {
        if (range.begin == range.end) {
            return;
        }
        auto& pieces = memories_[range.memory];
        auto piece = pieces.lower_bound(range.begin);
        if (piece != pieces.begin() && std::prev(piece)->second.end > range.begin) {
            --piece;
        }
        while (piece != pieces.end() && piece->first < range.end) {
            piece = pieces.erase(piece);
        }
        if (node != nothing) {
            pieces.emplace(range.begin, Piece{range.end, node});
        }
    }

    /// The node whose value, whole, these bytes are; `nothing` if there is none.
    std::size_t value_in(const Range& range) const {
        const auto memory = memories_.find(range.memory);
        if (memory == memories_.end()) {
            return nothing;
        }
        const auto piece = memory->second.find(range.begin);
        return piece != memory->second.end() && piece->second.end == range.end ? piece->second.node : nothing;
    }

    bool holds(const Range& range, std::size_t node) const {
        return range.begin == range.end || value_in(range) == node;
    }

  private:
    struct Piece {
        std::size_t end;
        std::size_t node;
    };
    std::map<std::size_t, std::map<std::size_t, Piece>> memories_;
};

// What a group does to memory. Positions are those of the instructions of an elementwise program; results
// that are not computed number by number are written at once, over anything.
struct Access {
    std::size_t node;  ///< nothing: workspace
    Range range;
    bool aligned = false;      ///< number i is read or written when number i of the results is computed
    std::size_t position = 0;  ///< the last instruction that reads it, or the one that writes it
};

class Verification {
  public:
    Verification(const Graph& graph, const Schedule& schedule, const Layout& layout, std::size_t threads)
        : graph_(graph), schedule_(schedule), layout_(layout), threads_(threads) {}

    void run() {
        check_leaves();
        last_throw_ = 0;
        for (std::size_t group = 0; group < schedule_.groups.size(); ++group) {
            last_throw_ = throws(schedule_.groups[group]) ? group + 1 : last_throw_;
        }
        for (const BlockCopy& copy : layout_.before) {
            require(!is_state(range_of(copy.to)), "a state is written before the run");
            make(copy);
        }
        for (group_ = 0; group_ < schedule_.groups.size(); ++group_) {
            const FusionGroup& own = schedule_.groups[group_];
            own.elementwise ? add_elementwise(own) : add_calls(own);
            add_workspace(own);
            check_overlaps();
            for (const Access& write : writes_) {
                require(group_ >= last_throw_ || !is_state(write.range),
                        "a state is written before the last operation that can throw", write.node);
                contents_.write(write.range, write.node);
            }
            reads_.clear();
            writes_.clear();
        }
        for (const BlockCopy& copy : layout_.after) {
            make(copy);
        }
        check_end();
    }

  private:
    void require(bool holds, const char* what, std::size_t node = nothing) const {
        if (holds) {
            return;
        }
        std::string text = std::string("[plan] a layout is wrong: ") + what;
        if (node != nothing) {
            text += " (node " + std::to_string(node) + ", " +
                    std::string(graph_.nodes[node].operation->name) + ")";
        }
        if (group_ < schedule_.groups.size()) {
            text += ", in group " + std::to_string(group_) + " of " + std::to_string(schedule_.groups.size());
        }
        throw Error(ErrorCode::internal, text);
    }

    // Independent of the layout: what it stands on is looked up and computed anew here.

    std::size_t bytes_of_node(std::size_t node) const {
        return static_cast<std::size_t>(element_count(graph_.nodes[node].shape)) * sizeof(Real);
    }

    std::size_t value_of(std::size_t node) const {
        while (graph_.nodes[node].operation->alias) {
            node = graph_.nodes[node].inputs[0];
        }
        return node;
    }

    // Operations look at what leaves hold before the run, and at what it computes when it is there.
    bool throws(const FusionGroup& group) const {
        for (const auto* nodes : {&group.nodes, &group.sums, &group.producers}) {
            for (const std::size_t node : *nodes) {
                const GraphNode& own = graph_.nodes[node];
                if (own.operation->check != nullptr) {
                    require(!group.elementwise, "numbers are to be looked at that are not in memory", node);
                    if (!is_leaf(*graph_.nodes[value_of(own.inputs.back())].operation)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    static constexpr std::size_t arena = 0, feeds = 1, first_array = 2;

    Range range_of(std::size_t block) const {
        require(block < layout_.blocks.size(), "a block does not exist");
        const Block& own = layout_.blocks[block];
        if (own.storage == Storage::tape) {
            require(own.leaf < graph_.nodes.size(), "a block of the tape belongs to no node");
            return {first_array + own.leaf, 0, own.bytes};
        }
        const bool in_arena = own.storage == Storage::arena;
        require(own.offset + own.bytes <= (in_arena ? layout_.arena_bytes : layout_.feed_bytes),
                "a block ends after its memory");
        return {in_arena ? arena : feeds, own.offset, own.offset + own.bytes};
    }

    Range memory_of(std::size_t value) const {
        require(layout_.block_of[value] != no_block, "a value that needs memory has none", value);
        const Range range = range_of(layout_.block_of[value]);
        require(range.end - range.begin == bytes_of_node(value), "a block is not of its value's size", value);
        return range;
    }

    bool is_state(const Range& range) const {
        return range.memory >= first_array &&
               graph_.nodes[range.memory - first_array].operation == &state_operation;
    }

    void check_leaves() {
        for (std::size_t node = 0; node < graph_.nodes.size(); ++node) {
            const Operation* const operation = graph_.nodes[node].operation;
            if (!is_leaf(*operation)) {
                continue;
            }
            const Range range = memory_of(node);
            const bool own_array = range == Range{first_array + node, 0, bytes_of_node(node)};
            require(operation == &input_operation ? range.memory == feeds : own_array,
                    "a leaf is not read where it stands", node);
            contents_.write(range, node);
        }
        for (std::size_t node = 0; node < graph_.nodes.size(); ++node) {
            require(!is_leaf(*graph_.nodes[node].operation) || contents_.holds(memory_of(node), node),
                    "two inputs overlap", node);
        }
    }

    void make(const BlockCopy& copy) {
        const Range from = range_of(copy.from);
        const Range to = range_of(copy.to);
        require(from.end - from.begin == to.end - to.begin, "a copy is between blocks of different sizes");
        require(!from.overlaps(to), "a copy overlaps itself");
        const std::size_t value = contents_.value_in(from);
        require(value != nothing || from.begin == from.end, "a copy reads what is no value");
        contents_.write(to, value);
    }

    // The value that `node` shows is read.
    void add_read(std::size_t node, bool aligned, std::size_t position) {
        const std::size_t value = value_of(node);
        const Range range = memory_of(value);
        require(contents_.holds(range, value), "an operand was written over, or is read before it is there",
                value);
        reads_.push_back({value, range, aligned, position});
    }

    void add_producer_reads(const FusionGroup& group) {
        for (const std::size_t producer : group.producers) {
            for (const std::size_t input : graph_.nodes[producer].inputs) {
                add_read(input, false, 0);
            }
        }
    }

    void add_calls(const FusionGroup& group) {
        require(group.sums.empty() && group.producers.empty(),
                "something is fused with what is not elementwise");
        for (const std::size_t node : group.nodes) {
            for (const std::size_t input : graph_.nodes[node].inputs) {
                add_read(input, false, 0);
            }
            writes_.push_back({node, memory_of(node)});
        }
    }

    void add_elementwise(const FusionGroup& group) {
        const Fused& fused = layout_.programs[group_];
        const std::vector<OperandUse> uses = check_program(graph_, group, fused);
        for (std::size_t index = 0; index < uses.size(); ++index) {
            if (uses[index].kind != OperandUse::Kind::tile) {
                add_read(fused.operands[index], uses[index].kind == OperandUse::Kind::aligned,
                         uses[index].last_read);
            }
        }
        add_producer_reads(group);
        for (const std::size_t output : fused.outputs) {
            const auto position = std::find(group.nodes.begin(), group.nodes.end(), output);
            writes_.push_back(
                {output, memory_of(output), true, static_cast<std::size_t>(position - group.nodes.begin())});
        }
        for (const std::size_t sum : fused.sums) {
            writes_.push_back({sum, memory_of(sum)});
        }
    }

    void add_workspace(const FusionGroup& group) {
        const GraphNode& first = graph_.nodes[group.nodes[0]];
        const std::size_t size =
            group.elementwise ? scratch_size(layout_.programs[group_].program, threads_)
            : first.operation->workspace == nullptr
                ? 0
                : first.operation->workspace(first.attributes, input_shapes(graph_, group.nodes[0]),
                                             first.shape, threads_);
        const std::size_t block = layout_.workspace_of[group_];
        require(size == 0 || block != no_block, "workspace is missing");
        if (block != no_block) {
            const Range range = range_of(block);
            require(range.end - range.begin >= size * sizeof(Real), "workspace is too small");
            require(range.memory == arena, "workspace is not in the arena");
            writes_.push_back({nothing, range});
        }
    }

    void check_overlaps() {
        std::erase_if(writes_, [](const Access& write) { return write.range.begin == write.range.end; });
        const auto before = [](const Range& a, const Range& b) {
            return std::pair(a.memory, a.begin) < std::pair(b.memory, b.begin);
        };
        std::sort(writes_.begin(), writes_.end(),
                  [&](const Access& a, const Access& b) { return before(a.range, b.range); });
        for (std::size_t index = 1; index < writes_.size(); ++index) {
            require(!writes_[index - 1].range.overlaps(writes_[index].range),
                    "two results, or a result and the workspace, overlap", writes_[index].node);
        }
        for (const Access& read : reads_) {
            auto write = std::upper_bound(
                writes_.begin(), writes_.end(), read.range,
                [&](const Range& range, const Access& other) { return before(range, other.range); });
            if (write != writes_.begin()) {
                --write;
            }
            for (; write != writes_.end() && write->range.memory <= read.range.memory &&
                   (write->range.memory < read.range.memory || write->range.begin < read.range.end);
                 ++write) {
                const bool in_turn = read.aligned && write->aligned && read.range == write->range &&
                                     read.position <= write->position;
                require(!write->range.overlaps(read.range) || in_turn,
                        "an operand is written over while the same group still reads it", read.node);
            }
        }
    }

    void check_end() const {
        require(layout_.outputs.size() == graph_.outputs.size(), "an output is missing");
        for (std::size_t index = 0; index < graph_.outputs.size(); ++index) {
            const std::size_t value = value_of(graph_.outputs[index]);
            const Range range = range_of(layout_.outputs[index]);
            require(range.end - range.begin == bytes_of_node(value) && contents_.holds(range, value),
                    "an output is not the value of the run", value);
            require(range.memory == arena || graph_.nodes[value].operation == &constant_operation,
                    "an output stands where it may be written over after the run", value);
        }
        std::vector<std::size_t> after(graph_.nodes.size(), nothing);
        for (const auto& store : graph_.stores) {
            after[store.state] = value_of(store.value);
        }
        for (std::size_t node = 0; node < graph_.nodes.size(); ++node) {
            if (is_leaf(*graph_.nodes[node].operation)) {
                require(contents_.holds(memory_of(node), after[node] == nothing ? node : after[node]),
                        "a state does not get the value assigned to it, or another leaf is written", node);
            }
        }
    }

    const Graph& graph_;
    const Schedule& schedule_;
    const Layout& layout_;
    std::size_t threads_;
    std::size_t last_throw_ = 0;  ///< one more than the last group that can throw
    std::size_t group_ = nothing;
    Contents contents_;
    std::vector<Access> reads_, writes_;
};

}  // namespace

void verify(const Graph& graph, const Schedule& schedule, const Layout& layout, std::size_t threads) {
    Verification(graph, schedule, layout, threads).run();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
