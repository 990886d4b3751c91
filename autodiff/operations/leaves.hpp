#pragma once

#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// True for values that need no computing: inputs, constants, states. Constants with integer attribute -1
/// hold the number in the attributes.
bool is_leaf(const Operation& operation);

/// The number, if `x` is a constant made from one.
std::optional<double> constant_number(Var x);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
