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
    SearchPath places;
    places.given = std::move(given);
    places.environment = environment("GANDSL_DATA");
    if (const auto cache = environment("XDG_CACHE_HOME"); cache && cache->is_absolute()) {
        places.cache = *cache / "gandsl";
    } else if (const auto home = environment("HOME")) {
        places.cache = *home / ".cache" / "gandsl";
    }
    return places;
}

std::vector<std::filesystem::path> folders_for(const SearchPath& places, const std::string& name) {
    std::vector<std::filesystem::path> folders;
    for (const auto& root : {places.given, places.environment}) {
        if (root) {
            folders.push_back(*root / name);
            folders.push_back(*root);
        }
    }
    if (places.cache) {
        folders.push_back(*places.cache / name);
    }
    folders.push_back(places.system / name);
    return folders;
}

}  // namespace gandsl::data
