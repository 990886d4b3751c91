#pragma once

#include "autodiff/plan/schedule.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Cheap elementwise values that only later elementwise groups of the same shape read are computed there
/// again rather than kept in memory (Chen et al., 2016, "Training Deep Nets with Sublinear Memory Cost", at
/// its smallest), where what they are computed from is in memory anyway. A group may then hold a node that
/// another group holds too.
void rematerialize(const Graph& graph, Schedule& schedule);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
