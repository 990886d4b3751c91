#pragma once

#include <vector>

#include "dsl/diagnostics.hpp"
#include "dsl/program.hpp"

namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

/// Errors about nets that a sample's `continue` feeds one step at a time, and that cannot be had so: each
/// says what in the net needs more than one step. A program with such an error must not be built.
std::vector<dsl::Diagnostic> check_continuations(const dsl::Program& program);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
