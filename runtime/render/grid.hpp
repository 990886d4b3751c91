#pragma once

#include <cstddef>
#include <span>

#include "runtime/formats/image.hpp"

namespace gandsl::render {

/// Pictures as a net makes them, and how to show them.
struct Pictures {
    std::span<const float> values;  ///< count x channels x height x width
    std::size_t channels = 1;       ///< 1 or 3
    std::size_t height = 0;
    std::size_t width = 0;
    float low = 0;   ///< shown black
    float high = 1;  ///< shown white; values beyond are clipped, a NaN is shown mid-grey
};

/// Arranges rows x columns pictures, row by row, with a thin gap between them. Small pictures are enlarged by
/// whole factors without smoothing. Throws `shape` where the values are not rows * columns pictures, or
/// channels is neither 1 nor 3; invalid_argument unless low < high.
formats::Image arrange_grid(const Pictures& pictures, std::size_t rows, std::size_t columns);

}  // namespace gandsl::render
