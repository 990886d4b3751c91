#include "runtime/data/drawn/faces.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/data/byte_images.hpp"
#include "runtime/data/drawn/portrait.hpp"
#include "runtime/data/random.hpp"
#include "runtime/files/checksum.hpp"

namespace gandsl::data {

namespace {

constexpr std::size_t min_side = 8;
constexpr std::size_t max_side = 512;

/// 3 x size x size bytes.
std::vector<std::uint8_t> draw_face(std::uint64_t seed, const Example& example, std::size_t size) {
    RandomStream random(seed, static_cast<std::uint64_t>(example.split), example.index);
    const Portrait portrait(random);
    const float grain = random.uniform(0, 0.03F);
    const float pixel = 2 / static_cast<float>(size);
    std::vector<std::uint8_t> picture(3 * size * size);
    for (std::size_t i = 0; i < size * size; ++i) {
        const std::size_t row = i / size;
        const std::size_t column = i % size;
        const Point point = {(static_cast<float>(column) + 0.5F) * pixel - 1,
                             (static_cast<float>(row) + 0.5F) * pixel - 1};
        const Colour colour = portrait.at(point, pixel);
        const float noise = grain * (random.uniform() - 0.5F);
        const std::array<float, 3> parts = {colour.red, colour.green, colour.blue};
        for (std::size_t channel = 0; channel < 3; ++channel) {
            const float value = std::clamp(parts[channel] + noise, 0.0F, 1.0F);
            picture[channel * size * size + i] = static_cast<std::uint8_t>(std::lround(255 * value));
        }
    }
    return picture;
}

class Faces final : public Dataset {
  public:
    explicit Faces(const FacesSource& source)
        : size_(source.size), seed_(source.seed), values_(byte_values(source.range)) {
        description_.source = "faces";
        description_.origin = "drawn from seed " + std::to_string(seed_);
        description_.fields = {Field{"image", {3, size_, size_}, std::nullopt}};
        description_.train_count = source.count;
        description_.test_count = std::max<std::size_t>(source.count / 10, 1);
        description_.hash = hash();
    }

    const Description& description() const override { return description_; }

    void read(const Example& example, std::span<const std::span<float>> fields) const override {
        if (!fields.empty() && !fields[0].empty()) {
            const std::vector<std::uint8_t> picture = draw_face(seed_, example, size_);
            std::transform(picture.begin(), picture.end(), fields[0].begin(),
                           [this](std::uint8_t byte) { return values_[byte]; });
        }
    }

  private:
    /// Of what is drawn from this seed, by its first examples, so that another way of drawing has another
    /// hash.
    std::string hash() const {
        std::uint32_t checksum = files::crc32(std::to_string(seed_) + " " + std::to_string(size_) + " " +
                                              std::to_string(description_.train_count));
        for (std::size_t index = 0; index < 10; ++index) {
            const std::vector<std::uint8_t> picture = draw_face(seed_, {Split::train, index}, size_);
            checksum = files::crc32(std::as_bytes(std::span(picture)), checksum);
        }
        return "crc32:" + files::hexadecimal(checksum);
    }

    std::size_t size_;
    std::uint64_t seed_;
    std::array<float, 256> values_;
    Description description_;
};

}  // namespace

DatasetPointer open_faces(const FacesSource& source) {
    if (source.count == 0) {
        throw Error(ErrorCode::invalid_argument, "faces draws at least 1 example; found count = 0");
    }
    if (source.size < min_side || source.size > max_side) {
        throw Error(ErrorCode::invalid_argument, "faces draws pictures of " + std::to_string(min_side) +
                                                     " to " + std::to_string(max_side) +
                                                     " pixels; found size = " + std::to_string(source.size));
    }
    return std::make_shared<Faces>(source);
}

}  // namespace gandsl::data
