#include "dsl/diagnostics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

struct CodeName {
    Code code;
    std::string_view name;
};

constexpr auto code_names = std::to_array<CodeName>({
    {Code::file_too_large, "file-too-large"},
    {Code::invalid_utf8, "invalid-utf8"},
    {Code::control_character, "control-character"},
    {Code::unclosed_text, "unclosed-text"},
    {Code::unclosed_bracket, "unclosed-bracket"},
    {Code::unmatched_bracket, "unmatched-bracket"},
    {Code::nesting_too_deep, "nesting-too-deep"},
    {Code::number_too_large, "number-too-large"},
    {Code::syntax, "syntax"},
    {Code::unknown_name, "unknown-name"},
    {Code::unknown_statement, "unknown-statement"},
    {Code::duplicate_name, "duplicate-name"},
    {Code::built_in_name, "built-in-name"},
    {Code::wrong_kind_of_name, "wrong-kind-of-name"},
    {Code::outside_value, "outside-value"},
    {Code::cell_outside_grid, "cell-outside-grid"},
    {Code::unused_net, "unused-net"},
    {Code::unused_layer, "unused-layer"},
    {Code::unused_latent, "unused-latent"},
    {Code::unused_option, "unused-option"},
    {Code::unused_data, "unused-data"},
    {Code::unused_name, "unused-name"},
    {Code::batch_norm_penalty, "batch-norm-penalty"},
    {Code::unreachable_range, "unreachable-range"},
    {Code::no_gradient, "no-gradient"},
    {Code::lone_example, "lone-example"},
    {Code::unknown_argument, "unknown-argument"},
    {Code::missing_argument, "missing-argument"},
    {Code::repeated_argument, "repeated-argument"},
    {Code::too_many_arguments, "too-many-arguments"},
    {Code::wrong_argument, "wrong-argument"},
    {Code::not_whole, "not-whole"},
    {Code::out_of_range, "out-of-range"},
    {Code::unknown_choice, "unknown-choice"},
    {Code::not_static, "not-static"},
    {Code::missing_input, "missing-input"},
    {Code::misplaced, "misplaced"},
    {Code::no_effect, "no-effect"},
    {Code::missing_objective, "missing-objective"},
    {Code::several_objectives, "several-objectives"},
    {Code::log_column, "log-column"},
    {Code::after_return, "after-return"},
    {Code::several_trains, "several-trains"},
    {Code::empty_train, "empty-train"},
    {Code::train_length, "train-length"},
    {Code::recursion, "recursion"},
    {Code::never_called, "never-called"},
    {Code::not_in_objective, "not-in-objective"},
    {Code::nothing_to_learn, "nothing-to-learn"},
    {Code::weights_outside_net, "weights-outside-net"},
    {Code::nothing_to_wrap, "nothing-to-wrap"},
    {Code::repeat_count, "repeat-count"},
    {Code::program_too_large, "program-too-large"},
    {Code::no_running_value, "no-running-value"},
    {Code::recipe_as_value, "recipe-as-value"},
    {Code::not_a_recipe, "not-a-recipe"},
    {Code::full_call_after_pipe, "full-call-after-pipe"},
    {Code::several_values, "several-values"},
    {Code::value_count, "value-count"},
    {Code::wrong_operand, "wrong-operand"},
    {Code::division_by_zero, "division-by-zero"},
    {Code::next_of_other, "next-of-other"},
    {Code::no_next, "no-next"},
    {Code::continue_outside_sample, "continue-outside-sample"},
    {Code::cannot_continue, "cannot-continue"},
    {Code::wrong_prompt, "wrong-prompt"},
    {Code::source_absent, "source-absent"},
    {Code::source_fields, "source-fields"},
    {Code::broken_source, "broken-source"},
    {Code::source_warning, "source-warning"},
    {Code::not_yet, "not-yet"},
    {Code::run_absent, "run-absent"},
    {Code::net_not_in_run, "net-not-in-run"},
    {Code::calls_disagree, "calls-disagree"},
    {Code::annotation_mismatch, "annotation-mismatch"},
    {Code::does_not_broadcast, "does-not-broadcast"},
    {Code::not_one_number, "not-one-number"},
    {Code::independent_gradient, "independent-gradient"},
    {Code::wrong_rank, "wrong-rank"},
    {Code::needs_flatten, "needs-flatten"},
    {Code::wrong_element_count, "wrong-element-count"},
    {Code::kernel_too_large, "kernel-too-large"},
    {Code::not_divisible, "not-divisible"},
    {Code::needs_labels, "needs-labels"},
    {Code::not_labels, "not-labels"},
    {Code::unknown_axis, "unknown-axis"},
    {Code::index_out_of_range, "index-out-of-range"},
    {Code::shapes_differ, "shapes-differ"},
    {Code::wrong_shape, "wrong-shape"},
    {Code::unknown_option, "unknown-option"},
    {Code::option_type, "option-type"},
    {Code::diverged, "diverged"},
    {Code::more, "more"},
});

std::string quote(std::string_view text) {
    return "`" + std::string(text) + "`";
}

std::string listed(const diagnostics::Names& names, std::string_view last = " or ") {
    std::string result;
    for (std::size_t i = 0; i < names.size(); ++i) {
        result += (i == 0 ? "" : i + 1 == names.size() ? std::string(last) : ", ") + quote(names[i]);
    }
    return result;
}

std::string counted(std::size_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

/// "a picture of 1 x 28 x 28", "one number", ...
std::string described(const Type& type) {
    return to_string(type);
}

Diagnostic error(Code code, Span span, std::string message) {
    Diagnostic result;
    result.code = code;
    result.span = span;
    result.message = std::move(message);
    return result;
}

/// Thrown by type rules, which know no place.
Diagnostic placeless(Code code, std::string message) {
    Diagnostic result;
    result.code = code;
    result.message = std::move(message);
    return result;
}

Diagnostic warning(Code code, Span span, std::string message) {
    Diagnostic result = error(code, span, std::move(message));
    result.severity = Severity::warning;
    return result;
}

Diagnostic expecting(Diagnostic diagnostic, std::string found, std::string expected) {
    diagnostic.found = std::move(found);
    diagnostic.expected = std::move(expected);
    return diagnostic;
}

Diagnostic helping(Diagnostic diagnostic, std::string help) {
    if (!help.empty()) {
        diagnostic.help.push_back(std::move(help));
    }
    return diagnostic;
}

Diagnostic noting(Diagnostic diagnostic, Span span, std::string text) {
    diagnostic.notes.push_back({span, std::move(text)});
    return diagnostic;
}

Diagnostic suggesting(Diagnostic diagnostic, std::string_view name, const diagnostics::Names& candidates) {
    if (const auto meant = nearest(name, candidates)) {
        diagnostic.help.push_back("did you mean " + quote(*meant) + "?");
    }
    return diagnostic;
}

// What an argument may be, in words.

constexpr double endless = 1e30;

std::string range(const Argument& argument) {
    const double most =
        argument.kind == ArgumentKind::integer ? std::min(argument.most, most_whole) : argument.most;
    const bool above = argument.least > -endless;
    const bool below = most < endless;
    const std::string least = spell(argument.least);
    if (above && below && argument.most < endless) {
        return argument.least_excluded ? "above " + least + " and at most " + spell(most)
                                       : "from " + least + " to " + spell(most);
    }
    if (above) {
        return (argument.least_excluded ? "above " : "at least ") + least +
               (below ? " and at most " + spell(most) : "");
    }
    return "at most " + spell(most);
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

// Rendering.

struct SourceLine {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t number = 1;
};

SourceLine line_of(std::string_view text, std::size_t offset) {
    SourceLine line;
    offset = std::min(offset, text.size());
    for (std::size_t i = 0; i < offset; ++i) {
        if (text[i] == '\n') {
            line.begin = i + 1;
            ++line.number;
        }
    }
    line.end = std::min(text.find('\n', line.begin), text.size());
    if (line.end > line.begin && text[line.end - 1] == '\r') {
        --line.end;
    }
    return line;
}

bool continues_code_point(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Bytes that would disturb a terminal are shown as `?`.
std::string printable(std::string_view line) {
    std::string result;
    for (const char c : line) {
        const auto byte = static_cast<unsigned char>(c);
        result += byte < 0x20 || byte == 0x7F ? (c == '\t' ? '\t' : '?') : c;
    }
    return result;
}

constexpr std::size_t widest_line = 160;

/// The part of a long line that is worth showing, from before the span on.
std::pair<std::size_t, std::size_t> window(std::string_view text, const SourceLine& line, std::size_t begin) {
    if (line.end - line.begin <= widest_line) {
        return {line.begin, line.end};
    }
    std::size_t first = std::max(line.begin, begin - std::min(begin, widest_line / 2));
    std::size_t last = std::min(line.end, first + widest_line);
    while (first > line.begin && continues_code_point(text[first])) {
        --first;
    }
    while (last < line.end && continues_code_point(text[last])) {
        ++last;
    }
    return {first, last};
}

/// The source line and its underline, indented.
std::string excerpt(std::string_view text, Span span) {
    SourceLine line = line_of(text, span.begin);
    const std::size_t begin = std::min(span.begin, line.end);
    if (line.begin == 0 && text.substr(0, 3) == "\xEF\xBB\xBF") {
        line.begin = 3;
    }
    const auto [first, last] = window(text, line, begin);
    const std::size_t end = std::clamp(span.end, begin, last);
    // Tabs go into the underline as they stand in the line, so that both move alike.
    std::string underline(first > line.begin ? 3 : 0, ' ');
    for (std::size_t i = first; i < begin; ++i) {
        if (!continues_code_point(text[i])) {
            underline += text[i] == '\t' ? '\t' : ' ';
        }
    }
    std::size_t width = 0;
    for (std::size_t i = begin; i < end; ++i) {
        width += continues_code_point(text[i]) ? 0 : 1;
    }
    underline += std::string(std::max<std::size_t>(width, 1), '^');
    return "    " + std::string(first > line.begin ? "..." : "") +
           printable(text.substr(first, last - first)) + (last < line.end ? "..." : "") + "\n    " +
           underline + "\n";
}

std::string where(std::string_view path, std::string_view text, Span span) {
    const Place at = place(text, span.begin);
    return std::string(path) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

std::size_t distance(std::string_view a, std::string_view b) {
    // Edits with neighbours swapped as one (Damerau's restricted distance).
    std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                table[i][j] = i + j;
                continue;
            }
            table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1,
                                    table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
            }
        }
    }
    return table[a.size()][b.size()];
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

}  // namespace

std::string_view name(Code code) {
    const auto* const found = std::find_if(code_names.begin(), code_names.end(),
                                           [code](const CodeName& entry) { return entry.code == code; });
    return found == code_names.end() ? "" : found->name;
}

std::vector<Code> codes() {
    std::vector<Code> result;
    for (const CodeName& entry : code_names) {
        result.push_back(entry.code);
    }
    return result;
}

Place place(std::string_view text, std::size_t offset) {
    const SourceLine line = line_of(text, offset);
    std::size_t column = 1;
    std::size_t begin = line.begin;
    if (begin == 0 && text.substr(0, 3) == "\xEF\xBB\xBF") {
        begin = 3;
    }
    for (std::size_t i = begin; i < std::min(offset, text.size()); ++i) {
        column += continues_code_point(text[i]) ? 0 : 1;
    }
    return {line.number, column};
}

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates) {
    if (name.size() > 64) {
        return std::nullopt;
    }
    // One edit for three letters, two for six: what is further off was hardly meant.
    const std::size_t cap = std::max<std::size_t>(1, std::min<std::size_t>(name.size() / 3, 3));
    std::optional<std::string> best;
    std::size_t least = cap + 1;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > name.size() + cap || candidate.size() + cap < name.size() ||
            candidate == name) {
            continue;
        }
        const std::size_t edits = distance(lower(name), lower(candidate));
        if (edits < least && edits < std::max(candidate.size(), name.size())) {
            least = edits;
            best = candidate;
        }
    }
    return best;
}

std::string spell(double number) {
    std::array<char, 32> buffer{};
    if (number == std::floor(number) && std::abs(number) < 1e15) {
        std::snprintf(buffer.data(), buffer.size(), "%.0f", number);
    } else {
        std::snprintf(buffer.data(), buffer.size(), "%.6g", number);
    }
    return buffer.data();
}

std::string render(const Diagnostic& diagnostic, std::string_view path, std::string_view text) {
    std::string result = diagnostic.span ? where(path, text, *diagnostic.span) : std::string(path) + ": ";
    result += diagnostic.severity == Severity::error ? "error: " : "warning: ";
    result += diagnostic.message + " [" + std::string(name(diagnostic.code)) + "]\n";
    if (diagnostic.span) {
        result += excerpt(text, *diagnostic.span);
    }
    if (!diagnostic.found.empty()) {
        result += "  found:    " + diagnostic.found + "\n";
    }
    if (!diagnostic.expected.empty()) {
        result += "  expected: " + diagnostic.expected + "\n";
    }
    for (const std::string& help : diagnostic.help) {
        result += "  help: " + help + "\n";
    }
    for (const Note& note : diagnostic.notes) {
        result += where(path, text, note.span) + "note: " + note.text + "\n" + excerpt(text, note.span);
    }
    return result;
}

}  // namespace gandsl::dsl

namespace gandsl::dsl::diagnostics {

// The text of the file.

Diagnostic file_too_large(std::size_t bytes, std::size_t most) {
    return expecting(error(Code::file_too_large, {0, 0}, "this file is too large to be a program"),
                     std::to_string(bytes) + " bytes", "at most " + std::to_string(most));
}

Diagnostic invalid_utf8(Span span, unsigned char byte) {
    std::array<char, 8> hex{};
    std::snprintf(hex.data(), hex.size(), "0x%02X", static_cast<unsigned>(byte));
    return helping(expecting(error(Code::invalid_utf8, span, "this is not UTF-8 text"),
                             "the byte " + std::string(hex.data()), ""),
                   "save the file as UTF-8");
}

Diagnostic control_character(Span span, unsigned char byte) {
    std::array<char, 8> hex{};
    std::snprintf(hex.data(), hex.size(), "0x%02X", static_cast<unsigned>(byte));
    return helping(expecting(error(Code::control_character, span, "a control character stands in the text"),
                             "the byte " + std::string(hex.data()), ""),
                   "delete it; only line ends and tabs may stand between the characters");
}

Diagnostic unclosed_text(Span span) {
    return helping(error(Code::unclosed_text, span, "this text has no closing quote"),
                   "end it with `\"` on the same line");
}

Diagnostic unclosed_bracket(Span span, char bracket) {
    const char closing = bracket == '(' ? ')' : bracket == '[' ? ']' : '}';
    return helping(
        error(Code::unclosed_bracket, span, "this " + quote(std::string(1, bracket)) + " is never closed"),
        "close it with " + quote(std::string(1, closing)));
}

Diagnostic unmatched_bracket(Span span, char bracket) {
    const char opening = bracket == ')' ? '(' : bracket == ']' ? '[' : '{';
    return error(Code::unmatched_bracket, span,
                 "this " + quote(std::string(1, bracket)) + " closes nothing: no " +
                     quote(std::string(1, opening)) + " is open here");
}

Diagnostic nesting_too_deep(Span span, std::size_t most) {
    return helping(expecting(error(Code::nesting_too_deep, span, "this is nested too deeply"), "",
                             "at most " + std::to_string(most) + " levels"),
                   "bind parts of it to names");
}

Diagnostic number_too_large(Span span, std::string_view text) {
    return expecting(error(Code::number_too_large, span, "this number is too large"), std::string(text),
                     "at most 3.4e+38, which is what numbers of 32 bits hold");
}

Diagnostic syntax(Span span, std::string found, std::string expected, std::string_view written,
                  const Names& words) {
    std::string message = "expected " + expected + ", found " + found;
    Diagnostic result = error(Code::syntax, span, std::move(message));
    if (found == "`**`") {
        result.help.emplace_back("a power is written `x^2`");
    } else if (found == "`;`") {
        result.help.emplace_back("each statement has its own line");
    } else if (found == "`//`" || found == "`/*`") {
        result.help.emplace_back("a comment starts with `#`");
    } else if (found == "`'`") {
        result.help.emplace_back("texts are written in double quotes");
    } else if (found == "`=`" && expected.find("operator") != std::string::npos) {
        result.help.emplace_back("`=` stands only after names; to compare, write `==`");
    }
    return suggesting(std::move(result), written, words);
}

Diagnostic reserved_word(Span span, std::string_view word, std::string expected) {
    return helping(error(Code::syntax, span, "expected " + expected + ", found " + quote(word)),
                   quote(word) + " is a word of the language and cannot be a name");
}

Diagnostic unknown_statement(Span span, std::string_view word, const Names& statements) {
    Diagnostic result = error(Code::unknown_statement, span, "no statement begins with " + quote(word));
    result.expected = listed(statements);
    return suggesting(std::move(result), word, statements);
}

// Names.

Diagnostic unknown_name(Span span, std::string_view name, std::string_view what, const Names& candidates) {
    Diagnostic result =
        suggesting(error(Code::unknown_name, span, "no " + std::string(what) + " is called " + quote(name)),
                   name, candidates);
    if (result.help.empty() && !candidates.empty() && candidates.size() <= 12) {
        result.help.push_back("there is " + listed(candidates, " and "));
    }
    return result;
}

Diagnostic duplicate_name(Span span, std::string_view name, Span first) {
    return noting(helping(error(Code::duplicate_name, span, quote(name) + " is defined twice"),
                          "give one of them another name"),
                  first, "first defined here");
}

Diagnostic built_in_name(Span span, std::string_view name, std::string_view what) {
    return helping(
        error(Code::built_in_name, span, quote(name) + " is the name of a built-in " + std::string(what)),
        "give it another name");
}

Diagnostic wrong_kind_of_name(Span span, std::string_view name, std::string_view is,
                              std::string_view wanted) {
    return expecting(error(Code::wrong_kind_of_name, span, quote(name) + " cannot stand here"),
                     std::string(is), std::string(wanted));
}

Diagnostic outside_value(Span span, std::string_view name, std::string_view is, std::string_view function) {
    return helping(error(Code::outside_value, span,
                         quote(name) + " is " + std::string(is) + ", and not an input of " + quote(function)),
                   "a net sees its inputs only: add " + quote(name) + " to the inputs of " + quote(function) +
                       " and pass it in each call");
}

Diagnostic cell_outside_grid(Span span, std::string_view name) {
    return helping(
        error(Code::cell_outside_grid, span, quote(name) + " is known only in a sample drawn as a grid"),
        "write `sample ... = ... as grid(rows, columns) every epoch`");
}

Diagnostic unused_net(Span span, std::string_view name) {
    return warning(Code::unused_net, span, "the net " + quote(name) + " is never used");
}

Diagnostic unused_layer(Span span, std::string_view name) {
    return warning(Code::unused_layer, span,
                   "the layer " + quote(name) + " is never used, and so was not checked");
}

Diagnostic unused_latent(Span span, std::string_view name) {
    return warning(Code::unused_latent, span, "the latent " + quote(name) + " is never used");
}

Diagnostic unused_option(Span span, std::string_view name) {
    return warning(Code::unused_option, span, "the option " + quote(name) + " is never used");
}

Diagnostic unused_data(Span span, std::string_view name) {
    return warning(Code::unused_data, span, "the data " + quote(name) + " is never used");
}

Diagnostic unused_name(Span span, std::string_view name) {
    return warning(Code::unused_name, span, quote(name) + " is never used");
}

// What runs, but hardly as it was meant.

Diagnostic batch_norm_penalty(Span span, std::string_view net, Span penalty) {
    return noting(
        helping(
            warning(Code::batch_norm_penalty, span,
                    "the gradient of " + quote(net) + " is part of an objective, and batch_norm mixes the " +
                        "examples of the batch into it"),
            "a penalty on each example's own gradient wants `layer_norm`, `instance_norm` or none"),
        penalty, "the gradient is taken here");
}

Diagnostic unreachable_range(Span span, std::string_view activation, std::pair<double, double> made,
                             std::string_view name, std::pair<double, double> data, Span source) {
    const auto spelled = [](std::pair<double, double> range) {
        if (std::isinf(range.second)) {
            return "numbers of at least " + spell(range.first);
        }
        if (std::isinf(range.first)) {
            return "numbers of at most " + spell(range.second);
        }
        return "numbers from " + spell(range.first) + " to " + spell(range.second);
    };
    const std::string_view fitting = data == std::pair(-1.0, 1.0)  ? "tanh"
                                     : data == std::pair(0.0, 1.0) ? "sigmoid"
                                                                   : "";
    Diagnostic result =
        expecting(warning(Code::unreachable_range, span,
                          "what ends in " + quote(activation) + " here cannot reach all of " + quote(name)),
                  spelled(made), spelled(data) + ", as the data has them");
    if (!fitting.empty() && fitting != activation) {
        result =
            helping(std::move(result), "end with " + quote(fitting) + ", or give the data another `range`");
    }
    return noting(std::move(result), source, "the data comes from here");
}

Diagnostic no_gradient(Span span, std::string_view net) {
    return helping(warning(Code::no_gradient, span,
                           "this update teaches " + quote(net) + " nothing: no gradient of its objective " +
                               "reaches a weight of it"),
                   "`stop_gradient`, `floor`, comparisons and `one_hot` let none through, and a line whose "
                   "result nothing uses gets none");
}

Diagnostic no_gradient_layer(Span span, std::string_view net, std::string_view layer) {
    return helping(warning(Code::no_gradient, span,
                           quote(layer) + " in the net " + quote(net) +
                               " never learns: no gradient of an objective reaches its weights"),
                   "let the net's result depend on it, other than through `stop_gradient`, `floor` or a "
                   "comparison");
}

Diagnostic lone_example(Span span, std::string_view net) {
    return expecting(
        warning(Code::lone_example, span,
                "batch_norm in " + quote(net) + " gives the same for every example: a mean over " +
                    "one number is that number"),
        "a batch of 1", "a batch of at least 2, or another normalisation such as `layer_norm`");
}

// Arguments.

Diagnostic unknown_argument(Span span, std::string_view name, std::string_view entry,
                            const Names& candidates) {
    Diagnostic result =
        suggesting(error(Code::unknown_argument, span, quote(entry) + " has no argument " + quote(name)),
                   name, candidates);
    result.expected = candidates.empty() ? "no arguments by name" : listed(candidates);
    return result;
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

Diagnostic too_many_arguments(Span span, std::string_view entry, std::size_t most, std::string_view help) {
    return helping(expecting(error(Code::too_many_arguments, span, quote(entry) + " is given too much"), "",
                             most == 0 ? "nothing without a name" : "at most " + counted(most, "argument")),
                   std::string(help));
}

Diagnostic wrong_argument(Span span, std::string_view entry, const Argument& argument,
                          std::string_view found) {
    const std::string expected = expected_kind(argument);
    return expecting(error(Code::wrong_argument, span,
                           quote(argument.name) + " of " + quote(entry) + " must be " + expected),
                     std::string(found), expected);
}

Diagnostic not_whole(Span span, std::string_view entry, std::string_view argument, double found) {
    return expecting(
        error(Code::not_whole, span, quote(argument) + " of " + quote(entry) + " must be a whole number"),
        spell(found), "a whole number");
}

Diagnostic out_of_range(Span span, std::string_view entry, const Argument& argument, double found) {
    const std::string expected = range(argument);
    return expecting(error(Code::out_of_range, span,
                           quote(argument.name) + " of " + quote(entry) + " must be " + expected),
                     spell(found), expected);
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
    return unknown_name(span, name, kinds_of_call(argument, ""), candidates);
}

Diagnostic not_static(Span span, const Argument& argument) {
    return not_static(span, expected_kind(argument));
}

Diagnostic not_static(Span span, std::string_view wanted) {
    return expecting(error(Code::not_static, span, "this is only known while the model runs"),
                     "a value of the model", std::string(wanted) + " known before the run");
}

Diagnostic missing_input(Span span, std::string_view entry, const Names& missing) {
    return helping(
        error(Code::missing_input, span, quote(entry) + " is not given " + listed(missing, " and ")),
        "give it in the parentheses, or put a value before it: `value | " + std::string(entry) + "`");
}

// What stands where.

Diagnostic misplaced(Span span, std::string_view what, std::string_view where) {
    return helping(error(Code::misplaced, span, std::string(what) + " does not belong here"),
                   std::string(what) + " stands " + std::string(where));
}

Diagnostic no_effect(Span span, std::string_view what, std::string_view help) {
    return helping(error(Code::no_effect, span, std::string(what) + " has no effect"), std::string(help));
}

Diagnostic missing_objective(Span span) {
    return helping(error(Code::missing_objective, span, "this update has no objective"),
                   "say what it learns: `minimize e` or `maximize e`");
}

Diagnostic several_objectives(Span span, Span first) {
    return noting(
        helping(error(Code::several_objectives, span, "an update has one objective, and this is a second"),
                "add them up in one `minimize`, or write another `update`"),
        first, "the first one is here");
}

Diagnostic log_column(Span span, std::string_view name) {
    return helping(error(Code::log_column, span, "the log has a column " + quote(name) + " of its own"),
                   "give this value another name");
}

Diagnostic after_return(Span span) {
    return helping(error(Code::after_return, span, "nothing can follow `return`"),
                   "move `return` to the end of the body");
}

Diagnostic several_trains(Span span, Span first) {
    return noting(error(Code::several_trains, span, "a file has one `train`, and this is a second"), first,
                  "the first one is here");
}

Diagnostic empty_train(Span span) {
    return helping(error(Code::empty_train, span, "nothing is trained here"),
                   "write what learns: `update NET with adam(2e-4) { minimize e }`");
}

Diagnostic train_length_missing(Span span) {
    return helping(error(Code::train_length, span, "`train` does not say how long"),
                   "write `train(epochs = 25, batch = 64)` or `train(steps = 10000, batch = 64)`");
}

Diagnostic train_length_twice(Span span) {
    return helping(error(Code::train_length, span, "`train` says twice how long, in epochs and in steps"),
                   "keep one of them");
}

Diagnostic recursion(Span span, std::string_view kind, const Names& cycle) {
    std::string chain;
    for (const std::string& name : cycle) {
        chain += (chain.empty() ? "" : " -> ") + name;
    }
    return helping(
        error(Code::recursion, span, "a " + std::string(kind) + " cannot contain itself: " + chain),
        "to apply it several times, write `repeat N { ... }`");
}

Diagnostic never_called(Span span, std::string_view net, std::string_view parameter) {
    return helping(
        error(Code::never_called, span,
              "the net " + quote(net) + " is never called, so the shapes of its inputs are not known"),
        "call it, or say them: `net " + std::string(net) + "(" + std::string(parameter) + ": 100)`");
}

Diagnostic not_in_objective(Span span, std::string_view net) {
    return helping(
        error(Code::not_in_objective, span, "the objective of this update does not depend on " + quote(net)),
        "what an update names must be called in what it minimizes");
}

Diagnostic nothing_to_learn(Span span, std::string_view net) {
    return error(Code::nothing_to_learn, span,
                 "the net " + quote(net) + " has no parameters, so there is nothing to update");
}

Diagnostic weights_outside_net(Span span, std::string_view layer) {
    return helping(
        error(Code::weights_outside_net, span, quote(layer) + " has parameters, which only a net can own"),
        "put it into a `net` and call that here");
}

Diagnostic nothing_to_wrap(Span span, std::string_view layer) {
    return helping(error(Code::nothing_to_wrap, span, "there are no weights here for " + quote(layer)),
                   "put it around a layer that has some, for example `" + std::string(layer) +
                       "(dense(128))`; what a net calls is that net's own");
}

Diagnostic repeat_count(Span span, std::string found, std::size_t most) {
    return expecting(error(Code::repeat_count, span, "this is no number of times to repeat"),
                     std::move(found), "a whole number from 1 to " + std::to_string(most));
}

Diagnostic program_too_large(Span span, std::size_t most) {
    return helping(expecting(error(Code::program_too_large, span, "the program becomes too large here"), "",
                             "at most " + std::to_string(most) + " operations once everything is unrolled"),
                   "repeat less often");
}

Diagnostic weights_too_large(Span span, std::string_view weight, const Shape& shape, std::string_view size,
                             std::string_view total) {
    return helping(expecting(error(Code::program_too_large, span,
                                   "the nets' weights do not fit into this machine's memory"),
                             quote(weight) + " of " + to_string(shape) + ", " + std::string(size) +
                                 "; all weights, with what is kept for each, " + std::string(total),
                             "weights that fit, whatever the batch"),
                   "take fewer units, filters or classes here");
}

Diagnostic value_too_large(Span span, const Shape& shape, std::uint64_t examples, std::string_view size) {
    return helping(
        expecting(
            error(Code::program_too_large, span, "a value here does not fit into any machine's memory"),
            to_string(shape) + " for each of " + std::to_string(examples) + " examples, " + std::string(size),
            "values that fit, a whole batch of them"),
        "make it smaller here, or take fewer examples at a time");
}

Diagnostic value_too_large(Span span, const Shape& shape) {
    double numbers = 1;
    for (const Index size : shape) {
        numbers *= static_cast<double>(size);
    }
    return helping(
        expecting(error(Code::program_too_large, span, "this does not fit into any machine's memory"),
                  to_string(shape) + ", " + spell(4 * numbers) + " bytes",
                  "at most " + spell(4 * static_cast<double>(most_elements)) + " bytes"),
        "make it smaller here");
}

Diagnostic no_running_value(Span span, std::string_view recipe) {
    return helping(error(Code::no_running_value, span, quote(recipe) + " has nothing to act on here"),
                   "lines act on a running value only in nets and layers; here write `value | " +
                       std::string(recipe) + "`");
}

Diagnostic recipe_as_value(Span span, std::string_view recipe) {
    return helping(error(Code::recipe_as_value, span,
                         quote(recipe) + " without its input is a recipe, where a value is wanted"),
                   "say what it acts on: `value | " + std::string(recipe) + "`");
}

Diagnostic not_a_recipe(Span span, std::string_view found) {
    return expecting(
        error(Code::not_a_recipe, span, "what stands after `|` is applied to what stands before it"),
        std::string(found), "a layer, a function or a net, without its first input");
}

Diagnostic full_call_after_pipe(Span span, std::string_view entry) {
    return helping(
        error(
            Code::full_call_after_pipe, span,
            quote(entry) + " is given all its inputs here, so that nothing is left for the value before `|`"),
        "leave out its first input, or drop what stands before `|`");
}

Diagnostic several_values(Span span, std::string_view what, std::size_t count) {
    return helping(error(Code::several_values, span,
                         quote(what) + " gives " + std::to_string(count) + " values, where one is wanted"),
                   "bind them first: `a, b = ...`");
}

Diagnostic value_count(Span span, std::size_t names, std::size_t values) {
    return expecting(error(Code::value_count, span,
                           names < values ? "there are more values here than names"
                                          : "there are more names here than values"),
                     counted(values, "value"), counted(names, "value") + ", one for each name");
}

Diagnostic wrong_operand(Span span, std::string_view operation, std::string found, std::string expected) {
    return expecting(error(Code::wrong_operand, span, quote(operation) + " cannot work on this"),
                     std::move(found), std::move(expected));
}

Diagnostic wrong_value(Span span, std::string found, std::string_view expected) {
    return expecting(error(Code::wrong_operand, span, "this must be " + std::string(expected)),
                     std::move(found), std::string(expected));
}

Diagnostic division_by_zero(Span span) {
    return error(Code::division_by_zero, span, "this divides by zero");
}

Diagnostic next_of_other(Span span) {
    return helping(error(Code::next_of_other, span, "`next` needs data as it comes from its source"),
                   "write `next(text)` for a `data text = ...`, outside of nets");
}

Diagnostic no_next(Span span, std::string_view data, std::string_view source) {
    return expecting(error(Code::no_next, span, "nothing follows an example of " + quote(data)),
                     "data from " + quote(source), "data that runs on, such as `chars` or `series`");
}

Diagnostic continue_outside_sample(Span span) {
    return helping(error(Code::continue_outside_sample, span, "`continue` draws from a net, step by step"),
                   "let a sample show it: `sample verse = continue(...) as text every epoch`");
}

Diagnostic cannot_continue(Span span, std::string_view net, std::string_view signature) {
    return expecting(
        error(Code::cannot_continue, span, quote(net) + " does not say what comes next"),
        std::string(signature),
        "a net of one input that gives, for each step of a text, the probabilities of the next symbol "
        "(length x classes), or for each step of a series the next step (in the series' own shape)");
}

Diagnostic continue_uncalled(Span span, std::string_view net) {
    return helping(error(Code::cannot_continue, span,
                         "what " + quote(net) + " takes and gives is not known here, as nothing calls it"),
                   "train it, or annotate it: `net " + std::string(net) + "(text: ...)`");
}

Diagnostic cannot_step(Span span, std::string_view net, std::string_view entry, std::string_view why,
                       Span continued) {
    return noting(
        helping(error(Code::cannot_continue, span,
                      "`continue` feeds " + quote(net) + " one step at a time, but " + quote(entry) +
                          " in it " + std::string(why)),
                "recurrent layers, `attention(causal = true)`, `conv(causal = true)` and what treats each "
                "step by itself can be continued"),
        continued, "it is continued here");
}

Diagnostic wrong_prompt(Span span, std::string_view found, std::string_view expected) {
    return expecting(error(Code::wrong_prompt, span, "the net cannot go on from this prompt"),
                     std::string(found), std::string(expected));
}

Diagnostic source_absent(Span span, const Names& reasons, std::string_view instead) {
    Diagnostic result = error(Code::source_absent, span,
                              reasons.size() == 1 ? "this data is not there" : "none of this data is there");
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        result.found += (i == 0 ? "" : "\n            ") + reasons[i];
    }
    return helping(std::move(result), instead.empty() ? "paths start at the folder of the .gan file"
                                                      : "add a source that needs no file after it: `or " +
                                                            std::string(instead) + "`");
}

Diagnostic source_fields(Span span, std::string_view source, std::size_t names, std::size_t fields) {
    return expecting(
        error(Code::source_fields, span, quote(source) + " does not give that many values for an example"),
        counted(names, "name"), fields == 1 ? "one name" : "at most " + counted(fields, "name"));
}

Diagnostic run_absent(Span span, std::string_view run, std::string_view why) {
    Diagnostic result = error(Code::run_absent, span, "no net can be taken from " + quote(run));
    result.found = std::string(why);
    return result;
}

Diagnostic net_not_in_run(Span span, std::string_view net, std::string_view run, const Names& nets) {
    Diagnostic result =
        suggesting(error(Code::net_not_in_run, span, quote(run) + " has no net " + quote(net)), net, nets);
    result.found = nets.empty() ? "a run without nets" : "the nets " + listed(nets, " and ");
    if (!nets.empty()) {
        result.help.push_back("a net keeps the name that it has in its run");
    }
    return result;
}

Diagnostic broken_source(std::string why) {
    Diagnostic result = placeless(Code::broken_source, "this data cannot be used");
    result.found = std::move(why);
    return result;
}

Diagnostic source_warning(Span span, std::string_view source, std::string what) {
    const std::size_t end = std::min(what.find('\n'), what.size());
    Diagnostic result = warning(Code::source_warning, span, quote(source) + ": " + what.substr(0, end));
    for (std::size_t at = end; at < what.size();) {
        const std::size_t line = std::min(what.find('\n', at + 1), what.size());
        result.found += (result.found.empty() ? "" : "\n            ") + what.substr(at + 1, line - at - 1);
        at = line;
    }
    return result;
}

Diagnostic not_yet(Span span, std::string_view what, std::string_view why) {
    return helping(error(Code::not_yet, span, quote(what) + " does not run yet"), std::string(why));
}

// Types.

Diagnostic calls_disagree(Span span, std::string_view net, std::string_view parameter, const Type& found,
                          const Type& expected, Span first) {
    return noting(expecting(error(Code::calls_disagree, span,
                                  quote(parameter) + " of the net " + quote(net) + " has " +
                                      (found.shape == expected.shape ? "other classes" : "another shape") +
                                      " here than before"),
                            described(found), described(expected)),
                  first, "what it was before comes from here");
}

Diagnostic no_such_class(Span span, std::string_view parameter, double number, Index classes) {
    return expecting(error(Code::out_of_range, span, quote(parameter) + " has no class " + spell(number)),
                     spell(number),
                     "a class from 0 to " + std::to_string(classes - 1) + " of " + std::to_string(classes));
}

Diagnostic annotation_mismatch(Span span, std::string_view what, const Type& found, const Type& expected) {
    return expecting(
        error(Code::annotation_mismatch, span, std::string(what) + " is not of the shape that was said"),
        described(found), described(expected));
}

Diagnostic does_not_broadcast(std::string_view operation, const Type& left, const Type& right) {
    return helping(placeless(Code::does_not_broadcast, quote(operation) + " cannot bring together " +
                                                           described(left) + " and " + described(right)),
                   "counted from the last, axes must be equal or 1");
}

Diagnostic not_one_number(Span span, std::string_view what, const Type& found, bool reduce_help) {
    return helping(expecting(error(Code::not_one_number, span,
                                   std::string(what) + " must be one number for each example"),
                             described(found), "one number"),
                   reduce_help ? "take its `sum(...)` or `mean(...)`" : "");
}

Diagnostic independent_gradient(Span span) {
    return helping(error(Code::independent_gradient, span,
                         "this gradient is zero: the first argument does not depend on the second"),
                   "name the value first, and use that name in both: `v = ...`, then `grad(f(v), v)`");
}

Diagnostic wrong_rank(std::string_view entry, const Type& found, std::string_view expected,
                      std::string_view help) {
    return helping(expecting(placeless(Code::wrong_rank,
                                       quote(entry) + " cannot act on a shape with " +
                                           (found.shape.empty()       ? std::string("no axes")
                                            : found.shape.size() == 1 ? std::string("one axis")
                                                                      : counted(found.shape.size(), "axe"))),
                             described(found), std::string(expected)),
                   std::string(help));
}

Diagnostic needs_flatten(std::string_view entry, const Type& found) {
    return helping(
        expecting(placeless(Code::needs_flatten, quote(entry) + " acts on the last axis; a " +
                                                     to_string(found) + " picture needs `flatten` first"),
                  described(found), "a vector, or a sequence of vectors"),
        "put a line `flatten` before it");
}

Diagnostic wrong_element_count(std::string_view entry, const Type& found, const Shape& wanted) {
    const auto counted_shape = [](const Shape& shape) {
        return to_string(shape) + " (" + std::to_string(elements(shape)) + " elements)";
    };
    return expecting(placeless(Code::wrong_element_count, quote(entry) + " must keep the number of elements"),
                     counted_shape(found.shape), counted_shape(wanted));
}

Diagnostic kernel_too_large(std::string_view entry, Index kernel, const Type& input, std::string_view about) {
    Diagnostic result = expecting(
        placeless(Code::kernel_too_large, quote(about) + " of " + quote(entry) + " is larger than its input"),
        std::string(about) + " = " + std::to_string(kernel) + " on " + described(input), "");
    result.about = about;
    return helping(std::move(result), "take a smaller one, or pad the input");
}

Diagnostic not_divisible(std::string_view entry, std::string_view argument, Index divisor,
                         std::string_view what, Index size) {
    Diagnostic result = expecting(placeless(Code::not_divisible, quote(argument) + " of " + quote(entry) +
                                                                     " must divide " + std::string(what)),
                                  std::string(argument) + " = " + std::to_string(divisor) + ", where " +
                                      std::string(what) + " is " + std::to_string(size),
                                  "a divisor of " + std::to_string(size));
    result.about = argument;
    return result;
}

Diagnostic needs_labels(std::string_view entry, std::string_view input, const Type& found) {
    return expecting(
        placeless(Code::needs_labels, quote(input) + " of " + quote(entry) +
                                          " must be labels or symbols, whole numbers of known classes"),
        described(found), "a label, as from `mnist`, or symbols, as from `chars`");
}

Diagnostic not_labels(std::string_view entry, const Type& found) {
    return helping(
        expecting(placeless(Code::not_labels, quote(entry) + " works on numbers, and a label is a name"),
                  described(found), "numbers"),
        "give each class a vector first: `embedding(50)`");
}

Diagnostic unknown_axis(std::string_view entry, Index axis, const Type& input, std::string_view about) {
    const auto rank = static_cast<Index>(input.shape.size());
    Diagnostic result = expecting(
        placeless(Code::unknown_axis, quote(entry) + " is asked for an axis that its input does not have"),
        std::string(about) + " = " + std::to_string(axis) + " on " + described(input),
        rank == 0 ? "a value with axes"
                  : "an axis from 0 to " + std::to_string(rank - 1) + ", or from -1 (the last) to -" +
                        std::to_string(rank));
    result.about = about;
    return result;
}

Diagnostic index_out_of_range(Span span, Index index, Index size, const Type& input) {
    return expecting(error(Code::index_out_of_range, span, "this index is outside of its value"),
                     std::to_string(index) + " on " + described(input),
                     size == 0 ? "a value with axes"
                               : "from 0 to " + std::to_string(size - 1) + ", or from -1 (the last) to -" +
                                     std::to_string(size));
}

Diagnostic shapes_differ(std::string_view entry, const Type& left, const Type& right, std::string_view rule) {
    return expecting(placeless(Code::shapes_differ, quote(entry) + " cannot take these together"),
                     described(left) + " and " + described(right), std::string(rule));
}

Diagnostic wrong_shape(std::string_view entry, const Type& found, std::string_view expected,
                       std::string_view help) {
    return helping(expecting(placeless(Code::wrong_shape, quote(entry) + " cannot act on this shape"),
                             described(found), std::string(expected)),
                   std::string(help));
}

Diagnostic refused_argument(std::string_view entry, std::string_view argument, std::string found,
                            std::string expected, std::string_view help) {
    Diagnostic result =
        placeless(Code::wrong_argument, quote(argument) + " of " + quote(entry) + " must be " + expected);
    result.found = std::move(found);
    result.expected = std::move(expected);
    result.about = argument;
    return helping(std::move(result), std::string(help));
}

Note net_called(Span span, std::string_view net) {
    return {span, "the shapes in " + quote(net) + " come from this call"};
}

Note layer_used(Span span, std::string_view layer) {
    return {span, "in " + quote(layer) + ", used here"};
}

// The command line.

Diagnostic unknown_option(std::string_view name, const Names& options) {
    Diagnostic result =
        suggesting(placeless(Code::unknown_option, "this file has no option " + quote(name)), name, options);
    result.expected = options.empty() ? "a file with options" : listed(options);
    return result;
}

Diagnostic option_type(std::string_view name, std::string_view given, std::string_view expected) {
    return expecting(placeless(Code::option_type, "the option " + quote(name) + " cannot be set to this"),
                     quote(given), std::string(expected));
}

Diagnostic more(std::size_t most) {
    return helping(placeless(Code::more, "there is more to say about this file than the first " +
                                             std::to_string(most) + " errors and warnings"),
                   "mend these first");
}

// While it trains.

Diagnostic diverged(const Divergence& divergence) {
    Diagnostic result =
        error(Code::diverged, divergence.span,
              "training stopped in step " + std::to_string(divergence.step) + ": " +
                  (divergence.inside.empty() ? "" : "in " + divergence.inside + ", ") + divergence.computed +
                  " is " + divergence.value + ", which leaves " + divergence.result + " without a value");
    result.found = divergence.found;
    result.expected = divergence.expected;
    result.help = divergence.help;
    return result;
}

Note reached_through(Span span, std::string_view net) {
    return {span, quote(net) + " is called here"};
}

}  // namespace gandsl::dsl::diagnostics
