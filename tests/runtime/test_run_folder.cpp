#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <set>
#include <thread>
#include <vector>

#include "runtime/runs/run_folder.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::runs;
using namespace gandsl::test;

BOOST_AUTO_TEST_SUITE(run_folder)

BOOST_AUTO_TEST_CASE(numbers_runs_and_points_to_the_latest) {
    const ScratchFolder folder;
    const std::filesystem::path runs = folder / "runs";
    {
        const RunFolder first = RunFolder::create(runs, "mnist");
        const RunFolder second = RunFolder::create(runs, "mnist");
        BOOST_TEST(first.path() == runs / "mnist" / "001");
        BOOST_TEST(second.path() == runs / "mnist" / "002");
        BOOST_TEST(std::filesystem::is_directory(second.samples()));
        BOOST_TEST(std::filesystem::is_directory(second.checkpoints()));
    }
    BOOST_TEST(std::filesystem::read_symlink(runs / "mnist" / "latest") == "002");
    std::filesystem::remove_all(runs / "mnist" / "001");
    BOOST_TEST(RunFolder::create(runs, "mnist").path().filename() == "003");
    std::filesystem::create_directory(runs / "mnist" / "999");
    std::filesystem::create_directory(runs / "mnist" / "12x");
    BOOST_TEST(RunFolder::create(runs, "mnist").path().filename() == "1000");
    BOOST_TEST(RunFolder::create(runs, "--help").path() == runs / "--help" / "001");
    BOOST_CHECK_THROW(RunFolder::create(runs, ".."), Error);
    BOOST_CHECK_THROW(RunFolder::create(runs, "a/b"), Error);
}

BOOST_AUTO_TEST_CASE(two_runs_never_share_a_folder) {
    const ScratchFolder folder;
    constexpr int processes = 4;
    constexpr int each = 10;
    for (int process = 0; process < processes; ++process) {
        if (fork() == 0) {
            int made = 0;
            for (int i = 0; i < each; ++i) {
                try {
                    const RunFolder run = RunFolder::create(folder / "runs", "m");
                    write_file(run.record(), std::to_string(process));
                    ++made;
                } catch (const Error&) {
                    break;
                }
            }
            _exit(made == each ? 0 : 1);
        }
    }
    for (int process = 0; process < processes; ++process) {
        int status = -1;
        wait(&status);
        BOOST_TEST(status == 0);
    }
    for (int number = 1; number <= processes * each; ++number) {
        const std::string name = std::to_string(number);
        BOOST_TEST(std::filesystem::exists(folder.path() / "runs" / "m" /
                                           (std::string(3 - name.size(), '0') + name) / "run.json"));
    }
}

BOOST_AUTO_TEST_CASE(a_run_that_is_written_is_locked) {
    const ScratchFolder folder;
    std::filesystem::path path;
    {
        const RunFolder run = RunFolder::create(folder / "runs", "m");
        path = run.path();
        const std::string self = std::to_string(getpid());
        BOOST_TEST(message_of([&] { RunFolder::open(path); }) ==
                   std::filesystem::canonical(path).string() + " is being written by process " + self +
                       ", and two would spoil it\n  Wait until it has ended, or stop it with `kill " + self +
                       "`: it writes a checkpoint first.");
    }
    const RunFolder run = RunFolder::open(path);
    BOOST_TEST(!run.crashed_process().has_value());
    BOOST_CHECK_THROW(RunFolder::open(path), Error);
}

BOOST_AUTO_TEST_CASE(a_crash_frees_the_lock_and_is_noticed) {
    const ScratchFolder folder;
    const pid_t child = fork();
    if (child == 0) {
        const RunFolder run = RunFolder::create(folder / "runs", "m");
        write_file(run.path() / ".log.csv.7.partial", "");
        write_file(run.samples() / ".a.png.7.partial", "");
        write_file(run.checkpoints() / ".c.safetensors.7.partial", "");
        _exit(0);  // without destructors, as a crash
    }
    int status = -1;
    waitpid(child, &status, 0);
    BOOST_REQUIRE(status == 0);
    const RunFolder run = RunFolder::open(folder / "runs" / "m" / "latest");
    BOOST_TEST(run.path() == std::filesystem::canonical(folder.path()) / "runs" / "m" / "001");
    BOOST_TEST((run.crashed_process() == child));
    BOOST_TEST(folder.content() == (std::vector<std::string>{"runs/", "runs/m/", "runs/m/001/",
                                                             "runs/m/001/.lock", "runs/m/001/checkpoints/",
                                                             "runs/m/001/samples/", "runs/m/latest"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(failure_leaves_nothing_behind) {
    const ScratchFolder folder;
    write_file(folder / "file", "");
    BOOST_TEST(message_of([&] { RunFolder::create(folder / "file", "m"); }) ==
               (folder / "file").string() + " is a file; expected a folder for runs");
    BOOST_TEST(message_of([&] { RunFolder::create(folder / "file" / "deeper", "m"); }) ==
               (folder / "file").string() + " is a file; expected a folder for runs");
    BOOST_TEST(message_of([] { RunFolder::create("/proc/runs", "m"); }) ==
               "/proc/runs cannot be made: No such file or directory");
    BOOST_TEST(folder.content() == std::vector<std::string>{"file"}, boost::test_tools::per_element());

    std::filesystem::create_directories(folder / "runs/m/latest");
    BOOST_TEST(message_of([&] { RunFolder::create(folder / "runs", "m"); }) ==
               (folder / "runs/m/latest").string() +
                   " is no link; move it away, its name is used for the latest run");
    BOOST_TEST(folder.content() == (std::vector<std::string>{"file", "runs/", "runs/m/", "runs/m/latest/"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_run_can_be_taken_back) {
    const ScratchFolder folder;
    RunFolder::create(folder / "a/runs", "m").remove();
    BOOST_TEST(folder.content().empty());
    const RunFolder first = RunFolder::create(folder / "runs", "m");
    RunFolder::create(folder / "runs", "m").remove();
    BOOST_TEST(std::filesystem::read_symlink(folder / "runs/m/latest") == "001");
    BOOST_TEST(!std::filesystem::exists(folder / "runs/m/002"));
}

BOOST_AUTO_TEST_CASE(opens_runs_only) {
    const ScratchFolder folder;
    RunFolder::create(folder / "runs", "m");
    BOOST_TEST(message_of([&] { RunFolder::open(folder / "none"); }) ==
               (folder / "none").string() +
                   " is not there, or cannot be followed: No such file or directory");
    BOOST_TEST(message_of([&] { RunFolder::open(folder / "runs"); }) ==
               (folder / "runs").string() + " is no run: it has no folder checkpoints");
    BOOST_TEST(message_of([&] { RunFolder::open(folder / "runs/m"); }) ==
               (folder / "runs/m").string() + " is no run: it has no folder checkpoints; did you mean " +
                   (folder / "runs/m/latest").string() + "?");
    std::filesystem::create_symlink("loop", folder / "loop");
    BOOST_TEST(message_of([&] { RunFolder::open(folder / "loop"); }) ==
               (folder / "loop").string() +
                   " is not there, or cannot be followed: Too many levels of symbolic links");
}

BOOST_AUTO_TEST_SUITE_END()
