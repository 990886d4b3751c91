#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/build/graph.hpp"
#include "runtime/files/safetensors.hpp"

/// A run's whole memory on disk. Random numbers, the order of the data and the place in it are functions of
/// the seed and the step, so the step stands for them.
namespace gandsl::runs {

/// How to mend a run whose every checkpoint is damaged.
inline constexpr const char* no_checkpoint_left =
    "\n  No checkpoint of this run can be read: put back a copy of one if there is any, or train anew "
    "without "
    "--resume. What the run has drawn and logged is still there.";

/// Where a run is.
struct RunProgress {
    std::uint64_t step = 0;      ///< steps done
    std::uint64_t log_rows = 0;  ///< rows of log.csv that belong to them
    double seconds = 0;  ///< of training so far; log.csv has them, so that equal runs have equal checkpoints
    std::uint64_t seed = 0;
    std::uint64_t batch = 0;
};

/// What a checkpoint's file holds.
struct Checkpoint {
    RunProgress progress;
    std::map<std::string, files::Tensor> tensors;
};

/// Throws as files::read_safetensors does, and Error(format) for a file that is no checkpoint of gandsl.
Checkpoint read_checkpoint(const std::filesystem::path& path);

/// The numbered ones of a folder, newest first.
std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder);

/// Of the checkpoint after so many steps: checkpoints/step-0000000938.safetensors.
std::filesystem::path checkpoint_path(const std::filesystem::path& folder, std::uint64_t step);

/// Writes checkpoints/step-00000938.safetensors atomically, then removes all but the newest two. Throws as
/// files::write_safetensors does.
std::filesystem::path save_checkpoint(const std::filesystem::path& folder, const RunProgress& progress,
                                      std::span<const runtime::NamedState> states);

/// Removes all but the newest two, as `save_checkpoint` does unless it is killed before.
void drop_old_checkpoints(const std::filesystem::path& folder);

/// checkpoints/best.safetensors: where the run's measure was lowest. Written atomically, over the one before.
/// `keep_before`: that one stays as best-before.safetensors, for it is the best one again if the run goes on.
std::filesystem::path save_best_checkpoint(const std::filesystem::path& folder, const RunProgress& progress,
                                           std::span<const runtime::NamedState> states,
                                           bool keep_before = false);

/// Brings best.safetensors back to that after `step`, for a run that goes on from where no later one counts;
/// nothing: none does. One that a killed run wrote ahead of its last checkpoint stays, as it will be written
/// again.
void restore_best_checkpoint(const std::filesystem::path& folder, std::optional<std::uint64_t> step);
std::filesystem::path best_checkpoint(const std::filesystem::path& folder);

struct Restored {
    RunProgress progress;
    std::filesystem::path file;
};

/// Restores the newest checkpoint of a folder that is whole, or the one that is named. `broken` receives a
/// message for each newer one that is not. Throws Error(file) if there is none, Error(shape) where its
/// tensors are not the model's.
Restored load_newest_checkpoint(const std::filesystem::path& folder_or_file,
                                std::span<const runtime::NamedState> states,
                                std::vector<std::string>& broken);

}  // namespace gandsl::runs
