#pragma once

#include <cstdint>

#include "dsl/program.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/training/feeder.hpp"

/// How long a run is, and where its epochs end.
namespace gandsl::training {

/// Steps are counted from 1: `step` is also how many have been taken when it is over.
struct Length {
    std::uint64_t steps = 0;     ///< of the whole run
    std::uint64_t epochs = 0;    ///< 0: given in steps
    std::uint64_t examples = 0;  ///< in the training split of the first data set; 0: no data, so no epochs
    std::uint64_t per_step = 0;  ///< examples of it that a step uses

    /// Epochs that are over after a step, by the examples seen: a step may end none, one or several. The last
    /// step may run into an epoch that was not asked for, and over it.
    std::uint64_t epochs_after(std::uint64_t step) const;

    /// Which epoch a step is said to belong to, from 1: the last that ends with it, or else the one that is
    /// under way. Never more than `epochs`, where the run is given in epochs.
    std::uint64_t epoch_of(std::uint64_t step) const;

    /// Epochs that are over after a step; without data, thousands of steps, which take their place for
    /// progress and checkpoints.
    std::uint64_t rounds_after(std::uint64_t step) const;
    bool ends_round(std::uint64_t step) const;
    /// Whether no period ends between this end of one and the last step. Which step this is follows from the
    /// length alone.
    bool ends_last_round(std::uint64_t step) const;
};

/// As the program and its data have it. Throws Error where the two give none.
Length length_of(const loading::Loaded& loaded, const data::Datasets& datasets);

/// Whether something of this period is due after a step, whatever the run's steps and epochs: each step that
/// passes a multiple of the period's count is, also where it passes several at once.
bool due(const dsl::Period& period, const Length& length, std::uint64_t step);

}  // namespace gandsl::training
