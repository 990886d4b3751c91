#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "dsl/check.hpp"
#include "models/catalogue.hpp"
#include "runtime/build/graph.hpp"

// Every file of the zoo passes the checker and becomes a graph.
BOOST_AUTO_TEST_SUITE(zoo)

using namespace gandsl;

namespace {

std::filesystem::path source_root() {
    const char* root = std::getenv("GANDSL_SOURCE");
    return root == nullptr ? "." : root;
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    BOOST_TEST_REQUIRE(file.good(), path.string());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Sources with the types of the real ones.
dsl::Entry source(const std::string& name) {
    dsl::Entry entry;
    entry.name = name;
    entry.kind = dsl::EntryKind::source;
    dsl::Argument range;
    range.name = "range";
    range.kind = dsl::ArgumentKind::numbers;
    range.fallback = dsl::Value{};
    entry.arguments = {range};
    entry.type = [](dsl::TypeCall&) {
        dsl::Type picture, label;
        picture.shape = {1, 28, 28};
        label.classes = 10;
        return std::vector<dsl::Type>{picture, label};
    };
    return entry;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_file_builds) {
    const dsl::Catalogue catalogue =
        models::catalogue({source("mnist"), source("fashion_mnist"), source("digits")});
    std::size_t files = 0;
    for (const auto& each : std::filesystem::directory_iterator(source_root() / "models")) {
        if (each.path().extension() != ".gan") {
            continue;
        }
        ++files;
        const std::string text = read(each.path());
        const std::string first = text.substr(0, text.find('\n'));
        BOOST_TEST(first.starts_with("# "), each.path().string());
        BOOST_TEST((first.find("19") != std::string::npos || first.find("20") != std::string::npos),
                   "the first line names the paper: " << each.path().string());
        const dsl::CheckResult result = dsl::check(text, catalogue);
        std::string errors;
        for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
            errors += dsl::render(diagnostic, each.path().string(), text);
        }
        BOOST_TEST_REQUIRE(result.program.has_value(), errors);
        BOOST_TEST(errors == "");
        const runtime::Graph graph = runtime::build(*result.program, {.batch = 2, .measure_batch = 2});
        BOOST_TEST(!graph.assignments.empty());
        BOOST_TEST(graph.samples.size() == result.program->samples.size());
    }
    BOOST_TEST(files >= 3u);
}

BOOST_AUTO_TEST_SUITE_END()
