#include "runtime/data/drawn/digits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/data/byte_images.hpp"
#include "runtime/data/drawn/glyphs.hpp"
#include "runtime/data/drawn/strokes.hpp"
#include "runtime/data/random.hpp"
#include "runtime/files/checksum.hpp"

namespace gandsl::data {

namespace {

constexpr std::size_t side = 28;
constexpr std::size_t area = side * side;
constexpr std::size_t pieces = 5;  // between two points of a glyph: about two pixels each
constexpr float largest = 21;      // pixels that a digit's width may take

float bounded_normal(RandomStream& random, float deviation) {
    return deviation * std::clamp(random.normal(), -2.2F, 2.2F);
}

/// How one example is written.
struct Hand {
    float width;  ///< of the glyph's box of height 1
    float slant;  ///< to the right, per height
    float turn;   ///< radians
    float wave;   ///< sideways bending
    float wave_phase;
    float wobble;    ///< of each point, in parts of the height
    float radius;    ///< pixels
    float pressure;  ///< how much the radius varies along a stroke
    float softness;  ///< pixels
    float brightness;
    float grain;

    explicit Hand(RandomStream& random)
        : width(random.uniform(0.55F, 0.92F)),
          slant(0.12F + bounded_normal(random, 0.2F)),
          turn(bounded_normal(random, 0.08F)),
          wave(bounded_normal(random, 0.03F)),
          wave_phase(random.uniform(0, 2 * std::numbers::pi_v<float>)),
          wobble(random.uniform(0.015F, 0.05F)),
          radius(random.uniform(0.75F, 1.75F)),
          pressure(random.uniform(0, 0.22F)),
          softness(random.uniform(1.0F, 1.5F)),
          brightness(random.uniform(0.88F, 1.0F)),
          grain(random.uniform(0, 0.12F)) {}

    /// A point of a glyph as this hand puts it down, the box's middle at 0.
    Point place(Point p) const {
        const float y = p.y - 0.5F;
        const float bent = p.x - 0.5F + wave * std::sin(4 * y + wave_phase);
        const float x = bent * width - slant * y;
        return {x * std::cos(turn) - y * std::sin(turn), x * std::sin(turn) + y * std::cos(turn)};
    }
};

/// A stroke with shaking points. A corner's two points stay together; a stroke's ends wander most.
std::vector<Point> shaken(const std::vector<Point>& stroke, const Hand& hand, RandomStream& random) {
    std::vector<Point> points = stroke;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const bool corner = i > 0 && stroke[i].x == stroke[i - 1].x && stroke[i].y == stroke[i - 1].y;
        if (corner) {
            points[i] = points[i - 1];
            continue;
        }
        const bool end = i == 0 || i + 1 == points.size();
        const float deviation = hand.wobble * (end ? 1.6F : 1.0F);
        points[i].x += bounded_normal(random, deviation);
        points[i].y += bounded_normal(random, deviation);
        points[i] = hand.place(points[i]);
    }
    return points;
}

std::vector<std::vector<Inked>> write_glyph(const Glyph& glyph, const Hand& hand, RandomStream& random) {
    std::vector<std::vector<Inked>> lines;
    for (const auto& stroke : glyph) {
        const std::vector<Point> line = smooth_line(shaken(stroke, hand, random), pieces);
        const float phase = random.uniform(0, 2 * std::numbers::pi_v<float>);
        std::vector<Inked>& inked = lines.emplace_back();
        for (std::size_t i = 0; i < line.size(); ++i) {
            const float part = static_cast<float>(i) / static_cast<float>(line.size());
            inked.push_back({line[i], hand.radius * (1 + hand.pressure * std::sin(phase + 5 * part))});
        }
    }
    return lines;
}

/// Scales the lines to their size in pixels and moves them near the middle of the picture, so that no ink
/// reaches the outermost pixels.
void fit(std::vector<std::vector<Inked>>& lines, const Hand& hand, RandomStream& random) {
    Point low = lines[0][0].at;
    Point high = low;
    for (const auto& line : lines) {
        for (const Inked& point : line) {
            low = {std::min(low.x, point.at.x), std::min(low.y, point.at.y)};
            high = {std::max(high.x, point.at.x), std::max(high.y, point.at.y)};
        }
    }
    const float middle = static_cast<float>(side) / 2;
    const float room = middle - 1 - hand.radius * (1 + hand.pressure) - hand.softness / 2;
    const float height = std::min(random.uniform(16.5F, 20), 2 * room);
    const float scale =
        std::min(height / (high.y - low.y), std::min(largest, 2 * room) / std::max(high.x - low.x, 0.1F));
    const auto shifted = [&](float extent) {
        const float shift = std::clamp(room - scale * extent / 2, 0.0F, 1.6F);
        return middle + random.uniform(-shift, shift);
    };
    const Point to = {shifted(high.x - low.x), shifted(high.y - low.y)};
    for (auto& line : lines) {
        for (Inked& point : line) {
            point.at.x = to.x + scale * (point.at.x - (low.x + high.x) / 2);
            point.at.y = to.y + scale * (point.at.y - (low.y + high.y) / 2);
        }
    }
}

std::size_t draw_digit(std::uint64_t seed, const Example& example, std::array<std::uint8_t, area>* picture) {
    RandomStream random(seed, static_cast<std::uint64_t>(example.split), example.index);
    const std::size_t digit = random.below(10);
    if (picture == nullptr) {
        return digit;
    }
    const std::span<const Glyph> ways = glyphs_of(digit);
    const Glyph& glyph = ways[random.below(static_cast<std::uint32_t>(ways.size()))];
    const Hand hand(random);
    auto lines = write_glyph(glyph, hand, random);
    fit(lines, hand, random);

    std::array<float, area> ink{};
    for (const auto& line : lines) {
        draw_line(line, hand.softness, ink, side, side);
    }
    for (std::size_t i = 0; i < area; ++i) {
        const float dry = ink[i] > 0 ? hand.grain * random.uniform() : 0;
        (*picture)[i] = static_cast<std::uint8_t>(std::lround(255 * hand.brightness * ink[i] * (1 - dry)));
    }
    return digit;
}

class Digits final : public Dataset {
  public:
    explicit Digits(const DigitsSource& source) : seed_(source.seed), values_(byte_values(source.range)) {
        description_.source = "digits";
        description_.origin = "drawn from seed " + std::to_string(seed_);
        description_.fields = {Field{"image", {1, side, side}, std::nullopt}, Field{"label", {}, 10}};
        description_.train_count = source.count;
        description_.test_count = std::max<std::size_t>(source.count / 6, 1);
        description_.hash = hash();
    }

    const Description& description() const override { return description_; }

    void read(const Example& example, std::span<const std::span<float>> fields) const override {
        const bool wants_image = !fields.empty() && !fields[0].empty();
        std::array<std::uint8_t, area> picture{};
        const std::size_t digit = draw_digit(seed_, example, wants_image ? &picture : nullptr);
        if (wants_image) {
            std::transform(picture.begin(), picture.end(), fields[0].begin(),
                           [this](std::uint8_t byte) { return values_[byte]; });
        }
        if (fields.size() > 1 && !fields[1].empty()) {
            fields[1][0] = static_cast<float>(digit);
        }
    }

  private:
    /// Of what is drawn from this seed, by its first examples, so that another way of drawing has another
    /// hash.
    std::string hash() const {
        std::uint32_t checksum =
            files::crc32(std::to_string(seed_) + " " + std::to_string(description_.train_count));
        for (std::size_t index = 0; index < 100; ++index) {
            std::array<std::uint8_t, area> picture{};
            draw_digit(seed_, {Split::train, index}, &picture);
            checksum = files::crc32(std::as_bytes(std::span(picture)), checksum);
        }
        return "crc32:" + files::hexadecimal(checksum);
    }

    std::uint64_t seed_;
    std::array<float, 256> values_;
    Description description_;
};

}  // namespace

DatasetPointer open_digits(const DigitsSource& source) {
    if (source.count == 0) {
        throw Error(ErrorCode::invalid_argument, "digits draws at least 1 example; found count = 0");
    }
    return std::make_shared<Digits>(source);
}

}  // namespace gandsl::data
