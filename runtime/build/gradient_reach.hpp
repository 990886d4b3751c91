#pragma once

#include <vector>

#include "dsl/diagnostics.hpp"
#include "dsl/program.hpp"
#include "runtime/build/graph.hpp"

namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

/// Warnings about updates that teach a net nothing, and layers that no update teaches anything, as no
/// gradient reaches them; and about nets that an objective could teach and no update names.
std::vector<dsl::Diagnostic> unreached_by_gradients(const dsl::Program& program, const Graph& graph);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
