#include "runtime/formats/picture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <system_error>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::formats {

namespace {

/// How one output pixel of a row or column is made of input pixels.
struct Mix {
    std::size_t first = 0;
    std::vector<double> weights;
};

/// The mixes that take `from` pixels to `to`.
std::vector<Mix> mixes(std::size_t from, std::size_t to) {
    std::vector<Mix> list(to);
    const double ratio = static_cast<double>(from) / static_cast<double>(to);
    for (std::size_t i = 0; i < to; ++i) {
        const auto position = static_cast<double>(i);
        if (from <= to) {
            // The centre of the pixel, between the centres of two others.
            const double at = std::clamp((position + 0.5) * ratio - 0.5, 0.0, static_cast<double>(from) - 1);
            const auto first = std::min(static_cast<std::size_t>(at), from - 1);
            const double second = at - static_cast<double>(first);
            list[i] = {first, second > 0 ? std::vector<double>{1 - second, second} : std::vector<double>{1}};
            continue;
        }
        const double begin = position * ratio;
        const double end = std::min((position + 1) * ratio, static_cast<double>(from));
        list[i].first = static_cast<std::size_t>(begin);
        for (std::size_t k = list[i].first; static_cast<double>(k) < end; ++k) {
            const double covered =
                std::min(end, static_cast<double>(k) + 1) - std::max(begin, static_cast<double>(k));
            list[i].weights.push_back(covered / ratio);
        }
    }
    return list;
}

/// The luma of a pixel of three channels. From whole numbers, so that a grey pixel keeps its brightness
/// exactly.
double luma(const std::uint8_t* pixel) {
    return (299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2]) / 1000.0;
}

/// One channel of the middle square as numbers, row by row.
std::vector<double> channel_of(const Image& image, std::size_t side, std::size_t channel, bool grey) {
    const std::size_t top = (image.height - side) / 2;
    const std::size_t left = (image.width - side) / 2;
    std::vector<double> values(side * side);
    for (std::size_t y = 0; y < side; ++y) {
        const std::uint8_t* row = image.pixels.data() + ((top + y) * image.width + left) * image.channels;
        for (std::size_t x = 0; x < side; ++x) {
            const std::uint8_t* pixel = row + x * image.channels;
            values[y * side + x] = grey && image.channels == 3
                                       ? luma(pixel)
                                       : static_cast<double>(pixel[image.channels == 1 ? 0 : channel]);
        }
    }
    return values;
}

/// A square of side x side as size x size, rows first.
std::vector<double> scaled(const std::vector<double>& values, std::size_t side,
                           const std::vector<Mix>& list) {
    const std::size_t size = list.size();
    std::vector<double> narrow(side * size);
    for (std::size_t y = 0; y < side; ++y) {
        for (std::size_t x = 0; x < size; ++x) {
            double sum = 0;
            for (std::size_t k = 0; k < list[x].weights.size(); ++k) {
                sum += list[x].weights[k] * values[y * side + list[x].first + k];
            }
            narrow[y * size + x] = sum;
        }
    }
    std::vector<double> result(size * size);
    for (std::size_t y = 0; y < size; ++y) {
        for (std::size_t k = 0; k < list[y].weights.size(); ++k) {
            const double weight = list[y].weights[k];
            const double* row = narrow.data() + (list[y].first + k) * size;
            for (std::size_t x = 0; x < size; ++x) {
                result[y * size + x] += weight * row[x];
            }
        }
    }
    return result;
}

}  // namespace

void check_size(std::size_t height, std::size_t width, std::size_t channels, const DecodeLimits& limits) {
    const std::string sizes = std::to_string(height) + " x " + std::to_string(width) + " pixels";
    if (height == 0 || width == 0) {
        throw Error(ErrorCode::format, "has " + sizes);
    }
    if (width > std::numeric_limits<std::size_t>::max() / height / channels ||
        height * width * channels > limits.bytes) {
        const double bytes =
            static_cast<double>(height) * static_cast<double>(width) * static_cast<double>(channels);
        throw Error(ErrorCode::memory, "promises " + sizes + ", which take " + terminal::human_bytes(bytes) +
                                           "; there is room for " +
                                           terminal::human_bytes(static_cast<double>(limits.bytes)));
    }
}

Image read_picture(const std::filesystem::path& path, const DecodeLimits& limits) {
    std::string content;
    try {
        content = files::read_whole(path, limits.bytes);
    } catch (const Error& error) {
        // Without the name, which whoever lists pictures writes themselves.
        const std::string message = error.message();
        const std::string name = path.string() + " ";
        throw Error(error.code(), message.rfind(name, 0) == 0 ? message.substr(name.size()) : message);
    }
    const std::string_view start = std::string_view(content).substr(0, 8);
    if (start == "\x89PNG\r\n\x1a\n") {
        return decode_png(content, limits);
    }
    if (start.substr(0, 3) == "\xFF\xD8\xFF") {
        return decode_jpeg(content, limits);
    }
    throw Error(ErrorCode::format, content.empty() ? "is empty" : "is neither PNG nor JPEG");
}

std::vector<std::uint8_t> middle_square(const Image& image, std::size_t size, std::size_t channels) {
    const std::size_t side = std::min(image.height, image.width);
    const std::vector<Mix> list = mixes(side, size);
    std::vector<std::uint8_t> result(channels * size * size);
    for (std::size_t channel = 0; channel < channels; ++channel) {
        const std::vector<double> plane = scaled(channel_of(image, side, channel, channels == 1), side, list);
        std::transform(
            plane.begin(), plane.end(), result.begin() + static_cast<std::ptrdiff_t>(channel * size * size),
            [](double value) { return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L)); });
    }
    return result;
}

}  // namespace gandsl::formats
