#pragma once

#include "runtime/program/load.hpp"
#include "runtime/program/run_request.hpp"
#include "runtime/training/feeder.hpp"

/// A training run from start, or from a checkpoint, to its end.
namespace gandsl::training {

/// Opens what each `data` statement names. Throws Error where a file is broken.
Datasets open_datasets(const program::Loaded& loaded);

/// How long a run is, from the file or the command line.
struct Length {
    std::uint64_t steps = 0;        ///< of the whole run
    std::uint64_t epochs = 0;       ///< 0: given in steps
    std::uint64_t epoch_steps = 0;  ///< of the first epoch; 0 without data
    std::uint64_t examples = 0;     ///< in the training split of the first data set
    std::uint64_t per_step = 0;     ///< examples of it that a step uses
};
Length length_of(const program::Loaded& loaded, const Datasets& datasets);

/// Trains, says how it goes, and keeps everything in the run's folder. Returns the program's exit code.
int train(const program::Loaded& loaded, const program::RunRequest& request);

}  // namespace gandsl::training
