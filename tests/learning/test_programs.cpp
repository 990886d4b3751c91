#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "tests/program/files.hpp"

/// The language holds for more than the zoo: every program of tests/good that passes the checker trains.
BOOST_AUTO_TEST_SUITE(programs)

using namespace gandsl::test;

namespace {

std::filesystem::path good_programs() {
    const char* root = std::getenv("GANDSL_SOURCE");
    return std::filesystem::path(root == nullptr ? "." : root) / "tests" / "good";
}

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path);
    BOOST_TEST_REQUIRE(file.good(), path.string());
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Those that train and pass the checker, by their golden files. One holds only the printer's cases.
std::vector<std::string> runnable() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(good_programs())) {
        const std::filesystem::path& path = entry.path();
        if (path.extension() == ".checked" && path.stem() != "formatting" &&
            content(path).ends_with("exit code 0\n") &&
            content(std::filesystem::path(path).replace_extension(".gan")).find("train(") !=
                std::string::npos) {
            names.push_back(path.stem().string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_good_program_takes_finite_steps) {
    const std::vector<std::string> names = runnable();
    BOOST_TEST(names.size() >= 45U);
    const std::string text = content(good_programs() / ".." / ".." / "models" / "corpus.txt");
    std::string prices = "close\n";
    for (int day = 0; day < 600; ++day) {
        prices += std::to_string(100 + day % 17) + "\n";
    }
    std::string sizes = "size;2019;kind, of\n";
    std::string headless;
    for (int row = 0; row < 40; ++row) {
        const char* kind = row % 3 == 0 ? "large" : "small";
        sizes += std::to_string(row) + ";" + std::to_string(row % 7) + ";" + kind + "\n";
        headless += std::to_string(row) + "," + std::to_string(row % 5) + "," + kind + "\n";
    }
    for (const std::string& name : names) {
        BOOST_TEST_CONTEXT(name) {
            const Scratch scratch;
            scratch.write("program.gan", content(good_programs() / (name + ".gan")));
            scratch.write("text.txt", text);     // for those that read *.txt
            scratch.write("price.csv", prices);  // for the one that reads a series
            scratch.write("sizes.csv", sizes);   // and for the one of tables
            scratch.write("headless.csv", headless);
            const Outcome outcome =
                scratch.gandsl({"run", "program.gan", "--steps", "2", "--batch", "4", "--out", "runs"});
            BOOST_TEST(outcome.code == 0, outcome.err);
            if (outcome.code != 0) {
                continue;
            }
            const auto log = lines_of(scratch.read("runs/program/001/log.csv"));
            BOOST_TEST_REQUIRE(log.size() == 3U);
            for (std::size_t row = 1; row < log.size(); ++row) {
                std::istringstream stream(log[row]);
                std::size_t cells = 0;
                for (std::string cell; std::getline(stream, cell, ','); ++cells) {
                    // A measure leaves its cell empty where it was not due.
                    BOOST_TEST((cell.empty() || std::isfinite(std::stod(cell))), log[0] << '\n' << log[row]);
                }
                BOOST_TEST(cells > 3U);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
