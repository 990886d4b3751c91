#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace gandsl::formats {

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

}  // namespace gandsl::formats
