#pragma once

#include "runtime/build/graph.hpp"
#include "runtime/gradcheck/gradcheck.hpp"

namespace gandsl::gradcheck {
inline namespace GANDSL_PRECISION {

/// The same for a graph of the program that is there already; moves its weights. Meant for double.
std::vector<WeightReport> check_updates(const dsl::Program& program, const runtime::Graph& graph,
                                        const Options& options, const Feed& feed,
                                        const Progress& progress = {});

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::gradcheck
