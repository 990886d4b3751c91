#pragma once

#include <string_view>
#include <vector>

#include "dsl/tree.hpp"

namespace gandsl::dsl {

/// Hands each comment to the statement or block it belongs to, and marks blank lines, one-line blocks and
/// lined-up
/// `=` signs: what the printer keeps of the author's layout. `comments` are in the order of the text.
void attach_trivia(Tree& tree, std::string_view text, std::vector<tree::Comment> comments);

}  // namespace gandsl::dsl
