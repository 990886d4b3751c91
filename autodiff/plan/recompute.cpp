#include "autodiff/plan/recompute.hpp"

#include <algorithm>

#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::size_t most_recomputed = 4;

bool holds(const std::vector<std::size_t>& list, std::size_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

class Recomputing {
  public:
    Recomputing(const Graph& graph, Units& units)
        : graph_(graph),
          units_(units),
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
                if (graph.nodes[node].operation->alias) {
                    needed_[root_of(graph, input)] = 1;
                } else {
                    add_reader(input, units.unit_of[node]);
                }
            }
        }
    }

    void run() {
        for (std::size_t unit = 0; unit < units_.units.size(); ++unit) {
            if (!units_.units[unit].elementwise) {
                continue;
            }
            // Last to first: what only a value that has gone was computed from can go too.
            const std::vector<std::size_t> nodes = units_.units[unit].nodes;
            for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
                visit(*node, unit);
            }
        }
        drop_empty(units_);
        for (std::size_t unit = 0; unit < units_.units.size(); ++unit) {
            if (units_.units[unit].elementwise) {
                spare_reads(unit);
            }
        }
    }

  private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    void add_reader(std::size_t node, std::size_t unit) {
        if (!holds(readers_[node], unit)) {
            readers_[node].push_back(unit);
        }
    }

    const Shape& shape_of(std::size_t unit) const { return graph_.nodes[units_.units[unit].nodes[0]].shape; }

    bool reads_alike(std::size_t reader, std::size_t unit) const {
        return units_.units[reader].elementwise && shape_of(reader) == shape_of(unit);
    }

    bool holds_copy(std::size_t unit, std::size_t node) const {
        return holds(units_.units[unit].nodes, node);
    }

    // Whether it has memory whatever is done here, up to the unit `last`.
    bool in_memory(std::size_t node, std::size_t unit, std::size_t last) const {
        const GraphNode& own = graph_.nodes[node];
        if (own.operation->alias) {
            return in_memory(root_of(graph_, node), unit, last);
        }
        if (own.operation == &state_operation && next_value_[node] != none) {
            const std::size_t writer = units_.unit_of[next_value_[node]];
            return writer != no_unit && writer > last;
        }
        if (is_leaf(*own.operation) || needed_[node] != 0) {
            return true;
        }
        if (!holds_copy(unit, node)) {
            return true;  // or this unit could not read it
        }
        return units_.unit_of[node] == unit &&
               std::any_of(readers_[node].begin(), readers_[node].end(), [&](std::size_t reader) {
                   return reader != unit && !holds_copy(reader, node) && !reads_alike(reader, unit);
               });
    }

    // The nodes of `unit` that make `node` from what is in memory up to the unit `last`, inputs first; false
    // if there are too many or dear ones.
    bool slice(std::size_t node, std::size_t unit, std::size_t last, std::vector<std::size_t>& nodes) const {
        if (!graph_.nodes[node].operation->cheap) {
            return false;
        }
        for (const std::size_t input : graph_.nodes[node].inputs) {
            if (holds(nodes, input) || in_memory(input, unit, last)) {
                continue;
            }
            if (!holds(units_.units[unit].nodes, input) || !slice(input, unit, last, nodes)) {
                return false;
            }
        }
        nodes.push_back(node);
        return nodes.size() <= most_recomputed;
    }

    std::vector<std::size_t> with(std::size_t reader, std::vector<std::size_t> nodes) const {
        const std::vector<std::size_t>& own = units_.units[reader].nodes;
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

    // How many arrays of its own size the unit would read less (or, below nought, more) if it held all these
    // nodes.
    std::ptrdiff_t reads_spared(std::size_t reader, const std::vector<std::size_t>& all) const {
        constexpr std::ptrdiff_t impossible = -1000;
        const std::vector<std::size_t> after = operands_of(all);
        if (all.size() > most_unit_nodes || after.size() > most_unit_operands) {
            return impossible;
        }
        const auto count = [&](const std::vector<std::size_t>& operands) {
            return std::count_if(operands.begin(), operands.end(),
                                 [&](std::size_t operand) { return large(operand, reader); });
        };
        return count(operands_of(units_.units[reader].nodes)) - count(after);
    }

    bool reads(std::size_t unit, std::size_t node) const {
        const auto reads_it = [&](std::size_t member) { return holds(graph_.nodes[member].inputs, node); };
        const Unit& own = units_.units[unit];
        return std::any_of(own.nodes.begin(), own.nodes.end(), reads_it) ||
               std::any_of(own.sums.begin(), own.sums.end(), reads_it);
    }

    void erase(std::size_t node, std::size_t unit) {
        auto& nodes = units_.units[unit].nodes;
        nodes.erase(std::find(nodes.begin(), nodes.end(), node));
        for (const std::size_t input : graph_.nodes[node].inputs) {
            if (!reads(unit, input)) {
                std::erase(readers_[input], unit);
            }
        }
    }

    void add(std::size_t reader, const std::vector<std::size_t>& nodes) {
        units_.units[reader].nodes = with(reader, nodes);
        for (const std::size_t each : nodes) {
            for (const std::size_t input : graph_.nodes[each].inputs) {
                add_reader(input, reader);
            }
        }
    }

    // What has memory, but can be made from what the unit reads anyway, is not read.
    void spare_reads(std::size_t unit) {
        for (const std::size_t operand : operands_of(units_.units[unit].nodes)) {
            const std::size_t source = units_.unit_of[operand];
            if (source == no_unit || !reads_alike(source, unit) || !large(operand, unit)) {
                continue;
            }
            std::vector<std::size_t> nodes;
            if (slice(operand, source, unit, nodes) && reads_spared(unit, with(unit, nodes)) > 0) {
                add(unit, nodes);
            }
        }
    }

    void visit(std::size_t node, std::size_t unit) {
        if (units_.unit_of[node] != unit || needed_[node] != 0) {
            return;
        }
        std::vector<std::size_t> others;
        for (const std::size_t reader : readers_[node]) {
            if (reader != unit && !holds_copy(reader, node)) {
                others.push_back(reader);
            }
        }
        if (!others.empty()) {
            std::vector<std::size_t> nodes;
            if (!slice(node, unit, *std::max_element(others.begin(), others.end()), nodes)) {
                return;
            }
            // Reading one array instead of another is no loss; reading two is.
            for (const std::size_t reader : others) {
                if (!reads_alike(reader, unit) || reads_spared(reader, with(reader, nodes)) < 0) {
                    return;
                }
            }
            for (const std::size_t reader : others) {
                add(reader, nodes);
            }
        }
        if (!reads(unit, node)) {
            const auto keeper = std::find_if(readers_[node].begin(), readers_[node].end(),
                                             [&](std::size_t reader) { return reader != unit; });
            if (keeper != readers_[node].end()) {
                units_.unit_of[node] = *keeper;
                erase(node, unit);
            }
        }
    }

    const Graph& graph_;
    Units& units_;
    std::vector<std::vector<std::size_t>> readers_;  ///< of each node, the units that read it
    std::vector<char> needed_;             ///< read in another way: through an alias, or after the run
    std::vector<std::size_t> next_value_;  ///< of each state that is assigned
};

}  // namespace

void recompute(const Graph& graph, Units& units) {
    Recomputing(graph, units).run();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
