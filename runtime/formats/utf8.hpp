#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text as code points.
namespace gandsl::formats {

/// The code points of a text: a byte order mark at its start is dropped, and a carriage return, with the line
/// feed after it if there is one, becomes a line feed. Throws `format`, beginning with `name`, where the text
/// is not UTF-8, with the byte and line at fault.
std::vector<char32_t> code_points(std::string_view text, const std::string& name);

bool is_utf8(std::string_view text);

/// Throws `format` where a text begins like UTF-16, whose bytes would pass for odd characters.
void refuse_utf16(std::string_view text, const std::string& name);

}  // namespace gandsl::formats
