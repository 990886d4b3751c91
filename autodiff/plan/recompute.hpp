#pragma once

#include "autodiff/plan/units.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Cheap elementwise values that only later elementwise units of the same shape read are computed there again
/// rather than kept in memory (Chen et al., 2016, "Training Deep Nets with Sublinear Memory Cost", at its
/// smallest), where what they are computed from is in memory anyway. A unit may then hold a node that another
/// unit holds too.
void recompute(const Graph& graph, Units& units);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
