#include "autodiff/plan/producers.hpp"

#include <algorithm>
#include <optional>

#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::size_t max_producers = 4;

class ProducerFusion {
  public:
    ProducerFusion(const Graph& graph, Schedule& schedule)
        : graph_(graph),
          schedule_(schedule),
          readers_(graph.nodes.size()),
          writer_(graph.nodes.size(), no_group),
          kept_(graph.nodes.size(), 0) {
        for (std::size_t group = 0; group < schedule.groups.size(); ++group) {
            for (const std::size_t input : reads_of(graph, schedule.groups[group])) {
                const std::size_t root = root_of(graph, input);
                readers_[root].push_back(group);
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
            writer_[store.state] = schedule.group_of[root_of(graph, store.value)];
        }
    }

    void run() {
        for (std::size_t group = 0; group < schedule_.groups.size(); ++group) {
            const std::size_t node = schedule_.groups[group].nodes[0];
            if (schedule_.groups[group].nodes.size() == 1 && graph_.nodes[node].operation->tiles != nullptr &&
                check_of(graph_, node) == Check::none && joins(node, group)) {
                const std::size_t reader = readers_[node][0];
                schedule_.groups[reader].producers.push_back(node);
                schedule_.group_of[node] = reader;
                schedule_.groups[group].nodes.clear();
            }
        }
        drop_empty(schedule_);
    }

  private:
    bool joins(std::size_t node, std::size_t index) const {
        const GraphNode& own = graph_.nodes[node];
        if (kept_[node] != 0 || readers_[node].size() != 1) {
            return false;
        }
        const std::size_t reader = readers_[node][0];
        const FusionGroup& group = schedule_.groups[reader];
        const std::optional<Tile> tile = tiles_of(graph_, node);
        if (!tile || reader < index || !group.elementwise || !group.sums.empty() ||
            graph_.nodes[group.nodes[0]].shape != own.shape || group.producers.size() >= max_producers) {
            return false;
        }
        if (!group.producers.empty()) {
            const std::optional<Tile> other = tiles_of(graph_, group.producers[0]);
            if (other->rows != tile->rows || other->columns != tile->columns) {
                return false;
            }
        }
        // It now runs when its reader does: the states that it reads must not have their next values by then.
        return std::all_of(own.inputs.begin(), own.inputs.end(), [&](std::size_t input) {
            const std::size_t writer = writer_[root_of(graph_, input)];
            return writer == no_group || writer > reader;
        });
    }

    const Graph& graph_;
    Schedule& schedule_;
    std::vector<std::vector<std::size_t>> readers_;  ///< of each node, the groups that read it
    std::vector<std::size_t> writer_;  ///< of each state, the group that computes its next value
    std::vector<char> kept_;           ///< read after the run, or in another shape
};

}  // namespace

std::optional<Tile> tiles_of(const Graph& graph, std::size_t node) {
    const GraphNode& own = graph.nodes[node];
    return own.operation->tiles(own.attributes, input_shapes(graph, node));
}

void fuse_producers(const Graph& graph, Schedule& schedule) {
    ProducerFusion(graph, schedule).run();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
