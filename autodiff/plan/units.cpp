#include "autodiff/plan/units.hpp"

#include <algorithm>
#include <cstdint>
#include <queue>
#include <unordered_map>

#include "autodiff/elementwise.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

extern const Operation sum_operation;

namespace {

static_assert(most_unit_nodes + most_unit_operands <= most_registers);

class BitSet {
  public:
    bool test(std::size_t bit) const {
        return bit / 64 < words_.size() && ((words_[bit / 64] >> (bit % 64)) & 1U) != 0;
    }
    void set(std::size_t bit) {
        grow(bit / 64 + 1);
        words_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
    void clear(std::size_t bit) {
        if (bit / 64 < words_.size()) {
            words_[bit / 64] &= ~(std::uint64_t{1} << (bit % 64));
        }
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
    Grouping(const Graph& graph, bool fuse, bool gather) : graph_(graph), fuse_(fuse), gather_(gather) {
        result_.unit_of.assign(graph.nodes.size(), no_unit);
        for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
            place(node);
        }
    }

    Units take() {
        order_stores();
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
                    merge_inputs(node, unit);
                    return;
                }
            }
        }
        if (fuse_ && may_sum(node)) {
            const std::size_t unit = unit_of_input(own.inputs[0]);
            result_.unit_of[node] = unit;
            result_.units[unit].sums.push_back(node);
            return;
        }
        const bool gathers = gather_ && own.operation->gathers != nullptr &&
                             own.operation->gathers(own.attributes, input_shapes(graph_, node));
        if (gathers) {
            for (const std::size_t unit : gathered_[own.inputs.back()]) {
                if (may_gather(node, unit)) {
                    join(node, unit);
                    return;
                }
            }
            gathered_[own.inputs.back()].push_back(result_.units.size());
        }
        const std::size_t unit = result_.units.size();
        result_.units.push_back({{}, own.operation->kernel != nullptr, {}});
        before_.emplace_back();
        join(node, unit);
    }

    // Whether a node is like those of a unit, and nothing that it waits for waits for the unit.
    bool may_gather(std::size_t node, std::size_t unit) const {
        const GraphNode& own = graph_.nodes[node];
        const GraphNode& other = graph_.nodes[result_.units[unit].nodes[0]];
        return own.operation == other.operation && own.attributes == other.attributes &&
               input_shapes(graph_, node) == input_shapes(graph_, result_.units[unit].nodes[0]) &&
               std::none_of(own.inputs.begin(), own.inputs.end(), [&](std::size_t input) {
                   const std::size_t source = unit_of_input(input);
                   return source != no_unit && (source == unit || before_[source].test(unit));
               });
    }

    // Whether a sum can be taken while its operand is computed, which other sums of that unit are taken like.
    bool may_sum(std::size_t node) const {
        const GraphNode& own = graph_.nodes[node];
        if (own.operation != &sum_operation) {
            return false;
        }
        const std::size_t input = own.inputs[0];
        const std::size_t unit = unit_of_input(input);
        if (unit == no_unit || graph_.nodes[input].operation->alias || !result_.units[unit].elementwise ||
            is_sum(input)) {
            return false;
        }
        StreamedSum sum;
        const Shape& shape = graph_.nodes[input].shape;
        const std::vector<std::size_t>& sums = result_.units[unit].sums;
        if (sums.size() >= most_sums || !streamed_sum(shape, own.attributes.integers, sum) ||
            (!sums.empty() && graph_.nodes[sums[0]].attributes.integers != own.attributes.integers)) {
            return false;
        }
        // A sum in few parts must not leave threads without elementwise work.
        const std::size_t parts = static_cast<std::size_t>(element_count(shape)) / part_size;
        return 2 * sum.parts() >= std::min<std::size_t>(parts, 16);
    }

    bool is_sum(std::size_t node) const { return graph_.nodes[node].operation == &sum_operation; }

    bool may_join(std::size_t node, std::size_t unit) const {
        const Unit& group = result_.units[unit];
        const GraphNode& own = graph_.nodes[node];
        if (!group.elementwise || graph_.nodes[group.nodes[0]].shape != own.shape ||
            group.nodes.size() >= most_unit_nodes) {
            return false;
        }
        for (const std::size_t input : own.inputs) {
            const std::size_t source = unit_of_input(input);
            // Through an alias the numbers stand in another shape: only memory can pass them on.
            if (source == unit && (graph_.nodes[input].operation->alias || is_sum(input))) {
                return false;
            }
            // What the group would wait for must not wait for the group.
            if (source != no_unit && source != unit && before_[source].test(unit)) {
                return false;
            }
        }
        std::vector<std::size_t> nodes = group.nodes;
        nodes.push_back(node);
        return operand_count(nodes) <= most_unit_operands;
    }

    // What nodes of one unit read from outside of it.
    std::size_t operand_count(const std::vector<std::size_t>& nodes) const {
        std::vector<std::size_t> operands;
        for (const std::size_t member : nodes) {
            for (const std::size_t input : graph_.nodes[member].inputs) {
                if (std::find(nodes.begin(), nodes.end(), input) == nodes.end()) {
                    operands.push_back(input);
                }
            }
        }
        std::sort(operands.begin(), operands.end());
        return static_cast<std::size_t>(std::unique(operands.begin(), operands.end()) - operands.begin());
    }

    // The other units that a node reads may become part of its own: a sum's second branch began one of its
    // own.
    void merge_inputs(std::size_t node, std::size_t unit) {
        for (const std::size_t input : graph_.nodes[node].inputs) {
            const std::size_t source = unit_of_input(input);
            if (source != no_unit && source != unit && may_merge(source, unit)) {
                merge(source, unit);
            }
        }
    }

    bool may_merge(std::size_t source, std::size_t unit) const {
        const Unit& first = result_.units[source];
        const Unit& second = result_.units[unit];
        if (!first.elementwise || graph_.nodes[first.nodes[0]].shape != graph_.nodes[second.nodes[0]].shape ||
            first.nodes.size() + second.nodes.size() > most_unit_nodes ||
            first.sums.size() + second.sums.size() > most_sums) {
            return false;
        }
        if (!first.sums.empty() && !second.sums.empty() &&
            graph_.nodes[first.sums[0]].attributes.integers !=
                graph_.nodes[second.sums[0]].attributes.integers) {
            return false;
        }
        for (const std::size_t node : second.nodes) {
            for (const std::size_t input : graph_.nodes[node].inputs) {
                if ((graph_.nodes[input].operation->alias || is_sum(input)) &&
                    unit_of_input(input) == source) {
                    return false;
                }
            }
        }
        // Nothing may wait for the one and be waited for by the other.
        for (std::size_t other = 0; other < before_.size(); ++other) {
            if (before_[other].test(source) && before_[unit].test(other)) {
                return false;
            }
        }
        return operand_count(joined(first, second)) <= most_unit_operands;
    }

    static std::vector<std::size_t> joined(const Unit& first, const Unit& second) {
        std::vector<std::size_t> nodes;
        std::merge(first.nodes.begin(), first.nodes.end(), second.nodes.begin(), second.nodes.end(),
                   std::back_inserter(nodes));
        return nodes;
    }

    // `source` stays behind without nodes.
    void merge(std::size_t source, std::size_t unit) {
        result_.units[unit].nodes = joined(result_.units[source], result_.units[unit]);
        for (const std::size_t node : result_.units[source].nodes) {
            result_.unit_of[node] = unit;
        }
        auto& sums = result_.units[unit].sums;
        for (const std::size_t sum : result_.units[source].sums) {
            result_.unit_of[sum] = unit;
            sums.push_back(sum);
        }
        std::sort(sums.begin(), sums.end());
        result_.units[source].nodes.clear();
        result_.units[source].sums.clear();
        before_[unit].add(before_[source]);
        before_[unit].clear(source);
        for (std::size_t other = 0; other < before_.size(); ++other) {
            if (other != unit && before_[other].test(source)) {
                before_[other].clear(source);
                before_[other].set(unit);
                before_[other].add(before_[unit]);
            }
        }
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

    std::size_t recorded_place(std::size_t unit) const {
        const Unit& own = result_.units[unit];
        return own.sums.empty() ? own.nodes.back() : std::max(own.nodes.back(), own.sums.back());
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
            if (waiting[unit] == 0 && !result_.units[unit].nodes.empty()) {
                ready.emplace(recorded_place(unit), unit);
            }
        }
        const auto merged = static_cast<std::size_t>(std::count_if(
            result_.units.begin(), result_.units.end(), [](const Unit& unit) { return unit.nodes.empty(); }));
        std::vector<Unit> ordered;
        while (!ready.empty()) {
            const std::size_t unit = ready.top().second;
            ready.pop();
            ordered.push_back(std::move(result_.units[unit]));
            for (const std::size_t next : after[unit]) {
                if (--waiting[next] == 0) {
                    ready.emplace(recorded_place(next), next);
                }
            }
        }
        if (ordered.size() + merged != count) {
            throw Error(ErrorCode::internal, "[plan] fused steps wait for one another");
        }
        result_.units = std::move(ordered);
        for (std::size_t unit = 0; unit < result_.units.size(); ++unit) {
            for (const std::size_t node : result_.units[unit].nodes) {
                result_.unit_of[node] = unit;
            }
            for (const std::size_t sum : result_.units[unit].sums) {
                result_.unit_of[sum] = unit;
            }
        }
    }

    const Graph& graph_;
    bool fuse_;
    bool gather_;
    std::unordered_map<std::size_t, std::vector<std::size_t>>
        gathered_;  ///< by last input, the units that grow
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

std::vector<std::size_t> reads_of(const Graph& graph, const Unit& unit) {
    std::vector<std::size_t> reads;
    const auto add = [&](std::size_t node) {
        for (const std::size_t input : graph.nodes[node].inputs) {
            const auto among = [input](const std::vector<std::size_t>& list) {
                return std::find(list.begin(), list.end(), input) != list.end();
            };
            if (!among(unit.nodes) && !among(unit.tiled) && !among(reads)) {
                reads.push_back(input);
            }
        }
    };
    std::for_each(unit.nodes.begin(), unit.nodes.end(), add);
    std::for_each(unit.tiled.begin(), unit.tiled.end(), add);
    return reads;
}

void drop_empty(Units& units) {
    std::vector<Unit> kept;
    std::vector<std::size_t> place(units.units.size(), no_unit);
    for (std::size_t unit = 0; unit < units.units.size(); ++unit) {
        if (!units.units[unit].nodes.empty()) {
            place[unit] = kept.size();
            kept.push_back(std::move(units.units[unit]));
        }
    }
    for (std::size_t& unit : units.unit_of) {
        unit = unit == no_unit ? no_unit : place[unit];
    }
    units.units = std::move(kept);
}

Units make_units(const Graph& graph, bool fuse, bool gather) {
    return Grouping(graph, fuse, gather).take();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
