#pragma once

#include <span>
#include <vector>

#include "autodiff/operation.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// What an eager tape records and computes with, so that an operation of a few numbers allocates little.
struct EagerWorkspace {
    ThreadPool alone;
    std::vector<NodeId> ids = {};
    std::vector<Shape> shapes = {};
    std::vector<ConstTensor> inputs = {};
};

/// Runs one operation by itself, with memory of its own for scratch: how an eager tape computes.
void execute(const Operation& operation, const Attributes& attributes, std::span<const ConstTensor> inputs,
             Tensor output, const Execution& execution);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
