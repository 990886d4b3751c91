#pragma once

#include <cstddef>
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
    /// Of the measure; only if there is a rule.
    std::size_t measure() const { return *measure_; }
    std::size_t turns() const { return turns_; }

  private:
    std::optional<std::size_t> measure_;
    std::size_t turns_ = 0;
    std::size_t without_better_ = 0;
    double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace gandsl::training
