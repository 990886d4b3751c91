#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gandsl::dsl {

/// The candidate nearest to a misspelt name, if one is near enough to have been meant.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace gandsl::dsl
