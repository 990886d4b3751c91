#include "runtime/formats/png.hpp"

#include <png.h>

#include <cstddef>
#include <string>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/formats/picture.hpp"

namespace gandsl::formats {

namespace {

/// libpng's simplified interface keeps errors to itself and hands them over as text.
struct Png {
    png_image image{};

    Png() { image.version = PNG_IMAGE_VERSION; }
    ~Png() { png_image_free(&image); }
    Png(const Png&) = delete;
    Png& operator=(const Png&) = delete;

    [[noreturn]] void refuse() const {
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
    Png decoder;
    if (png_image_begin_read_from_memory(&decoder.image, content.data(), content.size()) == 0) {
        decoder.refuse();
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
        decoder.refuse();
    }
    return result;
}

void write_png(const std::filesystem::path& path, const Image& image) {
    constexpr std::size_t max_size = 0x7fffffff;
    if (image.height == 0 || image.width == 0 || image.height > max_size || image.width > max_size) {
        throw Error(ErrorCode::shape, path.string() + ": a picture of " + std::to_string(image.height) +
                                          " x " + std::to_string(image.width) + " pixels cannot be written");
    }
    if (image.channels != 1 && image.channels != 3) {
        throw Error(ErrorCode::shape, path.string() + ": a picture has 1 channel or 3; found " +
                                          std::to_string(image.channels));
    }
    const std::size_t expected = image.height * image.width * image.channels;
    if (image.pixels.size() != expected) {
        throw Error(ErrorCode::shape, path.string() + ": found " + std::to_string(image.pixels.size()) +
                                          " bytes of pixels, expected " + std::to_string(expected));
    }
    Png encoder;
    encoder.image.width = static_cast<png_uint_32>(image.width);
    encoder.image.height = static_cast<png_uint_32>(image.height);
    encoder.image.format = image.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    // No picture becomes longer than that, so that it is encoded once.
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(encoder.image);
    std::vector<std::byte> bytes(size);
    if (png_image_write_to_memory(&encoder.image, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr) ==
        0) {
        throw Error(ErrorCode::internal,
                    path.string() + ": libpng refuses the picture: " + encoder.image.message);
    }
    bytes.resize(size);
    files::write_atomically(path, bytes);
}

}  // namespace gandsl::formats
