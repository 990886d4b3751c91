#pragma once

#include "autodiff/operation.hpp"

/// Indices are whole numbers held as reals.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Indices come from data: they are looked at before any of them is used. Throws Error(invalid_argument) for
/// one that is not a whole number from 0 to count - 1.
void check_indices(const char* operation, const ConstTensor& indices, Index count);

/// Throws Error(shape) for more rows than reals count.
void require_countable(const char* operation, Index rows, const char* what);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
