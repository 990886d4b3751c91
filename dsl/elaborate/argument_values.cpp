#include "dsl/elaborate/argument_values.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "dsl/elaborate/calls.hpp"
#include "dsl/elaborate/expressions.hpp"

namespace gandsl::dsl {

namespace {

using Kind = tree::Expression::Kind;

/// The value, where it is one; else what is wrong with it is reported.
std::optional<Value> reported(Context& context, ValueOrDiagnostic result) {
    if (auto* diagnostic = std::get_if<Diagnostic>(&result)) {
        context.report(std::move(*diagnostic));
        return std::nullopt;
    }
    return std::get<Value>(std::move(result));
}

Operand evaluated(Context& context, Emitter& emitter, const Given& given, const Scope& scope) {
    return given.value ? *given.value : check_expression(context, emitter, *given.expression, scope);
}

std::optional<Value> check_number_argument(Context& context, Emitter& emitter, const Entry& entry,
                                           const Argument& argument, const Given& given, const Scope& scope) {
    const Operand operand = evaluated(context, emitter, given, scope);
    if (std::holds_alternative<Unknown>(operand)) {
        return std::nullopt;
    }
    return reported(context, number_argument(entry, argument, operand, given.expression->span,
                                             given.expression->kind == Kind::binary));
}

/// Texts that are one of a few may stand bare: `pad = same`.
std::optional<Value> check_text_argument(Context& context, Emitter& emitter, const Entry& entry,
                                         const Argument& argument, const Given& given, const Scope& scope) {
    const tree::Expression& expression = *given.expression;
    const bool bare = expression.kind == Kind::name && !argument.choices.empty();
    if (bare && (is_choice(argument, expression.text) || !is_named(context, scope, expression.text))) {
        return reported(context, text_argument(entry, argument, expression.text, expression.span));
    }
    const Operand operand = evaluated(context, emitter, given, scope);
    if (std::holds_alternative<Unknown>(operand)) {
        return std::nullopt;
    }
    return reported(context, text_argument(entry, argument, operand, expression.span));
}

/// Which kinds of entries a nested call may be of.
std::vector<EntryKind> nested_kinds(const Argument& argument) {
    constexpr std::array<std::pair<EntryKind, std::string_view>, 3> all = {
        {{EntryKind::initializer, "initializer"},
         {EntryKind::schedule, "schedule"},
         {EntryKind::stop_rule, "stop_rule"}}};
    std::vector<EntryKind> kinds;
    for (const auto& [kind, name] : all) {
        if (is_choice(argument, std::string(name))) {
            kinds.push_back(kind);
        }
    }
    return kinds;
}

/// What stands where a nested call is wanted, and is none.
std::optional<Value> check_not_nested(Context& context, Emitter& emitter, const Entry& entry,
                                      const Argument& argument, const Given& given, const Scope& scope) {
    const tree::Expression& expression = *given.expression;
    const bool callable = expression.kind == Kind::call || expression.kind == Kind::name;
    const bool or_number = is_choice(argument, "number");
    const bool a_value = expression.kind == Kind::name && is_named(context, scope, expression.text);
    // `adam(log(x))` is a number that cannot be known, `adam(cosin(1))` a schedule misspelt.
    const bool a_call =
        expression.kind == Kind::call && or_number && find_callee(context, expression.text, scope);
    if (callable && !a_value && !a_call) {
        std::vector<std::string> candidates;
        for (const EntryKind kind : nested_kinds(argument)) {
            const auto names = entry_names(context.catalogue, kind);
            candidates.insert(candidates.end(), names.begin(), names.end());
        }
        const Span head = expression.kind == Kind::call ? expression.head : expression.span;
        context.report(diagnostics::unknown_nested(head, expression.text, argument, candidates));
        return std::nullopt;
    }
    if (or_number) {
        return check_number_argument(context, emitter, entry, argument, given, scope);
    }
    const Operand operand = check_expression(context, emitter, expression, scope);
    if (!std::holds_alternative<Unknown>(operand)) {
        context.report(diagnostics::wrong_argument(expression.span, entry.name, argument, describe(operand)));
    }
    return std::nullopt;
}

std::optional<Value> check_nested_argument(Context& context, Emitter& emitter, const Entry& entry,
                                           const Argument& argument, const Given& given, const Scope& scope) {
    const tree::Expression& expression = *given.expression;
    ResolvedCall nested;
    if (expression.kind == Kind::call || expression.kind == Kind::name) {
        for (const EntryKind kind : nested_kinds(argument)) {
            const Entry* found = context.catalogue.find(kind, expression.text);
            nested.entry = nested.entry == nullptr ? found : nested.entry;
        }
    }
    if (nested.entry == nullptr) {
        return check_not_nested(context, emitter, entry, argument, given, scope);
    }
    auto arguments = resolve_arguments(context, emitter, *nested.entry, given_arguments(expression),
                                       expression.span, scope);
    if (!arguments) {
        return std::nullopt;
    }
    nested.arguments = *std::move(arguments);
    if (!nested.entry->missing.empty()) {
        context.report(diagnostics::not_yet(expression.span, nested.entry->name, nested.entry->missing));
        return std::nullopt;
    }
    if (!keeps_rule(context, emitter, nested, expression.span)) {
        return std::nullopt;
    }
    check_epochs(context, *nested.entry, expression.span);
    NestedCall call;
    call.name = nested.entry->name;
    call.span = expression.span;
    for (auto& [name, value] : nested.arguments) {
        call.arguments.emplace_back(name, std::move(value));
    }
    return given_value(std::move(call), expression.span);
}

std::optional<Value> check_name_argument(Context& context, const Argument& argument, const Given& given) {
    const tree::Expression& expression = *given.expression;
    const bool net = argument.kind == ArgumentKind::net;
    const auto candidates = net ? net_names(context) : measure_names(context);
    const bool known = std::find(candidates.begin(), candidates.end(), expression.text) != candidates.end();
    if (expression.kind != Kind::name || !known) {
        context.report(diagnostics::unknown_name(expression.span, spelled(expression),
                                                 net ? diagnostics::Form::net : diagnostics::Form::measure,
                                                 candidates));
        return std::nullopt;
    }
    if (!net) {
        return given_value(NameReference{expression.text}, expression.span);
    }
    Global& global = *find_global(context, expression.text);
    global.used = true;
    return given_value(NetReference{global.index}, expression.span);
}

std::optional<Value> check_argument(Context& context, Emitter& emitter, const Entry& entry,
                                    const Argument& argument, const Given& given, const Scope& scope) {
    switch (argument.kind) {
        case ArgumentKind::text:
            return check_text_argument(context, emitter, entry, argument, given, scope);
        case ArgumentKind::call:
            return check_nested_argument(context, emitter, entry, argument, given, scope);
        case ArgumentKind::layer:
            return given_value(std::monostate(), given.expression->span);  // taken by `prepare_wrapper`
        case ArgumentKind::net:
        case ArgumentKind::name:
            return check_name_argument(context, argument, given);
        default:
            return check_number_argument(context, emitter, entry, argument, given, scope);
    }
}

}  // namespace

std::optional<Arguments> resolve_arguments(Context& context, Emitter& emitter, const Entry& entry,
                                           const std::vector<Given>& given, Span span, const Scope& scope,
                                           const std::vector<std::string>& inputs) {
    MatchedArguments matched = match_arguments(entry, given, inputs);
    bool failed = !matched.diagnostics.empty();
    for (Diagnostic& diagnostic : matched.diagnostics) {
        context.report(std::move(diagnostic));
    }
    Arguments result;
    std::set<const Argument*> broken;
    for (const auto& [argument, position] : matched.matches) {
        if (broken.contains(argument)) {
            continue;
        }
        if (auto value = check_argument(context, emitter, entry, *argument, given[position], scope)) {
            add_argument(result, *argument, *std::move(value));
        } else {
            broken.insert(argument);
        }
    }
    for (const Argument* argument : add_defaults(result, entry, matched.matches, span)) {
        if (!matched.unmatched) {
            context.report(diagnostics::missing_argument(span, entry.name, argument->name, argument->doc,
                                                         entry.example));
        }
        failed = true;
    }
    if (failed || !broken.empty()) {
        return std::nullopt;
    }
    return result;
}

std::optional<ResolvedCall> check_plain_call(Context& context, Emitter& emitter, const tree::Expression& call,
                                             EntryKind kind, const Scope& scope) {
    const Span head = call.kind == Kind::call ? call.head : call.span;
    const Entry* entry = context.catalogue.find(kind, call.text);
    if (entry == nullptr) {
        entry = find_of_any_kind(context.catalogue, call.text);
    }
    if (entry == nullptr) {
        context.report(
            diagnostics::unknown_name(head, call.text, describe(kind), entry_names(context.catalogue, kind)));
        return std::nullopt;
    }
    if (entry->kind != kind) {
        context.report(
            diagnostics::wrong_kind_of_name(head, call.text, describe(entry->kind), describe(kind)));
        return std::nullopt;
    }
    auto arguments = resolve_arguments(context, emitter, *entry, given_arguments(call), call.span, scope);
    if (!arguments) {
        return std::nullopt;
    }
    if (!entry->missing.empty() && kind != EntryKind::source) {
        context.report(diagnostics::not_yet(head, entry->name, entry->missing));
        return std::nullopt;
    }
    return ResolvedCall{entry, *std::move(arguments)};
}

void check_epochs(Context& context, const Entry& entry, Span span) {
    if (entry.by_epochs && !has_data(context)) {
        context.report(diagnostics::no_epochs(span, entry.name));
    }
}

bool keeps_rule(Context& context, const Emitter& emitter, const ResolvedCall& call, Span span) {
    return !call.entry->type || types_of(context, emitter, call, span);
}

std::optional<std::vector<Type>> types_of(Context& context, const Emitter& emitter, const ResolvedCall& call,
                                          Span span) {
    const std::vector<Type> none;
    TypeCall rule{none, call.arguments};
    try {
        return call.entry->type(rule);
    } catch (Diagnostic& diagnostic) {
        report_rule(context, emitter, std::move(diagnostic), call.arguments, span);
        return std::nullopt;
    }
}

}  // namespace gandsl::dsl
