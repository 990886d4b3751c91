#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a CSV file does not say itself.
namespace gandsl::formats {

enum class FirstRow {
    header,       ///< a text stands over numbers, or no number over another
    numbers,      ///< no text is in it
    likely_data,  ///< numbers stand over numbers, and the text in it over other text
};

/// Whether a first row names the columns, from the rows after it.
FirstRow guess_first_row(const std::vector<std::string>& first,
                         std::span<const std::vector<std::string>> rows);

/// The character that separates the cells if `separator` does not: of `;`, tab, `|` and `,` the one that the
/// first lines all have equally often outside of quotes.
std::optional<char> likely_separator(std::string_view text, char separator);

/// A separator as the language spells it: `";"`, `"\t"`.
std::string spelled_separator(char separator);

/// "NA", "null", "?": what programs write for a value that is not known.
bool stands_for_missing(std::string_view cell);

/// What to write instead of a cell that is no number but was meant as one ("; write 0.5"), or nothing.
std::string number_help(std::string_view cell);

}  // namespace gandsl::formats
