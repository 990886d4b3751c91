#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "runtime/formats/image.hpp"

/// Pictures from files.
namespace gandsl::formats {

/// What a decoder is told.
struct DecodeLimits {
    std::size_t bytes = 0;  ///< of pixels that a picture may have; larger ones are refused unread
};

/// Reads a PNG or JPEG file, told by its content. Transparent pictures are laid on white; 16 bits become 8,
/// palettes and CMYK colours as well; pictures stand as the camera was held, and grey ones stay grey (1
/// channel, else 3). Throws `file` where it cannot be read, `format` where it is broken or of another kind,
/// and `memory` beyond the limit. The messages do not name the file.
Image read_picture(const std::filesystem::path& path, const DecodeLimits& limits);

/// From the content of a file of that kind; throws as read_picture does.
Image decode_png(std::string_view content, const DecodeLimits& limits);
Image decode_jpeg(std::string_view content, const DecodeLimits& limits);

/// Throws `memory` for a picture of more bytes than the limit, `format` for one without pixels.
void check_size(std::size_t height, std::size_t width, std::size_t channels, const DecodeLimits& limits);

/// The middle square of a picture, scaled to size x size: each pixel is the mean of the area it covers, or,
/// where the picture is enlarged, the bilinear mean of its neighbours. Colours become grey by their luma
/// (ITU-R BT.601). The result is channels x size x size.
std::vector<std::uint8_t> middle_square(const Image& image, std::size_t size, std::size_t channels);

}  // namespace gandsl::formats
