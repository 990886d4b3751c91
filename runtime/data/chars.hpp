#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runtime/data/dataset.hpp"

namespace gandsl::data {

/// Text, symbol by symbol: the field is `length` classes of the symbols that the text has, sorted by code
/// point; the description has their text. The files that match the pattern are joined in the order of their
/// paths. Windows are tiled, and the last `holdout` of the symbols is the test split.
struct CharsSource {
    std::string files;             ///< a pattern, relative to `folder`
    std::filesystem::path folder;  ///< of the .gan file
    std::size_t length = 64;
    double holdout = 0.1;
};

/// Why the source is not there, or nothing if a file matches.
std::optional<std::string> chars_absent(const CharsSource& source);

/// Throws `file` and `format` with the file's name, `memory` for more text than there is room for, and
/// invalid_argument for too short a text.
DatasetPointer open_chars(const CharsSource& source);

}  // namespace gandsl::data
