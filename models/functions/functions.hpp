#pragma once

#include <vector>

#include "models/builder.hpp"

/// Functions and operators of values, without weights.
namespace gandsl::models {
inline namespace GANDSL_PRECISION {

std::vector<Definition> define_elementwise();
std::vector<Definition> define_operators();  ///< what + - * / ^, comparisons and brackets stand for
std::vector<Definition> define_reductions();
std::vector<Definition> define_losses();
std::vector<Definition> define_structure();  ///< of shapes, classes and nets

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
