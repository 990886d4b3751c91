#include <png.h>

#include <memory>
#include <string>

#include "autodiff/error.hpp"
#include "runtime/data/picture.hpp"

namespace gandsl::data {

namespace {

/// libpng's simplified interface keeps errors to itself and hands them over as text.
struct PngDecoder {
    png_image image{};

    PngDecoder() { image.version = PNG_IMAGE_VERSION; }
    ~PngDecoder() { png_image_free(&image); }
    PngDecoder(const PngDecoder&) = delete;
    PngDecoder& operator=(const PngDecoder&) = delete;

    [[noreturn]] void fail() const {
        throw Error(ErrorCode::format, "is no whole PNG picture: " + std::string(image.message));
    }
};

/// Refuses what promises more pixels than so many bytes can hold, before there is memory for them: zlib makes
/// at most 1032 bytes of one (Deutsch, RFC 1951: 258 bytes from two bits).
void check_content(std::string_view content, std::size_t height, std::size_t width) {
    constexpr std::size_t depth_at = 24;  // in the header, which libpng has read
    constexpr std::size_t max_from_one = 1032;
    const auto depth = static_cast<std::size_t>(static_cast<unsigned char>(content[depth_at]));
    const std::size_t row = (width * depth + 7) / 8 + 1;
    if (row * height / max_from_one > content.size()) {
        throw Error(ErrorCode::format, "promises " + std::to_string(height) + " x " + std::to_string(width) +
                                           " pixels, which its " + std::to_string(content.size()) +
                                           " bytes cannot hold");
    }
}

}  // namespace

Image decode_png(std::string_view content, const DecodeLimits& limits) {
    PngDecoder decoder;
    if (png_image_begin_read_from_memory(&decoder.image, content.data(), content.size()) == 0) {
        decoder.fail();
    }
    const bool colour = (decoder.image.format & PNG_FORMAT_FLAG_COLOR) != 0;
    check_size(decoder.image.height, decoder.image.width, 3, limits);
    check_content(content, decoder.image.height, decoder.image.width);
    // Else 16 bits without a gamma would be taken for linear ones, and come out too bright.
    decoder.image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    decoder.image.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    Image result{decoder.image.height, decoder.image.width, std::size_t{colour ? 3U : 1U}, {}};
    result.pixels.resize(result.height * result.width * result.channels);
    const png_color white{255, 255, 255};
    if (png_image_finish_read(&decoder.image, &white, result.pixels.data(), 0, nullptr) == 0) {
        decoder.fail();
    }
    return result;
}

}  // namespace gandsl::data
