#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gandsl::formats {

/// The files that a pattern names. In a name `*` stands for any letters and `?` for one; `**` as a whole name
/// stands for any folders, of which links are not followed. What begins with a dot is matched only by a dot.
/// Regular files only, sorted by path, each once: a link to a file that matches too is left out. A relative
/// pattern starts at `folder`.
std::vector<std::filesystem::path> matching_files(const std::string& pattern,
                                                  const std::filesystem::path& folder);

/// The path of a file named in a .gan file that lies in `folder`.
std::filesystem::path placed(const std::filesystem::path& path, const std::filesystem::path& folder);

/// Why there is nothing to read from a pattern, for whoever wrote it.
std::string nothing_matches(const std::string& pattern, const std::filesystem::path& folder);

/// Why a file is not there, or nothing if it is.
std::optional<std::string> file_absent(const std::filesystem::path& path);

}  // namespace gandsl::formats
