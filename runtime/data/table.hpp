#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runtime/data/dataset.hpp"
#include "runtime/data/scaling.hpp"
#include "runtime/formats/csv.hpp"

namespace gandsl::data {

/// The rows of a CSV file: the field is a vector of the numbers of its columns. With `label`, that column is
/// left out and a second field is its class: its index among its distinct values. If all of them are numbers,
/// they are compared and ordered as numbers, else by their bytes.
struct TableSource {
    std::filesystem::path file;        ///< relative to `folder`
    std::filesystem::path folder;      ///< of the .gan file
    std::vector<std::string> columns;  ///< empty: all but the label
    std::optional<std::string> label;
    double holdout = 0.1;
    Scale scale = Scale::none;
    formats::CsvFormat format = {};
};

/// Throws as formats::CsvFile does, and `format` for a column that is not of numbers, and for a label that is
/// missing.
DatasetPointer open_table(const TableSource& source);

/// "a, 'b, c'" as {"a", "b, c"}: blanks around a name do not count, and one in single quotes may have commas
/// (and single quotes, written twice). Throws invalid_argument, saying why, for anything else.
std::vector<std::string> split_names(const std::string& names);

}  // namespace gandsl::data
