#pragma once

#include <functional>
#include <span>
#include <vector>

#include "autodiff/operation.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

/// One way to use an operation, found in its samples.
struct Prototype {
    const gandsl::Operation* operation;
    gandsl::Attributes attributes;
    std::vector<gandsl::Shape> shapes;  ///< of the inputs
    std::vector<bool> indices;          ///< inputs that are whole numbers in [low, high)
    double low = -2, high = 2;          ///< of the inputs
    /// Where the inputs must be prepared: records that and the operation, from as many inputs.
    std::function<gandsl::Var(std::span<const gandsl::Var>)> build = {};
};

/// Of each operation that has inputs, in the order of operations().
std::vector<std::vector<Prototype>> prototypes();

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
