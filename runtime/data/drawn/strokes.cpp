#include "runtime/data/drawn/strokes.hpp"

#include <algorithm>
#include <cmath>

namespace gandsl::data {

namespace {

Point operator+(Point a, Point b) {
    return {a.x + b.x, a.y + b.y};
}
Point operator-(Point a, Point b) {
    return {a.x - b.x, a.y - b.y};
}
Point operator*(float a, Point b) {
    return {a * b.x, a * b.y};
}
float dot(Point a, Point b) {
    return a.x * b.x + a.y * b.y;
}

Point between(Point before, Point from, Point to, Point after, float t) {
    const Point linear = to - before;
    const Point square = 2 * before - 5 * from + 4 * to - after;
    const Point cube = 3 * (from - to) + after - before;
    return from + 0.5F * t * (linear + t * (square + t * cube));
}

/// The pixels whose middles lie between two coordinates, first and one past the last.
struct Span {
    std::size_t first;
    std::size_t end;
};

Span covered(float low, float high, std::size_t size) {
    const auto limit = static_cast<float>(size);
    return {static_cast<std::size_t>(std::clamp(std::floor(low - 0.5F), 0.0F, limit)),
            static_cast<std::size_t>(std::clamp(std::ceil(high + 0.5F), 0.0F, limit))};
}

}  // namespace

std::vector<Point> smooth_line(std::span<const Point> points, std::size_t pieces) {
    std::vector<Point> line;
    line.reserve((points.size() - 1) * pieces + 1);
    const std::size_t last = points.size() - 1;
    for (std::size_t i = 0; i < last; ++i) {
        const Point before = points[i == 0 ? 0 : i - 1];
        const Point after = points[std::min(i + 2, last)];
        for (std::size_t k = 0; k < pieces; ++k) {
            const float t = static_cast<float>(k) / static_cast<float>(pieces);
            line.push_back(between(before, points[i], points[i + 1], after, t));
        }
    }
    line.push_back(points[last]);
    return line;
}

void draw_line(std::span<const Inked> line, float softness, std::span<float> picture, std::size_t height,
               std::size_t width) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const Inked& a = line[i];
        const Inked& b = line[i + 1];
        const Point along = b.at - a.at;
        const float length_squared = std::max(dot(along, along), 1e-12F);
        const float reach = std::max(a.radius, b.radius) + softness / 2;
        const Span rows = covered(std::min(a.at.y, b.at.y) - reach, std::max(a.at.y, b.at.y) + reach, height);
        const Span columns =
            covered(std::min(a.at.x, b.at.x) - reach, std::max(a.at.x, b.at.x) + reach, width);
        for (std::size_t row = rows.first; row < rows.end; ++row) {
            for (std::size_t column = columns.first; column < columns.end; ++column) {
                const Point middle = {static_cast<float>(column) + 0.5F, static_cast<float>(row) + 0.5F};
                const float t = std::clamp(dot(middle - a.at, along) / length_squared, 0.0F, 1.0F);
                const Point away = middle - (a.at + t * along);
                const float radius = a.radius + t * (b.radius - a.radius);
                const float ink = 0.5F + (radius - std::sqrt(dot(away, away))) / softness;
                float& pixel = picture[row * width + column];
                pixel = std::max(pixel, std::min(ink, 1.0F));
            }
        }
    }
}

}  // namespace gandsl::data
