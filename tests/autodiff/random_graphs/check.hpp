#pragma once

#include <optional>
#include <string>

#include "tests/autodiff/random_graphs/compute.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

/// What is wrong with one way to compute a graph.
struct Fault {
    Variant variant;
    std::string message;  ///< where it differs from the reference, or the exception's text
};

/// Nothing if the variant gives what the reference gives. Throws what the reference throws.
std::optional<Fault> check(const RandomGraph& graph, const Variant& variant, const Pools& pools);

struct Checked {
    std::optional<Fault> fault;  ///< the first among all_variants(), or the reference's own exception
    bool finite = false;         ///< whether every number of the reference is finite
};
Checked check_all(const RandomGraph& graph, const Pools& pools);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
