#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <limits>
#include <sstream>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/terminal/format.hpp"
#include "runtime/terminal/progress.hpp"
#include "runtime/terminal/signals.hpp"

using namespace gandsl;
using namespace gandsl::terminal;

namespace {

/// What a terminal of one line shows, with "\r" and "clear to the end of the line"; complete lines go above.
class ShownScreen {
  public:
    explicit ShownScreen(const std::string& output) {
        std::size_t column = 0;
        for (std::size_t i = 0; i < output.size(); ++i) {
            if (output[i] == '\r') {
                column = 0;
            } else if (output[i] == '\n') {
                above.push_back(line);
                line.clear();
                column = 0;
            } else if (output.compare(i, 3, "\x1b[K") == 0) {
                line.resize(column);
                i += 2;
            } else {
                line.resize(std::max(line.size(), column + 1), ' ');
                line[column++] = output[i];
            }
        }
    }

    std::vector<std::string> above;
    std::string line;
};

struct Run {
    explicit Run(bool terminal, std::size_t columns = 200)
        : progress({&out, terminal, [columns] { return columns; }}, plan(), 100) {}

    static ProgressPlan plan() {
        ProgressPlan plan;
        plan.total_steps = 40;
        plan.total_epochs = 4;
        plan.examples_per_step = 64;
        plan.names = {"D.loss", "G.loss"};
        return plan;
    }

    /// Steps `from` .. `to`, one every `pause` seconds.
    void go(std::uint64_t from, std::uint64_t to, double pause = 1) {
        for (std::uint64_t step = from; step <= to; ++step) {
            progress.step(step, (step + 9) / 10, std::array{1.0F, static_cast<float>(step)},
                          100 + pause * static_cast<double>(step));
            if (step % 10 == 0) {
                progress.epoch_done(100 + pause * static_cast<double>(step));
            }
        }
    }

    std::ostringstream out;
    Progress progress;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal)

BOOST_AUTO_TEST_CASE(durations_are_for_people) {
    BOOST_TEST(human_duration(0) == "0 ms");
    BOOST_TEST(human_duration(0.85) == "850 ms");
    BOOST_TEST(human_duration(0.9999) == "1.0 s");
    BOOST_TEST(human_duration(12.44) == "12.4 s");
    BOOST_TEST(human_duration(59.97) == "1 min 00 s");
    BOOST_TEST(human_duration(125) == "2 min 05 s");
    BOOST_TEST(human_duration(3599.6) == "1 h 00 min");
    BOOST_TEST(human_duration(3 * 3600 + 7 * 60 + 29) == "3 h 07 min");
    BOOST_TEST(human_duration(86399) == "1 d 00 h");
    BOOST_TEST(human_duration(52 * 3600) == "2 d 04 h");
    BOOST_TEST(human_duration(std::numeric_limits<double>::infinity()) == "?");
    BOOST_TEST(human_duration(-1) == "?");
}

BOOST_AUTO_TEST_CASE(numbers_have_sensible_digits) {
    BOOST_TEST(human_number(0.693147) == "0.6931");
    BOOST_TEST(human_number(1.3862943) == "1.386");
    BOOST_TEST(human_number(-1) == "-1.000");
    BOOST_TEST(human_number(262.345) == "262.3");
    BOOST_TEST(human_number(999.96) == "1000");
    BOOST_TEST(human_number(12345.6) == "12346");
    BOOST_TEST(human_number(1.234e-5) == "1.2e-05");
    BOOST_TEST(human_number(3e9) == "3.0e+09");
    BOOST_TEST(human_number(0) == "0");
    BOOST_TEST(human_number(std::numeric_limits<double>::quiet_NaN()) == "nan");
    BOOST_TEST(human_number(-std::numeric_limits<double>::infinity()) == "-inf");
    BOOST_TEST(human_count(8.44) == "8.4");
    BOOST_TEST(human_count(8) == "8");
    BOOST_TEST(human_count(512.4) == "512");
    BOOST_TEST(human_count(20300) == "20,300");
    BOOST_TEST(human_count(1234567) == "1,234,567");
    BOOST_TEST(human_count(999.9) == "1,000");
    BOOST_TEST(human_bytes(0) == "0 B");
    BOOST_TEST(human_bytes(999) == "999 B");
    BOOST_TEST(human_bytes(999960) == "1.0 MB");
    BOOST_TEST(human_bytes(77.24e6) == "77.2 MB");
    BOOST_TEST(human_flops(14.54e9) == "14.5 GFLOP");
    BOOST_TEST(human_flops(3e18) == "3.0 EFLOP");
}

BOOST_AUTO_TEST_CASE(elsewhere_a_plain_line_an_epoch) {
    Run run(false);
    run.go(1, 25);
    run.progress.finish(125);
    BOOST_TEST(run.out.str() ==
               "epoch 1/4, step 10/40, 30.0 s left, 64 examples/s, D.loss 1.000, G.loss 5.500\n"
               "epoch 2/4, step 20/40, 20.0 s left, 64 examples/s, D.loss 1.000, G.loss 15.50\n"
               "epoch 3/4, step 25/40, 15.0 s left, 64 examples/s, D.loss 1.000, G.loss 23.00\n");
}

BOOST_AUTO_TEST_CASE(a_finished_epoch_is_not_printed_twice) {
    Run run(false);
    run.go(1, 10);
    run.progress.say("sample written");
    run.progress.finish(110);
    run.progress.finish(111);
    BOOST_TEST(
        run.out.str() ==
        "epoch 1/4, step 10/40, 30.0 s left, 64 examples/s, D.loss 1.000, G.loss 5.500\nsample written\n");
}

BOOST_AUTO_TEST_CASE(a_terminal_has_one_line_that_is_rewritten) {
    Run run(true);
    run.go(1, 12);
    const ShownScreen during(run.out.str());
    BOOST_TEST(during.above.empty());
    BOOST_TEST(during.line ==
               "epoch 2/4, step 12/40, 28.0 s left, 64 examples/s, D.loss 1.000, G.loss 11.50");
    run.progress.say("checkpoint written");
    const ShownScreen said(run.out.str());
    BOOST_TEST(said.above == std::vector<std::string>{"checkpoint written"},
               boost::test_tools::per_element());
    BOOST_TEST(said.line == during.line);
    run.go(13, 40);
    run.progress.finish(140);
    run.progress.say("done");
    const ShownScreen after(run.out.str());
    BOOST_TEST(after.above ==
                   (std::vector<std::string>{
                       "checkpoint written",
                       "epoch 4/4, step 40/40, 40.0 s, 64 examples/s, D.loss 1.000, G.loss 35.50", "done"}),
               boost::test_tools::per_element());
    BOOST_TEST(after.line.empty());
}

BOOST_AUTO_TEST_CASE(a_terminal_is_drawn_ten_times_a_second) {
    Run run(true);
    run.go(1, 9, 0.03);
    const std::string output = run.out.str();
    BOOST_TEST(std::count(output.begin(), output.end(), '\r') == 3);  // steps 1, 5 and 9
}

BOOST_AUTO_TEST_CASE(a_line_never_wraps) {
    const std::string whole = "epoch 2/4, step 12/40, 28.0 s left, 64 examples/s, D.loss 1.000, G.loss 11.50";
    const std::string shorter = "epoch 2/4, 12/40, 28.0 s left, 64/s, D.loss 1.000, G.loss 11.50";
    const std::string bare = "2/4 12/40 28.0 s 64/s D.loss 1.000 G.loss 11.50";
    for (std::size_t columns = 1; columns <= whole.size() + 2; ++columns) {
        Run run(true, columns);
        run.go(1, 12);
        const std::string line = ShownScreen(run.out.str()).line;
        if (columns > whole.size()) {
            BOOST_TEST(line == whole);
        } else if (columns > shorter.size()) {
            BOOST_TEST(line == shorter);
        } else if (columns > bare.size()) {
            BOOST_TEST(line == bare);
        } else {
            const std::size_t kept = std::max<std::size_t>(columns, 2) - 2;
            BOOST_TEST(line == bare.substr(0, kept) + "\u2026");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_resumed_run_counts_its_own_steps) {
    std::ostringstream out;
    ProgressPlan plan = Run::plan();
    plan.first_step = 20;
    plan.total_epochs = 0;
    Progress progress({&out, false, {}}, plan, 0);
    progress.step(21, 3, std::array{0.5F, std::numeric_limits<float>::quiet_NaN()}, 2);
    progress.finish(2);
    BOOST_TEST(out.str() == "epoch 3, step 21/40, 38.0 s left, 32 examples/s, D.loss 0.5000, G.loss nan\n");
}

BOOST_AUTO_TEST_CASE(nothing_is_shown_of_a_run_without_steps) {
    for (const bool terminal : {false, true}) {
        Run run(terminal);
        run.progress.epoch_done(100);
        run.progress.finish(100);
        BOOST_TEST(run.out.str().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_first_signal_asks_to_stop) {
    const auto handler_before = std::signal(SIGTERM, SIG_IGN);
    for (const int signal : {SIGINT, SIGTERM}) {
        const StopRequest stop;
        BOOST_TEST(!stop.requested());
        std::raise(signal);
        BOOST_TEST(stop.requested());
        BOOST_TEST(stop.signal() == signal);
        BOOST_CHECK_THROW(StopRequest(), Error);
    }
    BOOST_TEST((std::signal(SIGTERM, handler_before) == SIG_IGN));
}

BOOST_AUTO_TEST_CASE(a_hang_up_asks_for_a_checkpoint_once) {
    const auto handler_before = std::signal(SIGHUP, SIG_IGN);
    {
        const StopRequest stop;
        BOOST_TEST(!stop.take_checkpoint_request());
        std::raise(SIGHUP);
        std::raise(SIGHUP);
        BOOST_TEST(!stop.requested());
        BOOST_TEST(stop.take_checkpoint_request());
        BOOST_TEST(!stop.take_checkpoint_request());
    }
    BOOST_TEST((std::signal(SIGHUP, handler_before) == SIG_IGN));
}

BOOST_AUTO_TEST_CASE(a_terminal_that_has_gone_is_written_to_no_more) {
    int ours = -1;
    int theirs = -1;
    BOOST_TEST_REQUIRE(openpty(&ours, &theirs, nullptr, nullptr, nullptr) == 0);
    const pid_t child = fork();
    if (child == 0) {
        close(ours);
        dup2(theirs, STDOUT_FILENO);
        close(theirs);
        const StopRequest stop;
        // The other side goes with the parent's last descriptor of it.
        while (write(STDOUT_FILENO, "x", 1) == 1) {
            usleep(1000);
        }
        const bool gone = errno == EIO;
        std::raise(SIGHUP);
        _exit(gone && write(STDOUT_FILENO, "x", 1) == 1 ? 0 : 1);
    }
    close(theirs);
    close(ours);
    int status = 0;
    waitpid(child, &status, 0);
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 0);
}

BOOST_AUTO_TEST_CASE(a_second_signal_leaves_at_once) {
    const pid_t child = fork();
    if (child == 0) {
        const StopRequest stop;
        std::raise(SIGTERM);
        std::raise(SIGINT);
        _exit(7);  // still here
    }
    int status = 0;
    waitpid(child, &status, 0);
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 128 + SIGINT);
}

BOOST_AUTO_TEST_SUITE_END()
