#pragma once

#include <string>

#include "dsl/tree.hpp"

namespace gandsl::dsl {

/// The canonical text of a file: four blanks of indentation, one blank around operators, parentheses only
/// where they mean something, lines of at most 110 columns where an argument list can be broken. Comments,
/// single empty lines, numbers as written, one-line blocks and what the author lined up are kept.
/// print(parse(print(t))) == print(t).
std::string print(const Tree& tree);

/// An expression on one line, as it stands in canonical text.
std::string print(const tree::Expression& expression);

}  // namespace gandsl::dsl
