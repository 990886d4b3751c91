#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gandsl::data {

/// The folders in which data sets are looked for.
struct SearchPath {
    std::optional<std::filesystem::path> given;        ///< --data DIR
    std::optional<std::filesystem::path> environment;  ///< $GANDSL_DATA
    std::optional<std::filesystem::path> cache;        ///< $XDG_CACHE_HOME/gandsl or ~/.cache/gandsl
    std::filesystem::path system = "/usr/share/datasets";
};

/// Where this process looks for data. Throws `file` if the folder given with --data is not there.
SearchPath find_search_path(std::optional<std::filesystem::path> given);

/// Where the set called `name` ("mnist") may lie, in the order in which to look: DIR/name and DIR itself for
/// a DIR given or in the environment, then the user's cache/name, then the system's folder/name.
std::vector<std::filesystem::path> folders_for(const SearchPath& search, const std::string& name);

}  // namespace gandsl::data
