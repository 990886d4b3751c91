#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "runtime/data/drawn/strokes.hpp"

namespace gandsl::data {

/// One way to write a digit: the pen's strokes, each a line through points for smooth_line, in a box of
/// height 1.
using Glyph = std::vector<std::vector<Point>>;

/// The ways in which a digit 0 .. 9 is written.
std::span<const Glyph> glyphs_of(std::size_t digit);

}  // namespace gandsl::data
