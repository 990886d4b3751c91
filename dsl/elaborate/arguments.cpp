#include "dsl/elaborate/arguments.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "dsl/elaborate/context.hpp"
#include "dsl/spelling.hpp"

namespace gandsl::dsl {

namespace {

std::vector<std::string> argument_names(const Entry& entry, const std::vector<std::string>& inputs) {
    std::vector<std::string> result = inputs;
    for (const Argument& argument : entry.arguments) {
        result.push_back(argument.name);
    }
    return result;
}

/// `inputs`: how many there are.
Diagnostic too_many(const Entry& entry, Span span, std::size_t inputs) {
    const auto& arguments = entry.arguments;
    const auto positional = static_cast<std::size_t>(std::count_if(
        arguments.begin(), arguments.end(), [](const Argument& argument) { return argument.positional; }));
    const auto named = std::find_if(arguments.begin(), arguments.end(),
                                    [](const Argument& argument) { return !argument.positional; });
    return diagnostics::too_many_arguments(span, entry.name, positional + inputs,
                                           named == arguments.end() ? "" : named->name);
}

std::optional<Diagnostic> out_of_range(const Entry& entry, const Argument& argument, double number,
                                       Span span) {
    const bool integer = argument.kind == ArgumentKind::integer || argument.many;
    if (integer && number != std::floor(number)) {
        return diagnostics::not_whole(span, entry.name, argument.name, number);
    }
    if ((integer && std::abs(number) > max_whole) || number < argument.min || number > argument.max ||
        (argument.min_excluded && number == argument.min)) {
        return diagnostics::out_of_range(span, entry.name, argument, number);
    }
    return integer ? std::nullopt : not_held(number, span);
}

}  // namespace

std::optional<Diagnostic> not_held(double number, Span span) {
    const double size = std::abs(number);
    if (size > max_number) {
        return diagnostics::number_too_large(span, spell(number));
    }
    if (size != 0 && size < min_number) {
        return diagnostics::number_too_small(span, spell(number));
    }
    return std::nullopt;
}

std::vector<Given> given_arguments(const tree::Expression& call) {
    std::vector<Given> result;
    if (call.kind == tree::Expression::Kind::call) {
        for (std::size_t i = 0; i < call.operands.size(); ++i) {
            result.push_back({&call.operands[i], call.names[i], {}});
        }
    }
    return result;
}

MatchedArguments match_arguments(const Entry& entry, const std::vector<Given>& given,
                                 const std::vector<std::string>& inputs) {
    MatchedArguments result;
    std::set<const Argument*> seen;
    auto next = entry.arguments.begin();
    bool crowded = false;
    for (std::size_t i = 0; i < given.size(); ++i) {
        const tree::Name& name = given[i].name;
        const bool positional = name.text.empty();
        const auto found = positional
                               ? std::find_if(next, entry.arguments.end(),
                                              [](const Argument& each) { return each.positional; })
                               : std::find_if(entry.arguments.begin(), entry.arguments.end(),
                                              [&](const Argument& each) { return each.name == name.text; });
        if (found == entry.arguments.end()) {
            if (!positional) {
                result.diagnostics.push_back(diagnostics::unknown_argument(name.span, name.text, entry.name,
                                                                           argument_names(entry, inputs)));
            } else if (!crowded) {
                result.diagnostics.push_back(too_many(entry, given[i].expression->span, inputs.size()));
            }
            crowded = crowded || positional;
            result.unmatched = true;
            continue;
        }
        if (positional) {
            next = found->many ? found : found + 1;
        }
        if (!seen.insert(&*found).second && !(found->many && positional)) {
            result.diagnostics.push_back(diagnostics::repeated_argument(
                positional ? given[i].expression->span : name.span, found->name, entry.name));
            continue;
        }
        result.matches.push_back({&*found, i});
    }
    return result;
}

void add_argument(Arguments& arguments, const Argument& argument, Value value) {
    if (!argument.many) {
        arguments.emplace(argument.name, std::move(value));
        return;
    }
    std::vector<double> numbers = std::holds_alternative<double>(value.data)
                                      ? std::vector<double>{std::get<double>(value.data)}
                                      : std::get<std::vector<double>>(value.data);
    const auto before = arguments.find(argument.name);
    if (before == arguments.end()) {
        arguments.emplace(argument.name, given_value(std::move(numbers), value.span));
    } else {
        auto& all = std::get<std::vector<double>>(before->second.data);
        all.insert(all.end(), numbers.begin(), numbers.end());
        before->second.span.end = value.span.end;
    }
}

std::vector<const Argument*> add_defaults(Arguments& arguments, const Entry& entry,
                                          const std::vector<ArgumentMatch>& matches, Span span) {
    std::vector<const Argument*> missing;
    for (const Argument& argument : entry.arguments) {
        const bool given = std::any_of(matches.begin(), matches.end(), [&](const ArgumentMatch& match) {
            return match.argument == &argument;
        });
        if (given || arguments.contains(argument.name)) {
            continue;
        }
        if (argument.fallback) {
            Value value = *argument.fallback;
            value.span = span;
            value.given = false;
            arguments.emplace(argument.name, std::move(value));
        } else {
            missing.push_back(&argument);
        }
    }
    return missing;
}

ValueOrDiagnostic number_argument(const Entry& entry, const Argument& argument, const Operand& operand,
                                  Span span, bool comparison) {
    if (std::holds_alternative<Tensor>(operand) || std::holds_alternative<TupleValue>(operand)) {
        return diagnostics::not_static(span, argument);
    }
    const auto* number = std::get_if<double>(&operand);
    if (argument.kind == ArgumentKind::boolean) {
        if (const auto* truth = std::get_if<bool>(&operand)) {
            return given_value(*truth, span);
        }
        if (number != nullptr && comparison && (*number == 0 || *number == 1)) {
            return given_value(*number == 1, span);
        }
    } else if (number != nullptr) {
        if (auto fault = out_of_range(entry, argument, *number, span)) {
            return *std::move(fault);
        }
        return given_value(*number, span);
    } else if (const auto* numbers = std::get_if<std::vector<double>>(&operand);
               numbers != nullptr && argument.kind == ArgumentKind::numbers) {
        for (const double one : *numbers) {
            if (auto fault = out_of_range(entry, argument, one, span)) {
                return *std::move(fault);
            }
        }
        return given_value(*numbers, span);
    }
    return diagnostics::wrong_argument(span, entry.name, argument, describe(operand));
}

bool is_choice(const Argument& argument, const std::string& text) {
    return std::find(argument.choices.begin(), argument.choices.end(), text) != argument.choices.end();
}

ValueOrDiagnostic text_argument(const Entry& entry, const Argument& argument, const Operand& operand,
                                Span span) {
    const auto* text = std::get_if<std::string>(&operand);
    if (text == nullptr) {
        return diagnostics::wrong_argument(span, entry.name, argument, describe(operand));
    }
    if (!argument.choices.empty() && !is_choice(argument, *text)) {
        return diagnostics::unknown_choice(span, entry.name, argument, *text);
    }
    return given_value(*text, span);
}

}  // namespace gandsl::dsl
