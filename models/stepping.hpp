#pragma once

#include "models/builder.hpp"

/// How entries act on one step of a sequence: the common cases.
namespace gandsl::models {
inline namespace GANDSL_PRECISION {

/// Number by number.
StepRule steps_alike();
/// Along the last axis, so that a sequence of vectors is treated step by step.
StepRule vectors_alike();
/// Along `axis`; along the last where it is left out and `otherwise_last`, else along all.
StepRule along_axis(bool otherwise_last);
/// Carries states.
StepRule carries_steps();

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
