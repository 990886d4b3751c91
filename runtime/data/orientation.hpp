#pragma once

#include <cstdint>
#include <span>

#include "runtime/render/image.hpp"

namespace gandsl::data {

/// How a camera was held, from the content of a JPEG file's APP1 marker: 1 (upright) to 8, as Exif numbers
/// them. 1 where nothing, or nothing sensible, is said.
unsigned exif_orientation(std::span<const std::uint8_t> marker);

/// The picture turned and mirrored so that what was up is up.
render::Image upright(render::Image image, unsigned orientation);

}  // namespace gandsl::data
