#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gandsl::data {

/// How pictures vary from epoch to epoch.
struct Augmentation {
    bool flip = false;  ///< left and right change places every other time
    double rotate = 0;  ///< turned by up to so many degrees to either side
    double zoom = 0;    ///< enlarged by up to this share
    double crop = 0;    ///< shifted by up to this share of a side, across and down

    /// Whether pixels are computed anew, not only moved.
    bool bends() const { return rotate > 0 || zoom > 0 || crop > 0; }
};

/// One way to show a picture, drawn evenly from what the augmentation allows: a function of index and epoch.
struct View {
    bool flipped = false;
    double angle = 0;  ///< radians
    double scale = 1;
    double across = 0;  ///< in parts of a side
    double down = 0;

    View(const Augmentation& augmentation, std::size_t index, std::uint64_t epoch);
};

/// Shows one channel, size x size, by a view: bilinear between pixels, mirrored beyond the border. Values are
/// those of `table`, by byte.
void show(const View& view, bool bends, const std::uint8_t* pixels, std::size_t size,
          std::span<const float, 256> table, std::span<float> result);

}  // namespace gandsl::data
