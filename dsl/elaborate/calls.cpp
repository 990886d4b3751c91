#include "dsl/elaborate/calls.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "dsl/elaborate/expressions.hpp"
#include "dsl/elaborate/layers.hpp"
#include "dsl/elaborate/net_calls.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

using Kind = tree::Expression::Kind;

constexpr std::array<std::string_view, 6> built_ins = {"grad",   "next",  "classes",
                                                       "length", "width", "continue"};

/// Whether numbers of one operand of a loss meet more than one of the other. A number that all examples
/// share, such as a constant, is meant so.
bool meet_several(const Type& left, const Type& right, const Type& result) {
    const auto shared = [](const Type& type) { return !type.batched && is_one_number(type); };
    const Index count = elements(result.shape);
    return (elements(left.shape) != count || elements(right.shape) != count) && !shared(left) &&
           !shared(right);
}

/// Notes what the layer around this one does to its weights, and gives that layer's own their names and
/// indices.
void change_weights(Context& context, Emitter& emitter, Instruction& instruction, const std::string& name,
                    const std::vector<Weight>& weights) {
    Wrapper& wrapper = *emitter.wrapper;
    auto& all = context.program.nets[emitter.net].weights;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!weights[i].learned || weights[i].shape.size() < 2) {
            continue;
        }
        ++wrapper.changes;
        const std::vector<Type> types = {{weights[i].shape, std::nullopt, false}};
        TypeCall call{types, *wrapper.arguments};
        wrapper.entry->type(call);
        WeightChange change{i, wrapper.entry, *wrapper.arguments, {}};
        for (Weight& own : call.weights) {
            change.weights.push_back(all.size());
            all.push_back({name + "." + weights[i].name + "." + own.name, std::move(own.shape),
                           std::move(own.init), own.learned, instruction.span});
        }
        instruction.changes.push_back(std::move(change));
    }
}

/// Gives one mention of a layer weights of its own.
void add_weights(Context& context, Emitter& emitter, Instruction& instruction,
                 const std::vector<Weight>& own) {
    const std::string layer = emitter.prefix + instruction.entry->name;
    const std::string name = layer + "_" + std::to_string(++emitter.mentions[layer]);
    auto& weights = context.program.nets[emitter.net].weights;
    for (const Weight& weight : own) {
        context.budget.check_size(weight.shape, instruction.span);
        instruction.weights.push_back(weights.size());
        weights.push_back({name + "." + weight.name, weight.shape, weight.init, weight.learned,
                           instruction.span, weight.fans});
    }
    if (emitter.wrapper != nullptr) {
        change_weights(context, emitter, instruction, name, own);
    }
}

Instruction application(const Entry& entry, const std::vector<Tensor>& inputs, Arguments arguments,
                        Span span) {
    Instruction instruction;
    instruction.kind = Instruction::Kind::apply;
    instruction.span = span;
    instruction.entry = &entry;
    instruction.arguments = std::move(arguments);
    for (const Tensor& input : inputs) {
        instruction.inputs.push_back(input.id);
    }
    return instruction;
}

/// Checks the layer inside as if it stood alone, but for what happens to its weights.
Operand check_wrapper_call(Context& context, Emitter& emitter, const PreparedCall& call) {
    const Entry& entry = *call.callee.entry;
    if (!entry.missing.empty()) {
        return context.report(diagnostics::not_yet(call.span, entry.name, entry.missing));
    }
    if (emitter.kind != Emitter::Kind::net) {
        return context.report(diagnostics::weights_outside_net(call.span, entry.name));
    }
    Wrapper wrapper{&entry, &call.arguments};
    Wrapper* const outer = std::exchange(emitter.wrapper, &wrapper);
    Operand running = *call.inputs[0];
    Span span = call.input_spans[0];
    for (const PreparedCall& step : call.wrapped->steps) {
        running = check_call(context, emitter, step, &running, span);
        span = step.span;
    }
    emitter.wrapper = outer;
    if (wrapper.changes == 0 && !is_unknown(running)) {
        return context.report(diagnostics::nothing_to_wrap(call.span, entry.name));
    }
    return running;
}

/// What an entry gives for numbers known before the run, where that is known too; none where it is left to
/// the run.
std::optional<Operand> check_known_numbers(Context& context, const PreparedCall& call) {
    const Entry& entry = *call.callee.entry;
    const auto number = [&](std::size_t i) { return std::get_if<double>(&*call.inputs[i]); };
    if (entry.fold != nullptr && number(0) != nullptr) {
        const double folded = entry.fold(*number(0));
        if (!std::isfinite(folded)) {
            return context.report(diagnostics::wrong_operand(call.span, entry.name, describe(*call.inputs[0]),
                                                             diagnostics::Form::number_defined));
        }
        return folded;
    }
    if (entry.takes_probability && number(0) != nullptr) {
        // As `log(0)` is: a probability whose logarithm has no value, and counts.
        const double p = *number(0);
        const bool sure = number(1) != nullptr && p == *number(1);
        if (p < 0 || p > 1 || ((p == 0 || p == 1) && !sure)) {
            return context.report(diagnostics::wrong_operand(call.span, entry.name, describe(*call.inputs[0]),
                                                             diagnostics::Form::probability));
        }
    }
    return std::nullopt;
}

Operand check_entry_call(Context& context, Emitter& emitter, const PreparedCall& call) {
    const Entry& entry = *call.callee.entry;
    if (entry.wraps) {
        return check_wrapper_call(context, emitter, call);
    }
    if (auto known = check_known_numbers(context, call)) {
        return *std::move(known);
    }
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < call.inputs.size(); ++i) {
        const auto input = to_tensor(context, emitter, *call.inputs[i], call.input_spans[i], entry.name);
        if (!input) {
            return Unknown{};
        }
        inputs.push_back(*input);
    }
    return apply_entry(context, emitter, entry, inputs, call.arguments, call.span);
}

}  // namespace

std::optional<Callee> find_callee(Context& context, const std::string& name, const Scope& scope) {
    if (const Scope::Entry* entry = find(context, scope, name)) {
        if (const auto* recipe = std::get_if<RecipePointer>(&entry->value)) {
            return Callee{Callee::Kind::recipe, name, nullptr, 0, *recipe};
        }
        if (const auto* net = std::get_if<NetReference>(&entry->value)) {
            return Callee{Callee::Kind::net, name, nullptr, net->net, {}};
        }
    }
    const auto global = context.names.globals.find(name);
    if (global != context.names.globals.end() &&
        (global->second.kind == Global::Kind::net || global->second.kind == Global::Kind::layer)) {
        global->second.used = true;
        const bool net = global->second.kind == Global::Kind::net;
        return Callee{net ? Callee::Kind::net : Callee::Kind::layer, name, nullptr, global->second.index, {}};
    }
    if (std::find(built_ins.begin(), built_ins.end(), name) != built_ins.end()) {
        return Callee{Callee::Kind::built_in, name, nullptr, 0, {}};
    }
    const Entry* entry = context.catalogue.find(name);
    if (entry != nullptr && (entry->kind == EntryKind::layer || entry->kind == EntryKind::function)) {
        return Callee{Callee::Kind::entry, name, entry, 0, {}};
    }
    return std::nullopt;
}

std::optional<Callee> check_callee(Context& context, const tree::Expression& expression, const Scope& scope) {
    if (auto result = find_callee(context, expression.text, scope)) {
        return result;
    }
    const Span head = expression.kind == Kind::call ? expression.head : expression.span;
    const std::string& name = expression.text;
    constexpr auto wanted = diagnostics::Form::layer_function_or_net;
    if (const Entry* entry = find_of_any_kind(context.catalogue, name)) {
        context.report(diagnostics::wrong_kind_of_name(head, name, describe(entry->kind), wanted));
    } else if (const Scope::Entry* local = find(context, scope, name)) {
        if (!is_unknown(local->value)) {
            context.report(diagnostics::wrong_kind_of_name(head, name, describe(local->value), wanted));
        }
    } else if (const auto global = context.names.globals.find(name); global != context.names.globals.end()) {
        context.report(diagnostics::wrong_kind_of_name(head, name, describe(global->second.kind), wanted));
        global->second.used = true;
    } else {
        context.report(diagnostics::unknown_name(head, name, wanted, callable_names(context)));
    }
    return std::nullopt;
}

Operand check_call(Context& context, Emitter& emitter, const PreparedCall& call, const Operand* first,
                   Span first_span) {
    PreparedCall whole = call;
    if (call.needs_first) {
        if (first == nullptr) {
            return context.report(diagnostics::recipe_as_value(call.span, call.callee.name));
        }
        whole.inputs[0] = *first;
        whole.input_spans[0] = first_span;
    } else if (first != nullptr) {
        return context.report(diagnostics::full_call_after_pipe(call.span, call.callee.name));
    }
    for (const auto& input : whole.inputs) {
        if (input && is_unknown(*input)) {
            return Unknown{};
        }
    }
    switch (call.callee.kind) {
        case Callee::Kind::entry:
            return check_entry_call(context, emitter, whole);
        case Callee::Kind::net:
            return check_net_call(context, emitter, whole);
        case Callee::Kind::layer:
            return check_layer_call(context, emitter, whole);
        case Callee::Kind::recipe: {
            Operand running = *whole.inputs[0];
            for (const PreparedCall& step : call.callee.recipe->steps) {
                running = check_call(context, emitter, step, &running, first_span);
            }
            return running;
        }
        case Callee::Kind::built_in:
            break;
    }
    return Unknown{};
}

Operand apply_entry(Context& context, Emitter& emitter, const Entry& entry, const std::vector<Tensor>& inputs,
                    Arguments arguments, Span span) {
    if (!entry.missing.empty() || !entry.type) {
        return context.report(diagnostics::not_yet(span, entry.name, entry.missing));
    }
    if (emitter.before_run()) {
        return context.report(diagnostics::not_static(span, diagnostics::Form::value));
    }
    std::vector<Type> types;
    types.reserve(inputs.size());
    for (const Tensor& input : inputs) {
        types.push_back(input.type);
    }
    TypeCall call{types, arguments};
    std::vector<Type> results;
    try {
        results = entry.type(call);
    } catch (Diagnostic& diagnostic) {
        report_rule(context, emitter, std::move(diagnostic), arguments, span);
        return Unknown{};
    }
    if (entry.compares_inputs && meet_several(types[0], types[1], results[0])) {
        context.report(diagnostics::losses_broadcast(span, entry.name, types[0], types[1], results[0]));
    }
    const std::vector<Weight> weights = std::move(call.weights);
    Instruction instruction = application(entry, inputs, std::move(arguments), span);
    if (!weights.empty()) {
        if (emitter.kind != Emitter::Kind::net) {
            return context.report(diagnostics::weights_outside_net(span, entry.name));
        }
        add_weights(context, emitter, instruction, weights);
    }
    // A layer's mentions are each their own, weights or not (dropout); functions of equal values are equal.
    const bool once = entry.kind != EntryKind::layer && weights.empty();
    const auto outputs = once ? emitter.emit_once(std::move(instruction), results)
                              : emitter.emit(std::move(instruction), results);
    return value_of(entry.name, outputs, results);
}

Operand value_of(const std::string& callee, const std::vector<ValueId>& ids, const std::vector<Type>& types) {
    if (ids.size() == 1) {
        return Tensor{ids[0], types[0], {}};
    }
    TupleValue tuple;
    tuple.callee = callee;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        tuple.values.push_back({ids[i], types[i], {}});
    }
    return tuple;
}

Tensor apply_operation(Emitter& emitter, const Entry& entry, const std::vector<Tensor>& inputs,
                       const Type& type, Span span) {
    return {emitter.emit_once(application(entry, inputs, {}, span), {type}).front(), type, {}};
}

}  // namespace gandsl::dsl
