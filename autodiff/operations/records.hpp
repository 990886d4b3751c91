#pragma once

#include "autodiff/operation.hpp"
#include "autodiff/operations/table.hpp"

/// The records of the library's own operations: one is told from another by its address, as names are not
/// theirs alone.
namespace gandsl {
inline namespace GANDSL_PRECISION {

#define GANDSL_DECLARE(name) extern const Operation name##_operation;
GANDSL_OPERATIONS(GANDSL_DECLARE)
#undef GANDSL_DECLARE

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
