#include "autodiff/trace.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/execute.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// Nodes that `wanted` depend on, each with the last node that reads it; `no_node` for others.
std::vector<NodeId> last_reads(const Tape& tape, std::span<const NodeId> wanted) {
    std::vector<NodeId> last(tape.size(), no_node);
    std::vector<char> needed(tape.size(), 0);
    for (const NodeId id : wanted) {
        needed[id] = 1;
    }
    for (std::size_t i = tape.size(); i-- > 0;) {
        const auto id = static_cast<NodeId>(i);
        if (needed[id] == 0) {
            continue;
        }
        if (last[id] == no_node) {
            last[id] = id;
        }
        for (const NodeId input : tape.node(id).inputs) {
            needed[input] = 1;
            last[input] = last[input] == no_node ? id : last[input];
        }
    }
    return last;
}

using Visit = std::function<void(NodeId, std::span<const Real>)>;

// Computes what `wanted` depends on and shows each value once. A value goes when its last reader is done.
void visit(const Tape& tape, std::span<const NodeId> wanted, const TraceOptions& options, const Visit& each) {
    const std::vector<NodeId> last = last_reads(tape, wanted);
    std::vector<std::shared_ptr<Real[]>> computed(tape.size());
    std::vector<const Real*> values(tape.size(), nullptr);
    ThreadPool alone;
    const FlushDenormals flush;
    const Execution execution{options.pool != nullptr ? *options.pool : alone, tape.seed(), options.step};
    for (std::size_t i = 0; i < tape.size(); ++i) {
        const auto id = static_cast<NodeId>(i);
        if (last[id] == no_node) {
            continue;
        }
        const Node& node = tape.node(id);
        const auto size = static_cast<std::size_t>(element_count(node.shape));
        if (node.operation == &input_operation) {
            const std::span<const Real> fed = options.feed ? options.feed(id) : std::span<const Real>();
            if (fed.size() != size) {
                throw Error(ErrorCode::invalid_argument, "[trace] the input '" + tape.name(id) + "' of " +
                                                             std::to_string(size) + " elements is fed " +
                                                             std::to_string(fed.size()));
            }
            values[id] = fed.data();
        } else if (is_leaf(*node.operation)) {
            values[id] = node.value->data();
        } else if (node.operation->alias) {
            computed[id] = computed[node.inputs[0]];
            values[id] = values[node.inputs[0]];
        } else {
            std::vector<ConstTensor> inputs;
            for (const NodeId input : node.inputs) {
                inputs.push_back({values[input], tape.node(input).shape});
            }
            computed[id] = std::shared_ptr<Real[]>(new Real[size]);
            execute(*node.operation, node.attributes, inputs, {computed[id].get(), node.shape}, execution);
            values[id] = computed[id].get();
        }
        each(id, {values[id], size});
        for (const NodeId input : node.inputs) {
            if (last[input] == id) {
                computed[input].reset();
            }
        }
        if (last[id] == id) {
            computed[id].reset();
        }
    }
}

}  // namespace

std::vector<Array> trace(const Tape& tape, std::span<const NodeId> wanted, const TraceOptions& options) {
    for (const NodeId id : wanted) {
        tape.node(id);  // throws where there is none
    }
    std::vector<Array> result(wanted.size());
    visit(tape, wanted, options, [&](NodeId id, std::span<const Real> values) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i] == id) {
                result[i] = make_array(tape.node(id).shape);
                std::copy(values.begin(), values.end(), result[i].data());
            }
        }
    });
    return result;
}

std::optional<NotFinite> find_not_finite(const Tape& tape, std::span<const Var> results,
                                         const TraceOptions& options) {
    std::vector<NodeId> wanted;
    for (const Var& result : results) {
        require_var_of(tape, result, "find_not_finite", "a result");
        wanted.push_back(result.id());
    }
    std::vector<char> bad(tape.size(), 0);
    std::vector<NotFinite> sources;  // candidates, in order
    visit(tape, wanted, options, [&](NodeId id, std::span<const Real> values) {
        const auto no_number = [](Real value) { return !std::isfinite(value); };
        const auto first = std::find_if(values.begin(), values.end(), no_number);
        // A constant is what its author wrote: what is made of it is to be looked at.
        const Node& node = tape.node(id);
        if (first == values.end() || node.operation == &constant_operation) {
            return;
        }
        bad[id] = 1;
        if (std::none_of(node.inputs.begin(), node.inputs.end(),
                         [&](NodeId input) { return bad[input] != 0; })) {
            sources.push_back({id, static_cast<std::size_t>(first - values.begin()),
                               static_cast<std::size_t>(std::count_if(first, values.end(), no_number)),
                               *first, 0});
        }
    });
    for (NotFinite& source : sources) {
        std::vector<char> reached(tape.size(), 0);
        reached[source.node] = 1;
        for (std::size_t id = source.node + std::size_t{1}; id < tape.size(); ++id) {
            const std::vector<NodeId>& inputs = tape.node(static_cast<NodeId>(id)).inputs;
            reached[id] = bad[id] != 0 && std::any_of(inputs.begin(), inputs.end(),
                                                      [&](NodeId input) { return reached[input] != 0; })
                              ? 1
                              : 0;
        }
        const auto found =
            std::find_if(wanted.begin(), wanted.end(), [&](NodeId id) { return reached[id] != 0; });
        if (found != wanted.end()) {
            source.result = static_cast<std::size_t>(found - wanted.begin());
            return source;
        }
    }
    return std::nullopt;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
