#include "dsl/diagnostics/terms.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace gandsl::dsl::diagnostics {

namespace {

// In the order of the enumerations.

constexpr auto form_words = std::to_array<std::string_view>({
#define GANDSL_WORDS(form, words) words,
    GANDSL_FORMS(GANDSL_WORDS)
#undef GANDSL_WORDS
});

constexpr auto remedy_words = std::to_array<std::string_view>({
#define GANDSL_WORDS(remedy, words) words,
    GANDSL_REMEDIES(GANDSL_WORDS)
#undef GANDSL_WORDS
});

// Facts may be the author's own text, and hold braces themselves.
std::string filled(std::string_view words, const std::vector<std::string>& facts) {
    std::string result;
    for (std::size_t open = words.find('{'); open != std::string_view::npos; open = words.find('{')) {
        result += words.substr(0, open);
        const char which = words.at(open + 1);
        for (std::size_t i = 0; which == '*' && i < facts.size(); ++i) {
            result += (i == 0 ? "" : ", and ") + facts[i];
        }
        result += which == '*' ? "" : facts.at(static_cast<std::size_t>(which - '0'));
        words.remove_prefix(open + 3);
    }
    return result + std::string(words);
}

}  // namespace

Found::Found(const Term& term) : words(wording(term)) {}

std::string wording(const Term& term) {
    return filled(form_words.at(static_cast<std::size_t>(term.form)), term.facts);
}

std::string wording(const Advice& advice) {
    return filled(remedy_words.at(static_cast<std::size_t>(advice.remedy)), advice.facts);
}

}  // namespace gandsl::dsl::diagnostics
