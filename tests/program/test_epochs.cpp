#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "runtime/files/csv_log.hpp"
#include "runtime/runs/checkpoint.hpp"
#include "runtime/training/length.hpp"
#include "runtime/training/pace.hpp"
#include "tests/program/files.hpp"

/// Time in a run: when epochs end, what goes by them, and what is written how often.

using namespace gandsl;
using namespace gandsl::test;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

std::string table_of(std::size_t rows) {
    std::string text = "a,b\n";
    for (std::size_t row = 0; row < rows; ++row) {
        text += std::to_string(row) + ",1\n";
    }
    return text;
}

// Writes NAME.gan, which reads so many rows, none of them for tests.
void write_model(const Scratch& scratch, std::size_t rows, const std::string& train,
                 const std::string& shown = "") {
    scratch.write("d.csv", table_of(rows));
    scratch.write("m.gan",
                  "data v = table(\"d.csv\", holdout = 0)\nnet F(v) { dense(1) }\n" + train + "\n" + shown);
}

constexpr const char* minimize = " minimize mean((F(v) / 1000 - 1)^2)";

files::LogTable log_of(const Scratch& scratch, const std::string& name) {
    return files::read_log(scratch / ("runs/m/001/" + name));
}

void check_decay(const Scratch& scratch, std::size_t per_step, std::size_t rows, std::size_t steps) {
    const files::LogTable log = log_of(scratch, "log.csv");
    BOOST_TEST_REQUIRE(log.step.size() == steps);
    for (std::size_t step = 0; step < steps; ++step) {
        const auto epochs = static_cast<double>(step * per_step / rows);
        BOOST_TEST(static_cast<float>(log.values.at(0).at(step)) == static_cast<float>(std::pow(0.5, epochs)),
                   "step " << step + 1);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(epochs)

BOOST_AUTO_TEST_CASE(they_end_by_the_examples_seen) {
    const training::Length skips{.steps = 16, .epochs = 100, .examples = 10, .per_step = 64};
    const training::Length open{.steps = 16, .examples = 10, .per_step = 64};
    const training::Length parts{.steps = 8, .epochs = 3, .examples = 10, .per_step = 4};
    const training::Length none{.steps = 2500};
    // Of each: steps, and the epoch that they belong to.
    for (const auto& [length, step, epoch] : {std::tuple(skips, 1, 6),
                                              {skips, 2, 12},
                                              {skips, 15, 96},
                                              {skips, 16, 100},
                                              {open, 16, 102},
                                              {parts, 1, 1},
                                              {parts, 3, 1},
                                              {parts, 4, 2},
                                              {parts, 5, 2},
                                              {parts, 8, 3},
                                              {none, 2000, 1}}) {
        BOOST_TEST(length.epoch_of(static_cast<std::uint64_t>(step)) == static_cast<std::uint64_t>(epoch));
    }
    std::vector<std::uint64_t> passed;
    for (std::uint64_t step = 1; step <= skips.steps; ++step) {
        if (due({.count = 10, .unit = dsl::Period::Unit::epoch}, skips, step)) {
            passed.push_back(step);
        }
    }
    BOOST_TEST(passed == (std::vector<std::uint64_t>{2, 4, 5, 7, 8, 10, 11, 13, 15, 16}),
               boost::test_tools::per_element());
    BOOST_TEST(!due({.count = 1, .unit = dsl::Period::Unit::epoch}, none, 1000));
    BOOST_TEST(due({.count = 10, .unit = dsl::Period::Unit::step}, none, 1000));
    for (const auto& [length, last] : {std::pair(skips, 15U), {parts, 5U}, {none, 2000U}}) {
        for (std::uint64_t step = 1; step <= length.steps; ++step) {
            BOOST_TEST(length.ends_last_round(step) == (step == last), step);
        }
    }
}

BOOST_AUTO_TEST_CASE(decay_goes_by_them) {
    const std::string updates =
        "{\n rate = decay(1, 0.5)\n update F with sgd(decay(1e-6, 0.5)) { shown = rate\n" +
        std::string(minimize) + " }\n}";
    Scratch close;  // an epoch ends after 1.02 steps
    write_model(close, 130, "train(epochs = 40, batch = 128) " + updates);
    succeed(close, {"run", "m.gan"});
    check_decay(close, 128, 130, 41);
    Scratch several;  // a step passes 2.5 epochs
    write_model(several, 4, "train(epochs = 20, batch = 10) " + updates);
    succeed(several, {"run", "m.gan"});
    check_decay(several, 10, 4, 8);
    // Three batches a step; and a longer run is the same at its beginning, so that a shorter one goes on.
    Scratch turns;
    write_model(turns, 20,
                "train(epochs = 4, batch = 3) {\n rate = decay(1, 0.5)\n repeat 3 { update F with sgd(1e-6) "
                "{ shown = "
                "rate\n" +
                    std::string(minimize) + " } }\n}");
    succeed(turns, {"run", "m.gan"});
    check_decay(turns, 9, 20, 9);
    succeed(turns, {"run", "m.gan", "--epochs", "9", "--resume", "runs/m/001"});
    check_decay(turns, 9, 20, 20);
    // One that is given in steps has epochs as well.
    Scratch steps;
    write_model(steps, 130, "train(steps = 30, batch = 128) " + updates);
    succeed(steps, {"run", "m.gan"});
    check_decay(steps, 128, 130, 30);
}

BOOST_AUTO_TEST_CASE(a_period_is_due_at_each_step_that_passes_a_multiple_of_it) {
    const Scratch scratch;
    write_model(
        scratch, 10,
        "train(epochs = 100, batch = 64) { update F with sgd(1e-6) {" + std::string(minimize) + " } }",
        "measure m = mean(v) on train every 10 epochs\nsample s = v[0] as csv(1) every 10 epochs\n");
    // Samples take test examples.
    scratch.write("m.gan", replaced(scratch.read("m.gan"), "v[0] as", "F(normal_code) as"));
    scratch.write("m.gan", "latent normal_code ~ normal(2)\n" + scratch.read("m.gan"));
    succeed(scratch, {"run", "m.gan"});
    const files::LogTable log = log_of(scratch, "log.csv");
    const files::LogTable measures = log_of(scratch, "measures.csv");
    BOOST_TEST(measures.step == (std::vector<double>{2, 4, 5, 7, 8, 10, 11, 13, 15, 16}),
               boost::test_tools::per_element());
    const std::vector<double> passed{12, 25, 32, 44, 51, 64, 70, 83, 96, 100};
    BOOST_TEST(measures.epoch == passed, boost::test_tools::per_element());
    const Words samples = scratch.list("runs/m/001/samples");
    BOOST_TEST_REQUIRE(samples.size() == passed.size());
    for (std::size_t row = 0; row < passed.size(); ++row) {
        BOOST_TEST(log.epoch.at(static_cast<std::size_t>(measures.step[row]) - 1) == passed[row]);
        const std::string number = std::to_string(static_cast<int>(passed[row]));
        BOOST_TEST(samples[row] == "s-" + std::string(4 - number.size(), '0') + number + ".csv");
    }
    // Each of these turns is one for `stalled`: F has no say in this measure, so it never gets better.
    scratch.write("m.gan",
                  replaced(scratch.read("m.gan"), "batch = 64)", "batch = 64, stop = stalled(m, 3))"));
    succeed(scratch, {"run", "m.gan", "--out", "stalls"});
    BOOST_TEST(files::read_log(scratch / "stalls/m/001/measures.csv").step.back() == 7);
}

BOOST_AUTO_TEST_CASE(a_run_claims_no_more_of_them_than_it_was_asked_for) {
    const Scratch scratch;
    write_model(
        scratch, 10,
        "train(epochs = 1, batch = 64) { update F with sgd(1e-6) {" + std::string(minimize) + " } }",
        "latent z ~ normal(2)\nmeasure m = mean(v) on train every epoch\nsample s = F(z) as csv(1) every "
        "epoch\n");
    succeed(scratch, {"run", "m.gan"});
    BOOST_TEST(scratch.list("runs/m/001/samples") == Words{"s-0001.csv"}, boost::test_tools::per_element());
    BOOST_TEST(log_of(scratch, "log.csv").epoch == std::vector<double>{1}, boost::test_tools::per_element());
    // A longer run counts what the last step of the shorter one went beyond; also where it has no more steps.
    for (const std::string length : {"3", "100"}) {
        succeed(scratch, {"run", "m.gan", "--epochs", length, "--resume", "runs/m/001"});
        succeed(scratch, {"run", "m.gan", "--epochs", length, "--out", "whole" + length});
        const std::string whole = "whole" + length + "/m/001/";
        for (const std::string name : {"log.csv", "measures.csv"}) {
            BOOST_TEST(without_seconds(scratch.read("runs/m/001/" + name)) ==
                       without_seconds(scratch.read(whole + name)));
        }
        for (const std::string& sample : scratch.list(whole + "samples")) {
            BOOST_TEST(scratch.has("runs/m/001/samples/" + sample), sample);
        }
    }
}

BOOST_AUTO_TEST_CASE(without_data_there_are_none) {
    const Scratch scratch;
    scratch.write(
        "m.gan",
        "latent z ~ normal(2)\nnet G(z) { dense(1) }\ntrain(steps = 1200, batch = 2) {\n update G with "
        "sgd(1e-3) { minimize (G(z) - 3)^2 }\n}\nsample s = G(z) as csv(1) every 2 epochs\n");
    const Outcome outcome = scratch.gandsl({"run", "m.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(
        outcome.err.find("m.gan:6:33: warning: `s` is due at the end of the run only") != std::string::npos,
        outcome.err);
    BOOST_TEST(outcome.out.find("examples/s") == std::string::npos, outcome.out);
    BOOST_TEST(outcome.out.find("epoch") == std::string::npos, outcome.out);
    BOOST_TEST(outcome.out.find("steps/s") != std::string::npos, outcome.out);
    // The file says steps, the command line may not.
    const Outcome refused = scratch.gandsl({"run", "m.gan", "--epochs", "2"});
    BOOST_TEST(refused.code == 1);
    BOOST_TEST(refused.err.find("a model without data has no epochs") != std::string::npos, refused.err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(writing)

BOOST_AUTO_TEST_CASE(takes_a_twentieth_of_the_time_at_most_and_is_not_put_off_for_ever) {
    training::Pace pace(5);
    BOOST_TEST(pace.due(100));
    pace.took(100, 100.01);
    BOOST_TEST(!pace.due(100.2));
    BOOST_TEST(pace.due(100.22));
    pace.took(101, 104);  // a large one on a slow disk
    BOOST_TEST(!pace.due(108.9));
    BOOST_TEST(pace.due(109.1));
    training::Pace endless;
    endless.took(101, 104);
    BOOST_TEST(!endless.due(163));
    BOOST_TEST(endless.due(165));
}

namespace {

constexpr const char* short_epochs = "train(epochs = 100000000, batch = 10) { update F with sgd(1e-6) {";

std::string with_short_epochs() {
    return short_epochs + std::string(minimize) + " } }";
}

// Counts files that take their name in a folder.
class Renames {
  public:
    Renames() : queue_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}
    ~Renames() { ::close(queue_); }
    Renames(const Renames&) = delete;
    Renames& operator=(const Renames&) = delete;

    void watch(const fs::path& folder) {
        watched_ = watched_ || ::inotify_add_watch(queue_, folder.c_str(), IN_MOVED_TO) >= 0;
    }
    std::size_t count() {
        alignas(inotify_event) std::array<char, 1 << 16> buffer{};
        for (ssize_t size = 0; (size = ::read(queue_, buffer.data(), buffer.size())) > 0;) {
            for (ssize_t at = 0; at < size; ++count_) {
                const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
                at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            }
        }
        return count_;
    }

  private:
    int queue_;
    bool watched_ = false;
    std::size_t count_ = 0;
};

}  // namespace

// Of 4,000 epochs of a step each, not each has a checkpoint and a drawing of the curves.
BOOST_AUTO_TEST_CASE(goes_by_time_where_epochs_are_short) {
    const Scratch scratch;
    write_model(scratch, 10, with_short_epochs());
    Renames checkpoints;
    Renames drawings;
    const Outcome outcome =
        run({{"run", "m.gan", "--epochs", "4000"}, scratch.path()}, [&](const std::string&, pid_t) {
            checkpoints.watch(scratch / "runs/m/001/checkpoints");
            drawings.watch(scratch / "runs/m/001");
            checkpoints.count();
            drawings.count();
        });
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(checkpoints.count() > 1U);
    BOOST_TEST(checkpoints.count() < 1000U);
    BOOST_TEST(drawings.count() > 0U);
    BOOST_TEST(drawings.count() < 1000U);
    BOOST_TEST(log_of(scratch, "log.csv").step.size() == 4000U);
    // What is there in the end does not go by time.
    BOOST_TEST(scratch.list("runs/m/001/checkpoints") ==
                   (Words{"step-0000003999.safetensors", "step-0000004000.safetensors"}),
               boost::test_tools::per_element());
    // The curves are those of the whole log.
    const std::string curves = scratch.read("runs/m/001/curves.svg");
    fs::remove(scratch / "runs/m/001/curves.svg");
    succeed(scratch, {"run", "m.gan", "--epochs", "4000", "--resume", "runs/m/001"});
    BOOST_TEST((scratch.read("runs/m/001/curves.svg") == curves));
}

BOOST_AUTO_TEST_CASE(a_kill_costs_five_seconds_of_short_epochs_at_most) {
    const Scratch scratch;
    write_model(scratch, 10, with_short_epochs());
    using Clock = std::chrono::steady_clock;
    const Outcome outcome =
        run({{"run", "m.gan"}, scratch.path()},
            [&, begin = std::optional<Clock::time_point>()](const std::string&, pid_t process) mutable {
                if (!begin && scratch.has("runs/m/001/log.csv")) {
                    begin = Clock::now();
                } else if (begin && Clock::now() - *begin > std::chrono::seconds(8)) {
                    ::kill(process, SIGKILL);
                }
            });
    BOOST_TEST_REQUIRE(outcome.code == 1000 + SIGKILL, outcome.err);
    const files::LogTable rows = log_of(scratch, "log.csv");
    const std::vector<fs::path> kept = runs::checkpoints_in(scratch / "runs/m/001/checkpoints");
    BOOST_TEST_REQUIRE(!kept.empty());
    const std::uint64_t step = runs::read_checkpoint(kept.front()).progress.step;
    BOOST_TEST(rows.seconds.back() > 6);
    const double lost = rows.seconds.back() - rows.seconds.at(step - 1);
    // The checkpoint that was being written when the kill came took its time too.
    BOOST_TEST(lost < 5.5);
}

BOOST_AUTO_TEST_SUITE_END()
