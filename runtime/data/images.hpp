#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "runtime/data/augment.hpp"
#include "runtime/data/dataset.hpp"

namespace gandsl::data {

/// Threads for what can be done in parts.
struct Workers {
    std::size_t count = 1;
    /// Calls part(0) ... part(parts - 1), and rethrows what one of them throws; none: one after another.
    std::function<void(std::size_t parts, const std::function<void(std::size_t)>& part)> run = {};
};

/// Pictures from files, PNG and JPEG: the field is channels x size x size, the middle square of each. They
/// are decoded once and kept as bytes; the training split is augmented as it is read, the test split (as in
/// held_out) is not.
struct ImagesSource {
    std::string files;             ///< a pattern, relative to `folder`
    std::filesystem::path folder;  ///< of the .gan file
    std::size_t size = 64;
    std::size_t channels = 3;  ///< 1 or 3
    Range range;
    Augmentation augmentation;
    bool skip_broken = true;  ///< else the first file that is no picture is an Error
    double holdout = 0.1;
    Workers workers = {};  ///< that decode
};

/// Why the source is not there, or nothing if a file matches.
std::optional<std::string> images_absent(const ImagesSource& source);

/// Files that are no whole pictures are left out, and named in the description's warnings. Throws `format`
/// where none is left, and `memory`, with the bytes it would take, for more pictures than there is room for.
DatasetPointer open_images(const ImagesSource& source);

}  // namespace gandsl::data
