#include "runtime/data/augment.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "runtime/data/random.hpp"

namespace gandsl::data {

namespace {

constexpr std::uint64_t key = 0x6175676d656e74;  // no other stream has it

/// A place that may lie beyond the border, mirrored back to 0 .. most.
double mirrored(double position, double max) {
    if (max <= 0) {
        return 0;
    }
    const double folded = std::fmod(std::abs(position), 2 * max);
    return folded > max ? 2 * max - folded : folded;
}

}  // namespace

View::View(const Augmentation& augmentation, std::size_t index, std::uint64_t epoch) {
    // Every draw is made, so that one setting does not change what another does.
    RandomStream random(key, epoch & 0xFFFFFFFFU, index);
    flipped = random.uniform() < 0.5F && augmentation.flip;
    angle = between(random, -1, 1) * augmentation.rotate * std::numbers::pi / 180;
    scale = 1 + between(random, 0, 1) * augmentation.zoom;
    across = between(random, -1, 1) * augmentation.crop;
    down = between(random, -1, 1) * augmentation.crop;
}

void show(const View& view, bool bends, const std::uint8_t* pixels, std::size_t size,
          std::span<const float, 256> table, std::span<float> result) {
    if (!bends) {
        for (std::size_t y = 0; y < size; ++y) {
            for (std::size_t x = 0; x < size; ++x) {
                result[y * size + x] = table[pixels[y * size + (view.flipped ? size - 1 - x : x)]];
            }
        }
        return;
    }
    const auto side = static_cast<double>(size);
    const double middle = (side - 1) / 2;
    const double cosine = std::cos(view.angle) / view.scale;
    const double sine = std::sin(view.angle) / view.scale;
    for (std::size_t y = 0; y < size; ++y) {
        for (std::size_t x = 0; x < size; ++x) {
            // Where this pixel comes from: turned and shrunk about the middle, then shifted.
            const double right = (static_cast<double>(x) - middle) * (view.flipped ? -1 : 1);
            const double below = static_cast<double>(y) - middle;
            const double from_x =
                mirrored(middle + cosine * right + sine * below - view.across * side, side - 1);
            const double from_y =
                mirrored(middle - sine * right + cosine * below - view.down * side, side - 1);
            const auto left = std::min(static_cast<std::size_t>(from_x), size - 1);
            const auto top = std::min(static_cast<std::size_t>(from_y), size - 1);
            const std::size_t next_left = std::min(left + 1, size - 1);
            const std::size_t next_top = std::min(top + 1, size - 1);
            const auto part_x = static_cast<float>(from_x - static_cast<double>(left));
            const auto part_y = static_cast<float>(from_y - static_cast<double>(top));
            const auto at = [&](std::size_t row, std::size_t column) {
                return table[pixels[row * size + column]];
            };
            const float upper = at(top, left) * (1 - part_x) + at(top, next_left) * part_x;
            const float lower = at(next_top, left) * (1 - part_x) + at(next_top, next_left) * part_x;
            result[y * size + x] = upper * (1 - part_y) + lower * part_y;
        }
    }
}

}  // namespace gandsl::data
