#include "dsl/elaborate/expressions.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "dsl/elaborate/arguments.hpp"
#include "dsl/elaborate/built_ins.hpp"
#include "dsl/elaborate/calls.hpp"
#include "dsl/elaborate/operators.hpp"
#include "dsl/elaborate/prepare.hpp"
#include "dsl/elaborate/reads.hpp"
#include "dsl/nearest.hpp"
#include "dsl/print.hpp"

namespace gandsl::dsl {

namespace {

using Kind = tree::Expression::Kind;

Tensor emit_constant(Emitter& emitter, double number, Span span) {
    Instruction instruction;
    instruction.kind = Instruction::Kind::constant;
    instruction.span = span;
    instruction.number = number;
    const Type type{{}, std::nullopt, false};
    return {emitter.emit(std::move(instruction), {type}).front(), type, {}};
}

/// The names of the inputs that a call of a function or net is short of, layers apart.
std::vector<std::string> missing_inputs(const Context& context, const PreparedCall& call) {
    std::vector<std::string> names;
    if (call.callee.kind == Callee::Kind::net) {
        for (const tree::Parameter& parameter : context.names.nets[call.callee.index].tree->parameters) {
            names.push_back(parameter.name.text);
        }
    } else if (call.callee.kind == Callee::Kind::entry && call.callee.entry->kind == EntryKind::function) {
        names = call.callee.entry->inputs;
    }
    const auto given = std::count_if(call.inputs.begin(), call.inputs.end(),
                                     [](const std::optional<Operand>& input) { return input.has_value(); });
    names.erase(names.begin(), names.begin() + std::min<std::ptrdiff_t>(given, std::ssize(names)));
    return names;
}

Operand check_global(Context& context, Emitter& emitter, const tree::Expression& expression, Global& global) {
    global.used = true;
    const bool own_names_only = emitter.kind == Emitter::Kind::net || emitter.in_layer();
    const auto function = [&] {
        return emitter.in_layer() ? context.names.layers[emitter.layers.back().first]->name.text
                                  : context.names.nets[emitter.net].tree->name.text;
    };
    switch (global.kind) {
        case Global::Kind::option:
            return context.names.options[global.index];
        case Global::Kind::data:
            if (own_names_only) {
                return context.report(diagnostics::outside_value(expression.span, expression.text,
                                                                 describe(global.kind), function()));
            }
            return read_data(context, emitter, global.index, global.field, expression.span);
        case Global::Kind::latent:
            if (own_names_only) {
                return context.report(diagnostics::outside_value(expression.span, expression.text,
                                                                 describe(global.kind), function()));
            }
            return read_latent(context, emitter, global.index, expression.span);
        case Global::Kind::net:
            return NetReference{global.index};
        case Global::Kind::layer: {
            PreparedCall call;
            call.callee = {Callee::Kind::layer, expression.text, nullptr, global.index, {}};
            call.inputs.resize(context.names.layers[global.index]->parameters.size());
            call.input_spans.resize(call.inputs.size());
            call.needs_first = true;
            call.span = expression.span;
            return std::make_shared<const Recipe>(Recipe{{std::move(call)}});
        }
    }
    return Unknown{};
}

Operand check_name(Context& context, Emitter& emitter, const tree::Expression& expression,
                   const Scope& scope) {
    if (const Scope::Entry* entry = find(context, scope, expression.text)) {
        return entry->value;
    }
    if (const auto called = find_callee(context, expression.text, scope);
        called && called->kind == Callee::Kind::built_in &&
        !context.names.globals.contains(expression.text)) {
        return context.report(diagnostics::recipe_as_value(expression.span, expression.text));
    }
    const bool is_cell = expression.text == "row" || expression.text == "column";
    const auto global = context.names.globals.find(expression.text);
    if (global == context.names.globals.end() && is_cell && emitter.kind == Emitter::Kind::sample) {
        return check_cell(context, emitter, expression.text == "column", expression.span);
    }
    if (global != context.names.globals.end()) {
        return check_global(context, emitter, expression, global->second);
    }
    if (const Entry* entry = find_of_any_kind(context.catalogue, expression.text)) {
        if (entry->kind != EntryKind::layer && entry->kind != EntryKind::function) {
            return context.report(
                diagnostics::wrong_kind_of_name(expression.span, expression.text, describe(entry->kind),
                                                diagnostics::Form::value_layer_or_function));
        }
        auto prepared = prepare_call(context, emitter, expression, scope, false);
        if (!prepared) {
            return Unknown{};
        }
        return std::make_shared<const Recipe>(Recipe{{*std::move(prepared)}});
    }
    if (is_cell) {
        return context.report(diagnostics::cell_outside_grid(expression.span, expression.text));
    }
    auto candidates = value_names(context, scope, emitter.reads_data());
    if (!nearest(expression.text, candidates)) {
        // Perhaps a recipe was meant; the values are not worth listing then.
        if (const auto meant = nearest(expression.text, callable_names(context))) {
            candidates = {*meant};
        }
    }
    return context.report(diagnostics::unknown_name(expression.span, expression.text,
                                                    diagnostics::Form::value_layer_or_function, candidates));
}

Operand check_list(Context& context, Emitter& emitter, const tree::Expression& expression,
                   const Scope& scope) {
    std::vector<double> numbers;
    bool failed = false;
    for (const tree::Expression& item : expression.operands) {
        const auto number = check_number(context, emitter, item, scope, diagnostics::Form::number);
        failed = failed || !number;
        numbers.push_back(number.value_or(0));
    }
    if (failed) {
        return Unknown{};
    }
    return numbers;
}

Operand check_pipe(Context& context, Emitter& emitter, const tree::Expression& expression,
                   const Scope& scope) {
    const tree::Expression& left = expression.operands[0];
    const tree::Expression& right = expression.operands[1];
    Operand first = check_expression(context, emitter, left, scope);
    if (const auto* net = std::get_if<NetReference>(&first)) {
        if (context.names.nets[net->net].absent) {
            return Unknown{};  // reported where it is declared
        }
        // `G | D` is a recipe of two steps.
        PreparedCall call;
        call.callee = {
            Callee::Kind::net, context.names.nets[net->net].tree->name.text, nullptr, net->net, {}};
        call.inputs.resize(context.names.nets[net->net].tree->parameters.size());
        call.input_spans.resize(call.inputs.size());
        call.needs_first = true;
        call.span = left.span;
        first = std::make_shared<const Recipe>(Recipe{{std::move(call)}});
    }
    if (right.kind != Kind::name && right.kind != Kind::call) {
        return context.report(diagnostics::not_a_recipe(right.span, "`" + spelled(right) + "`"));
    }
    const auto called = check_callee(context, right, scope);
    if (!called) {
        return Unknown{};
    }
    if (called->kind == Callee::Kind::built_in) {
        return check_built_in(context, emitter, called->name, right, scope, &first);
    }
    auto prepared = prepare_call(context, emitter, right, scope, true);
    if (!prepared) {
        return Unknown{};
    }
    if (const auto* recipe = std::get_if<RecipePointer>(&first)) {
        Recipe chain = **recipe;
        chain.steps.push_back(*std::move(prepared));
        return std::make_shared<const Recipe>(std::move(chain));
    }
    return check_call(context, emitter, *prepared, &first, left.span);
}

}  // namespace

Operand check_expression(Context& context, Emitter& emitter, const tree::Expression& expression,
                         const Scope& scope) {
    const DepthGuard guard(context.budget);
    context.budget.check(expression.span);
    switch (expression.kind) {
        case Kind::number:
            return expression.number;
        case Kind::boolean:
            return expression.text == "true";
        case Kind::text:
            return expression.decoded;
        case Kind::name:
            return check_name(context, emitter, expression, scope);
        case Kind::list:
            return check_list(context, emitter, expression, scope);
        case Kind::negate:
            return check_negation(context, emitter, expression, scope);
        case Kind::binary:
            return check_binary(context, emitter, expression, scope);
        case Kind::pipe:
            return check_pipe(context, emitter, expression, scope);
        case Kind::index:
        case Kind::slice:
            return check_index(context, emitter, expression, scope);
        case Kind::call: {
            if (const Entry* entry = context.catalogue.find(EntryKind::schedule, expression.text);
                entry != nullptr && !find_callee(context, expression.text, scope)) {
                return check_schedule(context, emitter, *entry, expression, scope);
            }
            const auto called = check_callee(context, expression, scope);
            if (!called) {
                return Unknown{};
            }
            if (called->kind == Callee::Kind::built_in) {
                return check_built_in(context, emitter, called->name, expression, scope, nullptr);
            }
            auto prepared = prepare_call(context, emitter, expression, scope, false);
            if (!prepared) {
                return Unknown{};
            }
            if (prepared->needs_first) {
                return std::make_shared<const Recipe>(Recipe{{*std::move(prepared)}});
            }
            return check_call(context, emitter, *prepared, nullptr, {});
        }
        case Kind::none:
            break;
    }
    return Unknown{};
}

Operand check_value(Context& context, Emitter& emitter, const tree::Expression& expression,
                    const Scope& scope) {
    Operand result = check_expression(context, emitter, expression, scope);
    if (const auto* recipe = std::get_if<RecipePointer>(&result);
        recipe != nullptr && expression.kind == Kind::call && (*recipe)->steps.size() == 1) {
        // Where no value runs, a call of too few inputs lacks its last ones rather than its first.
        const auto missing = missing_inputs(context, (*recipe)->steps.front());
        if (!missing.empty()) {
            return context.report(diagnostics::missing_input(expression.span, expression.text, missing));
        }
    }
    if (std::holds_alternative<RecipePointer>(result) || std::holds_alternative<NetReference>(result)) {
        return context.report(diagnostics::recipe_as_value(expression.span, spelled(expression)));
    }
    return result;
}

std::optional<double> check_number(Context& context, Emitter& emitter, const tree::Expression& expression,
                                   const Scope& scope, diagnostics::Form wanted) {
    const Operand operand = check_value(context, emitter, expression, scope);
    if (const auto* number = std::get_if<double>(&operand)) {
        return *number;
    }
    if (std::holds_alternative<Tensor>(operand) || std::holds_alternative<TupleValue>(operand)) {
        context.report(diagnostics::not_static(expression.span, wanted));
    } else if (!std::holds_alternative<Unknown>(operand)) {
        context.report(diagnostics::wrong_value(expression.span, describe(operand), wanted));
    }
    return std::nullopt;
}

/// `what` is the operator or function that wants the value.
std::optional<Tensor> to_tensor(Context& context, Emitter& emitter, const Operand& operand, Span span,
                                std::string_view what) {
    if (const auto* tensor = std::get_if<Tensor>(&operand)) {
        return *tensor;
    }
    if (std::holds_alternative<Unknown>(operand)) {
        return std::nullopt;
    }
    if (const auto* number = std::get_if<double>(&operand)) {
        if (emitter.before_run()) {
            context.report(diagnostics::not_static(span, diagnostics::Form::number));
            return std::nullopt;
        }
        if (auto fault = not_held(*number, span)) {
            context.report(*std::move(fault));
            return std::nullopt;
        }
        return emit_constant(emitter, *number, span);
    }
    if (const auto* tuple = std::get_if<TupleValue>(&operand)) {
        context.report(diagnostics::several_values(span, tuple->callee, tuple->values.size()));
    } else if (const auto* recipe = std::get_if<RecipePointer>(&operand)) {
        context.report(diagnostics::recipe_as_value(span, (*recipe)->steps.front().callee.name));
    } else {
        context.report(diagnostics::wrong_operand(span, what, describe(operand),
                                                  diagnostics::Form::number_or_model_value));
    }
    return std::nullopt;
}

std::string spelled(const tree::Expression& expression) {
    const std::string text = print(expression);
    return text.size() <= 40 ? text : text.substr(0, text.find('(')) + "(...)";
}

/// What a line begins with, where that is a name of nothing: perhaps a word of the language misspelt.
std::string first_word(Context& context, const tree::Line& line, const Scope& scope) {
    const tree::Expression* at = std::get_if<tree::Expression>(&line.data);
    while (at != nullptr && (at->kind == Kind::binary || at->kind == Kind::pipe || at->kind == Kind::index ||
                             at->kind == Kind::slice)) {
        at = &at->operands.front();
    }
    if (at == nullptr || (at->kind != Kind::name && at->kind != Kind::call) ||
        find(context, scope, at->text) != nullptr || context.names.globals.contains(at->text) ||
        find_of_any_kind(context.catalogue, at->text) != nullptr) {
        return "";
    }
    return at->text;
}

}  // namespace gandsl::dsl
