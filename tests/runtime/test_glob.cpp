#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "runtime/formats/glob.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::test;

namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

struct GlobFixture {
    ScratchFolder folder;

    void touch(const std::string& name) const {
        fs::create_directories((folder / name).parent_path());
        write_file(folder / name, name);
    }
    Names matches(const std::string& pattern) const {
        Names names;
        for (const fs::path& path : formats::matching_files(pattern, folder.path())) {
            names.push_back(path.lexically_relative(folder.path()).string());
        }
        return names;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(glob, GlobFixture)

BOOST_AUTO_TEST_CASE(stars_and_question_marks) {
    for (const char* name :
         {"b.txt", "a.txt", "ab.txt", "a.csv", ".hidden.txt", "\xC3\xA4.txt", "in/a.txt"}) {
        touch(name);
    }
    const auto same = boost::test_tools::per_element();
    BOOST_TEST(matches("*.txt") == (Names{"a.txt", "ab.txt", "b.txt", "\xC3\xA4.txt"}), same);
    BOOST_TEST(matches("?.txt") == (Names{"a.txt", "b.txt", "\xC3\xA4.txt"}), same);
    BOOST_TEST(matches("a*") == (Names{"a.csv", "a.txt", "ab.txt"}), same);
    BOOST_TEST(matches("*a*.*t*") == (Names{"a.txt", "ab.txt"}), same);
    BOOST_TEST(matches(".*.txt") == Names{".hidden.txt"}, same);
    BOOST_TEST(matches("a.txt") == Names{"a.txt"}, same);
    BOOST_TEST(matches("./*/../a.t?t") == Names{"a.txt"}, same);
    BOOST_TEST(matches("*/a.txt") == Names{"in/a.txt"}, same);
    BOOST_TEST(matches("*.png").empty());
    BOOST_TEST(matches("in").empty());
    BOOST_TEST(matches("in/").empty());
    BOOST_TEST(matches("").empty());
    BOOST_TEST(matches("a.txt/*").empty());
    BOOST_TEST(matches((folder.path() / "b*").string()) == Names{"b.txt"}, same);
}

BOOST_AUTO_TEST_CASE(two_stars_are_any_folders) {
    for (const char* name : {"a.txt", "x/b.txt", "x/y/c.txt", "x/.git/d.txt", "x/e.csv"}) {
        touch(name);
    }
    const auto same = boost::test_tools::per_element();
    BOOST_TEST(matches("**/*.txt") == (Names{"a.txt", "x/b.txt", "x/y/c.txt"}), same);
    BOOST_TEST(matches("**") == (Names{"a.txt", "x/b.txt", "x/e.csv", "x/y/c.txt"}), same);
    BOOST_TEST(matches("x/**/c.*") == Names{"x/y/c.txt"}, same);
}

BOOST_AUTO_TEST_CASE(links) {
    touch("GPL-3");
    touch("real/elsewhere.txt");
    fs::create_symlink("GPL-3", folder / "GPL");
    fs::create_symlink("real/elsewhere.txt", folder / "other");
    fs::create_symlink("nowhere", folder / "broken");
    fs::create_symlink("self", folder / "self");
    fs::create_directory_symlink(".", folder / "real/loop");
    fs::create_directory_symlink("..", folder / "real/up");
    const auto same = boost::test_tools::per_element();
    // A link to a file that matches as well would show it twice.
    BOOST_TEST(matches("*") == (Names{"GPL-3", "other"}), same);
    BOOST_TEST(matches("GPL") == Names{"GPL"}, same);
    BOOST_TEST(matches("**/*.txt") == Names{"real/elsewhere.txt"}, same);
    BOOST_TEST(matches("**") == (Names{"GPL-3", "real/elsewhere.txt"}), same);
}

BOOST_AUTO_TEST_CASE(a_hostile_pattern_ends) {
    touch(std::string(200, 'a'));
    std::string stars;
    for (int i = 0; i < 60; ++i) {
        stars += "*a";
    }
    BOOST_TEST(matches(stars + "*b").empty());
    BOOST_TEST(matches(stars).size() == 1);
}

BOOST_AUTO_TEST_CASE(says_why_nothing_is_there) {
    fs::create_directory(folder / "faces");
    const std::string at = folder.path().string();
    BOOST_TEST(formats::nothing_matches("faces/*.png", folder.path()) ==
               "no file matches " + at + "/faces/*.png");
    BOOST_TEST(formats::nothing_matches("a.csv", folder.path()) == "no file " + at + "/a.csv");
    BOOST_TEST(formats::nothing_matches("faces", folder.path()) ==
               at + "/faces is a folder; for the files in it write \"faces/*\"");
    BOOST_TEST(formats::nothing_matches("/dev/null", folder.path()) ==
               "/dev/null is a device or a pipe; expected a file, which can be read more than once");
}

BOOST_AUTO_TEST_SUITE_END()
