#pragma once

#include <vector>

#include "autodiff/elementwise.hpp"
#include "autodiff/plan/graph.hpp"
#include "autodiff/plan/units.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// An elementwise unit as a program, and the nodes whose memory its operands and outputs are.
struct Fused {
    ElementwiseProgram program;
    std::vector<std::size_t> operands;
    std::vector<std::size_t> outputs;
    std::vector<std::size_t> last_read;  ///< for each operand, the last step that reads it
    std::vector<std::size_t> written;    ///< for each output, the step that writes it
    std::vector<std::size_t> sums;
};

/// The unit's program, with memory for `outputs`; its other nodes pass through registers.
Fused compile(const Graph& graph, const Unit& unit, const std::vector<std::size_t>& outputs);

/// Whether `output` may take the memory of `root`: every operand that shows it is read, at its own place,
/// before.
bool may_overwrite(const Graph& graph, const Fused& fused, std::size_t output, std::size_t root);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
