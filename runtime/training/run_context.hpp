#pragma once

#include <memory>
#include <string>
#include <vector>

#include "autodiff/plan.hpp"
#include "autodiff/threads.hpp"
#include "dsl/program.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/loading/memory_budget.hpp"
#include "runtime/runs/measure_log.hpp"
#include "runtime/training/feeder.hpp"
#include "runtime/training/length.hpp"
#include "runtime/training/run_request.hpp"

namespace gandsl::training {

/// What a run works with from its first step to its last: the program, its data, and what was built of them.
struct RunContext {
    /// Opens the data, builds the graph and makes the plan of a step. `file` and `asked` must outlive it.
    /// Throws Error where a file is broken, the run has no length or the plan does not fit into memory.
    RunContext(const loading::Loaded& file, const RunRequest& asked);
    /// Not to be copied or moved: its parts refer to one another.
    RunContext(const RunContext&) = delete;
    RunContext& operator=(const RunContext&) = delete;

    const loading::Loaded& loaded;
    const RunRequest& request;
    const dsl::Program& program;
    data::Datasets datasets;
    Length length;
    std::shared_ptr<ThreadPool> pool;
    runtime::Graph graph;
    loading::MemoryBudget memory;
    Plan plan;                             ///< of a training step
    std::vector<std::string> value_names;  ///< of what each step logs
    std::vector<std::string> measure_names;
};

/// Which measures are due after which step. `run` must outlive it.
runs::MeasureDue measure_due(const RunContext& run);

}  // namespace gandsl::training
