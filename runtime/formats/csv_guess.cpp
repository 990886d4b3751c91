#include "runtime/formats/csv_guess.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>

#include "runtime/formats/csv.hpp"

namespace gandsl::formats {

namespace {

constexpr std::string_view digits = "0123456789";

/// Also one that no double holds (1e400): it is no name either.
bool looks_like_number(std::string_view cell) {
    cell.remove_prefix(!cell.empty() && cell[0] == '+' ? 1 : 0);
    double number = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    return error != std::errc::invalid_argument && end == cell.data() + cell.size();
}

bool says_nothing(const std::string& cell) {
    return cell.empty() || stands_for_missing(cell);
}

/// How often `wanted` stands in each of the first lines that are not empty, outside of quotes.
std::vector<std::size_t> counts_in_lines(std::string_view text, char wanted) {
    constexpr std::size_t max_lines = 10;
    constexpr std::size_t max_read_bytes = 100'000;
    std::vector<std::size_t> counts;
    std::size_t count = 0;
    bool quoted = false;
    bool empty = true;
    for (const char c : text.substr(0, max_read_bytes)) {
        if (!quoted && (c == '\n' || c == '\r')) {
            if (!empty) {
                counts.push_back(count);
            }
            if (counts.size() == max_lines) {
                return counts;
            }
            count = 0;
            empty = true;
            continue;
        }
        quoted = quoted != (c == '"');
        count += !quoted && c == wanted ? 1 : 0;
        empty = false;
    }
    // A line that is cut off by the limit is left out.
    if (!empty && text.size() <= max_read_bytes) {
        counts.push_back(count);
    }
    return counts;
}

bool in_all_lines(std::string_view text, char separator) {
    const std::vector<std::size_t> counts = counts_in_lines(text, separator);
    return !counts.empty() && counts[0] > 0 &&
           std::all_of(counts.begin(), counts.end(), [&](std::size_t count) { return count == counts[0]; });
}

}  // namespace

FirstRow guess_first_row(const std::vector<std::string>& first,
                         std::span<const std::vector<std::string>> rows) {
    bool text = false;
    bool number_over_number = false;
    for (std::size_t column = 0; column < first.size(); ++column) {
        if (says_nothing(first[column])) {
            continue;
        }
        const bool number = looks_like_number(first[column]);
        const bool over_number = std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
            return column < row.size() && looks_like_number(row[column]);
        });
        if (!number && over_number) {
            return FirstRow::header;
        }
        text = text || !number;
        number_over_number = number_over_number || (number && over_number);
    }
    return !text ? FirstRow::numbers : number_over_number ? FirstRow::likely_data : FirstRow::header;
}

std::optional<char> likely_separator(std::string_view text, char separator) {
    const bool consistent = in_all_lines(text, separator);
    for (const char candidate : {';', '\t', '|', ','}) {
        // Commas in lines that are separated well by something else are decimal ones.
        if (candidate != separator && !(candidate == ',' && consistent) && in_all_lines(text, candidate)) {
            return candidate;
        }
    }
    return std::nullopt;
}

std::string spelled_separator(char separator) {
    return separator == '\t' ? "\"\\t\"" : '"' + std::string(1, separator) + '"';
}

bool stands_for_missing(std::string_view cell) {
    constexpr std::array<std::string_view, 6> words = {"na", "n/a", "#n/a", "nan", "null", "?"};
    std::string lower(cell);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return std::find(words.begin(), words.end(), lower) != words.end();
}

std::string number_help(std::string_view cell) {
    if (stands_for_missing(cell)) {
        return ", and this stands for a missing value; leave such rows out of the file, or the column with "
               "`columns`";
    }
    if (cell.empty() || cell.find_first_of(digits) == std::string_view::npos) {
        return "";
    }
    if (cell.back() == '%' && parse_number(cell.substr(0, cell.size() - 1))) {
        return "; write it without the `%`";
    }
    if (cell.find(',') == std::string_view::npos ||
        cell.find_first_not_of("0123456789+-.,eE' ") != std::string_view::npos) {
        return "";
    }
    std::string pointed(cell);
    std::replace(pointed.begin(), pointed.end(), ',', '.');
    const bool decimal = std::count(cell.begin(), cell.end(), ',') == 1 && parse_number(pointed).has_value();
    return "; decimal commas and commas between thousands are not read: write a decimal point" +
           (decimal ? ", " + pointed + ", if that is what the comma means" : std::string());
}

}  // namespace gandsl::formats
