#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gandsl::loading {

/// Options of a .gan file as the command line sets them: NAME=VALUE.
using Settings = std::vector<std::pair<std::string, std::string>>;

/// A .gan file and what is said about it on the command line.
struct FileRequest {
    std::filesystem::path file;
    Settings set;
    std::optional<std::size_t> epochs;
    std::optional<std::size_t> steps;
    std::optional<std::size_t> batch;
    std::optional<std::uint64_t> seed;
    std::optional<std::filesystem::path> data;
    std::size_t threads = 0;  ///< 0: as many as there are processors
    bool exact = false;       ///< convolutions as plain sums of products (Recording::exact)
};

/// The words that say the same again on a command line, from the file on.
std::vector<std::string> words_of(const FileRequest& request);

}  // namespace gandsl::loading
