#pragma once

#include "autodiff/operation.hpp"
#include "autodiff/operations.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

// Values that are not computed. Constants with integer attribute -1 hold the number in the attributes.
extern const Operation input_operation;
extern const Operation constant_operation;
extern const Operation state_operation;

/// True for values that need no computing: inputs, constants, states.
bool is_leaf(const Operation& operation);

/// The number, if `x` is a constant made from one.
std::optional<double> constant_number(Var x);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
