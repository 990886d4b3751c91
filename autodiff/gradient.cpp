#include "autodiff/gradient.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "autodiff/error.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations.hpp"

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

}  // namespace

std::vector<Var> gradient(Var value, std::span<const Var> variables) {
    if (!value.valid()) {
        throw Error(ErrorCode::invalid_argument, "[gradient] the value belongs to no tape");
    }
    Tape& tape = value.tape();
    for (const Var& variable : variables) {
        if (!variable.valid() || &variable.tape() != &tape) {
            throw Error(ErrorCode::invalid_argument,
                        "[gradient] a variable belongs to another tape, or to none");
        }
    }
    const Path path = path_from(tape, value.id(), variables);
    std::vector<Var> cotangents(path.nodes.size());
    if (!cotangents.empty()) {
        cotangents.back() = tape.filled(value.shape(), 1);
    }
    const std::size_t mark = tape.mark();
    const NodeId outer = tape.gradient_of();
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
        tape.set_mark(tape.node(id).mark);
        tape.set_gradient_of(id);
        const std::vector<Var> found =
            operation.vjp({{tape, id}, inputs, cotangents[index], attributes, {wanted.get(), ids.size()}});
        for (std::size_t input = 0; input < found.size(); ++input) {
            if (!wanted[input] || !found[input].valid()) {
                continue;
            }
            const Var fitted = sum_to(found[input], Shape(tape.node(ids[input]).shape));
            Var& total = cotangents[path.index_of.at(ids[input])];
            total = total.valid() ? add(total, fitted) : fitted;
        }
    }
    tape.set_mark(mark);
    tape.set_gradient_of(outer);
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

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
