#pragma once

#include <filesystem>
#include <optional>

#include "runtime/data/dataset.hpp"

namespace gandsl::data {

/// The first axis counts the examples. The array of labels has a whole number from 0 on for each.
struct NpySource {
    std::filesystem::path file;                   ///< relative to `folder`
    std::optional<std::filesystem::path> labels;  ///< relative to `folder`
    std::filesystem::path folder;                 ///< of the .gan file
    double holdout = 0.1;
};

/// Throws as formats::read_npy does, and `format` for an array that has no examples or labels that do not
/// fit.
DatasetPointer open_npy(const NpySource& source);

}  // namespace gandsl::data
