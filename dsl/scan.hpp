#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dsl/diagnostics.hpp"
#include "dsl/tree.hpp"

/// The pass before the grammar: what is text, what is comment, where statements begin, which bracket belongs
/// to which.
namespace gandsl::dsl {

/// A stretch of the text with one statement in it.
struct Stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool broken = false;  ///< the scan found something wrong in it already
};

struct Scan {
    std::string masked;  ///< the text, byte for byte, with comments and line ends inside () and [] as blanks
    std::vector<tree::Comment> comments;
    std::vector<Stretch> stretches;
    std::vector<Diagnostic> diagnostics;
    bool readable = true;  ///< false: not worth parsing (not UTF-8, too large, too deep)
};

/// Most bytes of a file, and most brackets open at once.
inline constexpr std::size_t max_source_bytes = std::size_t{1} << 20;
inline constexpr std::size_t max_nesting = 100;

Scan scan(std::string_view text);

/// Blanks the line at an offset, so that what follows it can still be told; false where that would tear a
/// block open.
bool drop_line(std::string& masked, const Stretch& stretch, std::size_t at);

/// Whether a name may have this character: a letter of English, a digit or _.
bool is_word_character(char c);

/// Words that begin a statement of the file.
const std::vector<std::string>& statement_words();
/// Words that cannot be names.
const std::vector<std::string>& reserved_words();

}  // namespace gandsl::dsl
