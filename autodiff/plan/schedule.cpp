#include "autodiff/plan/schedule.hpp"

#include <algorithm>
#include <queue>
#include <unordered_map>

#include "autodiff/elementwise.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/plan/group_order.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

extern const Operation sum_operation;

namespace {

// How many of the last groups with the same last input are looked at.
constexpr std::size_t max_candidates = 16;

static_assert(max_group_nodes + max_group_operands <= max_registers);

class GroupBuilder {
  public:
    GroupBuilder(const Graph& graph, const FusionRules& rules) : graph_(graph), rules_(rules) {
        result_.group_of.assign(graph.nodes.size(), no_group);
        for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
            place(node);
        }
    }

    Schedule take() {
        order_stores();
        sort();
        return std::move(result_);
    }

  private:
    std::size_t group_of_input(std::size_t input) const { return result_.group_of[root_of(graph_, input)]; }

    void place(std::size_t node) {
        const GraphNode& own = graph_.nodes[node];
        if (is_leaf(*own.operation) || own.operation->alias) {
            return;
        }
        if (rules_.fuse && own.operation->kernel != nullptr) {
            for (std::size_t which = own.inputs.size(); which-- > 0;) {
                const std::size_t group = group_of_input(own.inputs[which]);
                if (group != no_group && may_join(node, group)) {
                    join(node, group);
                    merge_inputs(node, group);
                    return;
                }
            }
        }
        if (rules_.fuse && may_sum(node)) {
            const std::size_t group = group_of_input(own.inputs[0]);
            result_.group_of[node] = group;
            result_.groups[group].sums.push_back(node);
            return;
        }
        const bool batches = rules_.gather && own.operation->batches != nullptr &&
                             own.operation->batches(own.attributes, input_shapes(graph_, node));
        if (batches) {
            std::vector<std::size_t>& candidates = gathered_[own.inputs.back()];
            const std::size_t first = candidates.size() - std::min(candidates.size(), max_candidates);
            for (std::size_t index = first; index < candidates.size(); ++index) {
                if (may_gather(node, candidates[index])) {
                    join(node, candidates[index]);
                    return;
                }
            }
            candidates.push_back(result_.groups.size());
        }
        const std::size_t group = result_.groups.size();
        result_.groups.push_back({{}, own.operation->kernel != nullptr, {}});
        order_.add();
        join(node, group);
    }

    // Whether a node is like those of a group, and nothing that it waits for waits for the group.
    bool may_gather(std::size_t node, std::size_t group) const {
        const GraphNode& own = graph_.nodes[node];
        const GraphNode& other = graph_.nodes[result_.groups[group].nodes[0]];
        return own.operation == other.operation && own.attributes == other.attributes &&
               input_shapes(graph_, node) == input_shapes(graph_, result_.groups[group].nodes[0]) &&
               std::none_of(own.inputs.begin(), own.inputs.end(), [&](std::size_t input) {
                   const std::size_t source = group_of_input(input);
                   return source != no_group && (source == group || !order_.may_wait(group, source));
               });
    }

    // Whether a sum can be taken while its operand is computed, which other sums of that group are taken
    // like.
    bool may_sum(std::size_t node) const {
        const GraphNode& own = graph_.nodes[node];
        if (own.operation != &sum_operation) {
            return false;
        }
        const std::size_t input = own.inputs[0];
        const std::size_t group = group_of_input(input);
        if (group == no_group || graph_.nodes[input].operation->alias || !result_.groups[group].elementwise ||
            is_sum(input)) {
            return false;
        }
        FusedReduction sum;
        const Shape& shape = graph_.nodes[input].shape;
        const std::vector<std::size_t>& sums = result_.groups[group].sums;
        if (sums.size() >= max_sums || !fused_reduction(shape, own.attributes.integers, sum) ||
            (!sums.empty() && graph_.nodes[sums[0]].attributes.integers != own.attributes.integers)) {
            return false;
        }
        // A sum in few parts must not leave threads without elementwise work.
        const std::size_t parts = static_cast<std::size_t>(element_count(shape)) / part_size;
        return 2 * sum.parts() >= std::min<std::size_t>(parts, 16);
    }

    bool is_sum(std::size_t node) const { return graph_.nodes[node].operation == &sum_operation; }

    bool may_join(std::size_t node, std::size_t index) const {
        const FusionGroup& group = result_.groups[index];
        const GraphNode& own = graph_.nodes[node];
        if (!group.elementwise || graph_.nodes[group.nodes[0]].shape != own.shape ||
            group.nodes.size() >= max_group_nodes) {
            return false;
        }
        for (const std::size_t input : own.inputs) {
            const std::size_t source = group_of_input(input);
            // Through an alias the numbers stand in another shape: only memory can pass them on.
            if (source == index && (graph_.nodes[input].operation->alias || is_sum(input))) {
                return false;
            }
            // What the group would wait for must not wait for the group.
            if (source != no_group && source != index && !order_.may_wait(index, source)) {
                return false;
            }
        }
        std::vector<std::size_t> nodes = group.nodes;
        nodes.push_back(node);
        return operand_count(nodes) <= max_group_operands;
    }

    // What nodes of one group read from outside of it.
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

    // The other groups that a node reads may become part of its own: a sum's second branch began one of its
    // own.
    void merge_inputs(std::size_t node, std::size_t group) {
        for (const std::size_t input : graph_.nodes[node].inputs) {
            const std::size_t source = group_of_input(input);
            if (source != no_group && source != group && may_merge(source, group)) {
                merge(source, group);
            }
        }
    }

    bool may_merge(std::size_t source, std::size_t group) const {
        const FusionGroup& first = result_.groups[source];
        const FusionGroup& second = result_.groups[group];
        if (!first.elementwise || graph_.nodes[first.nodes[0]].shape != graph_.nodes[second.nodes[0]].shape ||
            first.nodes.size() + second.nodes.size() > max_group_nodes ||
            first.sums.size() + second.sums.size() > max_sums) {
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
                    group_of_input(input) == source) {
                    return false;
                }
            }
        }
        return operand_count(joined(first, second)) <= max_group_operands && order_.may_merge(source, group);
    }

    static std::vector<std::size_t> joined(const FusionGroup& first, const FusionGroup& second) {
        std::vector<std::size_t> nodes;
        std::merge(first.nodes.begin(), first.nodes.end(), second.nodes.begin(), second.nodes.end(),
                   std::back_inserter(nodes));
        return nodes;
    }

    // `source` stays behind without nodes.
    void merge(std::size_t source, std::size_t group) {
        result_.groups[group].nodes = joined(result_.groups[source], result_.groups[group]);
        for (const std::size_t node : result_.groups[source].nodes) {
            result_.group_of[node] = group;
        }
        auto& sums = result_.groups[group].sums;
        for (const std::size_t sum : result_.groups[source].sums) {
            result_.group_of[sum] = group;
            sums.push_back(sum);
        }
        std::sort(sums.begin(), sums.end());
        result_.groups[source].nodes.clear();
        result_.groups[source].sums.clear();
        order_.merge(source, group);
    }

    void join(std::size_t node, std::size_t group) {
        result_.group_of[node] = group;
        result_.groups[group].nodes.push_back(node);
        for (const std::size_t input : graph_.nodes[node].inputs) {
            const std::size_t source = group_of_input(input);
            if (source != no_group && source != group) {
                order_.wait(group, source);
            }
        }
    }

    // A state's new value may be written over the old one if everybody has read that by then.
    void order_stores() {
        std::vector<std::vector<std::size_t>> readers(graph_.nodes.size());
        for (std::size_t node = 0; node < graph_.nodes.size(); ++node) {
            for (const std::size_t input : graph_.nodes[node].inputs) {
                const std::size_t root = root_of(graph_, input);
                if (graph_.nodes[root].operation == &state_operation && result_.group_of[node] != no_group) {
                    readers[root].push_back(result_.group_of[node]);
                }
            }
        }
        for (const auto& store : graph_.stores) {
            const std::size_t writer = result_.group_of[root_of(graph_, store.value)];
            if (writer == no_group) {
                continue;
            }
            for (const std::size_t reader : readers[store.state]) {
                if (reader == writer) {
                    continue;
                }
                if (!order_.may_wait(writer, reader)) {
                    break;  // the value must be copied, so that nobody else need hurry
                }
                order_.wait(writer, reader);
                extra_.emplace_back(reader, writer);
            }
        }
    }

    // 0 for groups without nodes, which take no time.
    std::size_t recorded_position(std::size_t group) const {
        const FusionGroup& own = result_.groups[group];
        const std::size_t last = own.nodes.empty() ? 0 : own.nodes.back();
        return own.sums.empty() ? last : std::max(last, own.sums.back());
    }

    // Of each group, those that must run before it.
    std::vector<std::vector<std::size_t>> sources() const {
        std::vector<std::vector<std::size_t>> before(result_.groups.size());
        for (std::size_t group = 0; group < before.size(); ++group) {
            for (const std::size_t node : result_.groups[group].nodes) {
                for (const std::size_t input : graph_.nodes[node].inputs) {
                    const std::size_t source = group_of_input(input);
                    if (source != no_group && source != group) {
                        before[group].push_back(source);
                    }
                }
            }
        }
        for (const auto& [first, second] : extra_) {
            before[second].push_back(first);
        }
        for (auto& list : before) {
            std::sort(list.begin(), list.end());
            list.erase(std::unique(list.begin(), list.end()), list.end());
        }
        return before;
    }

    // Groups that compute new values of states wait for all that may throw, but for those for which one of
    // these waits. They wait for one more group, empty, that runs when nothing can throw any more.
    void store_after_throws(std::vector<std::vector<std::size_t>>& before) const {
        std::vector<std::size_t> awaited;
        std::vector<char> is_awaited(before.size(), 0);
        for (std::size_t group = 0; group < before.size(); ++group) {
            if (may_throw(graph_, result_.groups[group])) {
                awaited.push_back(group);
                is_awaited[group] = 1;
            }
        }
        const std::vector<std::size_t> may_throw_groups = awaited;
        for (std::size_t next = 0; next < awaited.size(); ++next) {
            for (const std::size_t source : before[awaited[next]]) {
                if (is_awaited[source] == 0) {
                    is_awaited[source] = 1;
                    awaited.push_back(source);
                }
            }
        }
        const std::size_t all_safe = before.size();
        before.push_back(may_throw_groups);
        for (const auto& store : graph_.stores) {
            const std::size_t writer = result_.group_of[root_of(graph_, store.value)];
            if (writer != no_group && is_awaited[writer] == 0) {
                before[writer].push_back(all_safe);
            }
        }
    }

    // Among groups that are ready, the one recorded first: keeps values alive for short.
    void sort() {
        std::vector<std::vector<std::size_t>> before = sources();
        store_after_throws(before);
        result_.groups.emplace_back();  // the one that runs when nothing can throw any more
        const std::size_t count = before.size();
        std::vector<std::vector<std::size_t>> after(count);
        std::vector<std::size_t> waiting(count, 0);
        for (std::size_t group = 0; group < count; ++group) {
            for (const std::size_t source : before[group]) {
                after[source].push_back(group);
                ++waiting[group];
            }
        }
        using Entry = std::pair<std::size_t, std::size_t>;  // recorded position, group
        std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
        for (std::size_t group = 0; group < count; ++group) {
            if (waiting[group] == 0) {
                ready.emplace(recorded_position(group), group);
            }
        }
        std::vector<FusionGroup> ordered;
        std::size_t done = 0;
        for (; !ready.empty(); ++done) {
            const std::size_t group = ready.top().second;
            ready.pop();
            if (!result_.groups[group].nodes.empty()) {
                ordered.push_back(std::move(result_.groups[group]));
            }
            for (const std::size_t next : after[group]) {
                if (--waiting[next] == 0) {
                    ready.emplace(recorded_position(next), next);
                }
            }
        }
        if (done != count) {
            throw Error(ErrorCode::internal, "[plan] fused steps wait for one another");
        }
        result_.groups = std::move(ordered);
        for (std::size_t group = 0; group < result_.groups.size(); ++group) {
            for (const std::size_t node : result_.groups[group].nodes) {
                result_.group_of[node] = group;
            }
            for (const std::size_t sum : result_.groups[group].sums) {
                result_.group_of[sum] = group;
            }
        }
    }

    const Graph& graph_;
    FusionRules rules_;
    std::unordered_map<std::size_t, std::vector<std::size_t>>
        gathered_;  ///< by last input, the groups that grow
    Schedule result_;
    GroupOrder order_;
    std::vector<std::pair<std::size_t, std::size_t>> extra_;
};

}  // namespace

std::size_t root_of(const Graph& graph, std::size_t node) {
    while (graph.nodes[node].operation->alias) {
        node = graph.nodes[node].inputs[0];
    }
    return node;
}

std::vector<std::size_t> reads_of(const Graph& graph, const FusionGroup& group) {
    std::vector<std::size_t> reads;
    for (const auto* nodes : {&group.nodes, &group.producers}) {
        for (const std::size_t node : *nodes) {
            const std::vector<std::size_t>& inputs = graph.nodes[node].inputs;
            reads.insert(reads.end(), inputs.begin(), inputs.end());
        }
    }
    std::sort(reads.begin(), reads.end());
    reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
    std::erase_if(reads, [&](std::size_t node) {
        return std::binary_search(group.nodes.begin(), group.nodes.end(), node) ||
               std::find(group.producers.begin(), group.producers.end(), node) != group.producers.end();
    });
    return reads;
}

Check check_of(const Graph& graph, std::size_t node) {
    const GraphNode& own = graph.nodes[node];
    if (own.operation->check == nullptr) {
        return Check::none;
    }
    const std::size_t root = root_of(graph, own.inputs.back());
    return is_leaf(*graph.nodes[root].operation) ? Check::before_run : Check::in_run;
}

bool may_throw(const Graph& graph, const FusionGroup& group) {
    return std::any_of(group.nodes.begin(), group.nodes.end(),
                       [&](std::size_t node) { return check_of(graph, node) == Check::in_run; });
}

void drop_empty(Schedule& schedule) {
    std::vector<FusionGroup> kept;
    std::vector<std::size_t> new_index(schedule.groups.size(), no_group);
    for (std::size_t group = 0; group < schedule.groups.size(); ++group) {
        if (!schedule.groups[group].nodes.empty()) {
            new_index[group] = kept.size();
            kept.push_back(std::move(schedule.groups[group]));
        }
    }
    for (std::size_t& group : schedule.group_of) {
        group = group == no_group ? no_group : new_index[group];
    }
    schedule.groups = std::move(kept);
}

Schedule make_schedule(const Graph& graph, const FusionRules& rules) {
    return GroupBuilder(graph, rules).take();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
