#include "runtime/render/png.hpp"

#include <png.h>

#include <csetjmp>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"

namespace gandsl::render {

namespace {

/// What the encoder writes to and where its errors go.
struct Encoding {
    std::vector<std::byte> bytes;
    std::string error;
    bool out_of_memory = false;
};

/// No exception may pass libpng's frames; running out of memory becomes an error of libpng's.
void append(png_structp png, png_bytep data, std::size_t size) {
    auto* encoding = static_cast<Encoding*>(png_get_io_ptr(png));
    try {
        const auto* from = reinterpret_cast<const std::byte*>(data);
        encoding->bytes.insert(encoding->bytes.end(), from, from + size);
        return;
    } catch (const std::bad_alloc&) {
        encoding->out_of_memory = true;
    }
    png_error(png, "out of memory");
}

void flush(png_structp) {}

[[noreturn]] void note_error(png_structp png, png_const_charp message) {
    auto* encoding = static_cast<Encoding*>(png_get_error_ptr(png));
    try {
        encoding->error = message;
    } catch (const std::bad_alloc&) {
        encoding->out_of_memory = true;
    }
    png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

/// False on an error. setjmp skips destructors, so nothing here has one.
bool encode(const Image& image, Encoding& encoding) {
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &encoding, note_error, ignore_warning);
    if (png == nullptr) {
        return false;
    }
    png_infop info = png_create_info_struct(png);
    // NOLINTNEXTLINE(bugprone-setjmp): libpng's only way to report an error
    if (info == nullptr || setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_write_struct(&png, &info);
        return false;
    }
    png_set_write_fn(png, &encoding, append, flush);
    png_set_IHDR(png, info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height), 8,
                 image.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (std::size_t y = 0; y < image.height; ++y) {
        png_write_row(png, image.pixels.data() + y * image.width * image.channels);
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return true;
}

}  // namespace

void write_png(const std::filesystem::path& path, const Image& image) {
    constexpr std::size_t most = 0x7fffffff;
    if (image.height == 0 || image.width == 0 || image.height > most || image.width > most) {
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
    Encoding encoding;
    if (!encode(image, encoding)) {
        if (encoding.out_of_memory || encoding.error.empty()) {
            throw Error(ErrorCode::memory, path.string() + ": no memory to write a picture of " +
                                               std::to_string(expected) + " bytes");
        }
        throw Error(ErrorCode::internal, path.string() + ": libpng refuses the picture: " + encoding.error);
    }
    files::write_atomically(path, encoding.bytes);
}

}  // namespace gandsl::render
