#pragma once

#include <string_view>
#include <vector>

#include "dsl/diagnostics.hpp"
#include "dsl/tree.hpp"

namespace gandsl::dsl {

struct ParseResult {
    Tree tree;                            ///< whole only when there are no diagnostics
    std::vector<Diagnostic> diagnostics;  ///< in the order of the text
};

/// Parses a .gan file. Never throws for what the text holds. Each broken line is reported once: parsing goes
/// on with the next line of a block, and after a broken statement with the next statement.
ParseResult parse(std::string_view text);

}  // namespace gandsl::dsl
