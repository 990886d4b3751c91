#include "dsl/nearest.hpp"

#include <algorithm>
#include <cstddef>

namespace gandsl::dsl {

namespace {

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

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates) {
    if (name.size() > 64) {
        return std::nullopt;
    }
    // One edit for three letters, two for six: what is further off was hardly meant.
    const std::size_t cap = std::max<std::size_t>(1, std::min<std::size_t>(name.size() / 3, 3));
    std::optional<std::string> best;
    std::size_t min = cap + 1;
    for (const std::string& candidate : candidates) {
        if (candidate.size() > name.size() + cap || candidate.size() + cap < name.size() ||
            candidate == name) {
            continue;
        }
        const std::size_t edits = distance(lower(name), lower(candidate));
        if (edits < min && edits < std::max(candidate.size(), name.size())) {
            min = edits;
            best = candidate;
        }
    }
    return best;
}

}  // namespace gandsl::dsl
