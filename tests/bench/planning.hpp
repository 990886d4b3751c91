#pragma once

#include <vector>

#include "tests/bench/curves.hpp"

namespace gandsl::bench {

/// What a graph costs before its first step: seconds of planning an unrolled differential equation with its
/// gradients against its nodes, and microseconds of the gradient of one operation against what the tape holds
/// already. Each point is the median of the rounds, in one process.
std::vector<Curve> planning_curves(std::size_t rounds);

}  // namespace gandsl::bench
