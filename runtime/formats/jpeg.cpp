#include <csetjmp>
#include <cstdio>
// After <cstdio>: it wants FILE.
#include <jpeglib.h>
// After <jpeglib.h>: its codes of messages.
#include <jerror.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/formats/orientation.hpp"
#include "runtime/formats/picture.hpp"

namespace gandsl::formats {

namespace {

/// libjpeg's state, and where its errors go.
struct JpegDecoder {
    jpeg_decompress_struct state{};
    jpeg_error_mgr errors{};
    jpeg_progress_mgr progress{};
    std::jmp_buf escape{};
    std::array<char, JMSG_LENGTH_MAX> message{};

    JpegDecoder() {
        state.err = jpeg_std_error(&errors);
        errors.error_exit = leave;
        errors.emit_message = hear;
        errors.output_message = [](j_common_ptr) {};
        state.client_data = this;
        progress.progress_monitor = watch;
    }
    ~JpegDecoder() { jpeg_destroy_decompress(&state); }
    JpegDecoder(const JpegDecoder&) = delete;
    JpegDecoder& operator=(const JpegDecoder&) = delete;

    /// A picture may come in scan after scan, each as long to decode as the whole; cameras and programs write
    /// some ten.
    static void watch(j_common_ptr common) {
        auto* decoder = static_cast<JpegDecoder*>(common->client_data);
        constexpr int max_scans = 200;
        if (decoder->state.input_scan_number > max_scans) {
            constexpr std::string_view reason = "more than 200 scans";
            std::copy(reason.begin(), reason.end(), decoder->message.begin());
            std::longjmp(decoder->escape, 1);
        }
    }

    [[noreturn]] static void leave(j_common_ptr common) {
        auto* decoder = static_cast<JpegDecoder*>(common->client_data);
        common->err->format_message(common, decoder->message.data());
        std::longjmp(decoder->escape, 1);
    }
    /// A negative level is a warning: data is missing or wrong, and libjpeg would make something up for it.
    /// Some warnings are about nothing that shows.
    static void hear(j_common_ptr common, int level) {
        const int code = common->err->msg_code;
        if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_JFIF_MAJOR &&
            code != JWRN_ADOBE_XFORM) {
            leave(common);
        }
    }
};

/// False on an error. setjmp skips destructors, so nothing in these two has one.
bool read_header(JpegDecoder& decoder, const unsigned char* content, unsigned long size) {
    // NOLINTNEXTLINE(bugprone-setjmp): libjpeg's only way to report an error
    if (setjmp(decoder.escape) != 0) {
        return false;
    }
    jpeg_create_decompress(&decoder.state);
    jpeg_mem_src(&decoder.state, content, size);
    jpeg_save_markers(&decoder.state, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&decoder.state, TRUE);
    return true;
}

bool read_pixels(JpegDecoder& decoder, unsigned char* pixels, std::size_t row_bytes) {
    // NOLINTNEXTLINE(bugprone-setjmp): libjpeg's only way to report an error
    if (setjmp(decoder.escape) != 0) {
        return false;
    }
    decoder.state.progress = &decoder.progress;
    jpeg_start_decompress(&decoder.state);
    while (decoder.state.output_scanline < decoder.state.output_height) {
        unsigned char* row = pixels + decoder.state.output_scanline * row_bytes;
        jpeg_read_scanlines(&decoder.state, &row, 1);
    }
    jpeg_finish_decompress(&decoder.state);
    return true;
}

[[noreturn]] void fail(const JpegDecoder& decoder) {
    throw Error(ErrorCode::format, "is no whole JPEG picture: " + std::string(decoder.message.data()));
}

/// Four channels as three. Adobe's programs write them inverted, and so does all that follows them.
std::vector<std::uint8_t> without_black(const std::vector<std::uint8_t>& pixels, bool inverted) {
    std::vector<std::uint8_t> result;
    result.reserve(pixels.size() / 4 * 3);
    for (std::size_t i = 0; i + 3 < pixels.size(); i += 4) {
        const auto light = [&](std::size_t k) {
            return static_cast<unsigned>(inverted ? pixels[i + k] : 255 - pixels[i + k]);
        };
        for (std::size_t k = 0; k < 3; ++k) {
            result.push_back(static_cast<std::uint8_t>((light(k) * light(3) + 127) / 255));
        }
    }
    return result;
}

unsigned orientation_of(const jpeg_decompress_struct& state) {
    for (const jpeg_marker_struct* marker = state.marker_list; marker != nullptr; marker = marker->next) {
        const unsigned orientation = exif_orientation({marker->data, marker->data_length});
        if (orientation != 1) {
            return orientation;
        }
    }
    return 1;
}

}  // namespace

Image decode_jpeg(std::string_view content, const DecodeLimits& limits) {
    JpegDecoder decoder;
    if (!read_header(decoder, reinterpret_cast<const unsigned char*>(content.data()), content.size())) {
        fail(decoder);
    }
    jpeg_decompress_struct& state = decoder.state;
    const bool four = state.jpeg_color_space == JCS_CMYK || state.jpeg_color_space == JCS_YCCK;
    const bool grey = state.jpeg_color_space == JCS_GRAYSCALE;
    state.out_color_space = four ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
    const std::size_t channels = four ? 4 : grey ? 1 : 3;
    check_size(state.image_height, state.image_width, channels, limits);
    // A byte of Huffman's codes holds at best eight squares of 8 x 8 pixels, each as bright as the one
    // before; arithmetic codes hold some times that.
    constexpr std::size_t max_from_one = 4096;
    if (std::size_t{state.image_height} * state.image_width / max_from_one > content.size()) {
        throw Error(ErrorCode::format, "promises " + std::to_string(state.image_height) + " x " +
                                           std::to_string(state.image_width) + " pixels, which its " +
                                           std::to_string(content.size()) + " bytes cannot hold");
    }
    // Always at full size: what libjpeg yields at a fraction is no mean of pixels, and its last column holds
    // what the encoder filled its squares up with.
    const std::size_t height = state.image_height;
    const std::size_t width = state.image_width;
    Image result{height, width, channels, std::vector<std::uint8_t>(height * width * channels)};
    const unsigned orientation = orientation_of(state);
    if (!read_pixels(decoder, result.pixels.data(), width * channels)) {
        fail(decoder);
    }
    if (four) {
        result.pixels = without_black(result.pixels, state.saw_Adobe_marker == TRUE);
        result.channels = 3;
    }
    return upright(std::move(result), orientation);
}

}  // namespace gandsl::formats
