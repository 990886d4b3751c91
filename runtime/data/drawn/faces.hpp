#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/data/dataset.hpp"

namespace gandsl::data {

/// Drawn portraits that need no file: one field, image (3 x size x size). An example depends on seed, split,
/// index and size alone and is drawn when it is read.
struct FacesSource {
    std::size_t size = 64;  ///< pixels, 8 to 512
    Range range;
    std::size_t count = 20000;  ///< training examples; the test split has a tenth of that, at least one
    std::uint64_t seed = 0;
};

/// Throws invalid_argument for a count of 0 or a size out of its bounds.
DatasetPointer open_faces(const FacesSource& source);

}  // namespace gandsl::data
