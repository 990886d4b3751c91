#include "autodiff/gradient.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "autodiff/assignment_clock.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// The nodes through which a value depends on variables, in recorded order.
struct Path {
    std::vector<NodeId> nodes;
    std::unordered_map<NodeId, std::size_t> index_of;

    bool contains(NodeId id) const { return index_of.find(id) != index_of.end(); }
};

// Looks only at what the value depends on, and that only as far back as the first variable: a tape may hold
// much else.
Path path_from(const Tape& tape, NodeId value, std::span<const Var> variables) {
    NodeId first = value + 1;
    std::unordered_set<NodeId> ends;
    for (const Var& variable : variables) {
        first = std::min(first, variable.id());
        ends.insert(variable.id());
    }
    std::vector<NodeId> found;
    std::unordered_set<NodeId> seen;
    const auto visit = [&](NodeId id) {
        if (id >= first && seen.insert(id).second) {
            found.push_back(id);
        }
    };
    visit(value);
    for (std::size_t next = 0; next < found.size(); ++next) {
        for (const NodeId input : tape.node(found[next]).inputs) {
            visit(input);
        }
    }
    std::sort(found.begin(), found.end());
    Path path;
    for (const NodeId id : found) {
        const std::vector<NodeId>& inputs = tape.node(id).inputs;
        if (ends.find(id) != ends.end() ||
            std::any_of(inputs.begin(), inputs.end(), [&](NodeId input) { return path.contains(input); })) {
            path.index_of.emplace(id, path.nodes.size());
            path.nodes.push_back(id);
        }
    }
    return path;
}

// What was computed from a state's old value has no gradient that its new value could give.
void require_unassigned(const Tape& tape, NodeId id) {
    if (const NodeId state = assigned_since(tape, id); state != no_node) {
        throw Error(ErrorCode::invalid_argument,
                    "[gradient] '" + std::string(tape.node(id).operation->name) + "' read the state '" +
                        tape.name(state) +
                        "', which has since been assigned: the gradient would mix the old value with the new "
                        "one. Take gradients before the assignment, or record the value again after it");
    }
}

// What a vjp gave, which may be an embedder's own.
void require_gradients(const Tape& tape, const Operation& operation, std::span<const NodeId> inputs,
                       std::span<const Var> gradients) {
    const auto refuse = [&](ErrorCode code, const std::string& text) {
        throw Error(code, "[gradient] the vjp of '" + std::string(operation.name) + "' gave " + text);
    };
    if (gradients.size() != inputs.size()) {
        refuse(ErrorCode::invalid_argument, std::to_string(gradients.size()) + " gradients for " +
                                                std::to_string(inputs.size()) +
                                                " inputs; expected one for each, an empty Var where there is "
                                                "none");
    }
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        const Var given = gradients[index];
        if (!given.valid()) {
            continue;
        }
        if (&given.tape() != &tape || given.id() >= tape.size()) {
            refuse(ErrorCode::invalid_argument, "for input " + std::to_string(index) +
                                                    " a Var that is not of the tape it was recorded on");
        }
        const Shape& shape = tape.node(inputs[index]).shape;
        const Shape& found = tape.node(given.id()).shape;
        bool fits = found.size() >= shape.size();
        for (std::size_t axis = 1; fits && axis <= shape.size(); ++axis) {
            const Index size = shape[shape.size() - axis];
            fits = size == 1 || size == found[found.size() - axis];
        }
        if (!fits) {
            refuse(ErrorCode::shape, "for input " + std::to_string(index) + " of shape " + to_string(shape) +
                                         " a gradient of shape " + to_string(found) +
                                         "; expected the input's shape, or one that it broadcasts to");
        }
    }
}

}  // namespace

std::vector<Var> gradient(Var value, std::span<const Var> variables) {
    require_var(value, "gradient", "the value");
    Tape& tape = value.tape();
    for (const Var& variable : variables) {
        require_var_of(tape, variable, "gradient", "a variable");
    }
    const bool has_value = tape.node(value.id()).value != nullptr;
    const Path path = path_from(tape, value.id(), variables);
    std::vector<Var> cotangents(path.nodes.size());
    if (!cotangents.empty()) {
        cotangents.back() = tape.filled(value.shape(), 1);
    }
    Recording& recording = tape.recording;
    const std::size_t origin = recording.origin;
    const NodeId outer = recording.gradient_of;
    for (std::size_t index = path.nodes.size(); index-- > 0;) {
        const NodeId id = path.nodes[index];
        if (!cotangents[index].valid()) {
            continue;
        }
        // Recording grows the tape and moves its nodes: copy what is needed first.
        const Operation& operation = *tape.node(id).operation;
        const std::vector<NodeId> ids = tape.node(id).inputs;
        const Attributes attributes = tape.node(id).attributes;
        if (operation.vjp == nullptr || ids.empty()) {
            continue;
        }
        std::vector<Var> inputs;
        const auto wanted = std::make_unique<bool[]>(ids.size());
        bool any = false;
        for (std::size_t input = 0; input < ids.size(); ++input) {
            inputs.emplace_back(tape, ids[input]);
            wanted[input] = path.contains(ids[input]);
            any = any || wanted[input];
        }
        if (!any) {
            continue;
        }
        if (has_value) {
            require_unassigned(tape, id);
        }
        recording.origin = tape.node(id).origin;
        recording.gradient_of = id;
        const std::vector<Var> found =
            operation.vjp({{tape, id}, inputs, cotangents[index], attributes, {wanted.get(), ids.size()}});
        require_gradients(tape, operation, ids, found);
        for (std::size_t input = 0; input < found.size(); ++input) {
            if (!wanted[input] || !found[input].valid()) {
                continue;
            }
            const Var fitted = sum_to(found[input], Shape(tape.node(ids[input]).shape));
            Var& total = cotangents[path.index_of.at(ids[input])];
            total = total.valid() ? add(total, fitted) : fitted;
        }
    }
    recording.origin = origin;
    recording.gradient_of = outer;
    std::vector<Var> result;
    for (const Var& variable : variables) {
        const auto found = path.index_of.find(variable.id());
        const bool reached = found != path.index_of.end() && cotangents[found->second].valid();
        result.push_back(reached ? cotangents[found->second] : tape.filled(Shape(variable.shape()), 0));
    }
    return result;
}

std::vector<Var> gradient(Var value, std::initializer_list<Var> variables) {
    return gradient(value, std::span<const Var>(variables.begin(), variables.size()));
}

Var gradient(Var value, Var variable) {
    return gradient(value, {variable})[0];
}

void require_scalar(Var value, std::string_view entry, std::string_view role) {
    require_var(value, entry, role);
    if (!value.shape().empty()) {
        throw Error(ErrorCode::shape, "[" + std::string(entry) + "] " + std::string(role) + " has shape " +
                                          to_string(value.shape()) +
                                          "; expected one number, (): take its `mean` or `sum`");
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
