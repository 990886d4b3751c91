#include "autodiff/gradient.hpp"

#include <algorithm>
#include <memory>

#include "autodiff/error.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// Which nodes between the first variable and the value depend on a variable.
std::vector<char> dependents(const Tape& tape, NodeId last, std::span<const Var> variables) {
    std::vector<char> depends(last + 1, 0);
    NodeId first = last;
    for (const Var& variable : variables) {
        if (variable.id() <= last) {
            depends[variable.id()] = 1;
            first = std::min(first, variable.id());
        }
    }
    for (NodeId id = first; id <= last; ++id) {
        for (const NodeId input : tape.node(id).inputs) {
            depends[id] |= depends[input];
        }
    }
    return depends;
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
    const NodeId last = value.id();
    const std::vector<char> depends = dependents(tape, last, variables);
    std::vector<Var> cotangents(last + 1);
    cotangents[last] = tape.filled(value.shape(), 1);
    const std::size_t mark = tape.mark();
    const NodeId outer = tape.gradient_of();
    for (NodeId id = last + 1; id-- > 0;) {
        if (depends[id] == 0 || !cotangents[id].valid()) {
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
        for (std::size_t place = 0; place < ids.size(); ++place) {
            inputs.emplace_back(tape, ids[place]);
            wanted[place] = depends[ids[place]] != 0;
            any = any || wanted[place];
        }
        if (!any) {
            continue;
        }
        tape.set_mark(tape.node(id).mark);
        tape.set_gradient_of(id);
        const std::vector<Var> found =
            operation.vjp({{tape, id}, inputs, cotangents[id], attributes, {wanted.get(), ids.size()}});
        for (std::size_t place = 0; place < found.size(); ++place) {
            if (!wanted[place] || !found[place].valid()) {
                continue;
            }
            const Var fitted = sum_to(found[place], Shape(tape.node(ids[place]).shape));
            Var& total = cotangents[ids[place]];
            total = total.valid() ? add(total, fitted) : fitted;
        }
    }
    tape.set_mark(mark);
    tape.set_gradient_of(outer);
    std::vector<Var> result;
    for (const Var& variable : variables) {
        const bool reached = variable.id() <= last && cotangents[variable.id()].valid();
        result.push_back(reached ? cotangents[variable.id()] : tape.filled(Shape(variable.shape()), 0));
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
