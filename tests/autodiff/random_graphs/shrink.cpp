#include "tests/autodiff/random_graphs/shrink.hpp"

#include <algorithm>
#include <exception>
#include <set>

#include "autodiff/operations/leaves.hpp"
#include "autodiff/plan.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

class Shrinking {
  public:
    Shrinking(Failure failure, const std::function<bool(const Failure&)>& fails, std::size_t patience)
        : best_(std::move(failure)), fails_(fails), patience_(patience) {}

    Failure run() {
        bool smaller = true;
        while (smaller && patience_ > 0) {
            smaller = drop_results();
            smaller = drop_nodes() || smaller;
            smaller = make_sizes_smaller() || smaller;
            smaller = make_leaves_plain() || smaller;
        }
        simplify_variant();
        return best_;
    }

  private:
    bool accepted(Failure candidate) {
        if (patience_ == 0 || candidate.graph.outputs.size() + candidate.graph.stores.size() == 0) {
            return false;
        }
        --patience_;
        try {
            candidate.graph = pruned(reshaped(std::move(candidate.graph)));
            if (!fails_(candidate)) {
                return false;
            }
        } catch (const std::exception&) {
            return false;
        }
        best_ = std::move(candidate);
        return true;
    }

    bool drop_results() {
        bool smaller = false;
        for (std::size_t i = best_.graph.outputs.size(); i-- > 0;) {
            Failure candidate = best_;
            candidate.graph.outputs.erase(candidate.graph.outputs.begin() + static_cast<std::ptrdiff_t>(i));
            smaller = accepted(std::move(candidate)) || smaller;
        }
        for (std::size_t i = best_.graph.stores.size(); i-- > 0;) {
            Failure candidate = best_;
            const std::size_t value = candidate.graph.stores[i].value;
            candidate.graph.stores.erase(candidate.graph.stores.begin() + static_cast<std::ptrdiff_t>(i));
            Failure read = candidate;  // an output takes one node less than a state that is assigned
            read.graph.outputs.push_back(value);
            smaller = accepted(std::move(candidate)) || accepted(std::move(read)) || smaller;
        }
        return smaller;
    }

    // Puts `other` wherever `node` is read.
    static void replace(RandomGraph& graph, std::size_t node, std::size_t other) {
        for (GraphNode& each : graph.nodes) {
            std::replace(each.inputs.begin(), each.inputs.end(), node, other);
        }
        std::replace(graph.outputs.begin(), graph.outputs.end(), node, other);
        for (Store& store : graph.stores) {
            store.value = store.value == node ? other : store.value;
        }
    }

    // A node gives way to one of its inputs, or else to numbers from outside.
    bool drop_nodes() {
        bool smaller = false;
        for (std::size_t node = best_.graph.nodes.size(); node-- > 0;) {
            if (node >= best_.graph.nodes.size() || is_leaf(*best_.graph.nodes[node].operation)) {
                continue;
            }
            bool dropped = false;
            const std::vector<std::size_t> inputs = best_.graph.nodes[node].inputs;
            for (const std::size_t input : inputs) {
                Failure candidate = best_;
                replace(candidate.graph, node, input);
                dropped = dropped || accepted(std::move(candidate));
            }
            if (!dropped) {
                Failure candidate = best_;
                GraphNode& own = candidate.graph.nodes[node];
                own = {&input_operation, {}, {}, own.shape, {FillKind::plain, node, -2, 2}};
                dropped = accepted(std::move(candidate));
            }
            smaller = smaller || dropped;
        }
        return smaller;
    }

    // Replaces one size wherever it is met: in the leaves, and in the attributes of operations or not there.
    bool make_sizes_smaller() {
        std::set<Index> sizes;
        for (const GraphNode& node : best_.graph.nodes) {
            sizes.insert(node.shape.begin(), node.shape.end());
        }
        bool smaller = false;
        for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
            for (const Index other : {Index{1}, Index{2}, *size / 16, *size / 2, *size - 1}) {
                for (const bool attributes : {true, false}) {
                    if (other < 1 || other >= *size) {
                        continue;
                    }
                    Failure candidate = best_;
                    for (GraphNode& node : candidate.graph.nodes) {
                        if (node.inputs.empty()) {
                            std::replace(node.shape.begin(), node.shape.end(), *size, other);
                            if (node.fill.kind == FillKind::index &&
                                node.fill.high > static_cast<double>(other)) {
                                node.fill.high = static_cast<double>(other);
                            }
                        } else if (attributes) {
                            auto& integers = node.attributes.integers;
                            std::replace(integers.begin(), integers.end(), *size, other);
                        }
                    }
                    smaller = accepted(std::move(candidate)) || smaller;
                }
            }
        }
        return smaller;
    }

    bool make_leaves_plain() {
        bool smaller = false;
        for (std::size_t node = 0; node < best_.graph.nodes.size(); ++node) {
            const GraphNode own = best_.graph.nodes[node];
            if (!is_filled(own)) {
                continue;
            }
            const bool assigned = std::any_of(best_.graph.stores.begin(), best_.graph.stores.end(),
                                              [node](const Store& store) { return store.state == node; });
            if (!assigned && own.operation != &input_operation) {
                Failure candidate = best_;
                candidate.graph.nodes[node].operation = &input_operation;
                smaller = accepted(std::move(candidate)) || smaller;
            }
            if (own.fill.kind != FillKind::plain && own.fill.kind != FillKind::index) {
                Failure candidate = best_;
                candidate.graph.nodes[node].fill.kind = FillKind::plain;
                smaller = accepted(std::move(candidate)) || smaller;
            }
        }
        return smaller;
    }

    // As few passes and threads as it takes.
    void simplify_variant() {
        if (best_.variant.eager) {
            return;
        }
        for (const std::string& pass : Plan::passes()) {
            const std::vector<std::string>& off = best_.variant.without;
            if (std::find(off.begin(), off.end(), pass) == off.end()) {
                Failure candidate = best_;
                candidate.variant.without.push_back(pass);
                accepted(std::move(candidate));
            }
        }
        for (std::size_t threads = 1; threads < best_.variant.threads; ++threads) {
            Failure candidate = best_;
            candidate.variant.threads = threads;
            accepted(std::move(candidate));
        }
    }

    Failure best_;
    const std::function<bool(const Failure&)>& fails_;
    std::size_t patience_;
};

}  // namespace

Failure shrunk(Failure failure, const std::function<bool(const Failure&)>& fails, std::size_t patience) {
    return Shrinking(std::move(failure), fails, patience).run();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
