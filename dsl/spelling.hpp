#pragma once

#include <string>

namespace gandsl::dsl {

/// A number as a reader would write it: 3, 0.5, 2e-04.
std::string spell(double number);

}  // namespace gandsl::dsl
