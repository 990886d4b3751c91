#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <iterator>
#include <map>

#include "runtime/files/safetensors.hpp"
#include "tests/program/files.hpp"

/// Stopping a run and going on with it.
BOOST_AUTO_TEST_SUITE(checkpoints)

using namespace gandsl::test;

namespace {

using Names = std::vector<std::string>;

std::string checkpoint(const std::string& run, std::size_t step) {
    const std::string digits = std::to_string(step);
    return run + "/checkpoints/step-" + std::string(10 - digits.size(), '0') + digits + ".safetensors";
}

// Starts a run of many epochs and sends a signal once its log has some rows.
Outcome interrupted(const Scratch& scratch, Names words, int signal, unsigned short columns = 0) {
    return run({std::move(words), scratch.path(), {}, columns},
               [&, sent = false](const std::string&, pid_t process) mutable {
                   const std::string log = "runs/tiny/001/log.csv";
                   if (!sent && scratch.has(log) && lines_of(scratch.read(log)).size() > 5) {
                       ::kill(process, signal);
                       sent = true;
                   }
               });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_stopped_run_goes_on_as_if_nothing_had_been) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Names words{"run",    "tiny.gan", "--set", "rate=2e-3", "--epochs",
                      "100000", "--batch",  "64",    "--seed",    "5"};
    const Outcome stopped = interrupted(scratch, words, SIGTERM);
    BOOST_TEST_REQUIRE(stopped.code == 0, stopped.err);
    BOOST_TEST_REQUIRE(contains(stopped.out, "Stopped after step "), stopped.out);
    const std::size_t rows = lines_of(scratch.read("runs/tiny/001/log.csv")).size() - 1;
    BOOST_TEST((rows >= 5 && rows < 400000), rows << " rows");
    BOOST_TEST(scratch.has(checkpoint("runs/tiny/001", rows)));
    BOOST_TEST(contains(stopped.out, "Stopped after step " + std::to_string(rows) + " of 400000;"),
               stopped.out);

    // The last line is the command that goes on; a shell takes it as it is.
    const std::string command = lines_of(stopped.out).back();
    BOOST_TEST(contains(command, "--resume runs/tiny/001"), command);
    const std::size_t last = rows + 30;
    const std::string stop = std::to_string(last);
    const Outcome resumed = run_shell(command + " --stop-at " + stop, scratch.path());
    BOOST_TEST_REQUIRE(resumed.code == 0, resumed.err);
    BOOST_TEST(contains(resumed.out, "going on after step " + std::to_string(rows)), resumed.out);

    Names whole = words;
    whole.insert(whole.end(), {"--out", "whole", "--stop-at", stop});
    BOOST_TEST_REQUIRE(scratch.gandsl(whole).code == 0);
    BOOST_TEST((without_seconds(scratch.read("runs/tiny/001/log.csv")) ==
                without_seconds(scratch.read("whole/tiny/001/log.csv"))));
    BOOST_TEST((scratch.read(checkpoint("runs/tiny/001", last)) ==
                scratch.read(checkpoint("whole/tiny/001", last))));
    const Names samples = scratch.list("whole/tiny/001/samples");
    BOOST_TEST(samples.size() == last / 4);
    BOOST_TEST(scratch.list("runs/tiny/001/samples") == samples, boost::test_tools::per_element());
    BOOST_TEST((scratch.read("runs/tiny/001/samples/" + samples.back()) ==
                scratch.read("whole/tiny/001/samples/" + samples.back())));
    BOOST_TEST(scratch.list("runs/tiny/001/checkpoints").size() == 2U);
}

// ThreadSanitizer keeps signals back while a process waits in a system call, as this one does.
boost::test_tools::assertion_result signals_come_at_once(boost::unit_test::test_unit_id) {
#ifdef __SANITIZE_THREAD__
    return false;
#else
    return true;
#endif
}

BOOST_AUTO_TEST_CASE(a_second_signal_leaves_at_once, *boost::unit_test::precondition(signals_come_at_once)) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    // The run waits for somebody to read what it prints, so it cannot answer the first signal before the
    // second comes. Two of one kind would be one.
    const Outcome outcome = run({.words = {"run", "tiny.gan"}, .folder = scratch.path(), .blocked = true},
                                [&, sent = false](const std::string&, pid_t process) mutable {
                                    if (!sent && scratch.has("runs/tiny/001/log.csv")) {
                                        ::kill(process, SIGINT);
                                        ::kill(process, SIGTERM);
                                        sent = true;
                                    }
                                });
    BOOST_TEST((outcome.code == 128 + SIGINT || outcome.code == 128 + SIGTERM), outcome.code);
    BOOST_TEST(scratch.list("runs/tiny/001/checkpoints").empty());
}

BOOST_AUTO_TEST_CASE(a_terminal_shows_the_way_on_below_the_progress) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome = interrupted(scratch, {"run", "tiny.gan", "--epochs", "1000"}, SIGINT, 100);
    BOOST_TEST(outcome.code == 0);
    BOOST_TEST(contains(outcome.out, "\nStopped after step "), outcome.out);
}

BOOST_AUTO_TEST_CASE(words_for_the_shell_are_quoted) {
    const Scratch scratch;
    scratch.write("it's a model.gan", tiny_gan);
    const Outcome stopped = run(
        {{"run", "it's a model.gan", "--epochs", "100000", "--exact", "--out", "my runs"}, scratch.path()},
        [sent = false, &scratch](const std::string&, pid_t process) mutable {
            if (!sent && scratch.has("my runs/it's a model/001/log.csv") &&
                scratch.read("my runs/it's a model/001/log.csv").size() > 200) {
                ::kill(process, SIGINT);
                sent = true;
            }
        });
    BOOST_TEST_REQUIRE(contains(stopped.out, "Stopped after"), stopped.out << stopped.err);
    const Outcome resumed = run_shell(lines_of(stopped.out).back() + " --stop-at 1", scratch.path());
    BOOST_TEST(resumed.code == 0, resumed.err);
    BOOST_TEST(contains(resumed.out, ", going on after step "), resumed.out);
}

BOOST_AUTO_TEST_CASE(a_longer_run_goes_on_where_a_short_one_ended) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan", "--epochs", "1"}).code == 0);
    const Outcome same = scratch.gandsl({"run", "tiny.gan", "--epochs", "1", "--resume", "runs/tiny/latest"});
    BOOST_TEST(same.code == 0);
    BOOST_TEST(contains(same.out, "Nothing is left to do: the run has had 8 steps"), same.out);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan", "--resume", "runs/tiny/latest"}).code == 0);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan", "--out", "whole"}).code == 0);
    BOOST_TEST((without_seconds(scratch.read("runs/tiny/001/log.csv")) ==
                without_seconds(scratch.read("whole/tiny/001/log.csv"))));
    BOOST_TEST(
        (scratch.read(checkpoint("runs/tiny/001", 16)) == scratch.read(checkpoint("whole/tiny/001", 16))));
}

BOOST_AUTO_TEST_CASE(another_seed_file_or_data_is_refused_by_name) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan", "--epochs", "1"}).code == 0);
    const std::string log = scratch.read("runs/tiny/001/log.csv");
    const auto refused = [&](Names more, const std::string& difference) {
        Names words{"run", "tiny.gan", "--resume", "runs/tiny/latest"};
        words.insert(words.end(), more.begin(), more.end());
        const Outcome outcome = scratch.gandsl(words);
        BOOST_TEST(outcome.code == 1);
        BOOST_TEST(contains(outcome.err, "runs/tiny/001: cannot go on with this run"), outcome.err);
        BOOST_TEST(contains(outcome.err, difference), outcome.err << "names no " << difference);
        BOOST_TEST((scratch.read("runs/tiny/001/log.csv") == log));
    };
    refused({"--seed", "3"}, "seed: 0 then, 3 now");
    refused({"--batch", "16"}, "batch: 32 then, 16 now");
    refused({"--set", "rate=1"}, "options.rate: 0.001 then, 1 now");
    scratch.write("tiny.gan", replaced(tiny_gan, "count = 256", "count = 512"));
    refused({}, "the file: tiny.gan is not what the run keeps in ");
    refused({}, "data x: train: 256 then, 512 now");
    refused({}, "data x: arguments.count: 256 then, 512 now");
}

BOOST_AUTO_TEST_CASE(changed_data_under_the_same_name_is_refused) {
    const Scratch scratch;
    scratch.write("own.gan", replaced(tiny_gan, "digits(range = [-1, 1], count = 256)",
                                      "idx(images = \"pictures\", range = [-1, 1])"));
    std::string pictures = idx_pictures(100);
    scratch.write("pictures", pictures);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "own.gan", "--epochs", "1"}).code == 0);
    pictures[5000] = static_cast<char>(pictures[5000] ^ 1);
    scratch.write("pictures", pictures);
    const Outcome outcome = scratch.gandsl({"run", "own.gan", "--resume", "runs/own/latest"});
    BOOST_TEST(outcome.code == 1);
    BOOST_TEST(contains(outcome.err, "data x: hash: \"crc32:"), outcome.err);
}

BOOST_AUTO_TEST_CASE(what_is_no_run_is_said) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome nowhere = scratch.gandsl({"run", "tiny.gan", "--resume", "nowhere"});
    BOOST_TEST(nowhere.code == 1);
    BOOST_TEST(contains(nowhere.err, "nowhere is not there"), nowhere.err);
    BOOST_TEST(!scratch.has("runs"));
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan", "--steps", "1"}).code == 0);
    const Outcome above = scratch.gandsl({"run", "tiny.gan", "--resume", "runs/tiny"});
    BOOST_TEST(above.code == 1);
    BOOST_TEST(contains(above.err, "did you mean runs/tiny/latest?"), above.err);
    std::filesystem::remove_all(scratch / "runs/tiny/001/checkpoints");
    std::filesystem::create_directory(scratch / "runs/tiny/001/checkpoints");
    const Outcome empty = scratch.gandsl({"run", "tiny.gan", "--resume", "runs/tiny/001"});
    BOOST_TEST(empty.code == 1);
    BOOST_TEST(contains(empty.err, "checkpoints: there is no checkpoint to go on from"), empty.err);
}

BOOST_AUTO_TEST_CASE(a_broken_checkpoint_falls_back_to_the_one_before) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan"}).code == 0);
    const std::string log = without_seconds(scratch.read("runs/tiny/001/log.csv"));
    const std::string newest = checkpoint("runs/tiny/001", 16);
    const std::string whole = scratch.read(newest);
    std::string broken = whole;
    broken[broken.size() / 2] = static_cast<char>(broken[broken.size() / 2] ^ 1);
    for (const std::string& content : {broken, whole.substr(0, whole.size() - 9), std::string()}) {
        scratch.write(newest, content);
        const Outcome outcome = scratch.gandsl({"run", "tiny.gan", "--resume", "runs/tiny/latest"});
        BOOST_TEST(outcome.code == 0, outcome.err);
        BOOST_TEST(contains(outcome.out, "skipped a broken checkpoint: "), outcome.out);
        BOOST_TEST(contains(outcome.out, "step-0000000016.safetensors"), outcome.out);
        BOOST_TEST(contains(outcome.out, "going on after step 8"), outcome.out);
        BOOST_TEST((without_seconds(scratch.read("runs/tiny/001/log.csv")) == log));
        BOOST_TEST((scratch.read(newest) == whole));
    }
    scratch.write(newest, broken);
    scratch.write(checkpoint("runs/tiny/001", 8), broken);
    const Outcome none = scratch.gandsl({"run", "tiny.gan", "--resume", "runs/tiny/latest"});
    BOOST_TEST(none.code == 1);
    BOOST_TEST(contains(none.err, "step-0000000008.safetensors"), none.err);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_a_kill_left_over_goes) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan", "--steps", "12"}).code == 0);
    const Names kept = scratch.list("runs/tiny/001/checkpoints");
    // Killed after the last one was written, and before older ones were taken away.
    scratch.write(checkpoint("runs/tiny/001", 1), scratch.read(checkpoint("runs/tiny/001", 12)));
    BOOST_TEST_REQUIRE(
        scratch.gandsl({"run", "tiny.gan", "--steps", "12", "--resume", "runs/tiny/001"}).code == 0);
    BOOST_TEST(scratch.list("runs/tiny/001/checkpoints") == kept, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_best_checkpoint_is_kept) {
    const Scratch scratch;
    scratch.write("falls.gan", tiny_autoencoder);
    // What gets better every epoch, and what gets worse, as lower counts as better.
    scratch.write("rises.gan", replaced(tiny_autoencoder, "measure error = mean", "measure gain = -mean"));
    for (const auto& [name, step] : {std::pair("falls", "12"), std::pair("rises", "4")}) {
        const std::string file = std::string(name) + ".gan";
        const std::string run = std::string("runs/") + name + "/001";
        const std::string best = "/checkpoints/best.safetensors";
        const Outcome whole = scratch.gandsl({"run", file, "--out", "whole"});
        BOOST_TEST_REQUIRE(whole.code == 0, whole.err);
        BOOST_TEST(contains(whole.out, "  best         best.safetensors ("), whole.out);
        BOOST_TEST(contains(whole.out, std::string(" after step ") + step + ")\n"), whole.out);
        BOOST_TEST(scratch.list(std::string("whole/") + name + "/001/checkpoints").size() == 3U);
        const Outcome sampled =
            scratch.gandsl({"sample", std::string("whole/") + name + "/001", "--best", "--out", "best.npy"});
        BOOST_TEST(sampled.out == std::string("best.npy, after step ") + step + "\n");
        // A run in two parts ends with the same.
        BOOST_TEST_REQUIRE(scratch.gandsl({"run", file, "--epochs", "2"}).code == 0);
        BOOST_TEST_REQUIRE(scratch.gandsl({"run", file, "--resume", run}).code == 0);
        BOOST_TEST((scratch.read(run + best) == scratch.read(std::string("whole/") + name + "/001" + best)));
    }
    // The weights are those of the step, not of the end.
    scratch.write("early.gan", scratch.read("rises.gan"));
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "early.gan", "--epochs", "1"}).code == 0);
    BOOST_TEST((scratch.read("runs/early/001/checkpoints/best.safetensors") ==
                scratch.read("runs/rises/001/checkpoints/best.safetensors")));
}

BOOST_AUTO_TEST_CASE(the_measure_of_the_stop_rule_decides) {
    const Scratch scratch;
    scratch.write(
        "two.gan",
        replaced(replaced(tiny_autoencoder, "measure error",
                          "measure gain = -mean(mse(copy(x), x)) on test every epoch\nmeasure error"),
                 "batch = 32)", "batch = 32, stop = stalled(error, 5))"));
    const Outcome outcome = scratch.gandsl({"run", "two.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(contains(outcome.out, "best.safetensors (error "), outcome.out);
    BOOST_TEST(contains(outcome.out, " after step 12)"), outcome.out);
}

BOOST_AUTO_TEST_CASE(the_record_tells_the_length_that_the_run_has_come_to) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan", "--epochs", "1"}).code == 0);
    BOOST_TEST(contains(scratch.read("runs/tiny/001/run.json"), "\"steps\": 8,"));
    // As if the last step had come after a while.
    const std::string log = scratch.read("runs/tiny/001/log.csv");
    std::string last = lines_of(log).back();
    const std::size_t begin = last.find(',', last.find(',') + 1) + 1;
    last.replace(begin, last.find(',', begin) - begin, "1000");
    scratch.write("runs/tiny/001/log.csv", log.substr(0, log.rfind('\n', log.size() - 2) + 1) + last + "\n");
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan", "--resume", "runs/tiny/001"}).code == 0);
    const std::string record = scratch.read("runs/tiny/001/run.json");
    BOOST_TEST(contains(record, "\"steps\": 16,"), record);
    BOOST_TEST(contains(record, "\"epochs\": 2,"), record);
    // Time goes on where it was.
    BOOST_TEST(std::stod(lines_of(scratch.read("runs/tiny/001/log.csv"))[9].substr(begin)) >= 1000);
}

// Of the same shape, and so many bytes that only the type tells them apart.
BOOST_AUTO_TEST_CASE(elements_of_another_type_are_refused) {
    namespace files = gandsl::files;
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan", "--epochs", "1"}).code == 0);
    const std::string path =
        checkpoint("runs/tiny/001", lines_of(scratch.read("runs/tiny/001/log.csv")).size() - 1);
    BOOST_TEST_REQUIRE(scratch.has(path));
    const std::string whole = scratch.read(path);
    for (const auto type : {files::ElementType::f64, files::ElementType::i64}) {
        scratch.write(path, whole);
        files::Safetensors content = files::read_safetensors(scratch / path);
        const std::string last = std::prev(content.tensors.end())->first;
        std::map<std::string, files::TensorView> views;
        for (auto& [name, tensor] : content.tensors) {
            if (name == last) {
                tensor.type = type;
                tensor.bytes.resize(2 * tensor.bytes.size());
            }
            views[name] = {tensor.type, tensor.shape, tensor.bytes};
        }
        files::write_safetensors(scratch / path, views, content.metadata);
        const Outcome resumed =
            scratch.gandsl({"run", "tiny.gan", "--epochs", "2", "--resume", "runs/tiny/001"});
        BOOST_TEST(resumed.code == 1, resumed.out);
        const std::string said =
            "'" + last + "' holds elements of type " + files::to_string(type) + ", the model's are F32";
        BOOST_TEST(contains(resumed.err, said), resumed.err);
    }
}

BOOST_AUTO_TEST_SUITE_END()
