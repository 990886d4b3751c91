#include <signal.h>

#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "runtime/files/safetensors.hpp"
#include "runtime/runs/compare.hpp"
#include "tests/program/files.hpp"

/// A run that is killed and resumed is the run that never was: every file of its folder, bit for bit.

using namespace gandsl;
using namespace gandsl::test;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

Words joined(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::string difference(const Scratch& scratch, const std::string& whole, const std::string& parts) {
    return runs::compare_runs(scratch / whole, "in one go", scratch / parts, "in parts")
        .difference.value_or("");
}

// What a process leaves that was killed two steps after its last checkpoint, while it wrote.
void leave_as_killed(const Scratch& scratch, const std::string& run) {
    const auto append = [&](const std::string& name, const std::string& text) {
        std::ofstream(scratch / (run + "/" + name), std::ios::app) << text;
    };
    const std::string log = scratch.read(run + "/log.csv");
    const std::string last = lines_of(log).back();
    append("log.csv", last + "\n" + last + "\n" + last.substr(0, last.size() / 2));
    if (scratch.has(run + "/measures.csv")) {
        const std::string header = lines_of(scratch.read(run + "/measures.csv")).front();
        std::string row = "999999,1,0.5";
        for (auto commas = std::count(header.begin(), header.end(), ','); commas > 2; --commas) {
            row += ",-1";
        }
        append("measures.csv", row + "\n" + row.substr(0, 5));
    }
    append(".lock", "999999\n");
    append("checkpoints/.step-0000000007.safetensors.999999.partial", "half");
    append("samples/.a.png.999999.partial", "half");
}

// Trains in one go to `whole`, and to `parts` in two, the first of which ends after `at` steps as if killed.
std::string whole_and_parts(const Scratch& scratch, const std::string& file, const Words& options,
                            std::uint64_t at) {
    const std::string name = fs::path(file).stem().string();
    succeed(scratch, joined({"run", file, "--out", "whole"}, options));
    succeed(scratch, joined({"run", file, "--out", "parts", "--stop-at", std::to_string(at)}, options));
    leave_as_killed(scratch, "parts/" + name + "/001");
    const Outcome resumed =
        scratch.gandsl(joined({"run", file, "--resume", "parts/" + name + "/latest"}, options));
    BOOST_TEST_REQUIRE(resumed.code == 0, resumed.err);
    BOOST_TEST(contains(resumed.out, "process 999999 ended without finishing this run"), resumed.out);
    BOOST_TEST(contains(resumed.out, "going on after step " + std::to_string(at)), resumed.out);
    return difference(scratch, "whole/" + name + "/001", "parts/" + name + "/001");
}

// Of the row of a log, counted from 1.
std::string epoch_of(const std::string& log, std::size_t row) {
    const std::string line = lines_of(log).at(row);
    const std::size_t begin = line.find(',') + 1;
    return line.substr(begin, line.find(',', begin) - begin);
}

fs::path source_folder() {
    const char* const root = std::getenv("GANDSL_SOURCE");
    return root == nullptr ? "." : root;
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    BOOST_TEST_REQUIRE(file.good(), path.string());
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> zoo() {
    std::vector<std::string> names;
    for (const auto& each : fs::directory_iterator(source_folder() / "models")) {
        if (each.path().extension() == ".gan") {
            names.push_back(each.path().stem().string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

// A file of the zoo on so little data that ten steps are an epoch or two.
std::string small(std::string text) {
    const auto replace = [&text](const char* pattern, const char* by) {
        text = std::regex_replace(text, std::regex(pattern), by);
    };
    replace(R"((fashion_)?mnist\(range = (\[[^\]]*\])\)( or digits\([^)]*\))?)",
            "digits(range = $2, count = 40)");
    replace(R"(wave\(length = 50\))", "wave(length = 50, count = 150, holdout = 0.4)");
    replace(R"(tone\(length = 256\))", "tone(length = 256, count = 15000, holdout = 0.3)");
    replace(R"(length = (400|1000|100),)", "length = 20,");
    replace(R"(length = (400|1000|100)\))", "length = 20)");
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exact)

BOOST_DATA_TEST_CASE(every_model_of_the_zoo_goes_on_with_the_same_bits, boost::unit_test::data::make(zoo()),
                     name) {
    const Scratch scratch;
    const std::string file = name + ".gan";
    scratch.write(file, small(read_file(source_folder() / "models" / file)));
    scratch.write("corpus.txt", read_file(source_folder() / "docs/language.md").substr(0, 1400));
    for (const char* picture : {"fashion-epoch-1", "vae-epoch-5"}) {
        for (int copy = 0; copy < 20; ++copy) {
            scratch.write("faces/" + std::string(picture) + std::to_string(copy) + ".png",
                          read_file(source_folder() / "docs/pictures" / (std::string(picture) + ".png")));
        }
    }
    constexpr std::size_t at = 3;
    Words options{"--batch", "4", "--steps", "12"};
    if (name == "wgan_gp") {
        options = joined(options, {"--set", "critic_turns=2"});
    }
    if (name == "gpt") {
        options = joined(options, {"--set", "window=32"});
    }
    BOOST_TEST(whole_and_parts(scratch, file, options, at) == "");
    // Stopped in the middle of an epoch, and gone on over its end.
    const std::string log = scratch.read("whole/" + name + "/001/log.csv");
    BOOST_TEST(epoch_of(log, at) == epoch_of(log, at + 1));
    BOOST_TEST(epoch_of(log, 12) != epoch_of(log, at));
}

namespace {

// All that a run remembers from step to step.
const char* const everything = R"(data x, y = digits(range = [-1, 1], count = 40)
latent z ~ normal(4)

net G(z, y) {
    concat(z, y | embedding(3))
    dense(12, bias = false)
    batch_norm
    relu
    dropout(0.2)
    dense(784)
    tanh
    reshape(1, 28, 28)
}

net noisy(z) {
    e ~ normal(4)
    z + 0.1 * e
}

net D(x, y) {
    concat(flatten(x), y | embedding(3))
    spectral_norm(dense(12))
    leaky_relu(0.2)
    dropout(0.3)
    dense(1)
    sigmoid
}

train(epochs = 4, batch = 4, stop = stalled(fooled, 9)) {
    weight = linear(0.5, 1)
    repeat 2 {
        update D with adam(cosine(2e-3, warmup = 3), beta1 = 0.5, clip = 1) {
            minimize -log(D(x, y)) - weight * log(1 - D(G(z, y), y))
        }
    }
    update G with rmsprop(decay(1e-3, 0.9)) {
        apart = mean((G(z, y) - G(noisy(z), y))^2)
        minimize -log(D(G(noisy(z), y), y)) + apart
    }
    average G with 0.9
}

measure fooled = { u ~ normal(4) -log(D(G(u, y), y)) } on test every 2 steps
measure seen   = mean(x) on train every epoch
sample digits = G(z, column) as grid(2, 10) every 5 steps
sample codes  = G(noisy(z), y) as npy(3) every epoch
)";

std::string with_measure_block(std::string text) {
    return replaced(std::move(text), "{ u ~ normal(4) -log(D(G(u, y), y)) }",
                    "{\n    u ~ normal(4)\n    -log(D(G(u, y), y))\n}");
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_that_a_program_can_remember_is_kept) {
    const Scratch scratch;
    scratch.write("all.gan", with_measure_block(everything));
    succeed(scratch, {"run", "all.gan", "--out", "whole"});
    const std::string log = scratch.read("whole/all/001/log.csv");
    BOOST_TEST(contains(log, "\n14,"), log);
    // From before the first step to the end of an epoch.
    for (const std::string at : {"1", "2", "3", "4", "5", "7", "13"}) {
        const std::string parts = "parts" + at;
        succeed(scratch, {"run", "all.gan", "--out", parts, "--stop-at", at});
        leave_as_killed(scratch, parts + "/all/001");
        succeed(scratch, {"run", "all.gan", "--resume", parts + "/all/001"});
        BOOST_TEST(difference(scratch, "whole/all/001", parts + "/all/001") == "", "stopped at " << at);
    }
    // Again and again.
    succeed(scratch, {"run", "all.gan", "--out", "often", "--stop-at", "1"});
    for (int step = 2; step <= 14; ++step) {
        leave_as_killed(scratch, "often/all/001");
        succeed(scratch, {"run", "all.gan", "--resume", "often/all/001", "--stop-at", std::to_string(step)});
    }
    BOOST_TEST(difference(scratch, "whole/all/001", "often/all/001") == "");
}

BOOST_AUTO_TEST_CASE(a_measure_that_stalls_ends_a_resumed_run_at_the_same_step) {
    const Scratch scratch;
    // Always 0.7, which as a float is less than as a double: no turn may count as an improvement.
    const std::string text =
        replaced(tiny_autoencoder, "measure error = mean(mse(copy(x), x)) on test every epoch",
                 "measure error = mean(0 * x) + 0.7 on test every 2 steps");
    scratch.write("still.gan", replaced(text, "epochs = 3, batch = 32)",
                                        "epochs = 9, batch = 32, stop = stalled(error, 5))"));
    for (const std::uint64_t at : {1U, 3U, 6U, 10U}) {
        const Scratch each;
        each.write("still.gan", scratch.read("still.gan"));
        BOOST_TEST(whole_and_parts(each, "still.gan", {}, at) == "", "stopped at " << at);
        BOOST_TEST(lines_of(each.read("parts/still/001/log.csv")).size() == 1U + 12U);
    }
    succeed(scratch, {"run", "still.gan"});
    const Outcome again =
        scratch.gandsl({"run", "still.gan", "--epochs", "20", "--resume", "runs/still/001"});
    BOOST_TEST(contains(again.out, "Nothing is left to do: the run has had 12 steps, and error has stalled."),
               again.out);
}

BOOST_AUTO_TEST_CASE(five_epochs_and_five_more_are_ten) {
    const Scratch scratch;
    // Measures are taken at the end of any run: here at one that is the end no longer, where it was the best.
    scratch.write("long.gan",
                  replaced(replaced(tiny_autoencoder, "test every epoch",
                                    "test every 2 epochs\nmeasure other = mean(x) on test every epoch"),
                           "batch = 32)", "batch = 32, stop = stalled(error, 9))"));
    succeed(scratch, {"run", "long.gan", "--epochs", "10", "--out", "whole"});
    succeed(scratch, {"run", "long.gan", "--epochs", "5", "--out", "parts"});
    BOOST_TEST(scratch.list("parts/long/001/checkpoints").size() == 4U);  // the best before the end, too
    succeed(scratch, {"run", "long.gan", "--epochs", "7", "--resume", "parts/long/001"});
    succeed(scratch, {"run", "long.gan", "--epochs", "10", "--resume", "parts/long/001"});
    for (const char* drawn_at_an_end : {"5", "7"}) {
        const std::string sample =
            std::string("parts/long/001/samples/copies-000") + drawn_at_an_end + ".npy";
        BOOST_TEST(fs::remove(scratch / sample));
    }
    BOOST_TEST(difference(scratch, "whole/long/001", "parts/long/001") == "");
    BOOST_TEST(scratch.list("parts/long/001/checkpoints").size() == 3U);
    // In the middle of an epoch, before any measure was due.
    succeed(scratch, {"run", "long.gan", "--steps", "2", "--out", "middle"});
    BOOST_TEST(scratch.has("middle/long/001/checkpoints/best.safetensors"));
    succeed(scratch, {"run", "long.gan", "--epochs", "10", "--resume", "middle/long/001"});
    BOOST_TEST(fs::remove(scratch / "middle/long/001/samples/copies-0001.npy"));
    BOOST_TEST(difference(scratch, "whole/long/001", "middle/long/001") == "");
}

BOOST_AUTO_TEST_CASE(a_stop_that_becomes_the_end_is_an_end) {
    const Scratch scratch;
    scratch.write("short.gan", replaced(tiny_autoencoder, "test every epoch",
                                        "test every 2 epochs\nmeasure other = mean(x) on test every epoch"));
    const std::string name = "/short/001";
    const Words run{"run", "short.gan"};
    // At the end of an epoch, and in the middle of one.
    for (const Words& length : {Words{"--epochs", "3"}, Words{"--steps", "5"}}) {
        const std::string whole = "whole" + length[1];
        const std::string parts = "parts" + length[1];
        succeed(scratch, joined(joined(run, length), {"--out", whole}));
        const std::string steps =
            std::to_string(lines_of(scratch.read(whole + name + "/log.csv")).size() - 1);
        succeed(scratch, joined(run, {"--epochs", "9", "--stop-at", steps, "--out", parts}));
        succeed(scratch, joined(joined(run, length), {"--resume", parts + name}));
        BOOST_TEST(difference(scratch, whole + name, parts + name) == "");
    }
}

BOOST_AUTO_TEST_CASE(a_folder_of_samples_that_is_gone_is_made_again) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    succeed(scratch, {"run", "tiny.gan", "--stop-at", "4"});
    fs::remove_all(scratch / "runs/tiny/001/samples");
    succeed(scratch, {"run", "tiny.gan", "--resume", "runs/tiny/001"});
    BOOST_TEST(!scratch.list("runs/tiny/001/samples").empty());
}

BOOST_AUTO_TEST_CASE(a_checkpoint_without_checksums_is_damaged) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    succeed(scratch, {"run", "tiny.gan", "--steps", "4"});
    const std::string name = "runs/tiny/001/checkpoints/step-0000000004.safetensors";
    // The header without them, as long as before.
    const std::string text = scratch.read(name);
    std::string header = text.substr(8, text.find("}}", 8) + 2 - 8);
    const std::size_t length = header.size();
    header = std::regex_replace(header, std::regex(R"("crc32[^"]*":"[^"]*",?)"), "");
    header = std::regex_replace(header, std::regex(",\\}"), "}");
    header.resize(length, ' ');
    scratch.write(name, text.substr(0, 8) + header + text.substr(8 + length));
    const Outcome resumed = scratch.gandsl({"run", "tiny.gan", "--steps", "8", "--resume", "runs/tiny/001"});
    BOOST_TEST(resumed.code == 1);
    BOOST_TEST(contains(resumed.err, "is damaged: its checksums are gone"), resumed.err);
}

BOOST_AUTO_TEST_CASE(the_best_at_an_end_that_is_none_any_longer_is_the_best_no_more) {
    const Scratch scratch;
    scratch.write("first.gan", tiny_autoencoder);
    succeed(scratch, {"run", "first.gan", "--epochs", "6"});
    std::vector<double> errors{0};
    const Words rows = lines_of(scratch.read("runs/first/001/measures.csv"));
    for (std::size_t row = 1; row < rows.size(); ++row) {
        errors.push_back(std::stod(rows[row].substr(rows[row].rfind(',') + 1)));
    }
    BOOST_TEST_REQUIRE((errors.at(4) > errors.at(5) && errors.at(5) > errors.at(6)));
    // Lowest after epoch 5, where it is taken only if that is the last one, and then after epoch 4.
    const double middle = errors[4] / 2 + (errors[5] + errors[6]) / 4;
    scratch.write("bends.gan",
                  "option middle = 0\n" +
                      replaced(tiny_autoencoder, "error = mean(mse(copy(x), x)) on test every epoch",
                               "error = (mean(mse(copy(x), x)) - middle)^2 on test every 2 epochs"));
    const Words words{"run", "bends.gan", "--set", "middle=" + std::to_string(middle), "--epochs"};
    succeed(scratch, joined(words, {"6", "--out", "whole"}));
    const Outcome five = scratch.gandsl(joined(words, {"5", "--out", "parts"}));
    BOOST_TEST(contains(five.out, " after step 20)"), five.out);
    succeed(scratch, joined(words, {"6", "--resume", "parts/bends/001"}));
    BOOST_TEST(contains(scratch.gandsl({"sample", "whole/bends/001", "--best"}).out, ", after step 16\n"));
    fs::remove(scratch / "parts/bends/001/samples/copies-0005.npy");
    BOOST_TEST(difference(scratch, "whole/bends/001", "parts/bends/001") == "");
    // And before any was due.
    succeed(scratch, joined(words, {"1", "--out", "early"}));
    BOOST_TEST(scratch.has("early/bends/001/checkpoints/best.safetensors"));
    succeed(scratch, joined(words, {"6", "--resume", "early/bends/001", "--stop-at", "5"}));
    BOOST_TEST(!scratch.has("early/bends/001/checkpoints/best.safetensors"));
}

BOOST_AUTO_TEST_CASE(a_schedule_over_the_whole_run_keeps_its_length) {
    const Scratch scratch;
    scratch.write("rate.gan", replaced(tiny_autoencoder, "adam(1e-2)", "adam(cosine(1e-2))"));
    succeed(scratch, {"run", "rate.gan"});
    const Outcome longer = scratch.gandsl({"run", "rate.gan", "--epochs", "4", "--resume", "runs/rate/001"});
    BOOST_TEST(longer.code == 1);
    BOOST_TEST(contains(longer.err,
                        "length: 12 steps then, 16 now, and `cosine` in line 12 goes over the whole run"),
               longer.err);
    succeed(scratch, {"run", "rate.gan", "--epochs", "4", "--resume", "runs/rate/001", "--fork"});
    BOOST_TEST(contains(scratch.read("runs/rate/002/run.json"), "length: 12 steps then, 16 now"));
    // One that ends by itself is the same in a longer run.
    scratch.write("own.gan", replaced(tiny_autoencoder, "adam(1e-2)", "adam(linear(1e-2, 1e-3, steps = 5))"));
    succeed(scratch, {"run", "own.gan"});
    succeed(scratch, {"run", "own.gan", "--epochs", "4", "--resume", "runs/own/001"});
}

BOOST_AUTO_TEST_CASE(another_machine_is_mentioned) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    succeed(scratch, {"run", "tiny.gan", "--stop-at", "2"});
    const std::string record = scratch.read("runs/tiny/001/run.json");
    std::size_t steps = 2;
    for (const std::string name : {"processor", "blas_kernels"}) {
        const std::regex field("\"" + name + "\": \"[^\"]*\"");
        scratch.write("runs/tiny/001/run.json",
                      std::regex_replace(record, field, "\"" + name + "\": \"an abacus\""));
        const Outcome outcome = scratch.gandsl(
            {"run", "tiny.gan", "--resume", "runs/tiny/001", "--stop-at", std::to_string(++steps)});
        BOOST_TEST(outcome.code == 0, outcome.err);
        BOOST_TEST(contains(outcome.out, name + ": \"an abacus\" then, "), outcome.out);
    }
}

BOOST_AUTO_TEST_CASE(a_killed_run_that_was_asked_for_a_checkpoint_goes_on_from_it) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    // Its epoch never ends, so that nothing but SIGHUP makes a checkpoint.
    const Words words{"run", "tiny.gan", "--epochs", "1000", "--batch", "1"};
    const std::string folder = "runs/tiny/001/checkpoints";
    int state = 0;
    std::size_t rows = 0;
    const auto rows_now = [&] {
        return scratch.has("runs/tiny/001/log.csv") ? lines_of(scratch.read("runs/tiny/001/log.csv")).size()
                                                    : 0;
    };
    pid_t killed = 0;
    const Outcome outcome = run({words, scratch.path()}, [&](const std::string&, pid_t process) {
        if (state == 0 && rows_now() > 3) {
            ::kill(process, SIGHUP);
            state = 1;
        } else if (state == 1 && !scratch.list(folder).empty()) {
            rows = rows_now();
            state = 2;
        } else if (state == 2 && rows_now() > rows) {
            ::kill(process, SIGKILL);
            killed = process;
            state = 3;
        }
    });
    BOOST_TEST_REQUIRE(outcome.code == 1000 + SIGKILL);
    const Words more = joined(words, {"--stop-at", std::to_string(rows_now() + 300)});
    const Outcome resumed = scratch.gandsl(joined(more, {"--resume", "runs/tiny/001"}));
    BOOST_TEST_REQUIRE(resumed.code == 0, resumed.err);
    BOOST_TEST(
        contains(resumed.out, "process " + std::to_string(killed) + " ended without finishing this run"),
        resumed.out);
    succeed(scratch, joined(more, {"--out", "whole"}));
    BOOST_TEST(difference(scratch, "whole/tiny/001", "runs/tiny/001") == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(forks)

BOOST_AUTO_TEST_CASE(other_settings_go_on_in_a_run_of_their_own) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    succeed(scratch, {"run", "tiny.gan", "--epochs", "1"});
    const std::string record = scratch.read("runs/tiny/001/run.json");
    const std::string log = scratch.read("runs/tiny/001/log.csv");
    scratch.write("tiny.gan",
                  replaced(tiny_gan, "beta1 = 0.5) {\n        real", "beta1 = 0.4) {\n        real"));
    const Words words{"run", "tiny.gan", "--seed", "3", "--set", "rate=2e-3", "--resume", "runs/tiny/latest"};
    const Outcome refused = scratch.gandsl(words);
    BOOST_TEST(refused.code == 1);
    BOOST_TEST(contains(refused.err,
                        "line 26 was `    update D with adam(rate, beta1 = 0.5) {`, and is `    update "
                        "D with adam(rate, beta1 = 0.4) {`"),
               refused.err);
    BOOST_TEST(contains(refused.err, "add --fork"), refused.err);
    const Outcome forked = scratch.gandsl(joined(words, {"--fork"}));
    BOOST_TEST_REQUIRE(forked.code == 0, forked.err);
    BOOST_TEST(contains(forked.out, "runs/tiny/002, forked from runs/tiny/latest after step 8"), forked.out);
    BOOST_TEST(contains(forked.out, "differs in seed: 0 then, 3 now"), forked.out);
    // The run it came from is as it was.
    BOOST_TEST(
        (scratch.read("runs/tiny/001/run.json") == record && scratch.read("runs/tiny/001/log.csv") == log));
    const std::string fork = scratch.read("runs/tiny/002/run.json");
    for (const char* part :
         {"\"forked_from\": {", "/runs/tiny/001\"", "\"checkpoint\": \"step-0000000008.safetensors\"",
          "\"step\": 8,", "\"seed: 0 then, 3 now\"", "\"options.rate: 0.001 then, 0.002 now\"",
          "\"the file: tiny.gan is not what"}) {
        BOOST_TEST(contains(fork, part), "no " << part << " in " << fork);
    }
    const Words rows = lines_of(scratch.read("runs/tiny/002/log.csv"));
    BOOST_TEST(rows.size() == 1U + 8U);
    BOOST_TEST(rows.at(1).starts_with("9,2,"), rows.at(1));
    // It is a run like any other: it goes on with its own settings.
    succeed(scratch, {"run", "tiny.gan", "--seed", "3", "--set", "rate=2e-3", "--resume", "runs/tiny/002",
                      "--epochs", "3"});
    BOOST_TEST(lines_of(scratch.read("runs/tiny/002/log.csv")).size() == 1U + 16U);
    BOOST_TEST(contains(scratch.read("runs/tiny/002/run.json"), "\"forked_from\""));
}

BOOST_AUTO_TEST_CASE(a_fork_without_differences_has_the_same_weights) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    succeed(scratch, {"run", "tiny.gan", "--stop-at", "3"});
    succeed(scratch, {"run", "tiny.gan", "--resume", "runs/tiny/001", "--fork", "--stop-at", "5"});
    succeed(scratch, {"run", "tiny.gan", "--resume", "runs/tiny/002"});
    succeed(scratch, {"run", "tiny.gan", "--out", "whole"});
    const std::string last = "/checkpoints/step-0000000016.safetensors";
    const auto tensors = [&](const std::string& run) {
        std::string all;
        for (const auto& [name, tensor] : files::read_safetensors(scratch / (run + last)).tensors) {
            all += name;
            for (const std::byte byte : tensor.bytes) {
                all += static_cast<char>(byte);
            }
        }
        return all;
    };
    BOOST_TEST((tensors("whole/tiny/001") == tensors("runs/tiny/002")));
    BOOST_TEST((scratch.read("whole/tiny/001/samples/pictures-0002.png") ==
                scratch.read("runs/tiny/002/samples/pictures-0002.png")));
}

BOOST_AUTO_TEST_CASE(a_fork_begins_at_any_checkpoint) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    succeed(scratch, {"run", "tiny.gan"});
    const std::string first = "runs/tiny/001/checkpoints/step-0000000008.safetensors";
    const Outcome plain = scratch.gandsl({"run", "tiny.gan", "--resume", first});
    BOOST_TEST(plain.code == 1);
    BOOST_TEST(contains(plain.err, "is a checkpoint"), plain.err);
    BOOST_TEST(contains(plain.err, "--fork"), plain.err);
    succeed(scratch, {"run", "tiny.gan", "--resume", first, "--fork", "--seed", "9"});
    BOOST_TEST(lines_of(scratch.read("runs/tiny/002/log.csv")).size() == 1U + 8U);
    BOOST_TEST(contains(scratch.read("runs/tiny/002/run.json"), "\"step\": 8,"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_forked_is_said_and_leaves_nothing) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    succeed(scratch, {"run", "tiny.gan"});
    const auto refused = [&](const Words& more, const std::string& why) {
        const Outcome outcome = scratch.gandsl(joined({"run", "tiny.gan"}, more));
        BOOST_TEST(outcome.code == 1);
        BOOST_TEST(contains(outcome.err, why), outcome.err << outcome.out);
        BOOST_TEST(scratch.list("runs/tiny") == (Words{"001", "latest"}), boost::test_tools::per_element());
        BOOST_TEST(fs::read_symlink(scratch / "runs/tiny/latest") == "001");
    };
    refused({"--fork"}, "--fork requires --resume");
    refused({"--resume", "runs/tiny/001", "--fork"}, "has had 16 steps, and the fork would have 16 in all");
    refused({"--resume", "nowhere", "--fork"}, "nowhere is not there");
    scratch.write("tiny.gan", replaced(tiny_gan, "    dense(16)\n    leaky_relu(0.2)\n    dense(784)",
                                       "    dense(17)\n    leaky_relu(0.2)\n    dense(784)"));
    refused({"--resume", "runs/tiny/001", "--fork", "--epochs", "3"}, "'G.dense_1.weight' has another shape");
    refused({"--resume", "runs/tiny/001", "--fork", "--epochs", "3"},
            "A fork has the same nets and optimizers");
}

BOOST_AUTO_TEST_CASE(other_data_of_every_kind_is_noticed) {
    const Scratch scratch;
    const std::string net = R"(
net f(x) {
    dense(1)
}
train(steps = 3, batch = 2) {
    update f with sgd(1e-6) {
        minimize sum(f(x)^2)
    }
}
)";
    std::string table;
    std::string text;
    for (int row = 0; row < 60; ++row) {
        table += std::to_string(row % 7) + "," + std::to_string(row * row % 11) + "\n";
        text += "some text, ";
    }
    scratch.write("table.csv", "a,b\n" + table);
    scratch.write("text.txt", text);
    const std::string chars = R"(data x = chars("text.txt", length = 8))" +
                              replaced(net, "    dense(1)\n", "    embedding(2)\n    dense(1)\n");
    scratch.write("rows.gan", R"(data x = table("table.csv"))" + net);
    scratch.write("line.gan", R"(data x = series("table.csv", column = "b", length = 4))" + net);
    scratch.write("letters.gan", chars);
    const auto changes = [&](const std::string& model, const std::string& file, const std::string& content) {
        const std::string before = scratch.read(file);
        succeed(scratch, {"run", model + ".gan"});
        scratch.write(file, content);
        const Outcome outcome =
            scratch.gandsl({"run", model + ".gan", "--resume", "runs/" + model + "/001", "--steps", "4"});
        BOOST_TEST(outcome.code == 1);
        BOOST_TEST(contains(outcome.err, "data x: hash: \"crc32:"),
                   model << ": " << outcome.err << outcome.out);
        scratch.write(file, before);
        succeed(scratch, {"run", model + ".gan", "--resume", "runs/" + model + "/001", "--steps", "4"});
    };
    changes("rows", "table.csv", "a,b\n" + table.substr(0, table.size() - 2) + "9\n");
    changes("line", "table.csv", "a,b\n" + table.substr(0, table.size() - 2) + "9\n");
    changes("letters", "text.txt", text.substr(0, text.size() - 3) + "s  ");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(locks)

BOOST_AUTO_TEST_CASE(a_run_that_is_going_is_left_alone) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    Outcome second;
    Outcome third;
    bool tried = false;
    pid_t first = 0;
    const Outcome outcome = run(
        {{"run", "tiny.gan", "--epochs", "100000"}, scratch.path()}, [&](const std::string&, pid_t process) {
            if (!tried && scratch.has("runs/tiny/001/log.csv") &&
                lines_of(scratch.read("runs/tiny/001/log.csv")).size() > 20) {
                second =
                    scratch.gandsl({"run", "tiny.gan", "--epochs", "100000", "--resume", "runs/tiny/latest"});
                const std::string note = scratch.read("runs/tiny/001/.lock");
                fs::remove(scratch / "runs/tiny/001/.lock");  // which is not what holds it
                third =
                    scratch.gandsl({"run", "tiny.gan", "--epochs", "100000", "--resume", "runs/tiny/latest"});
                scratch.write("runs/tiny/001/.lock", note);
                tried = true;
                first = process;
                ::kill(process, SIGKILL);
            }
        });
    BOOST_TEST(outcome.code == 1000 + SIGKILL);
    BOOST_TEST(second.code == 1);
    const std::string holder = std::to_string(first);
    BOOST_TEST(contains(second.err, "runs/tiny/001 is being written by process " + holder), second.err);
    BOOST_TEST(contains(second.err, "`kill " + holder + "`"), second.err);
    BOOST_TEST(third.code == 1);
    BOOST_TEST(contains(third.err, "runs/tiny/001 is being written by another process"), third.err);
    // Its lock is gone with it, and that it is gone is said.
    third = scratch.gandsl(
        {"run", "tiny.gan", "--epochs", "100000", "--resume", "runs/tiny/latest", "--stop-at", "1"});
    BOOST_TEST(third.code == 0, third.err);
    BOOST_TEST(contains(third.out, "process " + holder + " ended without finishing this run"), third.out);
    const Outcome fourth = scratch.gandsl(
        {"run", "tiny.gan", "--epochs", "100000", "--resume", "runs/tiny/latest", "--stop-at", "1"});
    BOOST_TEST(!contains(fourth.out, "ended without finishing"), fourth.out);
}

BOOST_AUTO_TEST_CASE(runs_started_at_once_have_folders_of_their_own) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome = run_shell(
        "for run in 1 2 3 4; do " + program_path() + " run tiny.gan --steps 3 --threads 1 & done; wait",
        scratch.path());
    BOOST_TEST(outcome.err == "");
    BOOST_TEST(scratch.list("runs/tiny") == (Words{"001", "002", "003", "004", "latest"}),
               boost::test_tools::per_element());
    for (const char* other : {"002", "003", "004"}) {
        BOOST_TEST(difference(scratch, "runs/tiny/001", std::string("runs/tiny/") + other) == "");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(verify)

BOOST_AUTO_TEST_CASE(the_command_shows_that_nothing_differs) {
    const Scratch scratch;
    scratch.write("tiny.gan", replaced(tiny_gan, "    update G", "    average G with 0.9\n    update G"));
    fs::create_directory(scratch / "tmp");
    const auto verify = [&](const Words& more) {
        return run({.words = joined({"verify-resume", "tiny.gan"}, more),
                    .folder = scratch.path(),
                    .environment = {{"TMPDIR", (scratch / "tmp").string()}}});
    };
    const Outcome plain = verify({});
    BOOST_TEST(plain.code == 0, plain.err);
    BOOST_TEST(contains(plain.out, "10 steps in one go"), plain.out);
    BOOST_TEST(contains(plain.out, "10 rows of log.csv"), plain.out);
    BOOST_TEST(contains(plain.out, "The same bits: a run that is stopped after step 4 and resumed"),
               plain.out);
    BOOST_TEST(scratch.list("tmp").empty());
    BOOST_TEST(!scratch.has("runs"));
    // Every step of this is the end of an epoch but those that are not multiples of 2.
    const Outcome odd =
        verify({"--batch", "128", "--set", "rate=1e-4", "--seed", "2", "--threads", "1", "--exact"});
    BOOST_TEST(contains(odd.out, "stopped after step 5 and"), odd.out << odd.err);
    const Outcome chosen = verify({"--steps", "20", "--at", "16"});
    BOOST_TEST(contains(chosen.out, "stopped after step 16 and"), chosen.out << chosen.err);
    const Outcome late = verify({"--at", "100"});
    BOOST_TEST(contains(late.out, "106 steps in one go"), late.out << late.err);
    const Outcome beyond = verify({"--steps", "5", "--at", "5"});
    BOOST_TEST(beyond.code == 1);
    BOOST_TEST(contains(beyond.err, "--at 5 is not before the last of 5 steps"), beyond.err);
    // A run that fails says why.
    const Outcome failing = verify({"--set", "rate=1e30"});
    BOOST_TEST(failing.code == 1);
    BOOST_TEST(contains(failing.err, "training stopped in step 1: "), failing.err);
    BOOST_TEST(scratch.list("tmp").empty());
}

BOOST_AUTO_TEST_CASE(a_signal_leaves_nothing_behind) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    fs::create_directory(scratch / "tmp");
    bool sent = false;
    const Outcome outcome =
        run({.words = {"verify-resume", "tiny.gan", "--steps", "100000000"},
             .folder = scratch.path(),
             .environment = {{"TMPDIR", (scratch / "tmp").string()}}},
            [&](const std::string&, pid_t process) {
                if (!sent && !scratch.list("tmp").empty() &&
                    scratch.has("tmp/" + scratch.list("tmp")[0] + "/whole/tiny/001/log.csv")) {
                    ::kill(process, SIGTERM);
                    sent = true;
                }
            });
    BOOST_TEST(outcome.code == 128 + SIGTERM, outcome.err);
    BOOST_TEST(scratch.list("tmp").empty());
}

BOOST_AUTO_TEST_CASE(the_first_difference_is_named) {
    const Scratch scratch;
    scratch.write("own.gan", tiny_autoencoder);
    succeed(scratch, {"run", "own.gan"});
    const std::string run = "runs/own/001";
    const auto differs = [&](const std::string& expected,
                             const std::function<void(const std::string&)>& spoil) {
        fs::remove_all(scratch / "other");
        fs::copy(scratch / run, scratch / "other", fs::copy_options::recursive);
        BOOST_TEST_REQUIRE(difference(scratch, run, "other") == "");
        spoil("other/");
        const std::string found = difference(scratch, run, "other");
        BOOST_TEST(found.starts_with(expected), "'" << found << "' does not begin with '" << expected << "'");
        // Whichever side it is on.
        BOOST_TEST(difference(scratch, "other", run) != "");
    };
    const auto change = [&](const std::string& file, const std::string& from, const std::string& to) {
        scratch.write(file, replaced(scratch.read(file), from, to));
    };
    differs("model.gan: ", [&](const std::string& other) { change(other + "model.gan", "1e-2", "1e-3"); });
    differs("run.json: ",
            [&](const std::string& other) { change(other + "run.json", "\"batch\": 32", "\"batch\": 33"); });
    differs("log.csv, step 2: loss: ", [&](const std::string& other) {
        const Words rows = lines_of(scratch.read(other + "log.csv"));
        change(other + "log.csv", rows[2], rows[2] + "1");
    });
    differs("log.csv, row 12: written in one go, and not there in parts", [&](const std::string& other) {
        const Words rows = lines_of(scratch.read(other + "log.csv"));
        change(other + "log.csv", rows[12] + "\n", "");
    });
    differs("measures.csv, step 4: error: ", [&](const std::string& other) {
        const Words rows = lines_of(scratch.read(other + "measures.csv"));
        change(other + "measures.csv", rows[1], rows[1] + "1");
    });
    differs("samples/copies-0002.npy: ", [&](const std::string& other) {
        std::string bytes = scratch.read(other + "samples/copies-0002.npy");
        bytes.back() = static_cast<char>(bytes.back() ^ 1);
        scratch.write(other + "samples/copies-0002.npy", bytes);
    });
    differs("samples/copies-0002.npy: written in one go, and not there in parts",
            [&](const std::string& other) { fs::remove(scratch / (other + "samples/copies-0002.npy")); });
    differs("curves.svg: ", [&](const std::string& other) { scratch.write(other + "curves.svg", ""); });
    for (const std::string checkpoint : {"step-0000000012", "best"}) {
        const auto rewrite = [&](const std::string& other, const auto& alter) {
            const fs::path path = scratch / (other + "checkpoints/" + checkpoint + ".safetensors");
            files::Safetensors content = files::read_safetensors(path);
            alter(content);
            std::map<std::string, files::TensorView> views;
            for (const auto& [name, tensor] : content.tensors) {
                views[name] = {tensor.type, tensor.shape, tensor.bytes};
            }
            files::write_safetensors(path, views, content.metadata);
        };
        const std::string begin = "checkpoints/" + checkpoint + ".safetensors, ";
        for (const std::string tensor : {"copy.dense_1.weight", "optimizer.0.copy.dense_2.bias.m"}) {
            differs(begin + tensor + ", number 3 of ", [&](const std::string& other) {
                rewrite(other, [&](files::Safetensors& content) {
                    // The last bit of the third number.
                    content.tensors.at(tensor).bytes[8] ^= std::byte{1};
                });
            });
        }
        differs(begin + "copy.dense_1.weight: written in one go, and not there in parts",
                [&](const std::string& other) {
                    rewrite(other, [](files::Safetensors& content) {
                        content.tensors.erase("copy.dense_1.weight");
                    });
                });
        differs(begin + "seed: 0 in one go, and 7 in parts", [&](const std::string& other) {
            rewrite(other, [](files::Safetensors& content) { content.metadata["seed"] = "7"; });
        });
    }
    differs(
        "checkpoints/best.safetensors: written in one go, and not there in parts",
        [&](const std::string& other) { fs::remove(scratch / (other + "checkpoints/best.safetensors")); });
    // And two real runs, which differ from the first step.
    succeed(scratch, {"run", "own.gan", "--seed", "5", "--out", "seeds"});
    scratch.write("seeds/own/001/run.json", scratch.read(run + "/run.json"));
    const std::string seeds = difference(scratch, run, "seeds/own/001");
    BOOST_TEST(seeds.starts_with("log.csv, step 1: loss: "), seeds);
}

BOOST_AUTO_TEST_SUITE_END()
