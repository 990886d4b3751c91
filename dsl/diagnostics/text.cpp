#include <array>
#include <cstdio>
#include <utility>

#include "dsl/diagnostics.hpp"
#include "dsl/diagnostics/words.hpp"
#include "dsl/foreign.hpp"

namespace gandsl::dsl::diagnostics {

Diagnostic file_too_large(std::size_t bytes, std::size_t max) {
    return expecting(error(Code::file_too_large, {0, 0}, "this file is too large to be a program"),
                     std::to_string(bytes) + " bytes", "at most " + std::to_string(max));
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

Diagnostic nesting_too_deep(Span span, std::size_t max) {
    return helping(expecting(error(Code::nesting_too_deep, span, "this is nested too deeply"), "",
                             "at most " + std::to_string(max) + " levels"),
                   "bind parts of it to names");
}

Diagnostic number_too_large(Span span, std::string_view text) {
    return expecting(error(Code::number_too_large, span, "this number is too large"), std::string(text),
                     "at most 3.4e+38, which is what numbers of 32 bits hold");
}

Diagnostic number_too_small(Span span, std::string_view text) {
    return expecting(error(Code::number_too_small, span, "this number is so small that it would count as 0"),
                     std::string(text),
                     "0, or at least 1.2e-38 in size, which is what numbers of 32 bits hold");
}

Diagnostic syntax(Span span, const Found& found, std::string expected, std::string_view written,
                  const Names& words, bool begins) {
    Diagnostic result = error(Code::syntax, span, "expected " + expected + ", found " + found.words);
    const std::string_view bare = found.words;
    const bool quoted = bare.size() > 2 && bare.front() == '`';
    // A line `if x {` reads as the name `if` and then something else.
    std::string help = begins ? foreign::keyword(written) : "";
    if (help.empty() && quoted) {
        help = foreign::sign(bare.substr(1, bare.size() - 2), expected);
    }
    if (help.empty() && !written.empty()) {
        help = foreign::sign(written, expected);  // a word such as `not`, which reads as a name
    }
    if (!help.empty()) {
        return helping(std::move(result), std::move(help));
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
    meaning_word(result, word, statements);
    return result;
}

}  // namespace gandsl::dsl::diagnostics
