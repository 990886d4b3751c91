#include "dsl/diagnostics/words.hpp"

#include <utility>

#include "dsl/foreign.hpp"
#include "dsl/nearest.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl::diagnostics {

std::string quote(std::string_view text) {
    return "`" + std::string(text) + "`";
}

std::string listed(const Names& names, std::string_view last) {
    std::string result;
    for (std::size_t i = 0; i < names.size(); ++i) {
        result += (i == 0 ? "" : i + 1 == names.size() ? std::string(last) : ", ") + quote(names[i]);
    }
    return result;
}

std::string joined(const Names& names) {
    std::string result;
    for (const std::string& name : names) {
        result += (result.empty() ? "" : ", ") + name;
    }
    return result;
}

std::string counted(std::size_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string bare(const Term& term) {
    std::string result = wording(term);
    for (const std::string_view article : {"a ", "an "}) {
        for (std::size_t at = result.find(article); at != std::string::npos; at = result.find(article, at)) {
            if (at == 0 || result[at - 1] == ' ') {
                result.erase(at, article.size());
            } else {
                at += article.size();
            }
        }
    }
    return result;
}

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

Diagnostic expecting(Diagnostic diagnostic, const Found& found, const Term& expected) {
    return expecting(std::move(diagnostic), found.words, wording(expected));
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

Diagnostic suggesting(Diagnostic diagnostic, std::string_view name, const Names& candidates) {
    if (const auto meant = nearest(name, candidates)) {
        diagnostic.help.push_back("did you mean " + quote(*meant) + "?");
    }
    return diagnostic;
}

bool meaning_word(Diagnostic& diagnostic, std::string_view word, const Names& candidates) {
    const std::size_t before = diagnostic.help.size();
    diagnostic = helping(std::move(diagnostic), foreign::keyword(word));
    if (diagnostic.help.size() == before) {
        diagnostic = suggesting(std::move(diagnostic), word, candidates);
    }
    return diagnostic.help.size() > before;
}

}  // namespace gandsl::dsl::diagnostics
