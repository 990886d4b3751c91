#include "autodiff/plan/units.hpp"

#include <algorithm>
#include <cstdint>
#include <queue>

#include "autodiff/error.hpp"
#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// A program holds at most 48 registers: operands, and what each node computes.
constexpr std::size_t most_nodes = 24;
constexpr std::size_t most_operands = 20;

class BitSet {
  public:
    bool test(std::size_t bit) const {
        return bit / 64 < words_.size() && ((words_[bit / 64] >> (bit % 64)) & 1U) != 0;
    }
    void set(std::size_t bit) {
        grow(bit / 64 + 1);
        words_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
    // True if this changed anything.
    bool add(const BitSet& other) {
        grow(other.words_.size());
        bool changed = false;
        for (std::size_t word = 0; word < other.words_.size(); ++word) {
            const std::uint64_t joined = words_[word] | other.words_[word];
            changed = changed || joined != words_[word];
            words_[word] = joined;
        }
        return changed;
    }

  private:
    void grow(std::size_t words) {
        if (words_.size() < words) {
            words_.resize(words, 0);
        }
    }
    std::vector<std::uint64_t> words_;
};

class Grouping {
  public:
    Grouping(const Graph& graph, bool fuse) : graph_(graph), fuse_(fuse) {
        result_.unit_of.assign(graph.nodes.size(), no_unit);
        for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
            place(node);
        }
        order_stores();
    }

    Units take() {
        sort();
        return std::move(result_);
    }

  private:
    std::size_t unit_of_input(std::size_t input) const { return result_.unit_of[root_of(graph_, input)]; }

    void place(std::size_t node) {
        const GraphNode& own = graph_.nodes[node];
        if (is_leaf(*own.operation) || own.operation->alias) {
            return;
        }
        if (fuse_ && own.operation->kernel != nullptr) {
            for (std::size_t which = own.inputs.size(); which-- > 0;) {
                const std::size_t unit = unit_of_input(own.inputs[which]);
                if (unit != no_unit && may_join(node, unit)) {
                    join(node, unit);
                    return;
                }
            }
        }
        const std::size_t unit = result_.units.size();
        result_.units.push_back({{}, own.operation->kernel != nullptr});
        before_.emplace_back();
        join(node, unit);
    }

    bool may_join(std::size_t node, std::size_t unit) const {
        const Unit& group = result_.units[unit];
        const GraphNode& own = graph_.nodes[node];
        if (!group.elementwise || graph_.nodes[group.nodes[0]].shape != own.shape ||
            group.nodes.size() >= most_nodes) {
            return false;
        }
        for (const std::size_t input : own.inputs) {
            const std::size_t source = unit_of_input(input);
            // Through an alias the numbers stand in another shape: only memory can pass them on.
            if (source == unit && graph_.nodes[input].operation->alias) {
                return false;
            }
            // What the group would wait for must not wait for the group.
            if (source != no_unit && source != unit && before_[source].test(unit)) {
                return false;
            }
        }
        return operand_count(group, node) <= most_operands;
    }

    std::size_t operand_count(const Unit& group, std::size_t node) const {
        std::vector<std::size_t> operands;
        const auto collect = [&](std::size_t member) {
            for (const std::size_t input : graph_.nodes[member].inputs) {
                if (std::find(group.nodes.begin(), group.nodes.end(), input) == group.nodes.end()) {
                    operands.push_back(input);
                }
            }
        };
        for (const std::size_t member : group.nodes) {
            collect(member);
        }
        collect(node);
        std::sort(operands.begin(), operands.end());
        return static_cast<std::size_t>(std::unique(operands.begin(), operands.end()) - operands.begin());
    }

    void join(std::size_t node, std::size_t unit) {
        result_.unit_of[node] = unit;
        result_.units[unit].nodes.push_back(node);
        for (const std::size_t input : graph_.nodes[node].inputs) {
            const std::size_t source = unit_of_input(input);
            if (source != no_unit && source != unit) {
                precede(source, unit);
            }
        }
    }

    // `unit` now runs after `source`; so does all that runs after `unit`.
    void precede(std::size_t source, std::size_t unit) {
        BitSet added = before_[source];
        added.set(source);
        if (!before_[unit].add(added)) {
            return;
        }
        for (std::size_t later = 0; later < before_.size(); ++later) {
            if (before_[later].test(unit)) {
                before_[later].add(before_[unit]);
            }
        }
    }

    // A state's new value may be written over the old one if everybody has read that by then.
    void order_stores() {
        std::vector<std::vector<std::size_t>> readers(graph_.nodes.size());
        for (std::size_t node = 0; node < graph_.nodes.size(); ++node) {
            for (const std::size_t input : graph_.nodes[node].inputs) {
                const std::size_t root = root_of(graph_, input);
                if (graph_.nodes[root].operation == &state_operation && result_.unit_of[node] != no_unit) {
                    readers[root].push_back(result_.unit_of[node]);
                }
            }
        }
        for (const auto& store : graph_.stores) {
            const std::size_t writer = result_.unit_of[root_of(graph_, store.value)];
            if (writer == no_unit) {
                continue;
            }
            for (const std::size_t reader : readers[store.state]) {
                if (reader != writer && !before_[reader].test(writer)) {
                    precede(reader, writer);
                    extra_.emplace_back(reader, writer);
                }
            }
        }
    }

    // Among units that are ready, the one recorded first: keeps values alive for short.
    void sort() {
        const std::size_t count = result_.units.size();
        std::vector<std::vector<std::size_t>> after(count);
        std::vector<std::size_t> waiting(count, 0);
        const auto edge = [&](std::size_t first, std::size_t second) {
            after[first].push_back(second);
            ++waiting[second];
        };
        for (std::size_t unit = 0; unit < count; ++unit) {
            std::vector<std::size_t> sources;
            for (const std::size_t node : result_.units[unit].nodes) {
                for (const std::size_t input : graph_.nodes[node].inputs) {
                    const std::size_t source = unit_of_input(input);
                    if (source != no_unit && source != unit) {
                        sources.push_back(source);
                    }
                }
            }
            std::sort(sources.begin(), sources.end());
            sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
            for (const std::size_t source : sources) {
                edge(source, unit);
            }
        }
        for (const auto& [first, second] : extra_) {
            edge(first, second);
        }
        using Entry = std::pair<std::size_t, std::size_t>;  // recorded place, unit
        std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
        for (std::size_t unit = 0; unit < count; ++unit) {
            if (waiting[unit] == 0) {
                ready.emplace(result_.units[unit].nodes.back(), unit);
            }
        }
        std::vector<Unit> ordered;
        while (!ready.empty()) {
            const std::size_t unit = ready.top().second;
            ready.pop();
            ordered.push_back(std::move(result_.units[unit]));
            for (const std::size_t next : after[unit]) {
                if (--waiting[next] == 0) {
                    ready.emplace(result_.units[next].nodes.back(), next);
                }
            }
        }
        if (ordered.size() != count) {
            throw Error(ErrorCode::internal, "[plan] fused steps wait for one another");
        }
        result_.units = std::move(ordered);
        for (std::size_t unit = 0; unit < count; ++unit) {
            for (const std::size_t node : result_.units[unit].nodes) {
                result_.unit_of[node] = unit;
            }
        }
    }

    const Graph& graph_;
    bool fuse_;
    Units result_;
    std::vector<BitSet> before_;  ///< for each unit, all units it waits for
    std::vector<std::pair<std::size_t, std::size_t>> extra_;
};

}  // namespace

std::size_t root_of(const Graph& graph, std::size_t node) {
    while (graph.nodes[node].operation->alias) {
        node = graph.nodes[node].inputs[0];
    }
    return node;
}

Units make_units(const Graph& graph, bool fuse) { return Grouping(graph, fuse).take(); }

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
