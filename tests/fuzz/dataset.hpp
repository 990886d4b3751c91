#pragma once

#include <functional>

#include "runtime/data/dataset.hpp"

namespace gandsl::fuzz {

/// Opens a data set and reads the first and last example of either split, which must be finite numbers, and
/// classes whole numbers below their count.
void read_examples(const std::function<data::DatasetPointer()>& open);

}  // namespace gandsl::fuzz
