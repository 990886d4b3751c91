#pragma once

#include <span>
#include <string_view>
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

/// Throws Error(invalid_argument) for an empty Var and Error(shape) unless it is one number, of shape (): for
/// what differentiates a loss. `role` is what the Var was given as.
void require_scalar(Var value, std::string_view entry, std::string_view role);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
