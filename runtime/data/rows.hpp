#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"

namespace gandsl::data {

/// A label for each example: whole numbers below `classes`.
struct RowLabels {
    std::vector<float> values;
    std::size_t classes = 0;
    std::vector<std::string> names = {};  ///< of the classes, where they have any
};

/// Examples of one shape in memory, one after another, and a label each where there are labels. The test
/// split is picked by held_out.
class Rows final : public Dataset {
  public:
    /// The description's fields, counts, warnings and hash are filled in here.
    Rows(Description description, Field field, std::vector<float> values, std::optional<RowLabels> labels,
         double holdout);

    const Description& description() const override { return description_; }
    void read(const Example& example, std::span<const std::span<float>> fields) const override;

  private:
    Description description_;
    std::vector<float> values_;
    std::vector<float> labels_;
    std::vector<std::size_t> train_;  ///< places of the training examples
    std::vector<std::size_t> test_;
    std::size_t size_;  ///< numbers in an example
};

/// What a reader should know of `count` whole numbers that 32 bits cannot hold, one of them `example`;
/// nothing where there is none.
std::vector<std::string> rounded_numbers(std::size_t count, double example);

/// The same of these numbers, as a file has them.
std::vector<std::string> rounded_numbers(std::span<const double> numbers);

/// The checksum of content whose numbers were scaled: other units leave the scaled numbers the same.
std::uint32_t checksum_of(const std::vector<ScaledColumn>& columns, std::uint32_t before);

/// The indices below `count` that are not among the sorted `without`.
std::vector<std::size_t> others(std::size_t count, const std::vector<std::size_t>& without);

/// Why the test split has no examples though some were wanted, or nothing where that is not so.
std::vector<std::string> empty_test_split(std::size_t count, double holdout);

}  // namespace gandsl::data
