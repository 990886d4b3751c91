#pragma once

#include <cstddef>
#include <vector>

#include "autodiff/tape.hpp"

namespace gandsl_test {

/// y' = tanh(y A + b) * c by so many steps of Runge and Kutta's method, about 108 nodes each: the sum of
/// squares of the last y, after its gradients by A, b and c.
std::vector<gandsl::Var> unrolled_equation(gandsl::Tape& tape, std::size_t steps);

}  // namespace gandsl_test
