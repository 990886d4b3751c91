#pragma once

#include "autodiff/plan/layout.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Proves a layout by walking through a run without its numbers, byte range by byte range: every operand read
/// is the value meant and was not written over, in the same group either; results, workspace and copies
/// overlap nothing that is still read; programs of elementwise groups compute their nodes; outputs are values
/// of the run, in memory that neither assignments nor the next feed touch; every store gets its value;
/// nothing is stored before the last thing that can throw. Looks at blocks' offsets, not at the lifetimes
/// from which they were made. Linear, up to a logarithm. Throws Error(internal) that names the group and the
/// node.
void verify(const Graph& graph, const Schedule& schedule, const Layout& layout, std::size_t threads);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
