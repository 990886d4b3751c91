#pragma once

#include <span>

#include "autodiff/operation.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Runs one operation by itself, with memory of its own for scratch: how an eager tape computes.
void execute(const Operation& operation, const Attributes& attributes, std::span<const ConstTensor> inputs,
             Tensor output, const Execution& execution);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
