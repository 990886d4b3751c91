#include "autodiff/plan/tiled.hpp"

#include <algorithm>
#include <optional>

#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::size_t most_tiled = 4;

class Tiling {
  public:
    Tiling(const Graph& graph, Units& units)
        : graph_(graph),
          units_(units),
          readers_(graph.nodes.size()),
          writer_(graph.nodes.size(), no_unit),
          kept_(graph.nodes.size(), 0) {
        for (std::size_t unit = 0; unit < units.units.size(); ++unit) {
            for (const std::size_t input : reads_of(graph, units.units[unit])) {
                const std::size_t root = root_of(graph, input);
                readers_[root].push_back(unit);
                if (root != input) {  // in another shape
                    kept_[root] = 1;
                }
            }
        }
        for (const std::size_t output : graph.outputs) {
            kept_[root_of(graph, output)] = 1;
        }
        for (const auto& store : graph.stores) {
            kept_[root_of(graph, store.value)] = 1;
            writer_[store.state] = units.unit_of[root_of(graph, store.value)];
        }
    }

    void run() {
        for (std::size_t unit = 0; unit < units_.units.size(); ++unit) {
            const std::size_t node = units_.units[unit].nodes[0];
            if (units_.units[unit].nodes.size() == 1 && graph_.nodes[node].operation->tiles != nullptr &&
                joins(node, unit)) {
                const std::size_t reader = readers_[node][0];
                units_.units[reader].tiled.push_back(node);
                units_.unit_of[node] = reader;
                units_.units[unit].nodes.clear();
            }
        }
        drop_empty(units_);
    }

  private:
    bool joins(std::size_t node, std::size_t unit) const {
        const GraphNode& own = graph_.nodes[node];
        if (kept_[node] != 0 || readers_[node].size() != 1) {
            return false;
        }
        const std::size_t reader = readers_[node][0];
        const Unit& group = units_.units[reader];
        const std::optional<Tile> tile = tiles_of(graph_, node);
        if (!tile || reader < unit || !group.elementwise || !group.sums.empty() ||
            graph_.nodes[group.nodes[0]].shape != own.shape || group.tiled.size() >= most_tiled) {
            return false;
        }
        if (!group.tiled.empty()) {
            const std::optional<Tile> other = tiles_of(graph_, group.tiled[0]);
            if (other->rows != tile->rows || other->columns != tile->columns) {
                return false;
            }
        }
        // It now runs when its reader does: the states that it reads must not have their next values by then.
        return std::all_of(own.inputs.begin(), own.inputs.end(), [&](std::size_t input) {
            const std::size_t writer = writer_[root_of(graph_, input)];
            return writer == no_unit || writer > reader;
        });
    }

    const Graph& graph_;
    Units& units_;
    std::vector<std::vector<std::size_t>> readers_;  ///< of each node, the units that read it
    std::vector<std::size_t> writer_;                ///< of each state, the unit that computes its next value
    std::vector<char> kept_;                         ///< read after the run, or in another shape
};

}  // namespace

std::optional<Tile> tiles_of(const Graph& graph, std::size_t node) {
    const GraphNode& own = graph.nodes[node];
    return own.operation->tiles(own.attributes, input_shapes(graph, node));
}

void read_in_tiles(const Graph& graph, Units& units) {
    Tiling(graph, units).run();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
