#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "dsl/program.hpp"

/// `stop = stalled(bits, 5)`: ends a run before its last step.
namespace gandsl::training {

class StopRule {
  public:
    /// The rule of the program's train block; without one, or with one that is not stalled, it never stops.
    explicit StopRule(const dsl::Program& program);

    /// The next value of measure `index`, in the order in which they were taken; also those of a run that is
    /// resumed.
    void observe(std::size_t index, double value);

    bool stopped() const { return measure_ && without_better_ >= turns_; }
    std::optional<std::size_t> measure() const { return measure_; }
    std::size_t turns() const { return turns_; }

  private:
    std::optional<std::size_t> measure_;
    std::size_t turns_ = 0;
    std::size_t without_better_ = 0;
    double best_ = std::numeric_limits<double>::infinity();
};

/// What the best checkpoint is judged by: the measure of the stop rule, else the file's first. Lower is
/// better, as for `stalled`.
class BestRule {
  public:
    explicit BestRule(const dsl::Program& program, const StopRule& stop);

    /// The next value of measure `index`, as for StopRule. True if it is the lowest yet.
    bool observe(std::size_t index, double value, std::uint64_t step);

    /// Only if observe() was true once.
    std::size_t measure() const { return *measure_; }
    double value() const { return best_; }
    /// After which the value was taken; nothing before observe() was true.
    std::optional<std::uint64_t> step() const { return step_; }

  private:
    std::optional<std::size_t> measure_;
    std::optional<std::uint64_t> step_;
    double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace gandsl::training
