#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>

#include "runtime/data/npy_arrays.hpp"
#include "runtime/formats/npy.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::data;
using namespace gandsl::formats;
using namespace gandsl::test;

namespace {

using Floats = std::vector<float>;

/// A file of version 1 with this header as its text.
std::string with_header(const std::string& header, const std::string& bytes) {
    std::string content = std::string("\x93NUMPY\x01\x00", 8);
    content += static_cast<char>(header.size() & 0xFFU);
    content += static_cast<char>(header.size() >> 8U);
    return content + header + bytes;
}

std::string npy(const std::string& type, bool fortran, const std::string& shape, const std::string& bytes) {
    return with_header("{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
                           ", 'shape': " + shape + ", }\n",
                       bytes);
}

template <class Number>
std::string bytes_of(std::initializer_list<Number> numbers, bool swapped = false) {
    std::string bytes;
    for (const Number number : numbers) {
        std::string one(sizeof number, '\0');
        std::memcpy(one.data(), &number, sizeof number);
        bytes += swapped ? std::string(one.rbegin(), one.rend()) : one;
    }
    return bytes;
}

struct NpyFixture {
    ScratchFolder folder;

    NpyArray array(const std::string& content) const {
        write_file(folder / "x.npy", content);
        return read_npy(folder / "x.npy");
    }
    std::string refused(const std::string& content) const {
        const std::string message = message_of([&] { array(content); });
        const std::string name = (folder / "x.npy").string() + " ";
        return message.rfind(name, 0) == 0 ? message.substr(name.size())
                                           : "does not name the file: " + message;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(npy_files, NpyFixture)

BOOST_AUTO_TEST_CASE(whole_numbers_that_are_rounded_are_told) {
    const std::int64_t exact = std::int64_t{1} << 60U;
    const auto warnings = [&](const std::string& type, const std::string& bytes) {
        write_file(folder / "x.npy", npy(type, false, "(2,)", bytes));
        return open_npy({.file = "x.npy", .labels = {}, .folder = folder.path(), .holdout = 0})
            ->description()
            .warnings;
    };
    BOOST_TEST(warnings("<i8", bytes_of<std::int64_t>({exact, -16777216})).empty());
    BOOST_TEST(warnings("<f8", bytes_of({0.1, 16777217.5})).empty());
    const auto found = warnings("<i8", bytes_of<std::int64_t>({16777217, exact + 1}));
    BOOST_TEST_REQUIRE(found.size() == 1);
    BOOST_TEST(
        found[0].find(": 2 whole numbers, such as 16777217, beyond what 32 bits hold") != std::string::npos,
        found[0]);
    BOOST_TEST(warnings("<i4", bytes_of<std::int32_t>({-16777217, 3})).size() == 1);
    BOOST_TEST(warnings("<f8", bytes_of({16777217.0, 3.0})).size() == 1);
}

BOOST_AUTO_TEST_CASE(every_type_and_byte_order) {
    const auto same = boost::test_tools::per_element();
    const Floats small = {-3, 2};
    BOOST_TEST(array(npy("<f4", false, "(2,)", bytes_of({-3.0F, 2.0F}))).values == small, same);
    BOOST_TEST(array(npy(">f4", false, "(2,)", bytes_of({-3.0F, 2.0F}, true))).values == small, same);
    BOOST_TEST(array(npy("<f8", false, "(2,)", bytes_of({-3.0, 2.0}))).values == small, same);
    BOOST_TEST(array(npy(">f8", false, "(2,)", bytes_of({-3.0, 2.0}, true))).values == small, same);
    BOOST_TEST(array(npy("|i1", false, "(2,)", bytes_of<std::int8_t>({-3, 2}))).values == small, same);
    BOOST_TEST(array(npy("<i2", false, "(2,)", bytes_of<std::int16_t>({-3, 2}))).values == small, same);
    BOOST_TEST(array(npy(">i4", false, "(2,)", bytes_of<std::int32_t>({-3, 2}, true))).values == small, same);
    BOOST_TEST(array(npy("<i8", false, "(2,)", bytes_of<std::int64_t>({-3, 2}))).values == small, same);
    BOOST_TEST(array(npy("|u1", false, "(2,)", "\xFF\x02")).values == (Floats{255, 2}), same);
    BOOST_TEST(array(npy(">u2", false, "(2,)", bytes_of<std::uint16_t>({65535, 2}, true))).values ==
                   (Floats{65535, 2}),
               same);
    BOOST_TEST(array(npy("<u8", false, "(2,)", bytes_of<std::uint64_t>({1ULL << 40, 2}))).values ==
                   (Floats{0x1p40F, 2}),
               same);
    BOOST_TEST(array(npy("|b1", false, "(2,)", std::string("\0\1", 2))).values == (Floats{0, 1}), same);
}

BOOST_AUTO_TEST_CASE(both_orders_of_the_axes) {
    const auto same = boost::test_tools::per_element();
    // a[i][j][k] = 100 i + 10 j + k for 2 x 3 x 2, the last index fastest, then the first.
    const std::string c = bytes_of<std::uint8_t>({0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121});
    const std::string fortran = bytes_of<std::uint8_t>({0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121});
    const NpyArray first = array(npy("|u1", false, "(2, 3, 2)", c));
    const NpyArray second = array(npy("|u1", true, "(2, 3, 2)", fortran));
    BOOST_TEST(first.shape == (std::vector<std::size_t>{2, 3, 2}), same);
    BOOST_TEST(first.values == (Floats{0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121}), same);
    BOOST_TEST(second.values == first.values, same);
}

BOOST_AUTO_TEST_CASE(headers_as_others_write_them) {
    const std::string bytes = bytes_of({1.0F, 2.0F});
    BOOST_TEST(array(with_header("{\"shape\":(2,1),\"fortran_order\":False,\"descr\":\"<f4\"}", bytes))
                   .shape.size() == 2);
    BOOST_TEST(
        array(with_header("{'descr': '=f4', 'fortran_order': False, 'shape': (2,)}", bytes)).values.size() ==
        2);
    std::string second = std::string("\x93NUMPY\x02\x00", 8);
    const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }   \n";
    second += static_cast<char>(header.size());
    second += std::string(3, '\0') + header + bytes;
    BOOST_TEST(array(second).values == (Floats{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong) {
    const std::string bytes = bytes_of({1.0F, 2.0F});
    const std::string broken =
        "has a broken header: expected 'descr', 'fortran_order' and 'shape', as NumPy writes them";
    BOOST_TEST(refused("") == "is no file in NumPy's format (.npy): it does not begin with \\x93NUMPY");
    BOOST_TEST(refused("PK\x03\x04") ==
               "is no file in NumPy's format (.npy): it does not begin with \\x93NUMPY");
    BOOST_TEST(refused(std::string("\x93NUMPY\x01\x00", 8)) == "is truncated: it ends in its header");
    BOOST_TEST(refused(std::string("\x93NUMPY\x07\x00\x10\x00{}{}", 14)) ==
               "is of version 7 of NumPy's format; expected 1, 2 or 3");
    BOOST_TEST(refused(std::string("\x93NUMPY\x01\x00\xFF\xFF{'descr", 17)) ==
               "is truncated: its header alone takes 65545 bytes, it has 17");
    BOOST_TEST(refused(std::string("\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{'descr", 19)) ==
               "is truncated: its header alone takes 4294967307 bytes, it has 19");
    for (const char* header :
         {"", "{", "{}", "{'descr'", "{'descr': }", "{'descr': '<f4'}", "descr", "{'descr",
          "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2 2)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}"}) {
        BOOST_TEST(refused(with_header(header, bytes)) == broken, header);
    }
    BOOST_TEST(
        refused(with_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", bytes)) ==
        "has records of several values; expected an array of plain numbers");
    for (const char* type : {"|O", "<c8", "<U2", "<f2", "<f3", "f4", "|S1", "<i9"}) {
        BOOST_TEST(refused(npy(type, false, "(2,)", bytes))
                           .find("float32, float64, bool or whole numbers of 1 to 8 "
                                 "bytes") != std::string::npos,
                   type);
    }
    BOOST_TEST(refused(npy("<f4", false, "(3,)", bytes)) ==
               "is truncated: after its header it has 8 bytes, and 3 numbers of 4 bytes take 12");
    BOOST_TEST(refused(npy("<f4", false, "(1, 1)", bytes)) ==
               "goes on after its end: after its header it has 8 bytes, and 1 x 1 numbers of 4 bytes take 4");
    BOOST_TEST(refused(npy("<f4", false, "(0, 3)", "")) == "is empty: its shape is 0 x 3");
    BOOST_TEST(refused(npy("<f4", false, "()", bytes_of({1.0F}))) ==
               "has a single number; expected an array whose first axis counts the examples");
    BOOST_TEST(
        refused(npy("<f8", false, "(4294967296, 4294967296)", bytes)).find("more than can be counted") !=
        std::string::npos);
    BOOST_TEST(refused(npy("<f4", false, "(1000000000000,)", bytes)).find("is truncated") == 0);
    BOOST_TEST(refused(npy("<f4", false, "(2,)", bytes_of({1.0F, NAN}))) ==
               "has a number that is not finite (or too large for 32 bits) in example 1");
    BOOST_TEST(refused(npy("<f8", false, "(1,)", bytes_of({1e300}))).find("not finite") != std::string::npos);
    write_file(folder / "x.npy", npy("<f4", false, "(2,)", bytes));
    BOOST_TEST(message_of([&] {
                   read_npy(folder / "x.npy", 300);
               }).find("x.npy has 2 numbers, which take ") == std::string::npos);
    BOOST_TEST(message_of([&] { read_npy(folder / "x.npy", 20); }).find("at most 10 are read") !=
               std::string::npos);
    BOOST_TEST(message_of([&] { read_npy(folder.path()); }).find("is a folder; expected ") !=
               std::string::npos);
    BOOST_TEST(message_of([&] { read_npy(folder / "none"); }).find("No such file") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_prefix_is_refused) {
    const std::string whole = npy("<f4", true, "(2, 2)", bytes_of({1.0F, 2.0F, 3.0F, 4.0F}));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        BOOST_TEST(!refused(whole.substr(0, size)).empty());
        BOOST_TEST(refused(whole.substr(0, size)) != "nothing thrown");
        BOOST_TEST(refused(whole.substr(0, size)).find("does not name") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(examples_and_labels) {
    const NpySource source{.file = "x.npy", .labels = "y.npy", .folder = folder.path(), .holdout = 0};
    write_file(folder / "x.npy", npy("|u1", false, "(3, 1, 2)", "abcdef"));
    write_file(folder / "y.npy", npy("<i8", false, "(3,)", bytes_of<std::int64_t>({4, 0, 2})));
    const auto set = open_npy(source);
    BOOST_TEST(set->description().fields[0].shape == (std::vector<std::size_t>{1, 2}),
               boost::test_tools::per_element());
    BOOST_TEST(set->description().fields[1].classes.value() == 5);
    BOOST_TEST(set->description().train_count == 3);
    Floats values(2);
    Floats label(1);
    const std::span<float> spans[] = {values, label};
    set->read({Split::train, 2}, spans);
    BOOST_TEST(values == (Floats{'e', 'f'}), boost::test_tools::per_element());
    BOOST_TEST(label[0] == 2);
    write_file(folder / "y.npy", npy("<i8", false, "(2,)", bytes_of<std::int64_t>({4, 0})));
    BOOST_TEST(message_of([&] { open_npy(source); }).find("y.npy has 2 labels, but ") != std::string::npos);
    write_file(folder / "y.npy", npy("<f4", false, "(3,)", bytes_of({1.0F, 0.5F, 0.0F})));
    const std::string expected = "; expected whole numbers from 0 to 1048575";
    BOOST_TEST(message_of([&] { open_npy(source); }).find("y.npy has the label 0.5 at 1" + expected) !=
               std::string::npos);
    write_file(folder / "y.npy", npy("<i8", false, "(3,)", bytes_of<std::int64_t>({1, -1, 0})));
    BOOST_TEST(message_of([&] { open_npy(source); }).find("y.npy has the label -1 at 1" + expected) !=
               std::string::npos);
    write_file(folder / "y.npy", npy("<i8", false, "(3,)", bytes_of<std::int64_t>({1, 0, 1 << 30})));
    BOOST_TEST(message_of([&] { open_npy(source); }).find("at 2" + expected) != std::string::npos);
}

// NumPy writes 0 and 1, and reads whatever is not 0 as true.
BOOST_AUTO_TEST_CASE(a_bool_is_0_or_1) {
    const std::vector<float> expected = {0, 1, 1, 1};
    BOOST_TEST(array(npy("|b1", false, "(4,)", bytes_of<std::uint8_t>({0, 1, 2, 255}))).values == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
