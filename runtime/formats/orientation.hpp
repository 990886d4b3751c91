#pragma once

#include <cstdint>
#include <span>

#include "runtime/formats/image.hpp"

namespace gandsl::formats {

/// How a camera was held, from the content of a JPEG file's APP1 marker: 1 (upright) to 8, as Exif numbers
/// them. 1 where nothing, or nothing sensible, is said.
unsigned exif_orientation(std::span<const std::uint8_t> marker);

/// The picture turned and mirrored so that what was up is up.
Image upright(Image image, unsigned orientation);

}  // namespace gandsl::formats
