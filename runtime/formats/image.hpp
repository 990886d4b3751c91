#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// Pictures and curves for a run folder.
namespace gandsl::formats {

/// 8-bit pixels, row by row, channels together: height x width x channels.
struct Image {
    std::size_t height = 0;
    std::size_t width = 0;
    std::size_t channels = 1;  ///< 1: grey, 3: red, green, blue
    std::vector<std::uint8_t> pixels;
};

}  // namespace gandsl::formats
