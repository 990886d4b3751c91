#include "runtime/data/drawn/portrait.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace gandsl::data {

namespace {

Colour mixed(Colour a, Colour b, float part) {
    return {a.red + part * (b.red - a.red), a.green + part * (b.green - a.green),
            a.blue + part * (b.blue - a.blue)};
}

Colour lit(Colour colour, float factor) {
    const auto scaled = [factor](float value) { return std::clamp(value * factor, 0.0F, 1.0F); };
    return {scaled(colour.red), scaled(colour.green), scaled(colour.blue)};
}

/// A colour of this hue (0 .. 1), with the smallest and the largest of its parts.
Colour of_hue(float hue, float min, float max) {
    const auto part = [&](float shift) {
        const float position = std::abs(std::fmod(hue + shift, 1.0F) * 6 - 3) - 1;
        return min + (max - min) * std::clamp(position, 0.0F, 1.0F);
    };
    return {part(0), part(2.0F / 3), part(1.0F / 3)};
}

// Distances to the edges of shapes: negative inside. Those of ellipses are good near the edge, where they
// count.

float length_of(Point p) {
    return std::sqrt(p.x * p.x + p.y * p.y);
}

float ellipse(Point p, Point centre, Point radii) {
    const float x = (p.x - centre.x) / radii.x;
    const float y = (p.y - centre.y) / radii.y;
    const float length = length_of({x, y});
    const float slope = length_of({x / radii.x, y / radii.y});
    return slope < 1e-6F ? -std::min(radii.x, radii.y) : (length - 1) * length / slope;
}

float capsule(Point p, Point from, Point to, float radius) {
    const Point along = {to.x - from.x, to.y - from.y};
    const Point away = {p.x - from.x, p.y - from.y};
    const float t = std::clamp(
        (away.x * along.x + away.y * along.y) / (along.x * along.x + along.y * along.y), 0.0F, 1.0F);
    return length_of({away.x - t * along.x, away.y - t * along.y}) - radius;
}

/// The layers of one pixel, painted from the back to the front.
class Pixel {
  public:
    Pixel(Colour colour, float size) : colour_(colour), size_(size) {}

    /// How much of the pixel a shape covers.
    float cover(float distance) const { return std::clamp(0.5F - distance / size_, 0.0F, 1.0F); }

    void paint(float part, Colour colour) { colour_ = mixed(colour_, colour, part); }

    /// The colour is asked for only where there is something to paint.
    template <class ColourAt>
    void paint_with(float part, ColourAt colour_at) {
        if (part > 0) {
            paint(part, colour_at());
        }
    }

    Colour colour() const { return colour_; }

  private:
    Colour colour_;
    float size_;
};

constexpr std::array<Colour, 6> skins = {{{0.98F, 0.84F, 0.74F},
                                          {0.93F, 0.74F, 0.60F},
                                          {0.85F, 0.64F, 0.48F},
                                          {0.72F, 0.50F, 0.35F},
                                          {0.54F, 0.36F, 0.25F},
                                          {0.38F, 0.25F, 0.18F}}};
constexpr std::array<Colour, 7> hairs = {{{0.08F, 0.07F, 0.07F},
                                          {0.20F, 0.13F, 0.09F},
                                          {0.36F, 0.23F, 0.14F},
                                          {0.55F, 0.36F, 0.18F},
                                          {0.85F, 0.70F, 0.42F},
                                          {0.62F, 0.25F, 0.12F},
                                          {0.72F, 0.71F, 0.70F}}};
constexpr std::array<Colour, 4> irises = {
    {{0.28F, 0.17F, 0.10F}, {0.20F, 0.36F, 0.52F}, {0.25F, 0.42F, 0.28F}, {0.38F, 0.36F, 0.30F}}};

/// A colour between two neighbours of a list.
template <std::size_t n>
Colour between(const std::array<Colour, n>& colours, RandomStream& random) {
    const float position = random.uniform() * static_cast<float>(n - 1);
    const auto first = std::min(static_cast<std::size_t>(position), n - 2);
    return mixed(colours[first], colours[first + 1], position - static_cast<float>(first));
}

float spread(RandomStream& random, float middle, float deviation) {
    return middle + deviation * std::clamp(random.normal(), -2.0F, 2.0F);
}

/// The outline of the skull with the jaw narrowing below the cheeks.
float head(const Portrait& face, Point p) {
    const float down = std::max(p.y / face.skull.height, 0.0F);
    const float narrowing = 1 - face.skull.jaw * std::min(down * down, 1.2F);
    return ellipse({p.x / std::max(narrowing, 0.3F), p.y}, {0, 0}, {face.skull.width, face.skull.height});
}

Colour skin_at(const Portrait& face, Point p) {
    const float across = std::clamp(p.x / face.skull.width, -1.0F, 1.0F);
    const float down = std::clamp(p.y / face.skull.height, -1.0F, 1.0F);
    const float towards = 0.16F * (across * face.light.x + down * face.light.y);
    const float round = 0.12F * (across * across + down * down);
    return lit(face.skin, 1.04F + towards - round);
}

Colour hair_at(const Portrait& face, Point p) {
    const float strands = std::sin(34 * (p.x - face.hair.parting) + 6 * p.y) *
                          std::sin(11 * p.x + 3 * p.y + 9 * face.hair.fringe);
    return lit(face.hair.colour, 1.05F + 0.16F * strands - 0.18F * p.y);
}

void paint_back(const Portrait& face, Point p, Pixel& pixel) {
    pixel.paint(pixel.cover(ellipse(p, {0, 1.52F}, {1.05F, 0.72F})),
                lit(face.clothes, 1.1F - 0.35F * std::abs(p.x)));
    const float width = face.skull.width;
    if (face.hair.cut == Portrait::Cut::long_cut) {
        const float top = ellipse(p, {0, -0.12F}, {width * 1.28F, face.skull.height * 1.12F});
        const float fall = capsule(p, {0, 0.1F}, {0, 0.62F}, width * 1.22F);
        pixel.paint_with(pixel.cover(std::min(top, fall)), [&] { return lit(hair_at(face, p), 0.8F); });
    }
    const float neck = capsule(p, {0, 0.4F}, {0, 0.92F}, width * 0.46F);
    pixel.paint(pixel.cover(neck), lit(face.skin, p.y < 0.85F ? 0.74F : 0.86F));
    if (face.hair.cut == Portrait::Cut::curly) {
        const float angle = std::atan2(p.y + 0.2F, p.x);
        const float waves = 0.035F * std::sin(13 * angle + 5 * face.hair.parting);
        pixel.paint_with(
            pixel.cover(ellipse(p, {0, -0.2F}, {width * 1.32F, face.skull.height * 1.02F}) + waves),
            [&] { return hair_at(face, p); });
    }
    for (const float side : {-1.0F, 1.0F}) {
        const Point ear = {side * width * 0.99F - 0.05F * face.pose.turn, 0.06F};
        pixel.paint(pixel.cover(ellipse(p, ear, {0.075F, 0.13F})), lit(face.skin, 0.84F));
    }
}

void paint_eye(const Portrait& face, Point p, float side, Pixel& pixel) {
    const Point centre = {side * face.eyes.distance + face.pose.turn * 0.13F, face.eyes.height};
    const float size = face.eyes.size;
    if (std::abs(p.x - centre.x) > 2 * size || std::abs(p.y - centre.y) > 0.32F) {
        return;
    }
    const float socket = ellipse(p, {centre.x, centre.y - 0.02F}, {size * 1.5F, size * 1.1F});
    pixel.paint(0.35F * std::clamp(-socket / (0.6F * size), 0.0F, 1.0F), lit(face.skin, 0.72F));

    const float opening = size * face.eyes.opening;
    const float eye = ellipse(p, centre, {size, opening});
    pixel.paint(pixel.cover(eye), {0.95F, 0.94F, 0.92F});
    const Point middle = {centre.x + face.eyes.gaze.x * size, centre.y + face.eyes.gaze.y * opening};
    const auto within_eye = [&](float distance) { return pixel.cover(std::max(distance, eye)); };
    pixel.paint(within_eye(ellipse(p, middle, {size * 0.46F, size * 0.46F})), face.eyes.iris);
    pixel.paint(within_eye(ellipse(p, middle, {size * 0.22F, size * 0.22F})), {0.04F, 0.04F, 0.05F});
    const Point glint = {middle.x + face.light.x * size * 0.2F, middle.y - size * 0.2F};
    pixel.paint(within_eye(ellipse(p, glint, {size * 0.13F, size * 0.13F})), {1, 1, 1});
    // The upper lid is the upper part of the eye's edge.
    const float lid = std::max(std::abs(eye) - 0.017F, p.y - centre.y);
    pixel.paint(0.85F * pixel.cover(lid), lit(face.hair.colour, 0.5F));

    const float brow_y = face.eyes.height - face.brows.height;
    const Point inner = {centre.x - side * size * 0.95F, brow_y + face.brows.tilt};
    const Point outer = {centre.x + side * size * 1.25F, brow_y - face.brows.tilt * 0.3F};
    const Point arch = {centre.x + side * size * 0.45F, brow_y - 0.03F};
    const float brow = std::min(capsule(p, inner, arch, face.brows.thickness),
                                capsule(p, arch, outer, face.brows.thickness * 0.8F));
    pixel.paint(0.9F * pixel.cover(brow), lit(face.hair.colour, 0.8F));
}

void paint_nose(const Portrait& face, Point p, Pixel& pixel) {
    const float x = face.pose.turn * 0.19F;
    const float tip = face.eyes.height + face.nose.length;
    if (p.y < face.eyes.height - 0.05F || p.y > tip + 0.12F) {
        return;
    }
    const float side = face.light.x > 0 ? -1.0F : 1.0F;
    const float ridge = capsule(p, {face.pose.turn * 0.14F + side * 0.04F, face.eyes.height + 0.06F},
                                {x + side * face.nose.width * 0.7F, tip - 0.05F}, 0.03F);
    pixel.paint(0.4F * std::clamp(0.5F - ridge / 0.05F, 0.0F, 1.0F), lit(face.skin, 0.68F));
    const float wings = ellipse(p, {x, tip}, {face.nose.width, 0.045F});
    pixel.paint(0.55F * std::clamp(0.5F - wings / 0.04F, 0.0F, 1.0F), lit(face.skin, 0.66F));
    const float end = ellipse(p, {x + face.light.x * 0.02F, tip - 0.045F}, {face.nose.width * 0.6F, 0.05F});
    pixel.paint(0.5F * std::clamp(0.5F - end / 0.05F, 0.0F, 1.0F), lit(face.skin, 1.15F));
    for (const float nostril : {-1.0F, 1.0F}) {
        const float hole = ellipse(p, {x + nostril * face.nose.width * 0.5F, tip + 0.012F}, {0.026F, 0.016F});
        pixel.paint(0.7F * pixel.cover(hole), lit(face.skin, 0.3F));
    }
}

void paint_mouth(const Portrait& face, Point p, Pixel& pixel) {
    const float x = (p.x - face.pose.turn * 0.15F) / face.mouth.width;
    const float bend = 1 - x * x;
    if (std::abs(p.y - face.mouth.height) > 0.25F) {
        return;
    }
    const float line = face.mouth.height + face.mouth.smile * bend;
    if (face.moustache) {
        const float hair =
            std::abs(p.y - (face.mouth.height - 0.085F) - 0.05F * x * x) - 0.042F * (1.2F - x * x);
        pixel.paint_with(0.92F * pixel.cover(std::abs(x) < 1.1F ? hair : 1),
                         [&] { return hair_at(face, p); });
    }
    if (bend <= 0) {
        return;
    }
    const float taper = std::sqrt(bend);
    const float opening = face.mouth.opening * taper;
    const float upper = line - opening - face.mouth.lip_thickness * taper;
    const float lower = line + opening + face.mouth.lip_thickness * 1.35F * taper;
    pixel.paint(pixel.cover(std::max(upper - p.y, p.y - lower)),
                lit(face.mouth.lips, p.y > line ? 1.08F : 0.9F));
    const float gap = std::abs(p.y - line) - std::max(opening, 0.009F);
    pixel.paint(pixel.cover(gap), {0.28F, 0.09F, 0.09F});
    const float teeth = std::max(gap, p.y - line - 0.15F * opening);
    pixel.paint(face.mouth.opening > 0.02F ? pixel.cover(teeth + 0.005F) : 0, {0.95F, 0.94F, 0.90F});
}

void paint_beard(const Portrait& face, Point p, float outline, Pixel& pixel) {
    const float x = p.x / face.skull.width;
    const float from = face.mouth.height - 0.16F - 0.28F * x * x;
    const float around_mouth =
        ellipse(p, {face.pose.turn * 0.15F, face.mouth.height + 0.01F}, {face.mouth.width * 1.05F, 0.095F});
    const float region = std::max({outline, from - p.y, -around_mouth});
    pixel.paint_with(face.beard * std::clamp(0.5F - region / 0.07F, 0.0F, 1.0F),
                     [&] { return hair_at(face, p); });
}

void paint_hair(const Portrait& face, Point p, Pixel& pixel) {
    const float width = face.skull.width;
    const float from_parting = p.x - face.hair.parting * width;
    float line = face.hair.line + face.hair.fringe * from_parting * from_parting;
    float reach = 1.1F;
    if (face.hair.cut == Portrait::Cut::bald) {
        // A rest of hair at the sides.
        const float sides = std::max({ellipse(p, {0, -0.05F}, {width * 1.07F, face.skull.height}),
                                      width * 0.9F - std::abs(p.x), p.y - 0.05F, -0.3F - p.y});
        pixel.paint_with(0.8F * pixel.cover(sides), [&] { return hair_at(face, p); });
        return;
    }
    if (face.hair.cut == Portrait::Cut::long_cut) {
        reach = 1.2F;
        line += 1.8F * std::max(std::abs(p.x) - width * 0.72F, 0.0F) * 4;
    } else {
        line += std::max(std::abs(p.x) - width * 0.8F, 0.0F) * 5;
    }
    const float cap = ellipse(p, {0, -0.1F}, {width * reach, face.skull.height * 1.04F});
    const float lower_end = face.hair.cut == Portrait::Cut::long_cut ? 0.55F : 0.02F;
    pixel.paint_with(pixel.cover(std::max({cap, (p.y - line) * 0.7F, p.y - lower_end})),
                     [&] { return hair_at(face, p); });
}

void paint_glasses(const Portrait& face, Point p, Pixel& pixel) {
    constexpr Colour frame = {0.12F, 0.11F, 0.12F};
    const float radius = face.eyes.size * 1.65F;
    if (std::abs(p.y - face.eyes.height) > 0.25F) {
        return;
    }
    for (const float side : {-1.0F, 1.0F}) {
        const Point centre = {side * face.eyes.distance + face.pose.turn * 0.13F, face.eyes.height + 0.02F};
        const float glass = ellipse(p, centre, {radius, radius * 0.86F});
        pixel.paint(0.12F * pixel.cover(glass), {0.85F, 0.92F, 1});
        pixel.paint(pixel.cover(std::abs(glass) - 0.016F), frame);
        const Point hinge = {centre.x + side * radius, centre.y - 0.02F};
        pixel.paint(pixel.cover(capsule(p, hinge, {side * face.skull.width, centre.y - 0.03F}, 0.014F)),
                    frame);
    }
    const float inner = face.eyes.distance - radius;
    const float middle = face.pose.turn * 0.13F;
    pixel.paint(pixel.cover(capsule(p, {middle - inner, face.eyes.height}, {middle + inner, face.eyes.height},
                                    0.015F)),
                frame);
}

}  // namespace

Portrait::Portrait(RandomStream& random)
    : pose{.centre = {spread(random, 0, 0.05F), spread(random, 0.02F, 0.04F)},
           .scale = spread(random, 0.96F, 0.06F),
           .sine = spread(random, 0, 0.07F),
           .turn = spread(random, 0, 0.45F)},
      light{random.uniform() < 0.5F ? -1.0F : 1.0F, -0.6F},
      skull{.width = spread(random, 0.47F, 0.03F),
            .height = spread(random, 0.64F, 0.03F),
            .jaw = random.uniform(0.12F, 0.36F)},
      hair{.line = spread(random, -0.36F, 0.045F),
           .parting = random.uniform(-0.7F, 0.7F),
           .fringe = random.uniform(-0.2F, 0.75F)},
      eyes{.distance = spread(random, 0.2F, 0.013F),
           .height = spread(random, -0.04F, 0.02F),
           .size = spread(random, 0.098F, 0.009F),
           .opening = random.uniform(0.42F, 0.72F),
           .gaze = {random.uniform(-0.3F, 0.3F), random.uniform(-0.15F, 0.2F)}},
      brows{.height = random.uniform(0.12F, 0.18F),
            .tilt = spread(random, 0, 0.022F),
            .thickness = random.uniform(0.014F, 0.03F)},
      nose{.length = random.uniform(0.22F, 0.3F), .width = random.uniform(0.065F, 0.1F)},
      mouth{.height = random.uniform(0.35F, 0.41F),
            .width = random.uniform(0.14F, 0.22F),
            .lip_thickness = random.uniform(0.014F, 0.036F),
            .smile = spread(random, 0.025F, 0.025F),
            .opening = std::max(random.uniform(-0.06F, 0.045F), 0.0F)},
      glasses(random.uniform() < 0.18F) {
    pose.cosine = std::sqrt(1 - pose.sine * pose.sine);
    const float hue = random.uniform();
    const float grey = random.uniform(0.3F, 0.75F);
    background_top = of_hue(hue, grey, grey + random.uniform(0.03F, 0.2F));
    background_bottom = lit(background_top, random.uniform(0.6F, 1.1F));
    clothes = of_hue(random.uniform(), random.uniform(0.05F, 0.4F), random.uniform(0.35F, 0.85F));
    skin = between(skins, random);
    hair.colour = lit(hairs[random.below(hairs.size())], random.uniform(0.8F, 1.15F));
    eyes.iris = irises[random.below(irises.size())];
    mouth.lips = mixed(skin, {0.72F, 0.2F, 0.22F}, random.uniform(0.25F, 0.6F));
    constexpr std::array<Cut, 8> cuts = {Cut::short_cut, Cut::short_cut, Cut::short_cut, Cut::long_cut,
                                         Cut::long_cut,  Cut::long_cut,  Cut::curly,     Cut::bald};
    hair.cut = cuts[random.below(cuts.size())];
    if (hair.cut != Cut::long_cut && random.uniform() < 0.35F) {
        beard = random.uniform(0.25F, 0.95F);
        moustache = true;
    } else if (hair.cut != Cut::long_cut && random.uniform() < 0.1F) {
        moustache = true;
    }
}

Colour Portrait::at(Point position, float size) const {
    const Point moved = {(position.x - pose.centre.x) / pose.scale,
                         (position.y - pose.centre.y) / pose.scale};
    const Point p = {moved.x * pose.cosine + moved.y * pose.sine,
                     moved.y * pose.cosine - moved.x * pose.sine};
    Pixel pixel(mixed(background_top, background_bottom, (position.y + 1) / 2), size / pose.scale);
    paint_back(*this, p, pixel);
    const float outline = head(*this, p);
    pixel.paint(pixel.cover(outline), skin_at(*this, p));
    // Nothing of the face's inside is seen farther out.
    if (outline < 0.1F) {
        if (beard > 0) {
            paint_beard(*this, p, outline, pixel);
        }
        paint_mouth(*this, p, pixel);
        paint_nose(*this, p, pixel);
        paint_eye(*this, p, -1, pixel);
        paint_eye(*this, p, 1, pixel);
    }
    paint_hair(*this, p, pixel);
    if (glasses) {
        paint_glasses(*this, p, pixel);
    }
    return pixel.colour();
}

}  // namespace gandsl::data
