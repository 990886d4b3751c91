#include <algorithm>
#include <cmath>
#include <utility>

#include "dsl/elaborator.hpp"

namespace gandsl::dsl {

namespace {

using Kind = tree::Expression::Kind;

std::vector<std::string> argument_names(const Entry& entry, const std::vector<std::string>& inputs) {
    std::vector<std::string> result = inputs;
    for (const Argument& argument : entry.arguments) {
        result.push_back(argument.name);
    }
    return result;
}

template <typename T>
Value make(T data, Span span) {
    Value value;
    value.data = std::move(data);
    value.span = span;
    value.given = true;
    return value;
}

}  // namespace

std::vector<Elaborator::Given> Elaborator::given(const Expression& call) {
    std::vector<Given> result;
    if (call.kind == Kind::call) {
        for (std::size_t i = 0; i < call.operands.size(); ++i) {
            result.push_back({&call.operands[i], call.names[i], {}});
        }
    }
    return result;
}

/// Resolves a call of an entry that takes no values: a source, a distribution, an optimizer, a sink.
std::optional<Elaborator::Resolved> Elaborator::resolve(const Expression& call, EntryKind kind,
                                                        Scope& scope) {
    const Span head = call.kind == Kind::call ? call.head : call.span;
    const Entry* entry = catalogue_.find(kind, call.text);
    if (entry == nullptr) {
        entry = entry_of_any_kind(call.text);
    }
    const std::string wanted(describe(kind).substr(describe(kind).find(' ') + 1));
    if (entry == nullptr) {
        report(diagnostics::unknown_name(head, call.text, wanted, entry_names(kind)));
        return std::nullopt;
    }
    if (entry->kind != kind) {
        report(diagnostics::wrong_kind_of_name(head, call.text, describe(entry->kind), describe(kind)));
        return std::nullopt;
    }
    auto arguments = resolve_arguments(*entry, given(call), call.span, scope);
    if (!arguments) {
        return std::nullopt;
    }
    if (!entry->missing.empty() && kind != EntryKind::source) {
        report(diagnostics::not_yet(head, entry->name, entry->missing));
        return std::nullopt;
    }
    return Resolved{entry, *std::move(arguments)};
}

std::optional<Arguments> Elaborator::resolve_arguments(const Entry& entry, const std::vector<Given>& given,
                                                       Span span, Scope& scope,
                                                       const std::vector<std::string>& inputs) {
    Arguments result;
    bool failed = false;
    std::set<std::string> tried;
    std::size_t next = 0;
    std::size_t positional = 0;
    const auto skip_named_only = [&] {
        while (next < entry.arguments.size() && !entry.arguments[next].positional) {
            ++next;
        }
    };
    for (const Argument& argument : entry.arguments) {
        positional += argument.positional ? 1 : 0;
    }
    bool too_many = false;
    bool unknown = false;  // perhaps the one that is missing, in another spelling
    for (const Given& one : given) {
        const Argument* argument = nullptr;
        if (one.name.text.empty()) {
            skip_named_only();
            if (next == entry.arguments.size()) {
                if (!too_many) {
                    const auto named =
                        std::find_if(entry.arguments.begin(), entry.arguments.end(),
                                     [](const Argument& candidate) { return !candidate.positional; });
                    report(diagnostics::too_many_arguments(
                        one.expression->span, entry.name, positional + inputs.size(),
                        named == entry.arguments.end()
                            ? ""
                            : "some are given by name: `" + named->name + " = ...`"));
                }
                too_many = failed = true;
                continue;
            }
            argument = &entry.arguments[next];
            next += argument->many ? 0 : 1;
        } else {
            const auto found =
                std::find_if(entry.arguments.begin(), entry.arguments.end(),
                             [&](const Argument& candidate) { return candidate.name == one.name.text; });
            if (found == entry.arguments.end()) {
                report(diagnostics::unknown_argument(one.name.span, one.name.text, entry.name,
                                                     argument_names(entry, inputs)));
                failed = unknown = true;
                continue;
            }
            argument = &*found;
        }
        const bool swallows = argument->many && one.name.text.empty();
        const auto before = result.find(argument->name);
        if (tried.contains(argument->name) && (!swallows || before == result.end())) {
            if (!swallows) {
                report(diagnostics::repeated_argument(
                    one.name.text.empty() ? one.expression->span : one.name.span, argument->name,
                    entry.name));
            }
            failed = true;
            continue;
        }
        tried.insert(argument->name);
        auto value = argument_value(entry, *argument, one, scope);
        if (!value) {
            failed = true;
            continue;
        }
        if (!argument->many) {
            result.emplace(argument->name, *std::move(value));
            continue;
        }
        std::vector<double> numbers = std::holds_alternative<double>(value->data)
                                          ? std::vector<double>{std::get<double>(value->data)}
                                          : std::get<std::vector<double>>(value->data);
        if (before == result.end()) {
            result.emplace(argument->name, make(std::move(numbers), value->span));
        } else {
            auto& all = std::get<std::vector<double>>(before->second.data);
            all.insert(all.end(), numbers.begin(), numbers.end());
            before->second.span.end = value->span.end;
        }
    }
    for (const Argument& argument : entry.arguments) {
        if (result.contains(argument.name) || tried.contains(argument.name)) {
            continue;
        }
        if (argument.fallback) {
            Value value = *argument.fallback;
            value.span = span;
            value.given = false;
            result.emplace(argument.name, std::move(value));
        } else {
            if (!too_many && !unknown) {
                report(diagnostics::missing_argument(span, entry.name, argument.name, argument.doc,
                                                     entry.example));
            }
            failed = true;
        }
    }
    if (failed) {
        return std::nullopt;
    }
    return result;
}

std::optional<Value> Elaborator::argument_value(const Entry& entry, const Argument& argument,
                                                const Given& given, Scope& scope) {
    switch (argument.kind) {
        case ArgumentKind::text:
            return text_value(entry, argument, given, scope);
        case ArgumentKind::call:
            return nested_value(entry, argument, given, scope);
        case ArgumentKind::layer:
            return make(std::monostate(), given.expression->span);  // taken by `prepare_wrapper`
        case ArgumentKind::net:
        case ArgumentKind::name:
            return name_value(argument, given);
        default:
            return number_value(entry, argument, given, scope);
    }
}

bool Elaborator::in_range(const Entry& entry, const Argument& argument, double number, Span span) {
    if (argument.kind == ArgumentKind::integer) {
        if (number != std::floor(number)) {
            report(diagnostics::not_whole(span, entry.name, argument.name, number));
            return false;
        }
        if (std::abs(number) > max_whole) {
            report(diagnostics::out_of_range(span, entry.name, argument, number));
            return false;
        }
    }
    if (number < argument.least || number > argument.most ||
        (argument.least_excluded && number == argument.least)) {
        report(diagnostics::out_of_range(span, entry.name, argument, number));
        return false;
    }
    return true;
}

std::optional<Value> Elaborator::number_value(const Entry& entry, const Argument& argument,
                                              const Given& given, Scope& scope) {
    const Span span = given.expression->span;
    const Operand operand = given.value ? *given.value : evaluate(*given.expression, scope);
    if (std::holds_alternative<Unknown>(operand)) {
        return std::nullopt;
    }
    if (std::holds_alternative<Tensor>(operand) || std::holds_alternative<Several>(operand)) {
        report(diagnostics::not_static(span, argument));
        return std::nullopt;
    }
    if (argument.kind == ArgumentKind::boolean) {
        if (const auto* truth = std::get_if<bool>(&operand)) {
            return make(*truth, span);
        }
        // A comparison is 1 or 0, and says whether as `true` and `false` do.
        if (const auto* number = std::get_if<double>(&operand);
            number != nullptr && given.expression->kind == Kind::binary && (*number == 0 || *number == 1)) {
            return make(*number == 1, span);
        }
    } else if (const auto* number = std::get_if<double>(&operand)) {
        if (!in_range(entry, argument, *number, span)) {
            return std::nullopt;
        }
        return make(*number, span);
    } else if (const auto* numbers = std::get_if<std::vector<double>>(&operand);
               numbers != nullptr && argument.kind == ArgumentKind::numbers) {
        for (const double one : *numbers) {
            if (!in_range(entry, argument, one, span)) {
                return std::nullopt;
            }
        }
        return make(*numbers, span);
    }
    report(diagnostics::wrong_argument(span, entry.name, argument, describe(operand)));
    return std::nullopt;
}

/// Texts that are one of a few may stand bare: `pad = same`.
std::optional<Value> Elaborator::text_value(const Entry& entry, const Argument& argument, const Given& given,
                                            Scope& scope) {
    const Expression& expression = *given.expression;
    const auto& choices = argument.choices;
    const auto allowed = [&](const std::string& text) {
        return std::find(choices.begin(), choices.end(), text) != choices.end();
    };
    std::string text;
    const bool bare = expression.kind == Kind::name && !choices.empty();
    if (bare && allowed(expression.text)) {
        return make(expression.text, expression.span);
    }
    const bool known =
        bare && (find(scope, expression.text) != nullptr || globals_.contains(expression.text));
    if (bare && !known) {
        text = expression.text;
    } else {
        const Operand operand = given.value ? *given.value : evaluate(expression, scope);
        if (std::holds_alternative<Unknown>(operand)) {
            return std::nullopt;
        }
        if (!std::holds_alternative<std::string>(operand)) {
            report(diagnostics::wrong_argument(expression.span, entry.name, argument, describe(operand)));
            return std::nullopt;
        }
        text = std::get<std::string>(operand);
    }
    if (!choices.empty() && !allowed(text)) {
        report(diagnostics::unknown_choice(expression.span, entry.name, argument, text));
        return std::nullopt;
    }
    return make(std::move(text), expression.span);
}

std::optional<Value> Elaborator::nested_value(const Entry& entry, const Argument& argument,
                                              const Given& given, Scope& scope) {
    const Expression& expression = *given.expression;
    const auto allows = [&](std::string_view kind) {
        return std::find(argument.choices.begin(), argument.choices.end(), kind) != argument.choices.end();
    };
    const auto kind_name = [](EntryKind kind) -> std::string_view {
        return kind == EntryKind::schedule ? "schedule" : kind == EntryKind::stop_rule ? "stop_rule" : "";
    };
    const bool callable = expression.kind == Kind::call || expression.kind == Kind::name;
    const Entry* nested = nullptr;
    std::vector<std::string> candidates;
    if (callable) {
        if (allows("initializer")) {
            nested = catalogue_.find(EntryKind::initializer, expression.text);
            candidates = entry_names(EntryKind::initializer);
        }
        const Entry* other = catalogue_.find(expression.text);
        if (nested == nullptr && other != nullptr && allows(kind_name(other->kind))) {
            nested = other;
        }
        for (const EntryKind kind : {EntryKind::schedule, EntryKind::stop_rule}) {
            if (allows(kind_name(kind))) {
                const auto names = entry_names(kind);
                candidates.insert(candidates.end(), names.begin(), names.end());
            }
        }
    }
    if (nested == nullptr) {
        const bool a_value = expression.kind == Kind::name &&
                             (find(scope, expression.text) != nullptr || globals_.contains(expression.text));
        // `adam(log(x))` is a number that cannot be known, `adam(cosin(1))` a schedule misspelt.
        const bool a_call =
            expression.kind == Kind::call && allows("number") && callee_quietly(expression.text, scope);
        if (callable && !a_value && !a_call) {
            const Span head = expression.kind == Kind::call ? expression.head : expression.span;
            report(diagnostics::unknown_nested(head, expression.text, argument, candidates));
            return std::nullopt;
        }
        if (allows("number")) {
            return number_value(entry, argument, given, scope);
        }
        const Operand operand = evaluate(expression, scope);
        if (!std::holds_alternative<Unknown>(operand)) {
            report(diagnostics::wrong_argument(expression.span, entry.name, argument, describe(operand)));
        }
        return std::nullopt;
    }
    auto arguments = resolve_arguments(*nested, Elaborator::given(expression), expression.span, scope);
    if (!arguments) {
        return std::nullopt;
    }
    if (!nested->missing.empty()) {
        report(diagnostics::not_yet(expression.span, nested->name, nested->missing));
        return std::nullopt;
    }
    if (nested->type) {
        const std::vector<Type> none;
        TypeCall rule{none, *arguments};
        try {
            nested->type(rule);
        } catch (Diagnostic& diagnostic) {
            report_rule(std::move(diagnostic), *arguments, expression.span);
            return std::nullopt;
        }
    }
    check_schedule(*nested, expression.span);
    NestedCall call;
    call.name = nested->name;
    call.span = expression.span;
    for (auto& [name, value] : *arguments) {
        call.arguments.emplace_back(name, std::move(value));
    }
    return make(std::move(call), expression.span);
}

std::optional<Value> Elaborator::name_value(const Argument& argument, const Given& given) {
    const Expression& expression = *given.expression;
    const bool net = argument.kind == ArgumentKind::net;
    std::vector<std::string> candidates;
    if (net) {
        candidates = net_names();
    } else {
        for (const tree::Statement& statement : tree_.statements) {
            if (const auto* measure = std::get_if<tree::Measure>(&statement.data)) {
                candidates.push_back(measure->name.text);
            }
        }
    }
    const bool known = std::find(candidates.begin(), candidates.end(), expression.text) != candidates.end();
    if (expression.kind != Kind::name || !known) {
        report(diagnostics::unknown_name(expression.span, spelled(expression), net ? "net" : "measure",
                                         candidates));
        return std::nullopt;
    }
    if (!net) {
        return make(NameReference{expression.text}, expression.span);
    }
    Global& global = globals_.find(expression.text)->second;
    if (global.kind != Global::Kind::net) {
        return std::nullopt;  // defined twice, as was reported
    }
    global.used = true;
    return make(NetReference{global.index}, expression.span);
}

}  // namespace gandsl::dsl
