#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "dsl/diagnostics.hpp"
#include "dsl/diagnostics/words.hpp"
#include "dsl/foreign.hpp"
#include "dsl/spelling.hpp"

namespace gandsl::dsl::diagnostics {

namespace {

// What an argument may be, in words.

constexpr double endless = 1e30;

/// A bound that only keeps numbers within what can be computed is named where `found` is beyond it.
std::string range(const Argument& argument, double found) {
    const double max =
        argument.kind == ArgumentKind::integer ? std::min(argument.max, max_whole) : argument.max;
    const bool above = argument.min > -endless || found < argument.min;
    const bool below = max < endless || found > max;
    const std::string min = spell(argument.min);
    if (above && below && argument.max < endless) {
        return argument.min_excluded ? "above " + min + " and at most " + spell(max)
                                     : "from " + min + " to " + spell(max);
    }
    if (above) {
        return (argument.min_excluded ? "above " : "at least ") + min +
               (below ? " and at most " + spell(max) : "");
    }
    return "at most " + spell(max);
}

/// With as many digits as it takes to see that the number is out of range: 0.9999999 is not "1" then.
std::string spelled_beyond(const Argument& argument, double found) {
    std::string text = spell(found);
    const double read = std::strtod(text.c_str(), nullptr);
    if ((read < argument.min) == (found < argument.min) && (read > argument.max) == (found > argument.max) &&
        (read == std::floor(read)) == (found == std::floor(found))) {
        return text;
    }
    std::array<char, 32> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), found);
    return std::string(digits.data(), written.ptr);
}

/// "schedule", "initializer", ...; with an article, "a number or a schedule".
std::string kinds_of_call(const Argument& argument, std::string_view number) {
    const bool articles = !number.empty();
    std::string result;
    for (const std::string& choice : argument.choices) {
        if (choice == "number") {
            result += (result.empty() ? "" : articles ? " or " : "") + std::string(number);
            continue;
        }
        const std::string name = choice == "stop_rule" ? "stop rule" : choice;
        const std::string article = !articles ? "" : name == "initializer" ? "an " : "a ";
        result += (result.empty() ? "" : " or ") + article + name;
    }
    return result;
}

std::string expected_kind(const Argument& argument) {
    switch (argument.kind) {
        case ArgumentKind::number:
            return "a number";
        case ArgumentKind::integer:
            return "a whole number";
        case ArgumentKind::boolean:
            return "`true` or `false`";
        case ArgumentKind::text:
            return argument.choices.empty() ? "a text in quotes" : listed(argument.choices);
        case ArgumentKind::numbers:
            return "a number or a list of numbers";
        case ArgumentKind::call:
            return kinds_of_call(argument, "a number");
        case ArgumentKind::net:
            return "the name of a net";
        case ArgumentKind::name:
            return "the name of a measure";
        case ArgumentKind::layer:
            return "a layer without its input";
    }
    return "";
}

}  // namespace

Diagnostic unknown_argument(Span span, std::string_view name, std::string_view entry,
                            const Names& candidates) {
    Diagnostic result =
        helping(error(Code::unknown_argument, span, quote(entry) + " has no argument " + quote(name)),
                foreign::argument(name, candidates));
    result.expected = candidates.empty() ? "no arguments by name" : listed(candidates);
    return result.help.empty() ? suggesting(std::move(result), name, candidates) : result;
}

Diagnostic missing_argument(Span span, std::string_view entry, std::string_view argument,
                            std::string_view doc, std::string_view example) {
    Diagnostic result =
        error(Code::missing_argument, span, quote(entry) + " needs its argument " + quote(argument));
    result.expected = std::string(argument) + (doc.empty() ? "" : ": " + std::string(doc));
    return helping(std::move(result), example.empty() ? "" : "for example " + quote(example));
}

Diagnostic repeated_argument(Span span, std::string_view name, std::string_view entry) {
    return error(Code::repeated_argument, span, quote(entry) + " is given " + quote(name) + " twice");
}

Diagnostic too_many_arguments(Span span, std::string_view entry, std::size_t max, std::string_view named) {
    return helping(expecting(error(Code::too_many_arguments, span, quote(entry) + " is given too much"),
                             "one more argument, without a name",
                             max == 0 ? "nothing without a name" : "at most " + counted(max, "argument")),
                   named.empty() ? "" : "some are given by name: " + quote(std::string(named) + " = ..."));
}

Diagnostic wrong_argument(Span span, std::string_view entry, const Argument& argument, const Found& found) {
    const std::string expected = expected_kind(argument);
    return expecting(error(Code::wrong_argument, span,
                           quote(argument.name) + " of " + quote(entry) + " must be " + expected),
                     found.words, expected);
}

Diagnostic not_whole(Span span, std::string_view entry, std::string_view argument, double found) {
    return expecting(
        error(Code::not_whole, span, quote(argument) + " of " + quote(entry) + " must be a whole number"),
        spell(found), "a whole number");
}

Diagnostic out_of_range(Span span, std::string_view entry, const Argument& argument, double found) {
    const std::string expected = range(argument, found);
    return expecting(error(Code::out_of_range, span,
                           quote(argument.name) + " of " + quote(entry) + " must be " + expected),
                     spelled_beyond(argument, found), expected);
}

Diagnostic unknown_choice(Span span, std::string_view entry, const Argument& argument,
                          std::string_view found) {
    Diagnostic result = error(Code::unknown_choice, span,
                              quote(argument.name) + " of " + quote(entry) + " cannot be " + quote(found));
    result.expected = listed(argument.choices);
    return suggesting(std::move(result), found, argument.choices);
}

Diagnostic unknown_nested(Span span, std::string_view name, const Argument& argument,
                          const Names& candidates) {
    return unknown_one_of(span, name, kinds_of_call(argument, ""), candidates);
}

namespace {

Diagnostic known_too_late(Span span, const std::string& wanted) {
    return expecting(error(Code::not_static, span, "this is only known while the model runs"),
                     wording(Form::model_value), wanted + " known before the run");
}

}  // namespace

Diagnostic not_static(Span span, const Argument& argument) {
    return known_too_late(span, expected_kind(argument));
}

Diagnostic not_static(Span span, const Term& wanted) {
    return known_too_late(span, wording(wanted));
}

Diagnostic missing_input(Span span, std::string_view entry, const Names& missing) {
    return helping(
        error(Code::missing_input, span, quote(entry) + " is not given " + listed(missing, " and ")),
        "give it in the parentheses, or put a value before it: `value | " + std::string(entry) + "`");
}

}  // namespace gandsl::dsl::diagnostics
