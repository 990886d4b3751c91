#include "runtime/data/search_path.hpp"

#include <cstdlib>
#include <system_error>
#include <utility>

#include "autodiff/error.hpp"

namespace gandsl::data {

namespace {

std::optional<std::filesystem::path> environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing in gandsl sets variables
    if (value == nullptr || *value == '\0') {
        return std::nullopt;
    }
    return std::filesystem::path(value);
}

}  // namespace

SearchPath find_search_path(std::optional<std::filesystem::path> given) {
    std::error_code ignored;
    if (given && !std::filesystem::is_directory(*given, ignored)) {
        throw Error(ErrorCode::file, "--data " + given->string() + ": there is no such folder");
    }
    SearchPath search;
    search.given = std::move(given);
    search.environment = environment("GANDSL_DATA");
    if (const auto cache = environment("XDG_CACHE_HOME"); cache && cache->is_absolute()) {
        search.cache = *cache / "gandsl";
    } else if (const auto home = environment("HOME")) {
        search.cache = *home / ".cache" / "gandsl";
    }
    return search;
}

std::vector<std::filesystem::path> folders_for(const SearchPath& search, const std::string& name) {
    std::vector<std::filesystem::path> folders;
    for (const auto& root : {search.given, search.environment}) {
        if (root) {
            folders.push_back(*root / name);
            folders.push_back(*root);
        }
    }
    if (search.cache) {
        folders.push_back(*search.cache / name);
    }
    folders.push_back(search.system / name);
    return folders;
}

}  // namespace gandsl::data
