#pragma once

#include "runtime/program/load.hpp"
#include "runtime/program/run_request.hpp"
#include "runtime/training/feeder.hpp"
#include "runtime/training/length.hpp"

/// A training run from start, or from a checkpoint, to its end.
namespace gandsl::training {

/// Opens what each `data` statement names. Throws Error where a file is broken.
Datasets open_datasets(const program::Loaded& loaded);

/// Trains, says how it goes, and keeps everything in the run's folder. Returns the program's exit code.
int train(const program::Loaded& loaded, const program::RunRequest& request);

}  // namespace gandsl::training
