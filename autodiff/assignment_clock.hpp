#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "autodiff/plan.hpp"
#include "autodiff/tape.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Counts a tape's assignments, and knows the last one to each state. Shared with plans, which may outlive
/// their tape.
struct AssignmentClock {
    std::atomic<std::uint64_t> now{0};
    std::unordered_map<NodeId, std::uint64_t> assigned;  ///< by state, each from its making on
    std::atomic<bool> tape_is_gone{false};               ///< another tape may stand where it was
};

/// A state that a node reads and that was assigned after the node's value was computed; no_node where there
/// is none, as where the node has no value.
NodeId assigned_since(const Tape& tape, NodeId id);

/// Notes a plan's assignments, without looking anything up.
class AssignmentMarks {
  public:
    AssignmentMarks() = default;
    AssignmentMarks(const Tape& tape, std::span<const Assignment> assignments)
        : clock_(tape.assignment_clock()) {
        for (const Assignment& assignment : assignments) {
            marks_.push_back(&clock_->assigned.at(assignment.state.id()));
        }
    }

    void note() const {
        if (!marks_.empty()) {
            const std::uint64_t now = ++clock_->now;
            for (std::uint64_t* const mark : marks_) {
                *mark = now;
            }
        }
    }

    bool tape_is_gone() const { return clock_->tape_is_gone; }

  private:
    std::shared_ptr<AssignmentClock> clock_;
    std::vector<std::uint64_t*> marks_;  // elements of the clock's map, which stay where they are
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
