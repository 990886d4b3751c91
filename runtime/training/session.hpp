#pragma once

#include "runtime/loading/load.hpp"
#include "runtime/training/feeder.hpp"
#include "runtime/training/length.hpp"
#include "runtime/training/run_request.hpp"

/// A training run from start, or from a checkpoint, to its end.
namespace gandsl::training {

/// Trains, says how it goes, and keeps everything in the run's folder. Returns the program's exit code.
int train(const loading::Loaded& loaded, const RunRequest& request);

}  // namespace gandsl::training
