#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "tests/program/files.hpp"

/// What is made from a run: gandsl sample, and `net F from "RUN"`.
BOOST_AUTO_TEST_SUITE(trained)

using namespace gandsl::test;

namespace {

using Names = std::vector<std::string>;

std::uint32_t number_at(const std::string& bytes, std::size_t place) {
    std::uint32_t number = 0;
    for (std::size_t byte = 0; byte < 4; ++byte) {
        number = number << 8U | static_cast<unsigned char>(bytes[place + byte]);
    }
    return number;
}
// Of a PNG file.
std::uint32_t width_of(const std::string& png) {
    return number_at(png, 16);
}
std::uint32_t height_of(const std::string& png) {
    return number_at(png, 20);
}

// A generator with a net of its own below it, an average, running statistics and dropout: all that evaluation
// treats in its own way.
const char* const deep_gan = R"(option wide = 16

data   x = digits(range = [-1, 1], count = 128)
latent z ~ normal(4)

net trunk(h) {
    dense(wide)
    batch_norm
    relu
}
net G(z) {
    trunk
    dropout(0.5)
    dense(784)
    tanh
    reshape(1, 28, 28)
}
net D(x) {
    flatten
    dense(8)
    leaky_relu(0.2)
    dense(1)
    sigmoid
}

train(epochs = 2, batch = 32) {
    update D with adam(1e-3) { minimize -log(D(x)) - log(1 - D(G(z))) }
    update G, trunk with adam(1e-2) { minimize -log(D(G(z))) }
    average G with 0.9
}

sample pictures = G(z) as grid(2, 3) every epoch
sample codes = G(z) | flatten as csv(4) every epoch
)";

// An encoder for it.
const char* const encoder = R"(data x = digits(range = [-1, 1], count = 128)

net G from "runs/deep/latest"

net E(x) {
    flatten
    dense(4)
}

train(epochs = 2, batch = 32) {
    update E with adam(1e-2) { minimize sum((G(E(x)) - x)^2) }
}

sample pictures = G(0 * E(x) + 1) as csv(4) every epoch
)";

void train_deep(const Scratch& scratch) {
    scratch.write("deep.gan", deep_gan);
    const Outcome outcome = scratch.gandsl({"run", "deep.gan", "--set", "wide=12"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_sample_is_the_last_one_of_the_run) {
    const Scratch scratch;
    train_deep(scratch);
    const Outcome outcome = scratch.gandsl({"sample", "runs/deep/latest"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(outcome.out == "pictures.png, after step 8\ncodes.csv, after step 8\n");
    BOOST_TEST((scratch.read("pictures.png") == scratch.read("runs/deep/001/samples/pictures-0002.png")));
    BOOST_TEST((scratch.read("codes.csv") == scratch.read("runs/deep/001/samples/codes-0002.csv")));
    // And of an earlier checkpoint the one of its time.
    BOOST_TEST_REQUIRE(
        scratch.gandsl({"sample", "runs/deep/001/checkpoints/step-0000000004.safetensors", "codes"}).code ==
        0);
    BOOST_TEST((scratch.read("codes.csv") == scratch.read("runs/deep/001/samples/codes-0001.csv")));
}

BOOST_AUTO_TEST_CASE(count_seed_and_out) {
    const Scratch scratch;
    train_deep(scratch);
    const auto drawn = [&](Names more) {
        Names words{"sample", "runs/deep/001", "pictures", "--out", "drawn.png"};
        words.insert(words.end(), more.begin(), more.end());
        const Outcome outcome = scratch.gandsl(words);
        BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
        return scratch.read("drawn.png");
    };
    const std::string usual = drawn({});
    BOOST_TEST((drawn({"--seed", "0"}) == usual));
    BOOST_TEST((drawn({"--seed", "1"}) != usual));
    BOOST_TEST((drawn({"--seed", "1"}) == drawn({"--seed", "1"})));
    // Seven pictures are a square of three rows, two of its cells empty.
    const std::string seven = drawn({"--count", "7"});
    BOOST_TEST(width_of(seven) == width_of(usual));
    BOOST_TEST(height_of(seven) == width_of(seven));
    BOOST_TEST((width_of(drawn({"--count", "4"})) < width_of(usual)));
    BOOST_TEST_REQUIRE(scratch.gandsl({"sample", "runs/deep/001", "codes", "--count", "9"}).code == 0);
    BOOST_TEST(lines_of(scratch.read("codes.csv")).size() == 9U);
}

BOOST_AUTO_TEST_CASE(out_is_written_where_it_leads) {
    const Scratch scratch;
    train_deep(scratch);
    std::filesystem::create_directories(scratch / "elsewhere");
    std::filesystem::create_symlink("elsewhere/codes.csv", scratch / "link.csv");
    BOOST_TEST(scratch.gandsl({"sample", "runs/deep/001", "codes", "--out", "link.csv"}).code == 0);
    BOOST_TEST(std::filesystem::is_symlink(scratch / "link.csv"));
    BOOST_TEST(lines_of(scratch.read("elsewhere/codes.csv")).size() == 4U);
    BOOST_TEST_REQUIRE(::mkfifo((scratch / "pipe").c_str(), 0600) == 0);
    const Outcome pipe = scratch.gandsl({"sample", "runs/deep/001", "codes", "--out", "pipe"});
    BOOST_TEST(pipe.code == 1);
    BOOST_TEST(contains(pipe.err, "pipe cannot be written: it is a device, pipe or socket"), pipe.err);
    BOOST_TEST(std::filesystem::is_fifo(scratch / "pipe"));
}

BOOST_AUTO_TEST_CASE(every_sample_is_listed_and_time_is_one) {
    const Scratch scratch;
    scratch.write("deep.gan", deep_gan);
    const Outcome outcome = scratch.gandsl({"run", "deep.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(contains(outcome.out,
                        "  samples      runs/deep/001/samples/pictures-0002.png\n"
                        "               runs/deep/001/samples/codes-0002.csv\n"),
               outcome.out);
    // "epoch 2/2, step 8/8, 12 ms, ..." and "Done: 8 steps in 12 ms."
    const std::size_t line = outcome.out.rfind("step 8/8, ");
    BOOST_TEST_REQUIRE(line != std::string::npos, outcome.out);
    const std::string time = outcome.out.substr(line + 10, outcome.out.find(", ", line + 10) - line - 10);
    BOOST_TEST(contains(outcome.out, "Done: 8 steps in " + time + ".\n"), outcome.out);
}

BOOST_AUTO_TEST_CASE(columns_that_mean_something_stay) {
    const Scratch scratch;
    scratch.write("labels.gan", replaced(replaced(tiny_gan, "dense(16)\n    leaky_relu(0.2)\n    dense(784)",
                                                  "concat(z, y | embedding(3))\n    dense(784)"),
                                         "net G(z)", "net G(z, y)"));
    std::string text = scratch.read("labels.gan");
    for (std::size_t at = text.find("D(G(z))"); at != std::string::npos; at = text.find("D(G(z))", at + 1)) {
        text.replace(at, 7, "D(G(z, y))");
    }
    text = replaced(replaced(text, "data   x =", "data   x, y ="), "G(z) as grid(2, 3)",
                    "G(z, column) as grid(2, 10)");
    scratch.write("labels.gan", text);
    const Outcome run = scratch.gandsl({"run", "labels.gan", "--steps", "1"});
    BOOST_TEST_REQUIRE(run.code == 0, run.err);
    const std::string usual = scratch.read("runs/labels/001/samples/pictures-0001.png");
    for (const char* count : {"5", "10", "35"}) {
        BOOST_TEST_REQUIRE(scratch.gandsl({"sample", "runs/labels/001", "--count", count}).code == 0);
        BOOST_TEST(width_of(scratch.read("pictures.png")) == width_of(usual));
    }
    BOOST_TEST(height_of(scratch.read("pictures.png")) > height_of(usual));
}

BOOST_AUTO_TEST_CASE(noise_needs_no_data) {
    const Scratch scratch;
    scratch.write("own.gan",
                  replaced(replaced(tiny_gan, "digits(range = [-1, 1], count = 256)",
                                    "idx(images = \"pictures\", range = [-1, 1])"),
                           "sample pictures", "sample real = x as npy(3) every epoch\nsample pictures"));
    scratch.write("pictures", idx_pictures(100));
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "own.gan", "--epochs", "1"}).code == 0);
    std::filesystem::remove(scratch / "pictures");
    const Outcome noise = scratch.gandsl({"sample", "runs/own/latest", "pictures"});
    BOOST_TEST(noise.code == 0, noise.err);
    BOOST_TEST((scratch.read("pictures.png") == scratch.read("runs/own/001/samples/pictures-0001.png")));
    const Outcome real = scratch.gandsl({"sample", "runs/own/latest", "real"});
    BOOST_TEST(real.code == 1);
    BOOST_TEST(contains(real.err, "'real' looks at x, which the run read from idx, and that is not there: "),
               real.err);
    // Other data under the same name is told.
    scratch.write("pictures", idx_pictures(120));
    const Outcome other = scratch.gandsl({"sample", "runs/own/latest", "real"});
    BOOST_TEST(other.code == 0);
    BOOST_TEST(contains(other.err, "warning: x is other data than the run learned from"), other.err);
    const Outcome many = scratch.gandsl({"sample", "runs/own/latest", "real", "--count", "13"});
    BOOST_TEST(contains(many.err, "'real' looks at test examples, of which there are 12"), many.err);
}

BOOST_AUTO_TEST_CASE(text_goes_on_from_another_prompt) {
    const Scratch scratch;
    std::string alphabet;
    for (std::size_t line = 0; line < 60; ++line) {
        alphabet += "abcdefgh\n";
    }
    scratch.write("alphabet.txt", alphabet);
    scratch.write("speller.gan", R"(data text = chars("alphabet.txt", length = 18)
net model(text) {
    embedding(8)
    lstm(16)
    dense(classes(text))
    softmax
}
train(steps = 40, batch = 8) {
    update model with adam(3e-2) { minimize mean(cross_entropy(model(text), next(text))) }
}
sample verse = continue(model, "ab", length = 40, temperature = 0.5) as text every 40 steps
)");
    const Outcome run = scratch.gandsl({"run", "speller.gan"});
    BOOST_TEST_REQUIRE(run.code == 0, run.err);
    // The run knows its symbols: the text is not needed.
    std::filesystem::remove(scratch / "alphabet.txt");
    const auto drawn = [&](Names more) {
        Names words{"sample", "runs/speller/latest"};
        words.insert(words.end(), more.begin(), more.end());
        const Outcome outcome = scratch.gandsl(words);
        BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
        // The text itself, and then its file.
        const std::string text = scratch.read("verse.txt");
        BOOST_TEST(outcome.out == text + "verse.txt, after step 40\n");
        return text;
    };
    BOOST_TEST(drawn({}) ==
               scratch.read("runs/speller/001/samples/" + scratch.list("runs/speller/001/samples")[0]));
    const std::string other = drawn({"--prompt", "fgh", "--temperature", "0.01"});
    BOOST_TEST(other.starts_with("fgh\nabcdefgh\nabc"), other);
    BOOST_TEST((drawn({"--prompt", "fgh", "--temperature", "0.01", "--seed", "9"}) == other));
    BOOST_TEST(
        (drawn({"--temperature", "5", "--seed", "1"}) != drawn({"--temperature", "5", "--seed", "2"})));
    BOOST_TEST(drawn({"--count", "3"}).size() > 3 * 42U);
    const Outcome unknown = scratch.gandsl({"sample", "runs/speller/latest", "--prompt", "ax"});
    BOOST_TEST(unknown.code == 1);
    BOOST_TEST(contains(unknown.err, "x"), unknown.err);
    const Outcome cold = scratch.gandsl({"sample", "runs/speller/latest", "--temperature", "-1"});
    BOOST_TEST(cold.code == 1);
    BOOST_TEST(contains(cold.err,
                        "--temperature -1 is out of the range that `continue` takes: from 1e-06 to 1000000"),
               cold.err);
    const Outcome file = scratch.gandsl({"sample", "runs/speller/latest", "--out", "x.txt"});
    BOOST_TEST(file.out == "x.txt, after step 40\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_drawn_is_said) {
    const Scratch scratch;
    train_deep(scratch);
    const auto refused = [&](Names more, const std::string& message) {
        Names words{"sample"};
        words.insert(words.end(), more.begin(), more.end());
        const Outcome outcome = scratch.gandsl(words);
        BOOST_TEST(outcome.code == 1);
        BOOST_TEST(outcome.out == "");
        BOOST_TEST(contains(outcome.err, message), outcome.err << "does not say: " << message);
    };
    refused({"nowhere"}, "nowhere is not there");
    refused({"runs/deep"}, "did you mean runs/deep/latest?");
    refused({"deep.gan"}, "deep.gan is no run: a run is a folder");
    refused({"runs/deep/001", "picture"}, "no sample 'picture'; did you mean 'pictures'?");
    refused({"runs/deep/001", "--out", "x.png"}, "gandsl sample runs/deep/001 pictures --out x.png");
    refused({"runs/deep/001", "codes", "--out", "x.png"}, "'codes' is written as csv");
    refused({"runs/deep/001", "--prompt", "a"}, "--prompt is for samples that write with `continue`");
    refused({"runs/deep/001", "--temperature", "warm"}, "--temperature wants a number, not 'warm'");
    refused({"runs/deep/001", "--best"}, "keeps no best checkpoint");
    refused({"runs/deep/001", "codes", "--out", "-"}, "--out - : samples are files of their own");
    refused({"runs/deep/001", "--set", "wide=3"},
            "'trunk.dense_1.weight' has shape (4, 12) there, and (4, 3)");
    refused({"runs/deep/001", "--set", "wid=3"}, "no option `wid`");
    const std::string newest = "runs/deep/001/checkpoints/step-0000000008.safetensors";
    scratch.write(newest, scratch.read(newest).substr(0, 500));
    const Outcome older = scratch.gandsl({"sample", "runs/deep/001", "codes"});
    BOOST_TEST(older.code == 0);
    BOOST_TEST(contains(older.err, "warning: skipped a broken checkpoint: "), older.err);
    BOOST_TEST(older.out == "codes.csv, after step 4\n");
    refused({newest}, "step-0000000008.safetensors");
    const std::string oldest = "runs/deep/001/checkpoints/step-0000000004.safetensors";
    scratch.write(oldest, scratch.read(oldest).substr(0, 500));
    refused({"runs/deep/001", "codes"}, "No checkpoint of this run can be read: put back a copy of one");
    const Outcome lost =
        scratch.gandsl({"run", "deep.gan", "--set", "wide=12", "--resume", "runs/deep/001", "--epochs", "3"});
    BOOST_TEST(lost.code == 1);
    BOOST_TEST(contains(lost.err, "train anew without --resume"), lost.err);
    scratch.write("other/checkpoints/x.safetensors", "");
    refused({"other/checkpoints/x.safetensors"}, "does not lie in a run's folder");
}

BOOST_AUTO_TEST_CASE(a_net_from_a_run_is_that_net) {
    const Scratch scratch;
    train_deep(scratch);
    // The code of ones, drawn by the run's own file.
    scratch.write("deep.gan", replaced(deep_gan, "sample codes = G(z)", "sample codes = G(0 * z + 1)"));
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "deep.gan", "--set", "wide=12", "--out", "same"}).code == 0);
    scratch.write("encoder.gan", encoder);
    const Outcome outcome = scratch.gandsl({"run", "encoder.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(contains(outcome.out, "G is taken from runs/deep/latest, after step 8, its moving average"),
               outcome.out);
    // It does not learn, its statistics do not move, and its average is what counts.
    const std::string expected = lines_of(scratch.read("same/deep/001/samples/codes-0002.csv"))[0];
    for (const char* epoch : {"1", "2"}) {
        const Names rows =
            lines_of(scratch.read(std::string("runs/encoder/001/samples/pictures-000") + epoch + ".csv"));
        BOOST_TEST(rows.size() == 4U);
        for (const std::string& row : rows) {
            BOOST_TEST((row == expected));
        }
    }
    // Dropout would make the loss of two equal steps differ; as it is, the same seed gives the same run.
    const std::string record = scratch.read("runs/encoder/001/run.json");
    BOOST_TEST(contains(record, "step-0000000008.safetensors"), record);
    BOOST_TEST(contains(record, "\"hash\": \"crc32:"), record);
}

BOOST_AUTO_TEST_CASE(a_run_keeps_what_it_needs_of_another) {
    const Scratch scratch;
    train_deep(scratch);
    scratch.write("encoder.gan", encoder);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "encoder.gan", "--out", "whole"}).code == 0);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "encoder.gan", "--epochs", "1"}).code == 0);
    std::filesystem::remove_all(scratch / "runs/deep");
    const Outcome resumed = scratch.gandsl({"run", "encoder.gan", "--resume", "runs/encoder/001"});
    BOOST_TEST_REQUIRE(resumed.code == 0, resumed.err);
    BOOST_TEST((without_seconds(scratch.read("runs/encoder/001/log.csv")) ==
                without_seconds(scratch.read("whole/encoder/001/log.csv"))));
    BOOST_TEST(scratch.gandsl({"sample", "runs/encoder/001"}).code == 0);
    BOOST_TEST((scratch.read("pictures.csv") == scratch.read("whole/encoder/001/samples/pictures-0002.csv")));
    // A third run takes the encoder, and with it what the second keeps of the first.
    scratch.write("third.gan",
                  replaced(replaced(encoder, "net G from \"runs/deep/latest\"",
                                    "net E from \"runs/encoder/latest\"\nnet G from \"runs/encoder/latest\""),
                           "net E(x) {\n    flatten\n    dense(4)\n}\n", ""));
    const Outcome third = scratch.gandsl({"run", "third.gan", "--steps", "2"});
    BOOST_TEST(third.code == 0, third.err);
}

BOOST_AUTO_TEST_CASE(a_net_that_cannot_be_had_is_an_error_of_the_file) {
    const Scratch scratch;
    train_deep(scratch);
    const auto refused = [&](const std::string& name, const std::string& text, const std::string& message) {
        scratch.write(name, text);
        const Outcome outcome = scratch.gandsl({"check", name});
        BOOST_TEST(outcome.code == 1);
        BOOST_TEST(contains(outcome.err, message), outcome.err << "does not say: " << message);
    };
    refused("a.gan", replaced(encoder, "runs/deep/latest", "runs/none/latest"),
            "runs/none/latest is not there");
    refused("a.gan", replaced(encoder, "runs/deep/latest", "runs/deep"), "did you mean runs/deep/latest?");
    refused("below/a.gan", encoder, "paths start at the file's folder: write \"../runs/deep/latest\"");
    refused("a.gan", replaced(encoder, "dense(4)", "dense(5)"), "`z` of the net `G` has another shape");
    std::string other = encoder;
    for (std::size_t at = other.find('G'); at != std::string::npos; at = other.find('G', at + 1)) {
        other[at] = 'T';
    }
    refused("a.gan", other, "`runs/deep/latest` has no net `T`");
    BOOST_TEST(contains(scratch.gandsl({"check", "a.gan"}).err, "the nets `trunk`, `G` and `D`"));
    // Found before a folder is made for the run.
    const std::string newest = "runs/deep/001/checkpoints/";
    for (const std::string& name : scratch.list(newest)) {
        scratch.write(newest + name, "no checkpoint");
    }
    scratch.write("encoder.gan", encoder);
    const Outcome broken = scratch.gandsl({"run", "encoder.gan"});
    BOOST_TEST(broken.code == 1);
    BOOST_TEST(contains(broken.err, "step-0000000004.safetensors"), broken.err);
    BOOST_TEST(!scratch.has("runs/encoder"));
}

BOOST_AUTO_TEST_SUITE_END()
