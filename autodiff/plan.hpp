#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "array_forward.hpp"
#include "tape.hpp"
#include "threads.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// After a run, `state` holds `value`.
struct Assignment {
    Var state;
    Var value;
};

/// What a plan found and will need.
struct PlanStatistics {
    std::size_t recorded = 0;      ///< nodes the outputs depend on
    std::size_t merged = 0;        ///< of these, equal to another and dropped
    std::size_t steps = 0;         ///< what one run executes
    std::size_t arena_bytes = 0;   ///< one block for everything that a run computes
    std::size_t buffer_bytes = 0;  ///< the sum of those buffers, had each its own memory
    std::size_t state_bytes = 0;
    double flops = 0;                ///< of one run
    double bytes_moved = 0;          ///< of one run: what its kernels and copies read and write, each once
    std::size_t feed_bytes = 0;      ///< of its inputs
    Shape largest = {};              ///< of the values in the arena
    std::size_t largest_origin = 0;  ///< its node's (Recording::origin)
};

struct PlanOptions {
    /// None: the calling thread alone. Plans that run at the same time may share one: their loops then take
    /// turns.
    std::shared_ptr<ThreadPool> pool = {};
    std::vector<std::string> without = {};  ///< passes to leave out, by name (Plan::passes)
    /// Called before the plan takes memory, with all of the statistics that is known then: all about memory.
    /// It may throw. In any case more than available_memory() is an Error.
    std::function<void(const PlanStatistics&)> before_memory = {};
};

/// Time spent in one kind of operation; in one that multiplies, for each combination of shapes.
struct OperationTime {
    std::string operation;
    double seconds = 0;
    double flops = 0;
    double bytes = 0;  ///< read and written, each value once
    std::size_t calls = 0;
    std::string shapes = {};  ///< "64x100 * 100x256 -> 64x256"; empty for those not told apart by shape
};

/// A fixed sequence of kernels that computes `outputs`, then stores the assignments: pruned to what is
/// needed, equal nodes merged, elementwise runs fused, every buffer placed in one arena, and the whole
/// verified before it is used. A run allocates nothing. Not to be run by two threads at once. It may outlive
/// its tape, whose Vars it then no longer takes. All members throw Error(invalid_argument) for a Var that is
/// empty, of another tape, or of the wrong kind.
class Plan {
  public:
    Plan(std::vector<Var> outputs, std::vector<Assignment> assignments = {}, PlanOptions options = {});
    ~Plan();
    Plan(Plan&&) noexcept;
    Plan& operator=(Plan&&) noexcept;

    /// Names of the passes, in order: each can be switched off with PlanOptions::without.
    static std::vector<std::string> passes();

    /// The memory from which runs read an input, 0 until it is written; empty if nothing depends on it. A run
    /// makes 0 of what it finds there below the normal numbers.
    std::span<Real> feed(Var input);
    /// Copies to where `feed` is; without effect if nothing depends on the input.
    void set(Var input, const Array& value);

    /// Computes everything once. `step` numbers the run: random operations depend on it, and draw the same
    /// numbers again in a run of the same number. A run that throws (an index out of range) changes no state;
    /// its outputs are unspecified.
    void run(std::uint64_t step = 0);

    /// An output's value in the last run, before its assignments; of no meaning before the first run. The
    /// span is valid until the next run.
    std::span<const Real> read(Var output) const;
    Array value(Var output) const;

    const PlanStatistics& statistics() const;

    /// Like run, and adds up the time each kind of operation took. `times` is empty, or of this plan's
    /// earlier runs.
    void profile(std::uint64_t step, std::vector<OperationTime>& times);

  private:
    struct Implementation;
    Implementation& own() const;
    void require_own(Var var, const char* entry) const;

    std::unique_ptr<Implementation> implementation_;
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
