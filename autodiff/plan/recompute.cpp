#include "autodiff/plan/recompute.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// About as fast as reading the result.
constexpr std::array<std::string_view, 16> cheap{
    "add",   "subtract", "multiply",   "negate",  "absolute",      "square", "maximum",    "minimum",
    "where", "less",     "less_equal", "greater", "greater_equal", "relu",   "leaky_relu", "broadcast_to"};
constexpr std::size_t most_recomputed = 4;

bool holds(const std::vector<std::size_t>& list, std::size_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

class Recomputing {
  public:
    Recomputing(const Graph& graph, Units& units)
        : graph_(graph), units_(units), readers_(graph.nodes.size()), needed_(graph.nodes.size(), 0) {
        for (const std::size_t output : graph.outputs) {
            needed_[root_of(graph, output)] = 1;
        }
        for (const auto& store : graph.stores) {
            needed_[root_of(graph, store.value)] = 1;
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
    }

  private:
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

    // Whether it has memory whatever is done here.
    bool in_memory(std::size_t node, std::size_t unit) const {
        const GraphNode& own = graph_.nodes[node];
        if (own.operation->alias || own.operation == &state_operation) {
            return false;  // a state may have its next value by then
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

    // The nodes that make `node` from what is in memory, inputs first; false if there are too many or dear
    // ones.
    bool slice(std::size_t node, std::size_t unit, std::vector<std::size_t>& nodes) const {
        if (std::find(cheap.begin(), cheap.end(), graph_.nodes[node].operation->name) == cheap.end()) {
            return false;
        }
        for (const std::size_t input : graph_.nodes[node].inputs) {
            if (holds(nodes, input) || in_memory(input, unit)) {
                continue;
            }
            if (!holds(units_.units[unit].nodes, input) || !slice(input, unit, nodes)) {
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

    // Reading one array instead of another is no loss; reading two is.
    bool pays(std::size_t reader, const std::vector<std::size_t>& all) const {
        if (all.size() > most_unit_nodes) {
            return false;
        }
        const std::vector<std::size_t> before = operands_of(units_.units[reader].nodes);
        const std::vector<std::size_t> after = operands_of(all);
        if (after.size() > most_unit_operands) {
            return false;
        }
        const auto large = [&](const std::vector<std::size_t>& operands) {
            return std::count_if(operands.begin(), operands.end(), [&](std::size_t operand) {
                return element_count(graph_.nodes[operand].shape) == element_count(shape_of(reader));
            });
        };
        return large(after) <= large(before);
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
            if (!slice(node, unit, nodes)) {
                return;
            }
            for (const std::size_t reader : others) {
                if (!reads_alike(reader, unit) || !pays(reader, with(reader, nodes))) {
                    return;
                }
            }
            for (const std::size_t reader : others) {
                units_.units[reader].nodes = with(reader, nodes);
                for (const std::size_t each : nodes) {
                    for (const std::size_t input : graph_.nodes[each].inputs) {
                        add_reader(input, reader);
                    }
                }
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
    std::vector<char> needed_;  ///< read in another way: through an alias, or after the run
};

}  // namespace

void recompute(const Graph& graph, Units& units) {
    Recomputing(graph, units).run();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
