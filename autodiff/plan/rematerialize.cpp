#include "autodiff/plan/rematerialize.hpp"

#include <algorithm>

#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::size_t max_rematerialized = 4;
// What more groups than this read stays in memory: each would have to compute it again.
constexpr std::size_t max_readers = 64;

bool holds(const std::vector<std::size_t>& list, std::size_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

class Rematerialization {
  public:
    Rematerialization(const Graph& graph, Schedule& schedule)
        : graph_(graph),
          schedule_(schedule),
          readers_(graph.nodes.size()),
          needed_(graph.nodes.size(), 0),
          next_value_(graph.nodes.size(), none) {
        for (const std::size_t output : graph.outputs) {
            needed_[root_of(graph, output)] = 1;
        }
        for (const auto& store : graph.stores) {
            needed_[root_of(graph, store.value)] = 1;
            next_value_[store.state] = root_of(graph, store.value);
        }
        for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
            for (const std::size_t input : graph.nodes[node].inputs) {
                if (is_leaf(*graph.nodes[input].operation)) {
                    continue;
                }
                if (graph.nodes[node].operation->alias) {
                    needed_[root_of(graph, input)] = 1;
                } else {
                    add_reader(input, schedule.group_of[node]);
                }
            }
        }
    }

    void run() {
        for (std::size_t group = 0; group < schedule_.groups.size(); ++group) {
            if (!schedule_.groups[group].elementwise) {
                continue;
            }
            // Last to first: what only a value that has gone was computed from can go too.
            const std::vector<std::size_t> nodes = schedule_.groups[group].nodes;
            for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
                visit(*node, group);
            }
        }
        drop_empty(schedule_);
        for (std::size_t group = 0; group < schedule_.groups.size(); ++group) {
            if (schedule_.groups[group].elementwise) {
                avoid_reloads(group);
            }
        }
    }

  private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    void add_reader(std::size_t node, std::size_t group) {
        if (needed_[node] != 0 || holds(readers_[node], group)) {
            return;
        }
        readers_[node].push_back(group);
        if (readers_[node].size() > max_readers) {
            needed_[node] = 1;
            readers_[node].clear();
        }
    }

    const Shape& shape_of(std::size_t group) const {
        return graph_.nodes[schedule_.groups[group].nodes[0]].shape;
    }

    bool reads_alike(std::size_t reader, std::size_t group) const {
        return schedule_.groups[reader].elementwise && shape_of(reader) == shape_of(group);
    }

    bool holds_copy(std::size_t group, std::size_t node) const {
        return holds(schedule_.groups[group].nodes, node);
    }

    // Whether it has memory whatever is done here, up to the group `last`.
    bool in_memory(std::size_t node, std::size_t group, std::size_t last) const {
        const GraphNode& own = graph_.nodes[node];
        if (own.operation->alias) {
            return in_memory(root_of(graph_, node), group, last);
        }
        if (own.operation == &state_operation && next_value_[node] != none) {
            const std::size_t writer = schedule_.group_of[next_value_[node]];
            return writer != no_group && writer > last;
        }
        if (is_leaf(*own.operation) || needed_[node] != 0) {
            return true;
        }
        if (!holds_copy(group, node)) {
            return true;  // or this group could not read it
        }
        return schedule_.group_of[node] == group &&
               std::any_of(readers_[node].begin(), readers_[node].end(), [&](std::size_t reader) {
                   return reader != group && !holds_copy(reader, node) && !reads_alike(reader, group);
               });
    }

    // The nodes of `group` that make `node` from what is in memory up to the group `last`, inputs first;
    // false if there are too many or dear ones.
    bool slice(std::size_t node, std::size_t group, std::size_t last, std::vector<std::size_t>& nodes) const {
        if (!graph_.nodes[node].operation->cheap) {
            return false;
        }
        for (const std::size_t input : graph_.nodes[node].inputs) {
            if (holds(nodes, input) || in_memory(input, group, last)) {
                continue;
            }
            if (!holds(schedule_.groups[group].nodes, input) || !slice(input, group, last, nodes)) {
                return false;
            }
        }
        nodes.push_back(node);
        return nodes.size() <= max_rematerialized;
    }

    std::vector<std::size_t> with(std::size_t reader, std::vector<std::size_t> nodes) const {
        const std::vector<std::size_t>& own = schedule_.groups[reader].nodes;
        nodes.insert(nodes.end(), own.begin(), own.end());
        std::sort(nodes.begin(), nodes.end());  // inputs were recorded first
        nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
        return nodes;
    }

    std::vector<std::size_t> operands_of(const std::vector<std::size_t>& nodes) const {
        std::vector<std::size_t> operands;
        for (const std::size_t node : nodes) {
            for (const std::size_t input : graph_.nodes[node].inputs) {
                if (!holds(nodes, input) && !holds(operands, input)) {
                    operands.push_back(input);
                }
            }
        }
        return operands;
    }

    bool large(std::size_t operand, std::size_t reader) const {
        return element_count(graph_.nodes[operand].shape) == element_count(shape_of(reader));
    }

    // How many arrays of its own size the group would read less (or, below zero, more) if it held all these
    // nodes.
    std::ptrdiff_t reloads_avoided(std::size_t reader, const std::vector<std::size_t>& all) const {
        constexpr std::ptrdiff_t impossible = -1000;
        const std::vector<std::size_t> after = operands_of(all);
        if (all.size() > max_group_nodes || after.size() > max_group_operands) {
            return impossible;
        }
        const auto count = [&](const std::vector<std::size_t>& operands) {
            return std::count_if(operands.begin(), operands.end(),
                                 [&](std::size_t operand) { return large(operand, reader); });
        };
        return count(operands_of(schedule_.groups[reader].nodes)) - count(after);
    }

    bool reads(std::size_t group, std::size_t node) const {
        const auto reads_it = [&](std::size_t member) { return holds(graph_.nodes[member].inputs, node); };
        const FusionGroup& own = schedule_.groups[group];
        return std::any_of(own.nodes.begin(), own.nodes.end(), reads_it) ||
               std::any_of(own.sums.begin(), own.sums.end(), reads_it);
    }

    void erase(std::size_t node, std::size_t group) {
        auto& nodes = schedule_.groups[group].nodes;
        nodes.erase(std::find(nodes.begin(), nodes.end(), node));
        for (const std::size_t input : graph_.nodes[node].inputs) {
            if (!reads(group, input)) {
                std::erase(readers_[input], group);
            }
        }
    }

    void add(std::size_t reader, const std::vector<std::size_t>& nodes) {
        schedule_.groups[reader].nodes = with(reader, nodes);
        for (const std::size_t each : nodes) {
            for (const std::size_t input : graph_.nodes[each].inputs) {
                add_reader(input, reader);
            }
        }
    }

    // What has memory, but can be made from what the group reads anyway, is not read.
    void avoid_reloads(std::size_t group) {
        for (const std::size_t operand : operands_of(schedule_.groups[group].nodes)) {
            const std::size_t source = schedule_.group_of[operand];
            if (source == no_group || !reads_alike(source, group) || !large(operand, group)) {
                continue;
            }
            std::vector<std::size_t> nodes;
            if (slice(operand, source, group, nodes) && reloads_avoided(group, with(group, nodes)) > 0) {
                add(group, nodes);
            }
        }
    }

    void visit(std::size_t node, std::size_t group) {
        if (schedule_.group_of[node] != group || needed_[node] != 0) {
            return;
        }
        std::vector<std::size_t> others;
        for (const std::size_t reader : readers_[node]) {
            if (reader != group && !holds_copy(reader, node)) {
                others.push_back(reader);
            }
        }
        if (!others.empty()) {
            std::vector<std::size_t> nodes;
            if (!slice(node, group, *std::max_element(others.begin(), others.end()), nodes)) {
                return;
            }
            // Reading one array instead of another is no loss; reading two is.
            for (const std::size_t reader : others) {
                if (!reads_alike(reader, group) || reloads_avoided(reader, with(reader, nodes)) < 0) {
                    return;
                }
            }
            for (const std::size_t reader : others) {
                add(reader, nodes);
            }
        }
        if (!reads(group, node)) {
            const auto keeper = std::find_if(readers_[node].begin(), readers_[node].end(),
                                             [&](std::size_t reader) { return reader != group; });
            if (keeper != readers_[node].end()) {
                schedule_.group_of[node] = *keeper;
                erase(node, group);
            }
        }
    }

    const Graph& graph_;
    Schedule& schedule_;
    std::vector<std::vector<std::size_t>> readers_;  ///< of each node, the groups that read it
    std::vector<char> needed_;             ///< read in another way: through an alias, or after the run
    std::vector<std::size_t> next_value_;  ///< of each state that is assigned
};

}  // namespace

void rematerialize(const Graph& graph, Schedule& schedule) {
    Rematerialization(graph, schedule).run();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
