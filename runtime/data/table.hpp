#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"
#include "runtime/data/scaling.hpp"

namespace gandsl::data {

/// The rows of a CSV file: the field is a vector of the numbers of its columns. With `label`, that column is
/// left out and a second field is its place among its distinct values, in the order of numbers if all are
/// numbers, else of their bytes.
struct TableSource {
    std::filesystem::path file;        ///< relative to `folder`
    std::filesystem::path folder;      ///< of the .gan file
    std::vector<std::string> columns;  ///< empty: all but the label
    std::optional<std::string> label;
    double holdout = 0.1;
    Scale scale = Scale::none;
};

/// Throws as CsvFile does, and `format` for a column that is not of numbers.
DatasetPointer open_table(const TableSource& source);

/// "a, b" as {"a", "b"}.
std::vector<std::string> split_names(const std::string& names);

}  // namespace gandsl::data
