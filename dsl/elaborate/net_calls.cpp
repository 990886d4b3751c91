#include "dsl/elaborate/net_calls.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dsl/class_names.hpp"
#include "dsl/elaborate/argument_values.hpp"
#include "dsl/elaborate/calls.hpp"
#include "dsl/elaborate/expressions.hpp"
#include "dsl/elaborate/nets.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

/// Learns what classes are called from a value that is passed.
void learn_names(Type& type, const Type& from) {
    if (type.classes && from.classes && from.classes->names &&
        (!type.classes->names || type.classes->names->size() < from.classes->names->size())) {
        type.classes->names = from.classes->names;
    }
}

/// The one number of a value under other axes.
Operand with_axes(Context& context, Emitter& emitter, const Tensor& input, const Shape& shape, Span span) {
    const Entry* entry = context.catalogue.find(shape.empty() ? Role::total : Role::reshape);
    if (entry == nullptr) {
        return context.report(diagnostics::not_yet(span, diagnostics::Form::number_of_other_axes));
    }
    std::vector<Given> given;
    tree::Expression size;
    size.kind = tree::Expression::Kind::number;
    size.number = 1;
    size.span = span;
    given.assign(shape.size(), Given{&size});
    auto arguments = resolve_arguments(context, emitter, *entry, given, span, Scope{});
    return arguments ? apply_entry(context, emitter, *entry, {input}, *std::move(arguments), span)
                     : Operand(Unknown{});
}

/// Whether labels and symbols that are passed to a net are called as those that it has seen. Of those of
/// which it knows the count alone, it learns the names.
bool agree_on_classes(Context& context, std::size_t index, std::size_t input, const Type& found, Span span) {
    Net& net = context.program.nets[index];
    Type& expected = net.types[input];
    if (!found.classes || !expected.classes) {
        return true;
    }
    if (!same_classes(expected.classes->names, found.classes->names)) {
        context.report(diagnostics::other_classes(span, input_slot(net, input), learned_from(net),
                                                  *found.classes->names, *expected.classes->names,
                                                  context.names.nets[index].shaped));
        return false;
    }
    learn_names(expected, found);
    return true;
}

/// Whether a net draws random numbers, itself or in a net that it calls, so that no two of its calls are one.
/// What a mode leaves out, as evaluation does dropout, is not known here.
bool draws_anew(Context& context, std::size_t net) {
    std::optional<bool>& known = context.names.nets[net].random;
    if (!known) {
        const Instructions& body = context.program.nets[net].body;
        known = std::any_of(body.begin(), body.end(), [&](const Instruction& each) {
            return each.kind == Instruction::Kind::draw || (each.entry != nullptr && each.entry->draws) ||
                   (each.kind == Instruction::Kind::call && draws_anew(context, each.index));
        });
    }
    return *known;
}

const std::vector<std::vector<Flow::GradientPath>>& gradient_paths(Context& context, std::size_t net);

/// Notes where the net of a call lets no gradient through from an argument to a result.
void close_gradients(Context& context, Flow& flow, std::size_t net, const std::vector<ValueId>& results,
                     const std::vector<ValueId>& arguments) {
    const auto& known = gradient_paths(context, net);
    for (std::size_t i = 0; i < results.size(); ++i) {
        // One value may be given as several arguments, and needs one way through.
        std::map<ValueId, Flow::GradientPath> paths;
        for (std::size_t k = 0; k < arguments.size(); ++k) {
            Flow::GradientPath& best = paths[arguments[k]];
            if (known[i][k].open || (!best.open && known[i][k].stop)) {
                best = known[i][k];
            }
        }
        for (const auto& [argument, path] : paths) {
            if (!path.open) {
                flow.close(results[i], argument, path.stop);
            }
        }
    }
}

/// Of a net that was checked, whose inputs are the first of its values. Asked once, however often it is
/// called.
const std::vector<std::vector<Flow::GradientPath>>& gradient_paths(Context& context, std::size_t net) {
    auto& known = context.names.nets[net].gradient_paths;
    if (known) {
        return *known;
    }
    const Net& called = context.program.nets[net];
    Flow flow;
    for (const Instruction& instruction : called.body) {
        flow.add(instruction);
        if (instruction.kind == Instruction::Kind::call) {
            close_gradients(context, flow, instruction.index, instruction.outputs, instruction.inputs);
        }
    }
    known.emplace();
    for (const ValueId result : called.results) {
        auto& paths = known->emplace_back();
        for (std::size_t input = 0; input < called.inputs.size(); ++input) {
            paths.push_back(flow.gradient_path(result, input));
            if (paths.back().stop) {
                paths.back().stop->net = called.name;
            }
        }
    }
    return *known;
}

Operand report_cycle(Context& context, const NetState& net, Span span) {
    diagnostics::Names cycle;
    for (const NetState& other : context.names.nets) {
        if (other.progress == Progress::running) {
            cycle.push_back(other.tree->name.text);
        }
    }
    std::rotate(cycle.begin(), std::find(cycle.begin(), cycle.end(), net.tree->name.text), cycle.end());
    cycle.push_back(net.tree->name.text);
    return context.report(diagnostics::recursion(span, diagnostics::Form::net, cycle));
}

/// Whether an input of the call is of the type that `first` gave this parameter, which is reported where it
/// is not.
bool check_input(Context& context, const PreparedCall& call, std::size_t i, const Type& found,
                 const Type& expected, Span first) {
    const NetState& net = context.names.nets[call.callee.index];
    const std::string& parameter = net.tree->parameters[i].name.text;
    const auto* number = std::get_if<double>(&*call.inputs[i]);
    if (number != nullptr && expected.classes && expected.shape.empty()) {
        // A number known before the run may stand for a label of its class.
        if (*number == std::floor(*number) && *number >= 0 &&
            *number < static_cast<double>(expected.classes->count)) {
            return true;
        }
        context.report(
            diagnostics::no_such_class(call.input_spans[i], parameter, *number, expected.classes->count));
        return false;
    }
    if (accepts(expected, found)) {
        return true;
    }
    context.report(diagnostics::calls_disagree(call.input_spans[i], net.tree->name.text, parameter, found,
                                               expected, first));
    return false;
}

/// The values passed, held against the annotations; none where something was reported.
std::optional<std::vector<Tensor>> check_inputs(Context& context, Emitter& emitter,
                                                const PreparedCall& call) {
    const NetState& net = context.names.nets[call.callee.index];
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < call.inputs.size(); ++i) {
        const auto input = call.inputs[i] ? to_tensor(context, emitter, *call.inputs[i], call.input_spans[i],
                                                      net.tree->name.text)
                                          : std::nullopt;
        if (!input) {
            return std::nullopt;
        }
        inputs.push_back(*input);
    }
    bool failed = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto& annotation = net.tree->parameters[i].annotation;
        if (annotation) {
            // An annotation without a type was reported.
            failed = !net.annotations[i] ||
                     !check_input(context, call, i, inputs[i].type, *net.annotations[i], annotation->span) ||
                     failed;
        }
    }
    return failed ? std::nullopt : std::optional(std::move(inputs));
}

/// Checks the net for these inputs, or these inputs for the net that was checked before; whether it can be
/// called so.
bool check_shapes(Context& context, const PreparedCall& call, const std::vector<Tensor>& inputs) {
    const std::size_t index = call.callee.index;
    const NetState& net = context.names.nets[index];
    if (net.progress == Progress::waiting) {
        std::vector<Type> types;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            types.push_back(net.annotations[i] ? *net.annotations[i] : inputs[i].type);
            learn_names(types.back(), inputs[i].type);
        }
        check_net(context, index, types, call.span);
        return net.progress == Progress::done;
    }
    bool failed = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Type& expected = context.program.nets[index].types[i];
        failed =
            (!net.annotations[i] && !check_input(context, call, i, inputs[i].type, expected, net.shaped)) ||
            failed;
    }
    return !failed && net.progress == Progress::done;
}

/// Emits the call, or finds the same one; each call of a net that draws is its own.
Operand emit_call(Context& context, Emitter& emitter, const PreparedCall& call,
                  const std::vector<Tensor>& inputs) {
    const std::size_t index = call.callee.index;
    const NetState& net = context.names.nets[index];
    Instruction instruction;
    instruction.kind = Instruction::Kind::call;
    instruction.span = call.span;
    instruction.index = index;
    for (const Tensor& input : inputs) {
        instruction.inputs.push_back(input.id);
    }
    const std::vector<ValueId> arguments = instruction.inputs;
    const auto results = draws_anew(context, index) ? emitter.emit(std::move(instruction), net.results)
                                                    : emitter.emit_once(std::move(instruction), net.results);
    close_gradients(context, emitter.space->flow, index, results, arguments);
    return value_of(net.tree->name.text, results, net.results);
}

}  // namespace

Operand check_net_call(Context& context, Emitter& emitter, const PreparedCall& call) {
    const std::size_t index = call.callee.index;
    const NetState& net = context.names.nets[index];
    if (net.progress == Progress::running) {
        return report_cycle(context, net, call.span);
    }
    auto inputs = check_inputs(context, emitter, call);
    if (!inputs || !check_shapes(context, call, *inputs)) {
        return Unknown{};
    }
    for (std::size_t i = 0; i < inputs->size(); ++i) {
        Tensor& input = (*inputs)[i];
        if (!agree_on_classes(context, index, i, input.type, call.input_spans[i])) {
            return Unknown{};
        }
        const Shape& expected = context.program.nets[index].types[i].shape;
        if (input.type.shape != expected) {
            const Operand number = with_axes(context, emitter, input, expected, call.input_spans[i]);
            if (!std::holds_alternative<Tensor>(number)) {
                return Unknown{};
            }
            input = std::get<Tensor>(number);
        }
    }
    return emit_call(context, emitter, call, *inputs);
}

}  // namespace gandsl::dsl
