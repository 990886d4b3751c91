#pragma once

#include <vector>

#include "autodiff/elementwise.hpp"
#include "autodiff/plan/graph.hpp"
#include "autodiff/plan/schedule.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// An elementwise group as a program, and the nodes whose memory its operands and outputs are.
struct Fused {
    ElementwiseProgram program;
    std::vector<std::size_t> operands;
    std::vector<std::size_t> outputs;
    std::vector<std::size_t> last_read;  ///< for each operand, the last step that reads it
    std::vector<std::size_t> written;    ///< for each output, the step that writes it
    std::vector<std::size_t> sums;
};

/// The group's program, with memory for `outputs`; its other nodes pass through registers.
Fused compile(const Graph& graph, const FusionGroup& group, const std::vector<std::size_t>& outputs);

/// Whether the node `output` may take the memory of `root`: whatever shows it is read, at its own position,
/// before.
bool may_overwrite(const Graph& graph, const FusionGroup& group, const Fused& fused, std::size_t output,
                   std::size_t root);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
