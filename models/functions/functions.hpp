#pragma once

#include <vector>

#include "models/builder.hpp"

/// Functions and operators of values, without weights.
namespace gandsl::models {
inline namespace GANDSL_PRECISION {

std::vector<Definition> define_elementwise();  ///< log exp sqrt abs sin cos floor
std::vector<Definition> define_operators();    ///< what + - * / ^, comparisons and brackets stand for
std::vector<Definition> define_reductions();   ///< sum mean norm max min batch_mean batch_std
std::vector<Definition> define_losses();       ///< bce cross_entropy mse l1 l2
std::vector<Definition> define_structure();  ///< concat stop_gradient grad next classes width length continue

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
