#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/data/dataset.hpp"

namespace gandsl::data {

/// Handwritten-looking digits that need no file: fields image (1 x 28 x 28) and label (10 classes). An
/// example depends on seed, split and index alone and is drawn when it is read.
struct DigitsSource {
    Range range;
    std::size_t count = 60000;  ///< training examples; the test split has a sixth of that, at least one
    std::uint64_t seed = 0;
};

/// Throws invalid_argument for a count of 0.
DatasetPointer open_digits(const DigitsSource& source);

}  // namespace gandsl::data
