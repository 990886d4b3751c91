#pragma once

#include <optional>
#include <span>
#include <vector>

#include "autodiff/plan.hpp"
#include "autodiff/plan/layout.hpp"

/// What a run executes: a layout with the addresses of its blocks.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Numbers to look at before an operation computes with them (Operation::check).
struct NumberCheck {
    const GraphNode* node;
    std::vector<ConstTensor> inputs;
};

/// One kernel call, or one of several calls that run together.
struct Step {
    const GraphNode* node = nullptr;  ///< its last node
    std::size_t kind = 0;             ///< index in Steps::kinds
    double flops = 0;
    double bytes = 0;  ///< read and written
    std::vector<std::vector<ConstTensor>> inputs;
    std::vector<Operands> calls;
    std::vector<NumberCheck> checks;
    std::span<Real> workspace;
    std::optional<Fused> fused;
    std::vector<const Real*> operands;
    std::vector<Real*> outputs;
    std::vector<Real*> sums;
};

struct MemoryCopy {
    Real* to;
    const Real* from;
    std::size_t bytes;
};

struct Steps {
    std::vector<Step> steps;
    std::vector<NumberCheck> checks;  ///< of leaves, before anything else
    std::vector<MemoryCopy> before, after;
    std::vector<OperationTime> kinds;  ///< what the steps are, no time spent yet; copies come last
    double flops = 0;
    double bytes_moved = 0;
};

/// `addresses` are those of the layout's blocks. The steps refer to nodes of the graph, which must stay where
/// it is; the layout's programs move into them.
Steps bind_steps(const Graph& graph, const Schedule& schedule, Layout&& layout,
                 std::span<Real* const> addresses);

void run(std::span<const NumberCheck> checks);
void run(const Step& step, const Execution& execution);
void run(std::span<const MemoryCopy> copies);

/// Bytes that copies read and write.
double bytes_of(std::span<const MemoryCopy> copies);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
