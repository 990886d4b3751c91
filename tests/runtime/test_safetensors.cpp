#include <array>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "runtime/files/safetensors.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::files;
using namespace gandsl::test;

namespace {

/// A file with this header text and data, whatever they are.
std::string file_of(const std::string& header, const std::string& data) {
    const std::uint64_t length = header.size();
    std::string content(8, '\0');
    std::memcpy(content.data(), &length, 8);
    return content + header + data;
}

/// The message without the file's name.
std::string message_for(const ScratchFolder& folder, const std::string& content) {
    write_file(folder / "file", content);
    const std::string message = message_of([&] { read_safetensors(folder / "file"); });
    const std::string name = (folder / "file").string() + ": ";
    return message.rfind(name, 0) == 0 ? message.substr(name.size()) : "does not name the file: " + message;
}

void write_example(const std::filesystem::path& path) {
    const std::vector<float> weight = {1.5F, -2, 0.1F};
    const std::vector<double> moment = {0.1, -1e300};
    const std::vector<std::uint64_t> counter = {~0ULL};
    const std::vector<std::int64_t> offset = {-5};
    write_safetensors(path,
                      {{"a.weight", view(weight, {1, 3})},
                       {"b.moment", view(moment, {2})},
                       {"c.counter", view(counter, {})},
                       {"d.offset", view(offset, {1, 1})},
                       {"e.empty", view(std::vector<float>{}, {0, 7})}},
                      {{"step", "12"}, {"text", "\u00e9\n\""}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(safetensors)

BOOST_AUTO_TEST_CASE(reads_back_what_was_written) {
    const ScratchFolder folder;
    write_example(folder / "file");
    const Safetensors back = read_safetensors(folder / "file");
    BOOST_TEST(back.tensors.size() == 5);
    BOOST_TEST(back.tensors.at("a.weight").floats() == (std::vector<float>{1.5F, -2, 0.1F}),
               boost::test_tools::per_element());
    BOOST_TEST(back.tensors.at("a.weight").shape == (std::vector<std::size_t>{1, 3}),
               boost::test_tools::per_element());
    BOOST_TEST(back.tensors.at("b.moment").doubles() == (std::vector<double>{0.1, -1e300}),
               boost::test_tools::per_element());
    BOOST_TEST(back.tensors.at("c.counter").unsigned_integers()[0] == ~0ULL);
    BOOST_TEST(back.tensors.at("c.counter").shape.empty());
    BOOST_TEST(back.tensors.at("d.offset").integers()[0] == -5);
    BOOST_TEST(back.tensors.at("e.empty").floats().empty());
    BOOST_TEST((back.metadata == Metadata{{"step", "12"}, {"text", "\u00e9\n\""}}));
    BOOST_TEST(message_of([&] { back.tensors.at("a.weight").doubles(); }) ==
               "a tensor has elements F32; expected F64");
    BOOST_TEST(folder.content() == std::vector<std::string>{"file"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_file_is_laid_out_as_the_format_says) {
    const ScratchFolder folder;
    const std::vector<float> one = {1};
    const std::vector<double> two = {2};
    write_safetensors(folder / "file", {{"a", view(one, {1})}, {"b", view(two, {})}}, {});
    const std::string content = read_file(folder / "file");
    std::uint64_t length = 0;
    std::memcpy(&length, content.data(), 8);
    BOOST_TEST(length % 8 == 0);
    const std::string header = content.substr(8, length);
    BOOST_TEST(header.find(R"("a":{"data_offsets":[8,12],"dtype":"F32","shape":[1]})") != std::string::npos);
    BOOST_TEST(header.find(R"("b":{"data_offsets":[0,8],"dtype":"F64","shape":[]})") != std::string::npos);
    BOOST_TEST(content.size() == 8 + length + 12);
    double number = 0;
    std::memcpy(&number, content.data() + 8 + length, 8);
    BOOST_TEST(number == 2);
}

BOOST_AUTO_TEST_CASE(reads_files_of_other_programs) {
    const ScratchFolder folder;
    write_file(folder / "file", file_of(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                        std::string("\x00\x00\x80\x3f", 4)));
    BOOST_TEST(read_safetensors(folder / "file").tensors.at("w").floats()[0] == 1);
}

// One bit wrong anywhere, and one byte missing anywhere, is noticed.
BOOST_AUTO_TEST_CASE(no_damage_goes_unnoticed) {
    const ScratchFolder folder;
    write_example(folder / "file");
    const std::string good = read_file(folder / "file");
    // In place, as rewriting a file waits for the disk.
    std::fstream file(folder / "file", std::ios::binary | std::ios::in | std::ios::out);
    const auto put = [&file](std::size_t place, char byte) {
        file.seekp(static_cast<std::streamoff>(place));
        file.put(byte).flush();
    };
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        put(bit / 8, static_cast<char>(good[bit / 8] ^ (1 << bit % 8)));
        BOOST_REQUIRE_MESSAGE(message_of([&] { read_safetensors(folder / "file"); }) != "nothing thrown",
                              "bit " << bit % 8 << " of byte " << bit / 8);
        put(bit / 8, good[bit / 8]);
    }
    BOOST_TEST(message_of([&] { read_safetensors(folder / "file"); }) == "nothing thrown");
    for (std::size_t size = good.size(); size-- > 0;) {
        std::filesystem::resize_file(folder / "file", size);
        BOOST_REQUIRE(message_of([&] { read_safetensors(folder / "file"); }) != "nothing thrown");
    }
}

BOOST_AUTO_TEST_CASE(names_the_damaged_tensor) {
    const ScratchFolder folder;
    write_example(folder / "file");
    std::string content = read_file(folder / "file");
    content.back() = static_cast<char>(content.back() ^ 1);
    BOOST_TEST(message_for(folder, content) == "tensor a.weight is damaged: its checksum is wrong");
    content.back() = static_cast<char>(content.back() ^ 1);
    const std::size_t step = content.find("\"12\"");
    content[step + 1] = '9';
    BOOST_TEST(message_for(folder, content) == "is damaged: the checksum of its header is wrong");
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_header) {
    const ScratchFolder folder;
    const auto tensor = [](const std::string& type, const std::string& shape, const std::string& offsets) {
        return "{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
    };
    const auto one = [&](const std::string& type, const std::string& shape, const std::string& offsets) {
        return message_for(folder, file_of("{\"w\":" + tensor(type, shape, offsets) + "}", "12345678"));
    };
    BOOST_TEST(message_for(folder, "1234") == "is cut short: it has 4 bytes, too few for a safetensors file");
    BOOST_TEST(message_for(folder, "PK\x03\x04 no such thing") ==
               "is no safetensors file, or damaged: it promises a header of 2337207815413910352 bytes");
    BOOST_TEST(message_for(folder, file_of("{}", "").substr(0, 9)) ==
               "is cut short: it has 9 bytes, its header alone takes 10");
    BOOST_TEST(message_for(folder, file_of("{", "")) == "the header is damaged: it is no JSON");
    BOOST_TEST(message_for(folder, file_of("[]", "")) == "the header is damaged: it is no JSON object");
    BOOST_TEST(message_for(folder, file_of(R"({"__metadata__":{"a":1}})", "")) ==
               "the header is damaged: a in __metadata__ is no text");
    BOOST_TEST(message_for(folder, file_of(R"({"w":3})", "")) == "tensor w has no dtype");
    BOOST_TEST(message_for(folder, file_of(R"({"w":{"dtype":"F32","shape":[1]}})", "1234")) ==
               "tensor w has no data_offsets");
    BOOST_TEST(message_for(folder, file_of("{}", "1234")) == "has 4 bytes after its last tensor");
    BOOST_TEST(one("F16", "[4]", "[0,8]") ==
               "tensor w has elements F16; those read are F32, F64, U64 and I64");
    BOOST_TEST(one("F32", "[-2]", "[0,8]") == "tensor w has a wrong shape: -2 is no size");
    BOOST_TEST(one("F32", "[2]", "[8,0]") == "tensor w has wrong data_offsets; expected a begin and an end");
    BOOST_TEST(one("F32", "[3]", "[0,8]") == "tensor w has 8 bytes; its shape, 3, takes 12");
    BOOST_TEST(one("F32", "[4294967296,4294967296]", "[0,8]") ==
               "tensor w has 8 bytes; its shape, 4294967296 x 4294967296, takes more than can be counted");
    BOOST_TEST(one("F32", "[4]", "[0,16]") == "tensor w is cut short: it ends at byte 16 of 8");
    BOOST_TEST(one("F32", "[1]", "[4,8]") == "tensor w lies behind a gap of 4 bytes");
    BOOST_TEST(message_for(folder, file_of("{\"v\":" + tensor("F32", "[2]", "[0,8]") +
                                               ",\"w\":" + tensor("F32", "[1]", "[4,8]") + "}",
                                           "12345678")) == "tensor w overlaps another");
    BOOST_TEST(message_for(folder, file_of("{\"v\":" + tensor("F32", "[1]", "[0,4]") +
                                               ",\"v\":" + tensor("F32", "[1]", "[0,4]") + "}",
                                           "1234")) == "tensor v is in the header twice");
    BOOST_TEST(message_of([&] { read_safetensors(folder / "none"); }) ==
               (folder / "none").string() + " cannot be read: No such file or directory");
    BOOST_TEST(message_of([&] { read_safetensors(folder.path()); }) ==
               folder.path().string() + " is a folder; expected a safetensors file");
}

BOOST_AUTO_TEST_CASE(a_deeply_nested_header_is_no_danger) {
    const ScratchFolder folder;
    BOOST_TEST(message_for(folder, file_of(std::string(1'000'000, '['), "")) ==
               "the header is damaged: it is nested more than 4 deep");
    BOOST_TEST(
        message_for(folder, file_of("{\"w\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}",
                                    "")) == "the header is damaged: it is nested more than 4 deep");
}

BOOST_AUTO_TEST_CASE(refuses_to_write_what_it_could_not_read) {
    const ScratchFolder folder;
    const std::vector<float> values = {1, 2};
    const auto message = [&](const std::map<std::string, TensorView>& tensors, const Metadata& metadata) {
        return message_of([&] { write_safetensors(folder / "file", tensors, metadata); })
            .substr((folder / "file").string().size());
    };
    BOOST_TEST(message({{"w", view(values, {3})}}, {}) ==
               ": tensor w has 8 bytes, which is not what its shape takes: 3 of F32");
    BOOST_TEST(message({{"__metadata__", view(values, {2})}}, {}) ==
               ": a tensor cannot be called __metadata__");
    BOOST_TEST(message({}, {{"crc32:w", "0"}}) == ": the key crc32:w is kept for checksums");
    BOOST_TEST(message({}, {{"text", "\xff"}}) == ": a name or text is not UTF-8");
    BOOST_TEST(folder.content().empty());
}

BOOST_AUTO_TEST_SUITE_END()
