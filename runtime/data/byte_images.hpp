#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace gandsl::data {

/// The examples of one split: pictures one after another, and a label each where there are labels.
struct ByteSplit {
    std::vector<std::uint8_t> pictures;
    std::vector<std::uint8_t> labels;
};

/// Pictures of one size kept in memory as bytes and mapped to a range when they are read: fields image
/// (`shape`) and, where `classes` is set, label.
class BytePictures final : public Dataset {
  public:
    /// The description's fields and counts are filled in here.
    BytePictures(Description description, std::vector<std::size_t> shape, std::optional<std::size_t> classes,
                 ByteSplit train, ByteSplit test, Range range);

    const Description& description() const override { return description_; }
    void read(const Example& example, std::span<const std::span<float>> fields) const override;

  private:
    Description description_;
    ByteSplit train_;
    ByteSplit test_;
    std::size_t size_;
    std::array<float, 256> values_{};
};

/// The 256 values that bytes stand for.
std::array<float, 256> byte_values(Range range);

}  // namespace gandsl::data
