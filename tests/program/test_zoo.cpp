#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

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
        BOOST_TEST((first.find("19") != std::string::npos || first.find("20") != std::string::npos),
                   "the first line names the paper: " << each.path().string());
        const Outcome outcome = scratch.gandsl({"check", each.path().string()});
        BOOST_TEST(outcome.code == 0, each.path().string());
        BOOST_TEST(outcome.err == "");
        BOOST_TEST(outcome.out.find("update") != std::string::npos);
    }
    BOOST_TEST(files >= 17U);
}

BOOST_AUTO_TEST_SUITE_END()
