#include "runtime/formats/orientation.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gandsl::formats {

namespace {

/// Numbers of a TIFF structure, in its byte order; 0 beyond its end.
class Tiff {
  public:
    explicit Tiff(std::span<const std::uint8_t> bytes)
        : bytes_(bytes), big_(!bytes.empty() && bytes[0] == 'M') {}

    std::uint32_t number(std::size_t at, std::size_t size) const {
        if (at > bytes_.size() || size > bytes_.size() - at) {
            return 0;
        }
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size; ++i) {
            value = value << 8U | bytes_[at + (big_ ? i : size - 1 - i)];
        }
        return value;
    }

  private:
    std::span<const std::uint8_t> bytes_;
    bool big_;
};

}  // namespace

unsigned exif_orientation(std::span<const std::uint8_t> marker) {
    constexpr std::array<std::uint8_t, 6> name = {'E', 'x', 'i', 'f', 0, 0};
    if (marker.size() < name.size() || !std::equal(name.begin(), name.end(), marker.begin())) {
        return 1;
    }
    const Tiff tiff(marker.subspan(name.size()));
    if (tiff.number(2, 2) != 42) {
        return 1;
    }
    const std::size_t directory = tiff.number(4, 4);
    const std::size_t entries = tiff.number(directory, 2);
    constexpr std::size_t entry_size = 12;
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * entry_size;
        constexpr std::uint32_t orientation_tag = 0x0112;
        if (tiff.number(entry, 2) == orientation_tag) {
            const std::uint32_t value = tiff.number(entry + 8, 2);
            return value >= 1 && value <= 8 ? value : 1;
        }
    }
    return 1;
}

Image upright(Image image, unsigned orientation) {
    if (orientation <= 1 || orientation > 8) {
        return image;
    }
    // 5 to 8 lie on their side. For each, where its first row and first column are shown.
    const bool sideways = orientation >= 5;
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    Image result{sideways ? image.width : image.height, sideways ? image.height : image.width, image.channels,
                 std::vector<std::uint8_t>(image.pixels.size())};
    for (std::size_t y = 0; y < result.height; ++y) {
        for (std::size_t x = 0; x < result.width; ++x) {
            const std::size_t row = sideways ? x : y;
            const std::size_t column = sideways ? y : x;
            const std::size_t from_y = from_bottom ? image.height - 1 - row : row;
            const std::size_t from_x = from_right ? image.width - 1 - column : column;
            std::copy_n(
                image.pixels.begin() +
                    static_cast<std::ptrdiff_t>((from_y * image.width + from_x) * image.channels),
                image.channels,
                result.pixels.begin() + static_cast<std::ptrdiff_t>((y * result.width + x) * image.channels));
        }
    }
    return result;
}

}  // namespace gandsl::formats
