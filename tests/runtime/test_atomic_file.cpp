#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <vector>

#include "runtime/files/atomic_file.hpp"
#include "runtime/files/checksum.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::files;
using namespace gandsl::test;

BOOST_AUTO_TEST_SUITE(atomic_file)

BOOST_AUTO_TEST_CASE(appears_only_when_committed) {
    const ScratchFolder folder;
    write_file(folder / "file", "old");
    {
        AtomicFile file(folder / "file");
        file.write("new ");
        file.write("content");
        BOOST_TEST(read_file(folder / "file") == "old");
        BOOST_TEST(folder.content().size() == 2);
        file.commit();
        BOOST_TEST(read_file(folder / "file") == "new content");
    }
    BOOST_TEST(folder.content() == std::vector<std::string>{"file"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(goes_away_when_abandoned) {
    const ScratchFolder folder;
    write_file(folder / "file", "old");
    { AtomicFile(folder / "file").write("new"); }
    BOOST_TEST(read_file(folder / "file") == "old");
    BOOST_TEST(folder.content() == std::vector<std::string>{"file"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_writers_do_not_meet) {
    const ScratchFolder folder;
    AtomicFile first(folder / "file");
    AtomicFile second(folder / "file");
    first.write("first");
    second.write("second");
    second.commit();
    first.commit();
    BOOST_TEST(read_file(folder / "file") == "first");
    BOOST_TEST(folder.content().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_old_file) {
    const ScratchFolder folder;
    write_file(folder / "file", "old");
    // A limit on the size of files fails a write in its middle, as a full disk does.
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string message =
        message_of([&] { write_atomically(folder / "file", std::string(5000, 'x')); });
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    BOOST_TEST(message == (folder / "file").string() + " cannot be written: File too large");
    BOOST_TEST(read_file(folder / "file") == "old");
    BOOST_TEST(folder.content() == std::vector<std::string>{"file"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(says_why_it_cannot_write) {
    const ScratchFolder folder;
    BOOST_TEST(message_of([&] { write_atomically(folder / "none" / "file", "x"); }) ==
               (folder / "none" / "file").string() + " cannot be written: No such file or directory");
    std::filesystem::create_directories(folder / "taken");
    BOOST_TEST(message_of([&] { write_atomically(folder / "taken", "x"); }) ==
               (folder / "taken").string() + " cannot be replaced: Is a directory");
    BOOST_TEST(folder.content() == std::vector<std::string>{"taken/"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(reads_whole_files_up_to_a_limit) {
    const ScratchFolder folder;
    write_file(folder / "file", std::string(100'000, 'a'));
    BOOST_TEST(read_whole(folder / "file") == std::string(100'000, 'a'));
    BOOST_TEST(message_of([&] { read_whole(folder / "file", 99'999); }) ==
               (folder / "file").string() + " has 100000 bytes; at most 99999 are read");
    BOOST_TEST(message_of([&] { read_whole("/dev/zero", 100); }) ==
               "/dev/zero has more than 100 bytes; at most 100 are read");
    BOOST_TEST(message_of([&] { read_whole(folder / "none"); }) ==
               (folder / "none").string() + " cannot be read: No such file or directory");
    BOOST_TEST(message_of([&] { read_whole(folder.path()); }) ==
               folder.path().string() + " cannot be read: Is a directory");
}

BOOST_AUTO_TEST_CASE(cleans_up_after_crashes) {
    const ScratchFolder folder;
    for (const char* name : {".a.png.123.partial", ".partial", "b.partial", ".hidden"}) {
        write_file(folder / name, "");
    }
    remove_partial_files(folder.path());
    BOOST_TEST(folder.content() == (std::vector<std::string>{".hidden", ".partial", "b.partial"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(checksums_have_the_published_value) {
    BOOST_TEST(hexadecimal(crc32("123456789")) == "cbf43926");
    BOOST_TEST(crc32("6789", crc32("12345")) == crc32("123456789"));
    BOOST_TEST(crc32("", crc32("12345")) == crc32("12345"));
}

BOOST_AUTO_TEST_SUITE_END()
