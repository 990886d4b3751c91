#include <boost/test/unit_test.hpp>
#include <sstream>
#include <string>

#include "tests/program/files.hpp"

/// What is wrong is named, the exit code is 1, and nothing is left behind.
BOOST_AUTO_TEST_SUITE(mistakes)

using namespace gandsl::test;

namespace {

using Names = std::vector<std::string>;

struct Fixture : Scratch {
    Fixture() { write("tiny.gan", tiny_gan); }

    // The message, after all that is true of every mistake.
    std::string mistake(Names words) const {
        const Outcome outcome = gandsl(std::move(words));
        BOOST_TEST(outcome.code == 1);
        BOOST_TEST(outcome.err.find("internal error") == std::string::npos, outcome.err);
        BOOST_TEST(outcome.err.find("terminate") == std::string::npos, outcome.err);
        BOOST_TEST(!has("runs"), "a folder was left behind");
        BOOST_TEST(!outcome.err.empty());
        return outcome.err;
    }

    void expect(const Names& words, const Names& parts) const {
        const std::string message = mistake(words);
        for (const std::string& part : parts) {
            BOOST_TEST(message.find(part) != std::string::npos, message << "does not say: " << part);
        }
    }
};

// A model on files of its own.
std::string own_model(const std::string& arguments) {
    return replaced(tiny_gan, "x = digits(range = [-1, 1], count = 256)",
                    "x, y = idx(" + arguments + ", range = [-1, 1])");
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(files_that_cannot_be_read, Fixture) {
    for (const char* command : {"run", "check", "time", "fmt"}) {
        expect({command, "nothing.gan"},
               {"gandsl: error: nothing.gan cannot be read: No such file or directory\n"});
        expect({command, "."}, {"gandsl: error: . cannot be read: Is a directory\n"});
        const Outcome none = gandsl({command});
        BOOST_TEST(none.code == 1);
    }
    write("empty.gan", "");
    expect({"run", "empty.gan"}, {"empty.gan"});
    write("binary.gan", std::string("\x89PNG\r\n\x1a\n\0\0\0", 11));
    expect({"run", "binary.gan"}, {"binary.gan:1:1: error: "});
}

BOOST_FIXTURE_TEST_CASE(commands_and_flags_that_do_not_exist, Fixture) {
    // The commands as `gandsl --help` lists them.
    std::string commands;
    std::istringstream help(gandsl({"--help"}).out);
    bool listed = false;
    for (std::string line; std::getline(help, line); listed = listed || line == "Subcommands:") {
        if (listed && line.size() > 2 && line[2] != ' ') {
            commands += (commands.empty() ? "" : ", ") + line.substr(2, line.find(' ', 2) - 2);
        }
    }
    BOOST_TEST(commands.starts_with("new, run, check"), commands);
    expect({"frobnicate"}, {"gandsl: error: 'frobnicate' is no command; there are " + commands + "\n"});
    expect({"chekc", "tiny.gan"}, {"'chekc' is no command; did you mean 'check'?\n"});
    expect({"tiny.gan"}, {"'tiny.gan' is no command; did you mean: gandsl run tiny.gan\n"});
    expect({"run", "tiny.gan", "--bogus"}, {"'--bogus' was not expected\n  try: gandsl run --help\n"});
    expect({"run", "tiny.gan", "--batchsize", "4"},
           {"'--batchsize 4' was not expected; did you mean '--batch'?\n  try: gandsl run --help\n"});
    expect({"run", "tiny.gan", "--epocs=3"}, {"'--epocs=3' was not expected; did you mean '--epochs'?\n"});
    expect({"run", "tiny.gan", "more.gan"}, {"'more.gan' was not expected"});
    expect({"--bogus"}, {"'--bogus' was not expected\n  try: gandsl --help\n"});
    expect({"run"}, {"run wants a file"});
}

BOOST_FIXTURE_TEST_CASE(values_that_are_none, Fixture) {
    expect({"run", "tiny.gan", "--set", "rate"}, {"--set wants NAME=VALUE, not 'rate'"});
    expect({"run", "tiny.gan", "--set", "=3"}, {"--set wants NAME=VALUE, not '=3'"});
    expect({"run", "tiny.gan", "--set", "rat=3"}, {"`rat`", "`rate`"});
    expect({"run", "tiny.gan", "--set", "rate=fast"}, {"rate", "fast"});
    expect({"run", "tiny.gan", "--set"}, {"--set"});
    for (const char* value : {"0", "-1", "1e99", "abc", "2.5", "99999999999999999999"}) {
        const std::string said = std::string("not '") + value + "'";
        expect({"run", "tiny.gan", std::string("--batch=") + value},
               {"--batch wants a whole number from 1 to ", said});
        expect({"check", "tiny.gan", std::string("--batch=") + value},
               {"--batch wants a whole number from 1 to ", said});
        expect({"run", "tiny.gan", std::string("--epochs=") + value},
               {"--epochs wants a whole number from 1 to ", said});
        expect({"run", "tiny.gan", std::string("--threads=") + value},
               {"--threads wants a whole number from 1 to 1024, ", said});
    }
    expect({"run", "tiny.gan", "--seed", "-1"}, {"--seed wants a whole number from 0 to ", "not '-1'"});
    expect({"run", "tiny.gan", "--threads", "1025"}, {"--threads wants a whole number from 1 to 1024"});
    expect({"run", "tiny.gan", "--epochs", "1", "--steps", "1"}, {"--epochs or --steps, not both"});
    expect({"run", "tiny.gan", "--data", "nowhere"}, {"--data nowhere: there is no such folder"});
    expect({"time", "tiny.gan", "--steps", "0"}, {"--steps wants a whole number from 1 to"});
    expect({"time", "tiny.gan", "--seconds", "1", "--steps", "1"}, {"--steps", "--seconds"});
    for (const char* value : {"x", "nan", "inf", "-inf"}) {
        expect({"time", "tiny.gan", "--seconds", value}, {"--seconds wants a number, not '"});
    }
    for (const char* value : {"0", "-1", "4000"}) {
        expect({"time", "tiny.gan", std::string("--seconds=") + value},
               {"--seconds wants a number from 0.01 to 3600, not '"});
    }
    expect({"run", "tiny.gan", "--out", ""}, {"--out: wants a name, not ''"});
    expect({"sample", "tiny.gan", "--out", ""}, {"--out: wants a name, not ''"});
}

BOOST_FIXTURE_TEST_CASE(batches_beyond_all_memory, Fixture) {
    expect({"run", "tiny.gan", "--batch", "1000000000"}, {"memory", "batch"});
    expect({"check", "tiny.gan", "--batch", "1000000000"}, {"memory", "batch"});
}

// Of weights no smaller batch helps.
BOOST_FIXTURE_TEST_CASE(weights_beyond_all_memory, Fixture) {
    write("wide.gan", replaced(tiny_gan, "dense(784)", "dense(1000000000)\n    dense(784)"));
    for (const char* command : {"run", "check", "gradcheck"}) {
        expect({command, "wide.gan"},
               {"wide.gan:12:5: error: ", "do not fit", "`G.dense_3.weight` of 1000000000 x 784, "});
    }
}

BOOST_FIXTURE_TEST_CASE(folders_that_cannot_be_written, Fixture) {
    expect({"run", "tiny.gan", "--out", "tiny.gan"}, {"tiny.gan is a file; expected a folder for runs"});
    expect({"run", "tiny.gan", "--out", "/proc/gandsl"}, {"/proc/gandsl cannot be made"});
    write("out/tiny", "a file where the model's folder should be");
    expect({"run", "tiny.gan", "--out", "out"}, {"out/tiny is a file"});
    BOOST_TEST(list("out") == Names{"tiny"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(output_that_cannot_be_written, Fixture) {
    for (const char* command : {" help", " help dense", " --version", " check tiny.gan"}) {
        BOOST_TEST(run_shell(program_path() + command + " > /dev/full", path()).code == 1, command);
    }
    const Outcome outcome = run_shell(program_path() + " check tiny.gan > /dev/full", path());
    BOOST_TEST(outcome.code == 1);
    BOOST_TEST(outcome.err.find("No space left on device") != std::string::npos, outcome.err);
    BOOST_TEST(outcome.err.find("internal") == std::string::npos, outcome.err);
}

BOOST_FIXTURE_TEST_CASE(readers_that_are_gone_end_no_training, Fixture) {
    run_shell("(" + program_path() + " run tiny.gan --out piped; echo $? > code) 2> errors | true", path());
    BOOST_TEST(read("code") == "1\n");
    BOOST_TEST(read("errors").find("Broken pipe") != std::string::npos, read("errors"));
    BOOST_TEST(lines_of(read("piped/tiny/001/log.csv")).size() == 17U);
    BOOST_TEST(has("piped/tiny/001/checkpoints/step-0000000016.safetensors"));
}

BOOST_FIXTURE_TEST_CASE(limits_of_the_shell_are_errors_that_are_said, Fixture) {
    const Outcome file = run_shell("ulimit -f 4; " + program_path() + " run tiny.gan --out limited", path());
    BOOST_TEST(file.code == 1);
    BOOST_TEST(file.err.find("File too large") != std::string::npos, file.err);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which want terabytes of addresses
    for (const char* kilobytes : {"120000", "300000"}) {
        const Outcome space = run_shell(std::string("ulimit -v ") + kilobytes + "; " + program_path() +
                                            " run tiny.gan --threads 2 --out limited",
                                        path());
        BOOST_TEST(space.code == 1);
        BOOST_TEST(space.err.find("not enough memory: the matrix products of 2 threads reserve ") !=
                       std::string::npos,
                   space.err);
    }
#endif
}

BOOST_FIXTURE_TEST_CASE(pictures_and_labels_that_are_broken, Fixture) {
    write("pictures", idx_pictures(50));
    write("labels", idx_labels(50));
    write("model.gan", own_model("images = \"pictures\", labels = \"labels\""));
    BOOST_TEST_REQUIRE(gandsl({"run", "model.gan", "--steps", "1", "--out", "fine"}).code == 0);

    write("pictures", idx_pictures(50).substr(0, 16 + 30 * 784));
    expect({"run", "model.gan"}, {"pictures is truncated: it has 23536 bytes, its header promises 39216"});
    write("pictures", idx_pictures(50).substr(0, 9));
    expect({"run", "model.gan"}, {"pictures is truncated: it has 9 bytes"});
    write("pictures", "");
    expect({"run", "model.gan"}, {"pictures is truncated: it has 0 bytes"});
    write("pictures", "GIF89a, which is no IDX file");
    expect({"run", "model.gan"},
           {"pictures has the wrong magic number: found 0x47494638", "this is no IDX file"});
    write("pictures", idx_labels(50));
    expect({"run", "model.gan"}, {"pictures has the wrong magic number", "is this a label file?"});
    write("pictures", idx_pictures(50));
    write("labels", idx_labels(49));
    expect({"run", "model.gan"},
           {"labels has 49 labels, but ", "pictures has 50 pictures; expected as many"});
    std::filesystem::remove(*this / "labels");
    expect({"run", "model.gan"}, {"labels is not there"});
    std::filesystem::remove(*this / "pictures");
    expect({"run", "model.gan"}, {"model.gan:", "pictures"});
    std::filesystem::create_directory(*this / "pictures");
    expect({"run", "model.gan"}, {"pictures is a folder"});
}

BOOST_FIXTURE_TEST_CASE(sets_that_are_incomplete_or_broken, Fixture) {
    write("model.gan", replaced(tiny_gan, "digits(range = [-1, 1], count = 256)", "mnist(range = [-1, 1])"));
    expect({"run", "model.gan"}, {"model.gan:5:", "mnist", "no train-images-idx3-ubyte"});
    for (const char* part : {"train", "t10k"}) {
        write(std::string("set/") + part + "-images-idx3-ubyte", idx_pictures(40));
        write(std::string("set/") + part + "-labels-idx1-ubyte", idx_labels(40));
    }
    BOOST_TEST_REQUIRE(gandsl({"run", "model.gan", "--data", "set", "--steps", "1", "--out", "fine"}).code ==
                       0);
    write("set/train-labels-idx1-ubyte", idx_labels(39));
    expect({"run", "model.gan", "--data", "set"}, {"set/train-labels-idx1-ubyte has 39 labels"});
    write("set/train-labels-idx1-ubyte", idx_labels(40).substr(0, 20));
    expect({"run", "model.gan", "--data", "set"}, {"set/train-labels-idx1-ubyte is truncated"});
    std::filesystem::remove(*this / "set/train-labels-idx1-ubyte");
    expect({"run", "model.gan", "--data", "set"},
           {"set/train-labels-idx1-ubyte[.gz] is not there, but train-images-idx3-ubyte is"});
}

BOOST_FIXTURE_TEST_CASE(splits_without_examples, Fixture) {
    write("few.gan", replaced(tiny_autoencoder, "digits(count = 128)", "idx(images = \"pictures\")"));
    write("pictures", idx_pictures(5));
    expect({"run", "few.gan"},
           {"few.gan:18:1: error: 'copies' wants examples of the test split, but idx has none there",
            "`holdout`"});
}

BOOST_FIXTURE_TEST_CASE(models_with_mistakes, Fixture) {
    write("bad.gan",
          replaced(replaced(tiny_gan, "dense(784)", "dense(783)"), "-log(D(G(z)))", "-log(D(G(zz)))"));
    expect({"run", "bad.gan"},
           {"bad.gan:13:5: error: ", "    reshape(1, 28, 28)\n", "^", "`zz`", "errors in bad.gan\n"});
    write("unclosed.gan", replaced(tiny_gan, "    sigmoid\n}\n", "    sigmoid\n"));
    expect({"run", "unclosed.gan"}, {"unclosed.gan:", ": error: ", "^", "1 error in unclosed.gan\n"});
    write("later.gan",
          replaced(tiny_gan, "digits(range = [-1, 1], count = 256)", "images(\"*.png\", size = 28)"));
    expect({"run", "later.gan"}, {"later.gan:5:"});
}

BOOST_FIXTURE_TEST_CASE(models_without_anything_to_run, Fixture) {
    const std::string text = tiny_gan;
    write("idle.gan", replaced(replaced(text.substr(0, text.find("train(")), "G(z)", "G(z: 8)"), "D(x)",
                               "D(x: 1 x 28 x 28)"));
    expect({"run", "idle.gan"}, {"idle.gan has no `train` block, so there is nothing to run"});
    expect({"time", "idle.gan"}, {"idle.gan has no `train` block to measure"});
    BOOST_TEST(gandsl({"check", "idle.gan"}).code == 0);
}

namespace {

// The step that a message says training stopped in.
std::size_t stopped_in(const std::string& message) {
    const std::string before = "error: training stopped in step ";
    const std::size_t place = message.find(before);
    return place == std::string::npos ? 0 : std::stoul(message.substr(place + before.size()));
}

}  // namespace

// What is said of single mistakes stands in tests/bad/diverging.
BOOST_FIXTURE_TEST_CASE(training_that_diverges, Fixture) {
    for (const std::string rate : {"1e30", "1e18"}) {
        const Outcome outcome = gandsl({"run", "tiny.gan", "--set", "rate=" + rate});
        BOOST_TEST(outcome.code == 1);
        BOOST_TEST(outcome.err.starts_with("tiny.gan:"), outcome.err);
        BOOST_TEST(outcome.err.find("without a value [diverged]\n    ") != std::string::npos, outcome.err);
        BOOST_TEST(outcome.err.find("^\n") != std::string::npos, outcome.err);
        BOOST_TEST(outcome.err.find("learning rate") != std::string::npos, outcome.err);
        // The log is kept for whoever looks for the cause, and holds finite numbers only: those of the step
        // too, where its losses still had a value.
        const std::string log = read("runs/tiny/latest/log.csv");
        const std::size_t rows = lines_of(log).size() - 1;
        const bool loss = outcome.err.find("which leaves `") != std::string::npos;
        BOOST_TEST(stopped_in(outcome.err) == rows + (loss ? 1 : 0), outcome.err << log);
        BOOST_TEST(log.find("nan") == std::string::npos);
        BOOST_TEST(log.find("inf") == std::string::npos);
        BOOST_TEST(list("runs/tiny/latest/checkpoints").empty());
    }
}

// A gradient without a value in the last step leaves no loss to show it, and no checkpoint.
BOOST_FIXTURE_TEST_CASE(a_last_step_that_diverges, Fixture) {
    write("slope.gan",
          replaced(tiny_autoencoder, "minimize mean(mse(copy(x), x))", "minimize mean((x * copy(x)) ^ 0.4)"));
    for (const char* const steps : {"1", "3"}) {
        const Outcome outcome = gandsl({"run", "slope.gan", "--steps", steps});
        BOOST_TEST(outcome.code == 1);
        BOOST_TEST(stopped_in(outcome.err) == 1U, outcome.err);
        BOOST_TEST(outcome.err.find("in the gradient of `^`, `0 ^ (-0.6)` is inf") != std::string::npos,
                   outcome.err);
        BOOST_TEST(lines_of(read("runs/slope/latest/log.csv")).size() == 2U);
        BOOST_TEST(list("runs/slope/latest/checkpoints").empty());
    }
}

BOOST_FIXTURE_TEST_CASE(a_run_that_diverges_after_a_checkpoint, Fixture) {
    // Grows by the same in every step, until `exp` has no number for it in the third epoch.
    write("grows.gan", R"(data x = digits(range = [-1, 1], count = 64)
net score(x) { flatten | dense(1) }
train(epochs = 4, batch = 16) {
    update score with sgd(0.02) { minimize 0 * exp(score(x)) - score(x) }
}
)");
    const std::string message = gandsl({"run", "grows.gan"}).err;
    const std::size_t step = stopped_in(message);
    BOOST_TEST((step > 8 && step < 14), message);
    // At the end of which epoch the last one was written is a matter of time, as the epochs are short.
    const auto says = [&](const std::string& newest) {
        return message.find("the last good checkpoint, after step " + newest +
                            ", is runs/grows/001/checkpoints/step-") != std::string::npos;
    };
    BOOST_TEST((says("4") || says("8") || (step > 12 && says("12"))), message);
    const std::string log = read("runs/grows/001/log.csv");
    BOOST_TEST(lines_of(log).size() == step);
    // Going on from there comes to the same.
    const Outcome resumed = gandsl({"run", "grows.gan", "--resume", "runs/grows/001"});
    BOOST_TEST(resumed.code == 1);
    BOOST_TEST(resumed.err.substr(0, resumed.err.find("  help")) ==
               message.substr(0, message.find("  help")));
    BOOST_TEST(without_seconds(read("runs/grows/001/log.csv")) == without_seconds(log));
}

// Nothing was learned, so no smaller step helps.
BOOST_FIXTURE_TEST_CASE(objectives_without_a_value, Fixture) {
    write("root.gan", replaced(tiny_autoencoder, "minimize ", "minimize log(-1 - sum(x)^2) + "));
    const Outcome outcome = gandsl({"run", "root.gan"});
    BOOST_TEST(outcome.code == 1);
    BOOST_TEST(stopped_in(outcome.err) == 1U);
    BOOST_TEST(outcome.err.find("`log(-") != std::string::npos, outcome.err);
    BOOST_TEST(outcome.err.find("learning rate") == std::string::npos, outcome.err);
}

BOOST_FIXTURE_TEST_CASE(prompts_with_unknown_symbols, Fixture) {
    std::string text;
    for (std::size_t line = 0; line < 60; ++line) {
        text += "abcdefgh\n";
    }
    write("alphabet.txt", text);
    write("speller.gan", R"(data text = chars("alphabet.txt", length = 18)
net model(text) { embedding(4) | lstm(4) | dense(classes(text)) | softmax }
train(steps = 2, batch = 8) {
    update model with adam(2e-2) { minimize mean(cross_entropy(model(text), next(text))) }
}
sample verse = continue(model, "a?", length = 5) as text every 2 steps
)");
    write("speller.gan", replaced(read("speller.gan"), "a?", "a\xC3\xBC"));
    expect({"run", "speller.gan"},
           {"speller.gan:6:32: error: the prompt cannot be read: the text has ", "U+00FC"});
}

BOOST_FIXTURE_TEST_CASE(rows_that_repeat, Fixture) {
    write("more.gan", std::string(tiny_autoencoder) + "sample real = x as npy(500) every epoch\n");
    const Outcome outcome = gandsl({"run", "more.gan", "--steps", "1"});
    BOOST_TEST(outcome.code == 0);
    BOOST_TEST(outcome.err.find("warning: 'real' writes 500 rows of test examples, of which there are ") !=
                   std::string::npos,
               outcome.err);
    write("more.gan", std::string(tiny_autoencoder) + "sample real = x as npy(5) every epoch\n");
    BOOST_TEST(gandsl({"run", "more.gan", "--steps", "1"}).err == "");
}

BOOST_AUTO_TEST_SUITE_END()
