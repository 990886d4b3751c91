#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "autodiff/plan.hpp"
#include "autodiff/threads.hpp"
#include "autodiff/trace.hpp"
#include "dsl/diagnostics.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/training/feeder.hpp"

/// What happens when training gives no number: its steps are repeated from a copy of the states in memory,
/// the first bad one is looked at operation by operation, and the one that began it is named.
namespace gandsl::training {

/// A copy of all states, at most some seconds old. A step pays nothing for it: bad numbers in the states
/// show in the next step's losses, or when the states are looked at, before anything is kept of them.
class Watch {
  public:
    /// `step` steps are done; the states are taken as they are.
    Watch(std::span<const runtime::NamedState> states, std::uint64_t step, double now);

    /// Whether every number of the states is one.
    bool sound() const;

    /// The copy is so old that repeating what came since would keep somebody waiting.
    bool due(double now) const;
    /// Copies states that are sound. Allocates nothing.
    void keep(std::uint64_t step, double now);

    /// Puts the copy back. Returns how many steps it had seen.
    std::uint64_t restore();

  private:
    std::span<const runtime::NamedState> states_;
    std::vector<std::vector<float>> copies_;
    std::uint64_t step_ = 0;
    double kept_at_ = 0;
};

/// Where a run lost its numbers.
struct BadStep {
    std::uint64_t step = 0;    ///< counted from 1
    bool losses_good = false;  ///< its losses still are numbers, its new states are not
    std::optional<NotFinite> cause;
    dsl::Diagnostic diagnostic;
};

/// What a repetition needs of a run.
struct Replay {
    const loading::Loaded& loaded;
    const data::Datasets& datasets;
    const runtime::Graph& graph;
    std::shared_ptr<ThreadPool> pool;
    std::uint64_t last;      ///< the step, counted from 1, after which numbers were missed
    std::string log;         ///< path of the log
    std::string checkpoint;  ///< "the last good checkpoint, after step 8, is ..."
};

/// Repeats the steps after the copy. The plan's memory is given back before the bad step is looked at. Throws
/// Error(not_finite) where the repetition gives numbers throughout, which only failing hardware explains.
BadStep find_bad_step(Watch& watch, Plan plan, const Replay& replay);

}  // namespace gandsl::training
