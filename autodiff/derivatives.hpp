#pragma once

#include "tape.hpp"

/// Derivatives that are made of gradients. All are recorded as gradients are: they can be differentiated
/// again, computed eagerly or planned. All throw Error(invalid_argument) for Vars that are empty or of
/// different tapes.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// The derivatives of every element of `value` by every element of `variable`, of shape value.shape() +
/// variable.shape(). Takes as many gradients as `value` has elements.
Var jacobian(Var value, Var variable);

/// The second derivatives of `value`, a scalar, of shape variable.shape() + variable.shape(). Takes as many
/// gradients as `variable` has elements. Throws Error(shape) for a value that is no scalar.
Var hessian(Var value, Var variable);

/// `hessian` times `vector`, of the variable's shape, at the cost of two gradients (Pearlmutter, 1994, "Fast
/// exact multiplication by the Hessian"). `vector` counts as constant. Throws Error(shape) for a value that
/// is no scalar, and for a vector of another shape than the variable.
Var hessian_vector_product(Var value, Var variable, Var vector);

/// `jacobian` times `tangent`, of the value's shape, at the cost of two gradients: how `value` changes as
/// `variable` moves along `tangent`, which counts as constant. Throws Error(shape) for a tangent of another
/// shape than the variable.
Var jvp(Var value, Var variable, Var tangent);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
