#include "runtime/data/byte_images.hpp"

#include <algorithm>
#include <utility>

#include "runtime/files/checksum.hpp"

namespace gandsl::data {

namespace {

std::string content_hash(const ByteSplit& train, const ByteSplit& test) {
    std::uint32_t checksum = 0;
    for (const auto* bytes : {&train.pictures, &train.labels, &test.pictures, &test.labels}) {
        checksum = files::crc32(std::to_string(bytes->size()) + "\n", checksum);
        checksum = files::crc32(std::as_bytes(std::span(*bytes)), checksum);
    }
    return "crc32:" + files::hexadecimal(checksum);
}

}  // namespace

std::array<float, 256> byte_values(Range range) {
    std::array<float, 256> values{};
    for (std::size_t byte = 0; byte < values.size(); ++byte) {
        const double part = static_cast<double>(byte) / 255;
        values[byte] = static_cast<float>(double{range.low} * (1 - part) + double{range.high} * part);
    }
    return values;
}

BytePictures::BytePictures(Description description, std::vector<std::size_t> shape,
                           std::optional<std::size_t> classes, ByteSplit train, ByteSplit test, Range range)
    : description_(std::move(description)),
      train_(std::move(train)),
      test_(std::move(test)),
      values_(byte_values(range)) {
    description_.fields = {Field{"image", std::move(shape), std::nullopt}};
    if (classes) {
        description_.fields.push_back(Field{"label", {}, classes});
    }
    size_ = description_.fields[0].size();
    description_.train_count = train_.pictures.size() / size_;
    description_.test_count = test_.pictures.size() / size_;
    description_.hash = content_hash(train_, test_);
}

void BytePictures::read(const Example& example, std::span<const std::span<float>> fields) const {
    const ByteSplit& split = example.split == Split::train ? train_ : test_;
    if (!fields.empty() && !fields[0].empty()) {
        const std::uint8_t* from = split.pictures.data() + example.index * size_;
        std::transform(from, from + size_, fields[0].begin(),
                       [this](std::uint8_t byte) { return values_[byte]; });
    }
    if (fields.size() > 1 && !fields[1].empty() && !split.labels.empty()) {
        fields[1][0] = static_cast<float>(split.labels[example.index]);
    }
}

}  // namespace gandsl::data
