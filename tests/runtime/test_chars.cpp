#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "dsl/utf8.hpp"
#include "runtime/data/chars.hpp"
#include "runtime/data/symbols.hpp"
#include "runtime/formats/utf8.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::data;
using namespace gandsl::formats;
using namespace gandsl::test;

namespace {

using Names = std::vector<std::string>;

std::vector<char32_t> points(std::string_view text) {
    return code_points(text, "it");
}

std::string refusal(std::string_view text) {
    return message_of([&] { code_points(text, "it"); });
}

/// The first windows of the test split, as text.
std::string text_of(const Dataset& set, std::size_t windows) {
    std::string text;
    std::vector<float> values(set.description().fields[0].size());
    const std::span<float> span = values;
    for (std::size_t index = 0; index < windows; ++index) {
        set.read({Split::test, index}, std::span(&span, 1));
        const std::vector<std::size_t> classes(values.begin(), values.end());
        text += decode(set.description().fields[0].names, classes);
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chars)

BOOST_AUTO_TEST_CASE(code_points_of_every_length) {
    const std::u32string all = U"a\u00E9\u20AC\U0001F600\u07FF\u0800\uFFFF\U00010000\U0010FFFF\u0080\u007F";
    std::string text;
    for (const char32_t symbol : all) {
        text += gandsl::utf8::encode(symbol);
    }
    BOOST_TEST(text.substr(0, 10) == "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    BOOST_TEST((points(text) == std::vector<char32_t>(all.begin(), all.end())));
    BOOST_TEST((points(std::string_view("\0", 1)) == std::vector<char32_t>{0}));
}

BOOST_AUTO_TEST_CASE(line_ends_and_byte_order_marks) {
    const auto text = [](std::string_view utf8) {
        const std::vector<char32_t> symbols = points(utf8);
        return std::string(symbols.begin(), symbols.end());
    };
    BOOST_TEST(text("a\r\nb\rc\nd\r\r\n\n\r") == "a\nb\nc\nd\n\n\n\n");
    BOOST_TEST(text("\xEF\xBB\xBFhat") == "hat");
    BOOST_TEST(points("a\xEF\xBB\xBF").size() == 2);  // elsewhere it is a symbol
    BOOST_TEST(text("\xEF\xBB\xBF").empty());
    BOOST_TEST(text("").empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_is_refused_with_its_place) {
    BOOST_TEST(
        refusal("ab\nc\xE9t\xE9") ==
        "it is not UTF-8: byte 4 (in line 2) is 0xe9; convert it, for instance with: iconv -f latin1 -t "
        "utf-8");
    BOOST_TEST(refusal("\xFF\xFE"
                       "a")
                   .find("iconv -f utf-16") != std::string::npos);
    // Cut off, too long a form, a surrogate, beyond the last code point, a lone continuation.
    for (const char* text : {"\xE2\x82", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                             "\x80", "\xC3(", "\xF8\x88\x80\x80\x80", "\xF0\x80\x80\x80"}) {
        BOOST_TEST(refusal(text).find("is not UTF-8: byte 0") != std::string::npos, refusal(text));
    }
}

BOOST_AUTO_TEST_CASE(prompts_become_classes_and_back) {
    const Names symbols = {"\n", "a", "b", "\xE2\x82\xAC"};
    const std::vector<std::size_t> classes = encode(symbols, "ab\xE2\x82\xAC\r\na");
    BOOST_TEST(classes == (std::vector<std::size_t>{1, 2, 3, 0, 1}), boost::test_tools::per_element());
    BOOST_TEST(decode(symbols, classes) == "ab\xE2\x82\xAC\na");
    BOOST_TEST(encode(symbols, "").empty());
    const auto refused = [&](std::string_view text) { return message_of([&] { encode(symbols, text); }); };
    BOOST_TEST(
        refused("abz") ==
        "the text has 'z' (U+007A), which the data of the model never has; write it with the symbols of the "
        "data");
    BOOST_TEST(refused("a\tz\xF0\x9F\x98\x80\t")
                   .find("the text has U+0009, which the data of the model never "
                         "has; in all, 3 of its symbols are unknown") == 0);
    BOOST_TEST(refused("\xF0\x9F\x98\x80").find("'\xF0\x9F\x98\x80' (U+1F600)") != std::string::npos);
    BOOST_TEST(refused("\xFF").find("the text is not UTF-8") == 0);
    BOOST_TEST(message_of([&] { decode(symbols, std::vector<std::size_t>{4}); }) ==
               "there is no symbol 4; there are 4");
}

BOOST_AUTO_TEST_CASE(files_are_joined_in_the_order_of_their_paths) {
    const ScratchFolder folder;
    write_file(folder / "b.txt",
               "\xEF\xBB\xBF"
               "cd\r\n");
    write_file(folder / "a.txt", "ab");
    write_file(folder / "c.txt",
               "\xC3\xA9"
               "f");
    write_file(folder / "d.bin", "\xFF");
    const auto set = open_chars({"*.txt", folder.path(), 1, 0.75});
    const Description& description = set->description();
    BOOST_TEST(description.fields[0].names == (Names{"\n", "a", "b", "c", "d", "f", "\xC3\xA9"}),
               boost::test_tools::per_element());
    BOOST_TEST_REQUIRE(description.fields.size() == 1);
    BOOST_TEST(description.fields[0].classes.value() == 7);
    BOOST_TEST(description.fields[0].shape == std::vector<std::size_t>{1}, boost::test_tools::per_element());
    // 7 symbols, the last 5 for testing; the last has nothing after it.
    BOOST_TEST(description.test_count == 4);
    BOOST_TEST(text_of(*set, 4) == "cd\n\xC3\xA9");
    BOOST_TEST(description.origin ==
               "3 files that match " + (folder / "*.txt").string() + ", 7 symbols, 7 of them different");
}

BOOST_AUTO_TEST_CASE(other_symbols_have_another_hash) {
    const ScratchFolder folder;
    const auto hash = [&](const char* text) {
        write_file(folder / "a.txt", text);
        return open_chars({"a.txt", folder.path(), 2, 0})->description().hash;
    };
    BOOST_TEST(hash("abab") != hash("cdcd"));
    BOOST_TEST(hash("abab") == hash("abab"));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_file) {
    const ScratchFolder folder;
    const auto refused = [&](const char* pattern) {
        return message_of([&] { open_chars({pattern, folder.path(), 4, 0.1}); });
    };
    const std::string at = folder.path().string();
    BOOST_TEST(refused("*.txt") == "no file matches " + at + "/*.txt");
    BOOST_TEST(chars_absent({"*.txt", folder.path()}).value() == "no file matches " + at + "/*.txt");
    write_file(folder / "a.txt", "fine");
    write_file(folder / "b.txt", "b\xFF");
    BOOST_TEST(refused("*.txt").find(at + "/b.txt is not UTF-8: byte 1") == 0);
    BOOST_TEST(refused("a.txt") ==
               at + "/a.txt (4 symbols): too short: a window of length 4 and the step after it "
                    "need 5, and 4 are for training; a smaller `length` would fit");
    BOOST_TEST(!chars_absent({"a.txt", folder.path()}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
