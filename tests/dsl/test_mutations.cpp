#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "dsl/check.hpp"
#include "dsl/parse.hpp"
#include "dsl/print.hpp"
#include "tests/dsl/catalogue.hpp"

/// Broken forms of good programs: whatever stands in a file, it is answered with a program or with
/// diagnostics whose spans lie in the text, and never with a crash.
namespace gandsl::dsl {

namespace {

std::vector<std::string> good_programs() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(GANDSL_GOOD_PROGRAMS)) {
        if (entry.path().extension() == ".gan") {
            paths.push_back(entry.path());
        }
    }
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> result;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        result.push_back(text.str());
    }
    return result;
}

void survives(const std::string& text) {
    const CheckResult result = check(text, test::catalogue());
    const bool failed = std::any_of(result.diagnostics.begin(), result.diagnostics.end(),
                                    [](const Diagnostic& one) { return one.severity == Severity::error; });
    // Boost's macros count each use, which is slow here; only what is wrong is told.
    if (result.program.has_value() == failed) {
        BOOST_ERROR("neither a program nor an error:\n" << text);
    }
    for (const Diagnostic& diagnostic : result.diagnostics) {
        if (!diagnostic.span || diagnostic.span->end > text.size() ||
            diagnostic.span->begin > diagnostic.span->end) {
            BOOST_ERROR("a diagnostic lies outside of the text: " << diagnostic.message);
        }
        if (render(diagnostic, "x", text).empty()) {
            BOOST_ERROR("a diagnostic says nothing");
        }
    }
    const ParseResult parsed = parse(text);
    if (parsed.diagnostics.empty()) {
        const std::string printed = print(parsed.tree);
        const ParseResult again = parse(printed);
        if (!again.diagnostics.empty() || print(again.tree) != printed) {
            BOOST_ERROR("the printed form is no fixed point:\n" << text << "\n---\n" << printed);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mutations)

BOOST_AUTO_TEST_CASE(every_beginning_of_a_program) {
    for (const std::string& text : good_programs()) {
        for (std::size_t length = 0; length < text.size(); length += 3) {
            survives(text.substr(0, length));
        }
    }
}

BOOST_AUTO_TEST_CASE(lines_left_out_doubled_and_swapped) {
    for (const std::string& text : good_programs()) {
        std::vector<std::string> lines;
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) {
            lines.push_back(line);
        }
        const auto joined = [](const std::vector<std::string>& all) {
            std::string result;
            for (const std::string& line : all) {
                result += line + "\n";
            }
            return result;
        };
        for (std::size_t i = 0; i < lines.size(); ++i) {
            auto changed = lines;
            changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
            survives(joined(changed));
            changed = lines;
            changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
            survives(joined(changed));
            changed = lines;
            std::swap(changed[i], changed[(i * 7 + 3) % changed.size()]);
            survives(joined(changed));
        }
    }
}

BOOST_AUTO_TEST_CASE(pieces_put_where_they_do_not_belong) {
    const std::vector<std::string> pieces = {"(",
                                             ")",
                                             "[",
                                             "]",
                                             "{",
                                             "}",
                                             "\"",
                                             "#",
                                             "\n",
                                             "|",
                                             "=",
                                             "~",
                                             "-",
                                             "^",
                                             ",",
                                             ":",
                                             "0",
                                             "1e9",
                                             "-1",
                                             "1e400",
                                             "\xC3\xA9",
                                             "\xFF",
                                             "\r\n",
                                             "\t",
                                             "net ",
                                             "x",
                                             "relu",
                                             "grad",
                                             "next",
                                             "row",
                                             "repeat 3 { ",
                                             "return ",
                                             "true",
                                             "G",
                                             "D(x)",
                                             "[1, 2]",
                                             std::string(1, '\0'),
                                             "minimize ",
                                             "latent q ~ normal(3)\n",
                                             "option o = 1\n",
                                             "dense",
                                             "width",
                                             "train {\n"};
    std::mt19937 random(1);  // the same pieces every time
    for (const std::string& text : good_programs()) {
        for (int round = 0; round < 150; ++round) {
            std::string changed = text;
            for (std::size_t edits = random() % 3 + 1; edits > 0; --edits) {
                const std::size_t at = random() % (changed.size() + 1);
                const std::size_t gone = std::min<std::size_t>(random() % 6, changed.size() - at);
                changed.replace(at, random() % 2 == 0 ? 0 : gone, pieces[random() % pieces.size()]);
            }
            survives(changed);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace gandsl::dsl
