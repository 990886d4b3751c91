#pragma once

#include <vector>

#include "models/builder.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

std::vector<Definition> define_distributions();
std::vector<Definition> define_initializers();
std::vector<Definition> define_optimizers();
std::vector<Definition> define_schedules();
std::vector<Definition> define_stop_rules();

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
