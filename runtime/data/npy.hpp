#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace gandsl::data {

/// The content of a file in NumPy's format, as numbers in C order.
struct NpyArray {
    std::vector<std::size_t> shape;
    std::vector<float> values;
    std::size_t rounded = 0;  ///< whole numbers that 32 bits cannot hold
    double rounded_example = 0;
};

/// Reads an array of bool, whole numbers or floats of 4 or 8 bytes, in C or Fortran order and either byte
/// order. Throws `file` where it cannot be read, `format` where it is no such array, its size does not fit
/// its header, or a number is not finite, and `memory` for more than `limit` bytes, of which none has been
/// allocated then.
NpyArray read_npy(const std::filesystem::path& path,
                  std::size_t limit = std::numeric_limits<std::size_t>::max());

/// What a file of NumPy's format, version 1.0, holds for numbers in C order, as many as the product of
/// `shape`. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
std::string npy_content(const std::vector<std::size_t>& shape, std::span<const float> values);

/// The first axis counts the examples. The array of labels has a whole number from 0 on for each.
struct NpySource {
    std::filesystem::path file;                   ///< relative to `folder`
    std::optional<std::filesystem::path> labels;  ///< relative to `folder`
    std::filesystem::path folder;                 ///< of the .gan file
    double holdout = 0.1;
};

/// Throws as read_npy does, and `format` for an array that has no examples or labels that do not fit.
DatasetPointer open_npy(const NpySource& source);

}  // namespace gandsl::data
