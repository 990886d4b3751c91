#include <boost/test/unit_test.hpp>

#include "runtime/formats/idx.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::test;

namespace {

constexpr std::uint32_t images = 0x803;
constexpr std::uint32_t labels = 0x801;

std::string images_message(const ScratchFolder& folder, const std::string& content) {
    write_file(folder / "file", content);
    const std::string message = message_of([&] { formats::read_idx_images(folder / "file", 1 << 20); });
    const std::string name = (folder / "file").string() + " ";
    return message.rfind(name, 0) == 0 ? message.substr(name.size()) : "does not name the file: " + message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(idx)

BOOST_AUTO_TEST_CASE(reads_plain_and_gzipped) {
    const ScratchFolder folder;
    const std::string content = idx_content(images, {2, 1, 3}, std::string("\x00\x7f\xff\x01\x02\x03", 6));
    write_file(folder / "plain", content);
    write_gzipped(folder / "packed.gz", content);
    for (const char* name : {"plain", "packed.gz"}) {
        const formats::Idx idx = formats::read_idx_images(folder / name);
        BOOST_TEST(idx.shape == (std::vector<std::size_t>{2, 1, 3}), boost::test_tools::per_element());
        BOOST_TEST(idx.bytes == (std::vector<std::uint8_t>{0, 127, 255, 1, 2, 3}),
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(reads_labels_over_several_chunks) {
    const ScratchFolder folder;
    const std::string bytes(3'000'001, '\x05');
    write_gzipped(folder / "labels", idx_content(labels, {3'000'001}, bytes));
    const formats::Idx idx = formats::read_idx_labels(folder / "labels");
    BOOST_TEST(idx.bytes.size() == bytes.size());
    BOOST_TEST(idx.bytes.back() == 5);
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong) {
    const ScratchFolder folder;
    BOOST_TEST(images_message(folder, "") == "is truncated: it has 0 bytes, its header alone takes 16");
    BOOST_TEST(images_message(folder, idx_content(images, {2}, "")) ==
               "is truncated: it has 8 bytes, its header alone takes 16");
    BOOST_TEST(images_message(folder, idx_content(images, {2, 2, 2}, "1234567")) ==
               "is truncated: it has 23 bytes, its header promises 24 (2 x 2 x 2)");
    BOOST_TEST(images_message(folder, idx_content(images, {2, 2, 2}, "123456789")) ==
               "goes on after the 24 bytes that its header promises (2 x 2 x 2)");
    BOOST_TEST(images_message(folder, idx_content(labels, {2}, "12345678901234567890")) ==
               "has the wrong magic number: found 0x00000801, expected 0x00000803 (pictures); is this a "
               "label file?");
    BOOST_TEST(
        images_message(folder, idx_content(0x0d03, {1, 1, 1}, "1234")) ==
        "has the wrong magic number: found 0x00000d03, expected 0x00000803 (pictures); its elements are not "
        "bytes, and only bytes are read");
    BOOST_TEST(
        images_message(folder, "PNG, or what you will") ==
        "has the wrong magic number: found 0x504e472c, expected 0x00000803 (pictures); this is no IDX file");
    BOOST_TEST(images_message(folder, idx_content(images, {0, 28, 28}, "")) == "has no examples");
    BOOST_TEST(images_message(folder, idx_content(images, {1, 0, 28}, "")) ==
               "has pictures without pixels: 1 x 0 x 28");
}

BOOST_AUTO_TEST_CASE(names_files_that_cannot_be_read) {
    const ScratchFolder folder;
    BOOST_TEST(message_of([&] { formats::read_idx_labels(folder / "none"); }) ==
               (folder / "none").string() + " is not there");
    BOOST_TEST(message_of([&] { formats::read_idx_labels(folder.path()); }) ==
               folder.path().string() + " is a folder; expected an IDX file");
}

BOOST_AUTO_TEST_CASE(refuses_sizes_before_it_allocates) {
    const ScratchFolder folder;
    BOOST_TEST(images_message(folder, idx_content(images, {1024, 32, 33}, "")) ==
               "promises 1024 x 32 x 33 bytes, 1081344 in all; there is room for 1048576");
    BOOST_TEST(
        images_message(folder, idx_content(images, {0xffffffff, 0xffffffff, 0xffffffff}, "")) ==
        "promises 4294967295 x 4294967295 x 4294967295 bytes, more than can be counted in all; there is room "
        "for 1048576");
    try {
        formats::read_idx_images(folder / "file", 1 << 20);
        BOOST_ERROR("nothing thrown");
    } catch (const Error& error) {
        BOOST_TEST((error.code() == ErrorCode::memory));
    }
}

BOOST_AUTO_TEST_CASE(notices_damaged_compression) {
    const ScratchFolder folder;
    std::string noise;
    for (unsigned i = 0; i < 5000; ++i) {
        noise += static_cast<char>(i * i * 2654435761U >> 13);
    }
    write_gzipped(folder / "good", idx_content(labels, {5000}, noise));
    const std::string good = read_file(folder / "good");

    write_file(folder / "cut", good.substr(0, good.size() / 2));
    BOOST_TEST(message_of([&] { formats::read_idx_labels(folder / "cut"); }) ==
               (folder / "cut").string() + " is truncated: the compressed data ends in the middle");

    std::string flipped = good;
    flipped[good.size() - 6] = static_cast<char>(flipped[good.size() - 6] ^ 1);  // in the stored checksum
    write_file(folder / "flipped", flipped);
    BOOST_TEST(message_of([&] { formats::read_idx_labels(folder / "flipped"); }) ==
               (folder / "flipped").string() +
                   " is damaged: its compressed data cannot be unpacked (incorrect data check)");
}

BOOST_AUTO_TEST_CASE(knows_the_free_memory) {
    BOOST_TEST(available_memory() > (std::size_t{1} << 24));
}

BOOST_AUTO_TEST_SUITE_END()
