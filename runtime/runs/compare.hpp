#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "runtime/runs/checkpoint.hpp"

/// Two runs that should be one.
namespace gandsl::runs {

struct Comparison {
    std::optional<std::string> difference;  ///< the first, in words; nothing: they are the same
    // What was compared before it was found.
    std::uint64_t log_rows = 0;
    std::uint64_t measure_rows = 0;
    RunProgress progress;       ///< of the last checkpoint
    std::size_t weights = 0;    ///< numbers in it, running statistics included
    std::size_t optimizer = 0;  ///< numbers of optimizers
    std::size_t averages = 0;   ///< numbers in moving averages
    bool best = false;          ///< they keep a best checkpoint
    std::size_t samples = 0;    ///< files
};

/// Compares what two finished runs have written, bit for bit: the log, measures.csv, the last checkpoint, the
/// best one, the samples, the curves, model.gan and run.json. Of time nothing is compared. `one` and `other`
/// are what a difference calls them. Throws as the readers of these files do.
Comparison compare_runs(const std::filesystem::path& run, const std::string& one,
                        const std::filesystem::path& other_run, const std::string& other);

}  // namespace gandsl::runs
