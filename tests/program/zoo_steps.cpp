#include "tests/program/zoo_steps.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

namespace gandsl::test {

std::vector<std::filesystem::path> zoo_files() {
    const char* const root = std::getenv("GANDSL_SOURCE");
    std::vector<std::filesystem::path> files;
    for (const auto& each : std::filesystem::directory_iterator(
             std::filesystem::path(root == nullptr ? "." : root) / "models")) {
        if (each.path().extension() == ".gan") {
            files.push_back(each.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

loading::Loaded load_zoo(const std::filesystem::path& file) {
    // Some kernels are for 32 examples and more.
    static const std::map<std::string, std::size_t> smaller = {{"deep_dcgan", 32}, {"face", 6}};
    loading::FileRequest request;
    request.file = file;
    if (const auto found = smaller.find(file.stem().string()); found != smaller.end()) {
        request.batch = found->second;
    }
    const char* const slow = std::getenv("GANDSL_SLOW");
    if (slow != nullptr && std::string(slow) == "1") {
        request.batch = 2;  // under a sanitizer
    }
    std::optional<loading::Loaded> loaded = loading::load(request);
    BOOST_TEST_REQUIRE(loaded.has_value(), file.string());
    return *std::move(loaded);
}

}  // namespace gandsl::test
