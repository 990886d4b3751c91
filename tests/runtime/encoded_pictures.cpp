#include "tests/runtime/encoded_pictures.hpp"

#include <cstdio>
#include <cstdlib>
// After <cstdio>: it wants FILE.
#include <jpeglib.h>
#include <png.h>

namespace gandsl::test {

namespace {

void append(png_structp png, png_bytep data, std::size_t size) {
    static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(data), size);
}

}  // namespace

std::string png_file(const PngKind& kind, std::uint32_t width, const std::vector<std::string>& rows) {
    std::string file;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, &file, append, [](png_structp) {});
    png_set_IHDR(png, info, width, static_cast<png_uint_32>(rows.size()), kind.depth, kind.colour,
                 kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    const png_color palette[] = {{0, 0, 0}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}};
    if (kind.colour == PNG_COLOR_TYPE_PALETTE) {
        png_set_PLTE(png, info, palette, 4);
    }
    png_write_info(png, info);
    std::vector<std::string> copies = rows;
    std::vector<png_bytep> pointers;
    for (std::string& row : copies) {
        pointers.push_back(reinterpret_cast<png_bytep>(row.data()));
    }
    png_write_image(png, pointers.data());
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return file;
}

std::string jpeg_file(const JpegKind& kind, std::uint32_t width, std::uint32_t height,
                      const std::vector<std::uint8_t>& pixels) {
    jpeg_compress_struct state{};
    jpeg_error_mgr errors{};
    state.err = jpeg_std_error(&errors);
    jpeg_create_compress(&state);
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&state, &bytes, &size);
    state.image_width = width;
    state.image_height = height;
    state.input_components = kind.channels;
    state.in_color_space = kind.channels == 1 ? JCS_GRAYSCALE : kind.channels == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&state);
    jpeg_set_quality(&state, 100, TRUE);
    if (kind.progressive) {
        jpeg_simple_progression(&state);
    }
    jpeg_start_compress(&state, TRUE);
    std::vector<std::uint8_t> copy = pixels;
    while (state.next_scanline < height) {
        unsigned char* row =
            copy.data() + std::size_t{state.next_scanline} * width * static_cast<std::size_t>(kind.channels);
        jpeg_write_scanlines(&state, &row, 1);
    }
    jpeg_finish_compress(&state);
    std::string file(reinterpret_cast<const char*>(bytes), size);
    jpeg_destroy_compress(&state);
    std::free(bytes);
    return file;
}

}  // namespace gandsl::test
