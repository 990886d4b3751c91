#include "dsl/syntax_error.hpp"

#include <algorithm>
#include <utility>

#include "dsl/grammar.hpp"
#include "dsl/nearest.hpp"
#include "dsl/scan.hpp"
#include "dsl/utf8.hpp"

namespace gandsl::dsl {

namespace {

/// What stands at an offset, and where.
std::pair<Span, diagnostics::Found> token(std::string_view text, std::size_t at, std::size_t end) {
    using diagnostics::Form;
    using diagnostics::Found;
    using diagnostics::Term;
    const auto quoted = [&](std::size_t length) {
        return std::pair(Span{at, at + length},
                         Found(Term(Form::code, {std::string(text.substr(at, length))})));
    };
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) {
        ++at;
    }
    if (at >= text.size() || (at >= end && text.substr(at - 1, 1) != "\n")) {
        return {{at, at}, at >= text.size() ? Form::end_of_file : Form::end_of_line};
    }
    const char c = text[at];
    if (c == '\n' || c == '\r' || c == '#') {
        return {{at, at}, Form::end_of_line};
    }
    std::size_t length = 0;
    while (at + length < text.size() && is_word_character(text[at + length])) {
        ++length;
    }
    if (length > 0) {
        return quoted(length);
    }
    if (c == '"') {
        std::size_t close = at + 1;
        while (close < text.size() && text[close] != '"' && text[close] != '\n') {
            close += text[close] == '\\' ? 2 : 1;
        }
        return quoted(std::min(close + 1, text.size()) - at);
    }
    // Of a foreign operator such as `**` the first sign was read as one of the language.
    for (const std::string_view sign : {"**", "//", "+=", "-=", "*=", "/=", "=="}) {
        if (at > 0 && text.substr(at - 1, 2) == sign) {
            --at;
            return quoted(2);
        }
    }
    for (const std::string_view sign :
         {"->", "==", "!=", "<=", ">=", "**", "//", "&&", "||", "+=", "-=", "*=", "/=", ":=", "=>", "++"}) {
        if (text.substr(at, 2) == sign) {
            return quoted(2);
        }
    }
    return quoted(std::max<std::size_t>(utf8::decode(text, at).bytes, 1));
}

/// What a message holds between backticks.
diagnostics::Names quoted_words(std::string_view message) {
    diagnostics::Names words;
    for (std::size_t begin = message.find('`'); begin != std::string_view::npos;) {
        const std::size_t end = message.find('`', begin + 1);
        if (end == std::string_view::npos) {
            break;
        }
        words.emplace_back(message.substr(begin + 1, end - begin - 1));
        begin = message.find('`', end + 1);
    }
    return words;
}

/// The word that ends before an offset of the same line, blanks between them.
std::string_view word_before(std::string_view text, std::size_t at) {
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) {
        --at;
    }
    std::size_t begin = at;
    while (begin > 0 && is_word_character(text[begin - 1])) {
        --begin;
    }
    return text.substr(begin, at - begin);
}

bool begins_line(std::string_view text, std::size_t at) {
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) {
        --at;
    }
    return at == 0 || text[at - 1] == '\n' || text[at - 1] == '{';
}

}  // namespace

Diagnostic syntax_error(std::string_view text, std::size_t end, std::size_t at, std::string expected) {
    const auto [span, found] = token(text, at, end);
    const std::string word(text.substr(span.begin, span.end - span.begin));
    if (expected == grammar::message<grammar::any_statement> && !word.empty() && is_word_character(word[0])) {
        return diagnostics::unknown_statement(span, word, statement_words());
    }
    const auto& reserved = reserved_words();
    const bool wants_name = expected.find("name") != std::string::npos;
    if (wants_name && std::find(reserved.begin(), reserved.end(), word) != reserved.end()) {
        return diagnostics::reserved_word(span, word, std::move(expected));
    }
    diagnostics::Names words = quoted_words(expected);
    if (std::string_view(expected) == grammar::message<grammar::end_of_line>) {
        words = {"minimize", "maximize", "update", "repeat", "return", "average"};
    }
    if (std::string_view(expected) == grammar::message<grammar::period_unit>) {
        words.insert(words.end(), {"epoch", "step"});
    }
    // What stands there may be a word misspelt, or what stands before it, which was taken for a name.
    const bool here = !word.empty() && is_word_character(word[0]) && nearest(word, words);
    const std::string_view before = word_before(text, span.begin);
    const bool begins = !before.empty() &&
                        std::string_view(expected) == grammar::message<grammar::end_of_line> &&
                        begins_line(text, static_cast<std::size_t>(before.data() - text.data()));
    return diagnostics::syntax(span, found, std::move(expected), here ? word : before, words,
                               !here && begins);
}

}  // namespace gandsl::dsl
