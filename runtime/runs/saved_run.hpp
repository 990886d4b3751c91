#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/files/safetensors.hpp"
#include "runtime/runs/record.hpp"

/// A run that has been, or is still going on elsewhere: read, never written.
namespace gandsl::runs {

struct SavedRun {
    std::filesystem::path folder;                     ///< links followed
    std::optional<std::filesystem::path> checkpoint;  ///< where a checkpoint's file was named
    std::string text;                                 ///< of model.gan
    Record record;
};

/// From a run's folder, a link to it (runs/mnist/latest) or one of its checkpoints. Throws Error(file) for
/// what is none of these, saying what it is instead, Error(format) for a broken record.
SavedRun open_trained(const std::filesystem::path& path);

/// A checkpoint's content.
struct Weights {
    std::filesystem::path path;
    std::uint64_t step = 0;
    std::map<std::string, files::Tensor> tensors;
};

/// The checkpoint that was named, with `best` the best one, else the newest that is whole. `skipped` receives
/// a message for each newer one that is broken. Throws Error(file) where there is none, Error(format) for one
/// of another kind.
Weights read_weights(const SavedRun& run, bool best, std::vector<std::string>& skipped);

}  // namespace gandsl::runs
