#include <algorithm>

#include "autodiff/operations/leaves.hpp"
#include "autodiff/optimizer.hpp"
#include "tests/autodiff/random_graphs/drawing.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

bool Drawing::stored(Var state) const {
    return std::any_of(stores_.begin(), stores_.end(),
                       [&](const Assignment& each) { return each.state == state; });
}

void Drawing::store(Var state, Var value) {
    if (!stored(state)) {
        stores_.push_back({state, value});
    }
}

// States whose gradients there are take a step along them.
void Drawing::update() {
    std::vector<Var> variables;
    std::vector<Var> gradients;
    for (const Slope& slope : slopes_) {
        if (std::find(states_.begin(), states_.end(), slope.variable) != states_.end() &&
            std::find(variables.begin(), variables.end(), slope.variable) == variables.end()) {
            variables.push_back(slope.variable);
            gradients.push_back(slope.gradient);
        }
    }
    if (variables.empty() || dice_.chance(0.15)) {
        return;
    }
    OptimizerState moments;
    const Var rate = tape_.constant(0.125);
    const double kind = dice_.unit();
    const std::vector<Var> next = kind < 0.4   ? gandsl::step(Sgd{.momentum = dice_.chance(0.5) ? 0.0 : 0.9},
                                                              variables, gradients, rate, moments)
                                  : kind < 0.8 ? gandsl::step(Adam{}, variables, gradients, rate, moments)
                                               : gandsl::step(RmsProp{}, variables, gradients, rate, moments);
    for (std::size_t i = 0; i < next.size(); ++i) {
        store(variables[i], next[i]);
    }
    for (const Assignment& assignment : assignments(moments)) {
        stores_.push_back(assignment);
    }
}

void Drawing::choose_stores() {
    const std::vector<Var> states = states_;
    for (const Var& state : states) {
        if (!stored(state) && dice_.chance(0.6)) {
            const double kind = dice_.unit();
            const Var next = kind < 0.4   ? operand(state.shape())
                             : kind < 0.7 ? state + operand(state.shape())
                             : kind < 0.8 ? neutral(state)
                             : kind < 0.9 ? elementwise(state)
                                          : dice_.pick(states_);
            if (next.shape() == state.shape()) {
                store(state, next);
            }
        }
    }
    if (states_.size() > 1 && dice_.chance(0.2)) {  // a swap
        const Var a = dice_.pick(states_);
        const Var b = dice_.pick(states_);
        if (a.shape() == b.shape() && a != b && !stored(a) && !stored(b)) {
            store(a, b);
            store(b, a);
        }
    }
}

void Drawing::choose_outputs() {
    for (std::size_t count = 1 + dice_.below(4); count > 0; --count) {
        const double kind = dice_.unit();
        outputs_.push_back(kind < 0.7                        ? value()
                           : kind < 0.8 && !states_.empty()  ? dice_.pick(states_)
                           : kind < 0.92 && !states_.empty() ? neutral(dice_.pick(states_))
                           : !losses_.empty()                ? dice_.pick(losses_)
                                                             : values_.back());
    }
}

RandomGraph Drawing::graph() const {
    RandomGraph graph{seed_, {}, {}, {}};
    for (NodeId id = 0; id < tape_.size(); ++id) {
        const auto leaf = leaves_.find(id);
        if (leaf != leaves_.end()) {
            graph.nodes.push_back(leaf->second);
            continue;
        }
        const Node& node = tape_.node(id);
        GraphNode copy{
            node.operation, node.attributes, {node.inputs.begin(), node.inputs.end()}, node.shape, {}};
        if (node.operation == &state_operation) {  // moments, which begin at zero
            copy.attributes = {};
            copy.fill = {FillKind::plain, 0, 0, 0};
        }
        graph.nodes.push_back(std::move(copy));
    }
    for (const Var& output : outputs_) {
        graph.outputs.push_back(output.id());
    }
    for (const Assignment& assignment : stores_) {
        graph.stores.push_back({assignment.state.id(), assignment.value.id()});
    }
    return pruned(graph);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
