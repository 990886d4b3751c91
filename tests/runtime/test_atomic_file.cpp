#include <sys/resource.h>
#include <sys/stat.h>

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
               (folder / "taken").string() +
                   " cannot be written: it is a folder; expected a file, or a name that is free");
    BOOST_TEST(folder.content() == std::vector<std::string>{"taken/"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(writes_what_a_link_names) {
    const ScratchFolder folder;
    std::filesystem::create_directories(folder / "there");
    write_file(folder / "there" / "file", "old");
    std::filesystem::create_symlink("there/file", folder / "link");
    std::filesystem::create_symlink("link", folder / "second");
    std::filesystem::create_symlink(folder / "there" / "free", folder / "dangling");
    write_atomically(folder / "second", "new");
    write_atomically(folder / "dangling", "first");
    BOOST_TEST(read_file(folder / "there" / "file") == "new");
    BOOST_TEST(read_file(folder / "there" / "free") == "first");
    for (const char* link : {"link", "second", "dangling"}) {
        BOOST_TEST(std::filesystem::is_symlink(folder / link));
    }
    BOOST_TEST(folder.content().size() == 6);  // with the folder and its files
    std::filesystem::create_symlink("round", folder / "round");
    BOOST_TEST(message_of([&] { write_atomically(folder / "round", "x"); }) ==
               (folder / "round").string() + " cannot be written: Too many levels of symbolic links");
}

BOOST_AUTO_TEST_CASE(replaces_regular_files_only) {
    const ScratchFolder folder;
    BOOST_TEST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    std::filesystem::create_symlink("pipe", folder / "link");
    for (const char* name : {"pipe", "link"}) {
        BOOST_TEST(message_of([&] { write_atomically(folder / name, "x"); }) ==
                   (folder / name).string() +
                       " cannot be written: it is a device, pipe or socket; expected a "
                       "file, or a name that is free");
    }
    BOOST_TEST(std::filesystem::is_fifo(folder / "pipe"));
    BOOST_TEST(folder.content().size() == 2);
}

BOOST_AUTO_TEST_CASE(reads_whole_files_up_to_a_limit) {
    const ScratchFolder folder;
    write_file(folder / "file", std::string(100'000, 'a'));
    BOOST_TEST(read_whole(folder / "file") == std::string(100'000, 'a'));
    BOOST_TEST(message_of([&] { read_whole(folder / "file", 99'999); }) ==
               (folder / "file").string() + " has 100000 bytes; at most 99999 are read");
    BOOST_TEST(message_of([&] { read_whole("/dev/zero", 100); }) == "/dev/zero is a device; expected a file");
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
