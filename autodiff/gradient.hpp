#pragma once

#include <span>
#include <vector>

#include "tape.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Gradients of the sum of `value` with respect to each of `variables`, recorded on the same tape as ordinary
/// values, so they can be differentiated again. A variable that `value` does not depend on gets zeros. Each
/// result has its variable's shape. Throws Error(invalid_argument) where an eager value was computed from a
/// state that has been assigned since, by Tape::assign or by a plan, or where an operation's own `vjp` does
/// not give what its record promises.
std::vector<Var> gradient(Var value, std::span<const Var> variables);
std::vector<Var> gradient(Var value, std::initializer_list<Var> variables);
Var gradient(Var value, Var variable);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
