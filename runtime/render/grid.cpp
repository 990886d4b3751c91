#include "runtime/render/grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "autodiff/error.hpp"

namespace gandsl::render {

namespace {

constexpr std::uint8_t mid_grey = 128;

/// Pictures below 48 pixels are enlarged, to some 56 to 100 pixels: large enough to be looked at.
std::size_t enlargement(std::size_t height, std::size_t width) {
    const std::size_t longest = std::max(height, width);
    return longest >= 48 ? 1 : std::max<std::size_t>(2, 56 / longest);
}

std::uint8_t to_byte(float value, float low, float high) {
    if (std::isnan(value)) {
        return mid_grey;
    }
    const float part = std::clamp((value - low) / (high - low), 0.0F, 1.0F);
    return static_cast<std::uint8_t>(std::lround(part * 255));
}

}  // namespace

formats::Image arrange_grid(const Pictures& pictures, std::size_t rows, std::size_t columns) {
    if (pictures.channels != 1 && pictures.channels != 3) {
        throw Error(ErrorCode::shape,
                    "a grid shows pictures of 1 channel or 3; found " + std::to_string(pictures.channels));
    }
    const std::size_t area = pictures.height * pictures.width;
    const std::size_t size = pictures.channels * area;
    if (size == 0 || rows == 0 || columns == 0 || pictures.values.size() != rows * columns * size) {
        throw Error(ErrorCode::shape, "a grid of " + std::to_string(rows) + " x " + std::to_string(columns) +
                                          " pictures of " + std::to_string(pictures.channels) + " x " +
                                          std::to_string(pictures.height) + " x " +
                                          std::to_string(pictures.width) + " does not have " +
                                          std::to_string(pictures.values.size()) + " values");
    }
    if (!(pictures.low < pictures.high)) {
        throw Error(ErrorCode::invalid_argument,
                    "the range of a grid goes from a smaller number to a greater one");
    }

    const std::size_t scale = enlargement(pictures.height, pictures.width);
    const std::size_t gap = 2;
    const std::size_t cell_height = pictures.height * scale + gap;
    const std::size_t cell_width = pictures.width * scale + gap;
    formats::Image image;
    image.height = rows * cell_height + gap;
    image.width = columns * cell_width + gap;
    image.channels = pictures.channels;
    image.pixels.assign(image.height * image.width * image.channels, mid_grey);

    for (std::size_t cell = 0; cell < rows * columns; ++cell) {
        const float* from = pictures.values.data() + cell * size;
        const std::size_t top = cell / columns * cell_height + gap;
        const std::size_t left = cell % columns * cell_width + gap;
        for (std::size_t y = 0; y < pictures.height * scale; ++y) {
            std::uint8_t* to = image.pixels.data() + ((top + y) * image.width + left) * image.channels;
            for (std::size_t x = 0; x < pictures.width * scale; ++x) {
                const std::size_t pixel = y / scale * pictures.width + x / scale;
                for (std::size_t channel = 0; channel < pictures.channels; ++channel) {
                    *to++ = to_byte(from[channel * area + pixel], pictures.low, pictures.high);
                }
            }
        }
    }
    return image;
}

}  // namespace gandsl::render
