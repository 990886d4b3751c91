#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "autodiff/plan.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/loading/load.hpp"

namespace gandsl::loading {

/// What is kept in memory outside of a plan, for it.
struct Beside {
    std::size_t batches = 1;  ///< of its inputs
    std::size_t copies = 0;   ///< of its states
};

/// Keeps the plans of one process within the memory that was free before the first of them. Each is told by
/// itself that it fits, though none of them has been written to yet.
class MemoryBudget {
  public:
    /// `loaded` and the graph of the plans must outlive their making.
    MemoryBudget(const Loaded& loaded, const runtime::Graph& graph, std::shared_ptr<ThreadPool> pool);

    /// Options for one plan. Making it throws Error(memory), with the bytes it would take and the place of
    /// the largest value in the file, where it does not fit beside those made before. `what` is the plan in
    /// words ("a step of batch 64"), `mend` says how to make it smaller.
    PlanOptions options(std::string what, std::string mend, const Beside& beside = {});

  private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Options for the plan of a training step of this program's batch.
PlanOptions step_options(MemoryBudget& memory, const dsl::Program& program);

}  // namespace gandsl::loading
