#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/data/in_memory_dataset.hpp"

namespace gandsl::data {

/// The classes that a column of texts tells.
struct LabelColumn {
    RowLabels rows;
    std::vector<std::string> names;       ///< of the classes, as their first row has them
    std::optional<std::string> fraction;  ///< where all are numbers, one that is not whole
};

/// Classes in the order of numbers if all labels are numbers, which are then compared as such (`1`, `1.0` and
/// `01` are one), else in the order of their bytes.
LabelColumn classes_of(const std::vector<std::string>& labels);

/// What a reader should know of labels that look like numbers to predict, or like names of the rows.
std::optional<std::string> label_warning(const LabelColumn& labels, const std::string& column);

}  // namespace gandsl::data
