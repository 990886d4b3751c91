#pragma once

#include <functional>

#include "tests/autodiff/random_graphs/compute.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

/// A graph that is computed wrongly in one way.
struct Failure {
    RandomGraph graph;
    Variant variant;
};

/// A smaller one of the kind: outputs, assignments and nodes that it does not take are dropped, sizes made
/// smaller, passes and threads left out, numbers made plain. `fails` tells whether a candidate still does;
/// one that it throws for does not. `patience`: how many candidates are tried at most.
Failure shrunk(Failure failure, const std::function<bool(const Failure&)>& fails,
               std::size_t patience = 1500);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
