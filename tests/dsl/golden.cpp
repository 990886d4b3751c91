// Holds tests/good and tests/bad to what gandsl says of them.
//
//     golden PROGRAM TESTS
//
// For each TESTS/good/NAME.gan: NAME.printed is its canonical form, and NAME.checked what `gandsl check` says
// of it. For each TESTS/bad/TOPIC/NAME.gan: NAME.expected is what `gandsl check` says. Each ends with the
// exit code. A first line `# gandsl check ARGUMENTS` adds arguments; one `# gandsl run ARGUMENTS` runs the
// program instead. Only what goes to the standard error stream counts here. With GANDSL_PROMOTE=1 in the
// environment the files are rewritten instead.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "dsl/diagnostics.hpp"
#include "dsl/parse.hpp"
#include "dsl/print.hpp"

namespace {

namespace fs = std::filesystem;
using namespace gandsl::dsl;

std::string program;
fs::path tests;

bool promoting() {
    const char* const value = std::getenv("GANDSL_PROMOTE");
    return value != nullptr && std::string(value) == "1";
}

std::optional<std::string> read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void hold(const fs::path& golden, const std::string& found) {
    const auto expected = read(golden);
    if (expected == found) {
        return;
    }
    if (promoting()) {
        std::ofstream(golden, std::ios::binary) << found;
        BOOST_TEST_MESSAGE("promoted " << golden.string());
        return;
    }
    BOOST_ERROR(golden.string() << (expected ? " differs" : " is missing") << ". Found:\n" << found);
}

std::string shell_quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return result + "'";
}

/// What a command writes to the standard error stream in a folder, and its exit code. It sees no data but
/// what is drawn.
std::string said(const fs::path& folder, const std::string& words) {
    const std::string command =
        "cd " + shell_quoted(folder.string()) +
        " && HOME=/nonexistent XDG_CACHE_HOME=/nonexistent GANDSL_DATA=/nonexistent " +
        shell_quoted(program) + " " + words + " 2>&1 >/dev/null";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"),
                                                               [](std::FILE*) { return 0; });
    BOOST_REQUIRE(pipe);
    std::string output;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe.get())) {
        output.append(buffer, count);
    }
    const int status = pclose(pipe.get());
    BOOST_REQUIRE(WIFEXITED(status));
    return output + "exit code " + std::to_string(WEXITSTATUS(status)) + "\n";
}

fs::path temporary_folder() {
    const fs::path folder = fs::temp_directory_path() / ("gandsl-golden-" + std::to_string(getpid()));
    fs::create_directories(folder);
    return folder;
}

/// What `gandsl check` says about a file, or `gandsl run` where its first line says so.
std::string checked(const fs::path& file) {
    const std::string text = read(file).value_or("");
    const std::string name = shell_quoted(file.filename().string());
    const auto arguments = [&](const std::string& mark) {
        return text.rfind(mark, 0) == 0 ? text.substr(mark.size(), text.find('\n') - mark.size()) + " " : "";
    };
    static const std::string run_mark = "# gandsl run";
    if (text.rfind(run_mark, 0) != 0) {
        return said(file.parent_path(), "check " + arguments("# gandsl check ") + name);
    }
    // A run leaves files.
    const fs::path folder = temporary_folder();
    fs::copy_file(file, folder / file.filename());
    const std::string output = said(folder, "run " + arguments(run_mark) + name);
    fs::remove_all(folder);
    return output;
}

void printed_form(const fs::path& file) {
    const std::string text = read(file).value_or("");
    const ParseResult result = parse(text);
    for (const Diagnostic& diagnostic : result.diagnostics) {
        BOOST_ERROR(render(diagnostic, file.string(), text));
    }
    const std::string printed = print(result.tree);
    hold(fs::path(file).replace_extension(".printed"), printed);
    BOOST_TEST(print(parse(printed).tree) == printed);
}

void good(const fs::path& file) {
    printed_form(file);
    hold(fs::path(file).replace_extension(".checked"), checked(file));
}

void bad(const fs::path& file) {
    const std::string output = checked(file);
    BOOST_TEST(output.find(": ") != std::string::npos, "nothing is said about " << file.string());
    hold(fs::path(file).replace_extension(".expected"), output);
}

/// A program too large to be kept here.
const char* const large_name = "file_too_large";

void large() {
    const fs::path folder = temporary_folder();
    const fs::path file = folder / (std::string(large_name) + ".gan");
    {
        std::ofstream out(file, std::ios::binary);
        for (int i = 0; i < 100'000; ++i) {
            out << "option a = 1\n";
        }
    }
    const std::string output = checked(file);
    fs::remove_all(folder);
    hold(tests / "bad" / "text" / (std::string(large_name) + ".expected"), output);
}

std::vector<fs::path> files(const fs::path& folder, const std::string& extension) {
    std::vector<fs::path> result;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == extension) {
            result.push_back(entry.path());
        }
    }
    std::sort(result.begin(), result.end());
    return result;
}

/// Every diagnostic there is has been seen by somebody: it stands in a golden file.
void every_diagnostic_is_shown() {
    std::string all;
    for (const fs::path& file : files(tests / "bad", ".expected")) {
        all += read(file).value_or("");
    }
    for (const Code code : codes()) {
        if (code == Code::not_yet) {
            continue;  // everything in the catalogue runs, as long as nothing new is announced
        }
        const std::string mark = "[" + std::string(name(code)) + "]";
        BOOST_TEST(all.find(mark) != std::string::npos, mark << " is in no golden file of tests/bad");
    }
}

/// No golden file without its program.
void every_golden_has_its_program() {
    for (const std::string extension : {".expected", ".printed", ".checked"}) {
        for (const fs::path& file : files(tests, extension)) {
            if (file.stem() == large_name) {
                continue;
            }
            BOOST_TEST(fs::exists(fs::path(file).replace_extension(".gan")), file.string()
                                                                                 << " belongs to no program");
        }
    }
}

bool add_cases() {
    auto& suite = boost::unit_test::framework::master_test_suite();
    if (suite.argc != 3) {
        std::fputs("usage: golden [Boost.Test's options] -- PROGRAM TESTS\n", stderr);
        return false;
    }
    program = fs::absolute(suite.argv[1]).string();  // the tests run elsewhere
    tests = suite.argv[2];
    for (const fs::path& file : files(tests / "good", ".gan")) {
        suite.add(boost::unit_test::make_test_case([file] { good(file); }, "good/" + file.stem().string(),
                                                   __FILE__, __LINE__));
    }
    for (const fs::path& file : files(tests / "bad", ".gan")) {
        const std::string name = "bad/" + file.parent_path().filename().string() + "/" + file.stem().string();
        suite.add(boost::unit_test::make_test_case([file] { bad(file); }, name, __FILE__, __LINE__));
    }
    suite.add(
        boost::unit_test::make_test_case(large, std::string("bad/text/") + large_name, __FILE__, __LINE__));
    suite.add(boost::unit_test::make_test_case(every_diagnostic_is_shown, "every diagnostic is shown",
                                               __FILE__, __LINE__));
    suite.add(boost::unit_test::make_test_case(every_golden_has_its_program,
                                               "every golden file has its program", __FILE__, __LINE__));
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    return boost::unit_test::unit_test_main(&add_cases, argc, argv);
}
