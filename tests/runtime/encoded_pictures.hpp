#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Picture files of every kind, made by the libraries that define them.
namespace gandsl::test {

struct PngKind {
    int colour = 2;  ///< PNG_COLOR_TYPE_...
    int depth = 8;
    bool interlaced = false;
};

/// A PNG file of rows of samples as PNG packs them: `rows` is height x bytes in a row. A palette is
/// {0, 0, 0}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}.
std::string png_file(const PngKind& kind, std::uint32_t width, const std::vector<std::string>& rows);

struct JpegKind {
    int channels = 3;  ///< 1: grey, 3: colour, 4: CMYK as Adobe writes it, inverted
    bool progressive = false;
};

/// A JPEG file of the best quality; `pixels` is height x width x channels.
std::string jpeg_file(const JpegKind& kind, std::uint32_t width, std::uint32_t height,
                      const std::vector<std::uint8_t>& pixels);

}  // namespace gandsl::test
