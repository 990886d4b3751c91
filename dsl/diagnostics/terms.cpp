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

}  // namespace

Found::Found(const Term& term) : words(wording(term)) {}

std::string wording(const Term& term) {
    std::string result;
    std::string_view rest = form_words.at(static_cast<std::size_t>(term.form));
    // Facts may be the author's own text, and hold braces themselves.
    for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
        result += rest.substr(0, open);
        result += term.facts.at(static_cast<std::size_t>(rest.at(open + 1) - '0'));
        rest.remove_prefix(open + 3);
    }
    return result + std::string(rest);
}

std::string wording(Remedy remedy) {
    return std::string(remedy_words.at(static_cast<std::size_t>(remedy)));
}

}  // namespace gandsl::dsl::diagnostics
