#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "dsl/diagnostics.hpp"

namespace gandsl::dsl {

/// An error of the grammar in the author's words: what stands at `at` of a statement that ends at `end`,
/// where the grammar expected something else.
Diagnostic syntax_error(std::string_view text, std::size_t end, std::size_t at, std::string expected);

}  // namespace gandsl::dsl
