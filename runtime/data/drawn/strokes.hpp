#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gandsl::data {

/// A point of a drawing: x to the right, y down.
struct Point {
    float x = 0;
    float y = 0;
};

/// A point of a drawn line, with half the line's width there.
struct Inked {
    Point at;
    float radius = 1;
};

/// A smooth line through all points (Catmull and Rom, 1974), `pieces` straight ones between two of them. A
/// point that is there twice in a row makes a corner.
std::vector<Point> smooth_line(std::span<const Point> points, std::size_t pieces);

/// Draws a line on a picture of height x width numbers, 0 blank and 1 full ink. Pixel (row, column) covers
/// column .. column + 1 and row .. row + 1; edges fade over `softness` pixels. Where lines cross, the darker
/// counts.
void draw_line(std::span<const Inked> line, float softness, std::span<float> picture, std::size_t height,
               std::size_t width);

}  // namespace gandsl::data
