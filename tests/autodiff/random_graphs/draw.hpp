#pragma once

#include <cstdint>

#include "tests/autodiff/random_graphs/graph.hpp"
#include "tests/autodiff/random_graphs/prototypes.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

/// The graph of a seed: operations out of the table on values of a few shapes that meet one another, with
/// states, assignments and gradients. `known` are prototypes().
RandomGraph draw_graph(std::uint64_t seed, const std::vector<std::vector<Prototype>>& known);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
