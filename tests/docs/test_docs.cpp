#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/program/files.hpp"

/// The pages under docs/ hold what the program prints, and programs that it takes.
BOOST_AUTO_TEST_SUITE(docs)

using namespace gandsl::test;

namespace {

namespace fs = std::filesystem;

fs::path root() {
    const char* const said = std::getenv("GANDSL_SOURCE");
    return said == nullptr ? "." : said;
}

bool promoting() {
    const char* const said = std::getenv("GANDSL_PROMOTE");
    return said != nullptr && std::string(said) == "1";
}

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    BOOST_TEST_REQUIRE(file.good(), path.string());
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What stands between lines ```gan and ```.
std::vector<std::string> programs(const std::string& page) {
    const std::string opening = "\n```gan\n";
    std::vector<std::string> found;
    for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at + 1)) {
        const std::size_t begin = at + opening.size();
        const std::size_t end = page.find("\n```", begin);
        BOOST_TEST_REQUIRE(end != std::string::npos);
        found.push_back(page.substr(begin, end + 1 - begin));
    }
    return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_language_page_has_every_word_as_the_program_explains_it) {
    const fs::path path = root() / "docs" / "language.md";
    const std::string page = read(path);
    const std::string heading = "\n## Every word\n";
    const std::size_t begin = page.find(heading);
    BOOST_TEST_REQUIRE(begin != std::string::npos);
    const std::string before = page.substr(0, begin + heading.size());
    const Scratch scratch;
    const Outcome outcome = scratch.gandsl({"help", "--markdown"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    const std::string expected = before + "\n" + outcome.out;
    if (page != expected && promoting()) {
        std::ofstream(path, std::ios::binary) << expected;
        return;
    }
    BOOST_TEST((page == expected),
               "docs/language.md is not what `gandsl help --markdown` prints; `./dev "
               "promote` writes it there");
}

BOOST_AUTO_TEST_CASE(programs_in_the_pages_pass_the_checker) {
    std::size_t count = 0;
    for (const auto& each : fs::directory_iterator(root() / "docs")) {
        if (each.path().extension() != ".md") {
            continue;
        }
        for (const std::string& program : programs(read(each.path()))) {
            ++count;
            const Scratch scratch;
            scratch.write("page.gan", program);
            fs::copy_file(root() / "models" / "corpus.txt", scratch / "corpus.txt");
            const Outcome outcome = scratch.gandsl({"check", "page.gan"});
            BOOST_TEST(outcome.code == 0, each.path().string() << ":\n" << program << outcome.err);
            BOOST_TEST(outcome.err == "");
        }
    }
    BOOST_TEST(count >= 3U);
}

BOOST_AUTO_TEST_CASE(models_in_the_tutorial_are_those_of_the_zoo) {
    for (const std::string& program : programs(read(root() / "docs" / "tutorial.md"))) {
        bool found = false;
        for (const auto& each : fs::directory_iterator(root() / "models")) {
            found = found || (each.path().extension() == ".gan" && read(each.path()) == program);
        }
        BOOST_TEST(found, "no file of models/ is\n" << program);
    }
}

BOOST_AUTO_TEST_SUITE_END()
