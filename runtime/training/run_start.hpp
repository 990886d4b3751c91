#pragma once

#include <string>
#include <vector>

#include "runtime/training/evaluator.hpp"
#include "runtime/training/run_context.hpp"
#include "runtime/training/run_files.hpp"
#include "runtime/training/saver.hpp"

namespace gandsl::training {

/// How a run begins.
struct RunStart {
    std::vector<std::string> notes;  ///< about its folder and where its weights come from, a line each
    bool ends_here = false;          ///< all steps are done, what follows the last is not
    bool epoch_renamed = false;  ///< the step that the run goes on after belongs to another epoch than before
};

/// Begins a run as it was asked for: anew, after the last checkpoint of a run, or as a fork of one. The
/// graph's states and `files` are as the first step finds them, and `evaluator` has seen the measures that
/// were taken before. Throws Error where the run cannot go on so; a folder that was made for it is removed
/// then.
RunStart begin_run(const RunContext& run, RunFiles& files, Saver& saver, Evaluator& evaluator);

}  // namespace gandsl::training
