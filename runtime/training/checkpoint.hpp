#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/build/graph.hpp"

/// A run's whole memory on disk. Random numbers, the order of the data and the place in it are functions of the seed and
/// the step, so the step stands for them.
namespace gandsl::training {

/// Where a run is.
struct RunPlace {
    std::uint64_t step = 0;      ///< steps done
    std::uint64_t log_rows = 0;  ///< rows of log.csv that belong to them
    double seconds = 0;          ///< of training so far
    std::uint64_t seed = 0;
    std::uint64_t batch = 0;
};

/// Writes checkpoints/step-00000938.safetensors atomically, then removes all but the newest two. Throws as
/// files::write_safetensors does.
std::filesystem::path save_checkpoint(const std::filesystem::path& folder, const RunPlace& place,
                                      std::span<const runtime::NamedState> states);

/// Restores the newest checkpoint that is whole. `broken` receives a message for each newer one that is not. Throws
/// Error(file) if there is none, Error(format) where its tensors are not the model's.
RunPlace load_newest_checkpoint(const std::filesystem::path& folder, std::span<const runtime::NamedState> states,
                                std::vector<std::string>& broken);

}  // namespace gandsl::training
