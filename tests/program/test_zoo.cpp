#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "tests/program/files.hpp"

/// Every file of the zoo passes the checker, becomes a graph, and names its paper.
BOOST_AUTO_TEST_SUITE(zoo)

using namespace gandsl::test;

BOOST_AUTO_TEST_CASE(every_file_checks) {
    const char* const root = std::getenv("GANDSL_SOURCE");
    const Scratch scratch;
    std::size_t files = 0;
    for (const auto& each : std::filesystem::directory_iterator(
             std::filesystem::path(root == nullptr ? "." : root) / "models")) {
        if (each.path().extension() != ".gan") {
            continue;
        }
        ++files;
        std::ifstream file(each.path());
        std::string first;
        std::getline(file, first);
        BOOST_TEST(first.starts_with("# "), each.path().string());
        // (Goodfellow et al., 2014), (after van den Oord et al., Pixel RNNs, 2016), (Elman, 1990)
        static const std::regex paper(R"(\((after )?([a-z]+ )*[A-Z][^()]*, (19|20)[0-9]{2}[^()]*\))");
        BOOST_TEST(std::regex_search(first, paper), "the first line names no paper: " << first);
        const Outcome outcome = scratch.gandsl({"check", each.path().string()});
        BOOST_TEST(outcome.code == 0, each.path().string());
        BOOST_TEST(outcome.err == "");
        BOOST_TEST(outcome.out.find("update") != std::string::npos);
    }
    BOOST_TEST(files >= 17U);
}

BOOST_AUTO_TEST_SUITE_END()
