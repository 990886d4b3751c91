#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "autodiff/machine.hpp"

namespace gandsl::formats {

/// The content of an IDX file of bytes, the format of the MNIST files (LeCun et al., 1998).
struct Idx {
    std::vector<std::size_t> shape;   ///< examples first
    std::vector<std::uint8_t> bytes;  ///< row by row
};

/// Reads pictures (examples x height x width), plain or gzipped. Throws `file` where the file cannot be read,
/// `format` for a wrong magic number, no examples, too few or too many bytes, and `memory` where the header
/// promises more than `limit` bytes; nothing of that size has been allocated then.
Idx read_idx_images(const std::filesystem::path& path, std::size_t limit = available_memory() / 2);

/// Reads labels (examples), plain or gzipped; throws as read_idx_images does.
Idx read_idx_labels(const std::filesystem::path& path, std::size_t limit = available_memory() / 2);

}  // namespace gandsl::formats
