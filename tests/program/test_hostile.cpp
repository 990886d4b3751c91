#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/files/checksum.hpp"
#include "tests/program/files.hpp"
#include "tests/runtime/encoded_pictures.hpp"

/// Files that are there to break the program, or came out of something broken: each is answered with an error
/// that says so, or used, and soon; nothing is left behind.
BOOST_AUTO_TEST_SUITE(hostile)

using namespace gandsl::test;

namespace {

using Names = std::vector<std::string>;

std::string repeated(const std::string& text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i) {
        result += text;
    }
    return result;
}

std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return result + "'";
}

// A sanitizer wants terabytes of addresses, so that none can be refused.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool limited = false;
#else
constexpr bool limited = true;
#endif

struct Fixture : Scratch {
    /// The program with at most 3 GB of addresses, where they can be limited.
    Outcome within_limits(const Names& words) const {
        std::string line = limited ? "ulimit -v 3000000; " : "";
        line += "exec timeout 600 " + quoted(program_path());
        for (const std::string& word : words) {
            line += " " + quoted(word);
        }
        return run_shell(line, path());
    }

    void refused(const Names& words, const Names& parts) const {
        const Outcome outcome = within_limits(words);
        BOOST_TEST(outcome.code == 1, words[1] << ": " << outcome.code << " " << outcome.err);
        for (const char* never : {"internal", "terminate", "\x1b", "std::"}) {
            BOOST_TEST(outcome.err.find(never) == std::string::npos, outcome.err);
        }
        BOOST_TEST(outcome.err.size() < 40000);
        for (const std::string& part : parts) {
            BOOST_TEST(outcome.err.find(part) != std::string::npos,
                       words[1] << ": " << outcome.err << "does not say: " << part);
        }
        BOOST_TEST(!has("runs"), "a folder was left behind");
    }

    /// A program whose data is `source`.
    void write_model(const std::string& source) const {
        write("model.gan",
              "data x = " + source +
                  "\n\nnet F(x) {\n    flatten\n    dense(2)\n}\n\n"
                  "train(steps = 2, batch = 2) {\n    update F with sgd(0.1) { minimize sum(F(x)) }\n}\n");
    }

    void data_refused(const std::string& source, const Names& parts) const {
        write_model(source);
        refused({"run", "model.gan"}, parts);
    }
};

/// A header that promises far more than there is, or can be.
std::string png_of(std::uint32_t width, std::uint32_t height) {
    std::string content = png_file({2, 8, false}, 1, {"abc"});
    for (int byte = 0; byte < 4; ++byte) {
        content[static_cast<std::size_t>(16 + byte)] = static_cast<char>(width >> (24 - 8 * byte));
        content[static_cast<std::size_t>(20 + byte)] = static_cast<char>(height >> (24 - 8 * byte));
    }
    const std::uint32_t checksum = gandsl::files::crc32(content.substr(12, 17));
    for (int byte = 0; byte < 4; ++byte) {
        content[static_cast<std::size_t>(29 + byte)] = static_cast<char>(checksum >> (24 - 8 * byte));
    }
    return content;
}

std::string npy_of(const std::string& shape) {
    std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }";
    header.append(63 - (10 + header.size()) % 64, ' ');
    return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size() + 1) + '\0' + header + "\n";
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(deep_and_long_programs, Fixture) {
    constexpr std::size_t deep = 100'000;
    const std::string body = "net f(x: 3) {\n";
    write("brackets.gan", "option a = " + repeated("(", deep) + "1" + repeated(")", deep) + "\n");
    write("lists.gan", "data x = images(\"*\", range = " + repeated("[", deep) + repeated("]", deep) + ")\n");
    write("blocks.gan", body + repeated("repeat 1 {", deep) + "relu" + repeated("}", deep) + "}\n");
    write("blocks_that_fit.gan",
          body + repeated("repeat 1{", deep) + "relu" + repeated("}", deep / 2) + "}\n");
    write("signs.gan", body + repeated("-", deep) + "x\n}\n");
    write("powers.gan", body + "x" + repeated(" ^ x", deep) + "\n}\n");
    write("places.gan", body + "x" + repeated("[0]", deep) + "\n}\n");
    write("chain.gan", body + "x" + repeated(" | relu", deep) + "\n}\n");
    for (const char* command : {"check", "run", "fmt"}) {
        for (const char* name : {"brackets", "lists", "blocks_that_fit"}) {
            refused({command, std::string(name) + ".gan"},
                    {std::string(name) + ".gan:", "nested too deeply", "at most 100 levels"});
        }
        for (const char* name : {"signs", "powers", "places", "chain"}) {
            refused({command, std::string(name) + ".gan"},
                    {std::string(name) + ".gan:2:", "nested too deeply", "at most 256 levels"});
        }
        refused({command, "blocks.gan"},
                {"blocks.gan:1:1: error: this file is too large", "1100020 bytes", "at most 1048576"});
    }
    write("closing.gan", repeated(")", 1'000'000));
    refused({"check", "closing.gan"}, {"closing.gan:1:1: error: ", "101 errors in closing.gan"});
    BOOST_TEST_REQUIRE(run_shell("truncate -s 100M large.gan", path()).code == 0);
    refused({"check", "large.gan"},
            {"large.gan has 104857600 bytes, too large to be a program; expected at most 1048576"});
}

BOOST_FIXTURE_TEST_CASE(recursion_and_programs_that_grow, Fixture) {
    write("nets.gan", "net f(x: 3) { g }\nnet g(x: 3) { f }\n");
    refused({"check", "nets.gan"}, {"nets.gan:2:15: error: a net cannot contain itself: f -> g -> f"});
    write("layers.gan", "layer a(x) { b }\nlayer b(x) { a }\nnet f(x: 3) { a }\n");
    refused({"check", "layers.gan"}, {"layers.gan:2:14: error: a layer cannot contain itself: a -> b -> a"});
    std::string doubling = "layer q0(x) { relu }\n";
    for (int i = 1; i < 60; ++i) {
        const std::string inner = "q" + std::to_string(i - 1);
        doubling += "layer q" + std::to_string(i) + "(x) { " + inner + " | " + inner + " }\n";
    }
    write("doubling.gan", doubling + "net f(x: 3) { q59 }\n");
    refused({"check", "doubling.gan"}, {"doubling.gan:", "too large"});
    write("repeats.gan", "net f(x: 3) { repeat 9999 { repeat 9999 { dense(3) } } }\n");
    refused({"check", "repeats.gan"}, {"repeats.gan:1:", "too large", "repeat less often"});
}

BOOST_FIXTURE_TEST_CASE(paths_that_lead_to_no_file, Fixture) {
    BOOST_TEST_REQUIRE(run_shell("ln -s loop loop; mkfifo pipe; mkdir folder", path()).code == 0);
    for (const char* command : {"check", "run", "fmt"}) {
        refused({command, "loop"}, {"loop cannot be read: Too many levels of symbolic links"});
        refused({command, "pipe"}, {"pipe is a named pipe; expected a file"});
        refused({command, "folder"}, {"folder cannot be read: Is a directory"});
        refused({command, "/dev/zero"}, {"/dev/zero is a device; expected a file"});
    }
    for (const char* source : {"table(\"@\")", "series(\"@\")", "npy(\"@\")", "idx(images = \"@\")",
                               "idx(images = \"fine\", labels = \"@\")"}) {
        write("fine", idx_pictures(4));
        data_refused(replaced(source, "@", "pipe"), {"model.gan:1:", "pipe is a named pipe; expected "});
        data_refused(replaced(source, "@", "/dev/zero"), {"/dev/zero is a device; expected "});
        data_refused(replaced(source, "@", "folder"), {"folder"});
        data_refused(replaced(source, "@", "loop"), {"loop"});
    }
    for (const char* source : {"images(\"@\", size = 4)", "chars(\"@\")", "audio(\"@\")"}) {
        for (const char* name : {"pipe", "/dev/zero", "folder", "loop"}) {
            data_refused(replaced(source, "@", name), {"model.gan:1:", name});
        }
    }
    for (const char* name : {"pipe", "/dev/zero", "folder", "loop"}) {
        refused({"sample", name}, {name});
        write("model.gan", "net F from \"" + std::string(name) + "\"\n");
        refused({"check", "model.gan"}, {"model.gan:1:", name});
    }
}

// A shell's <(...) and a pipe into /dev/stdin are files to whoever writes them.
BOOST_FIXTURE_TEST_CASE(programs_from_a_pipe, Fixture) {
    write("tiny.gan", tiny_gan);
    const Outcome outcome =
        run_shell("(sleep 0.2; cat tiny.gan) | " + program_path() + " check /dev/stdin", path());
    BOOST_TEST(outcome.code == 0, outcome.err);
}

BOOST_FIXTURE_TEST_CASE(names_that_look_like_flags, Fixture) {
    write("-file.gan", tiny_gan);
    refused({"check", "-file.gan"},
            {"; for a file of the name '-file.gan' write ./-file.gan\n  try: gandsl check --help"});
    BOOST_TEST(within_limits({"check", "--", "-file.gan"}).code == 0);
    BOOST_TEST(within_limits({"check", "./-file.gan"}).code == 0);
    for (const char* out : {"--out", "--resume"}) {
        refused(
            {"run", "./-file.gan", out, "-x"},
            {std::string(out) + ": wants a name, not the flag '-x'; a file or folder of that name is ./-x"});
    }
    const Outcome outcome = within_limits({"run", "--steps", "1", "--out", "./-x", "--", "-file.gan"});
    BOOST_TEST(outcome.code == 0, outcome.err);
    BOOST_TEST(has("-x/-file/001/log.csv"));
    BOOST_TEST(within_limits({"sample", "--", "-x/-file/latest"}).code == 0);
    BOOST_TEST(within_limits({"run", "--steps=1", "--resume=./-x/-file/latest", "--", "-file.gan"}).code ==
               0);
}

BOOST_FIXTURE_TEST_CASE(names_that_disturb_a_terminal, Fixture) {
    for (const std::string name : {"two\nlines", "\x1b[31mred", "latin1-\xFC", "tab\there"}) {
        refused({"check", name + ".gan"}, {"cannot be read: No such file or directory"});
        write(name + ".gan", "net f(x: 3) { nothing }\n");
        refused({"check", name + ".gan"}, {".gan:1:15: error: ", "`nothing`"});
        write(name + ".gan", tiny_gan);
        const Outcome outcome = within_limits({"run", name + ".gan", "--steps", "1", "--out", "out"});
        BOOST_TEST(outcome.code == 0, outcome.err);
        BOOST_TEST(has("out/" + name + "/001/log.csv"));
        const Outcome again =
            within_limits({"run", name + ".gan", "--steps", "1", "--resume", "out/" + name + "/latest"});
        BOOST_TEST(again.code == 0, again.err);
    }
}

BOOST_FIXTURE_TEST_CASE(headers_that_promise_too_much, Fixture) {
    write("f", idx_file(0x803, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, ""));
    data_refused("idx(images = \"f\")", {"model.gan:1:", "f promises 4294967295 x 4294967295 x 4294967295"});
    write("f", idx_file(0x803, {0x10000, 0x10000, 0x10000}, "abc"));
    data_refused("idx(images = \"f\")", {"281474976710656", "there is room for "});
    write("f", npy_of("(9223372036854775807, 9223372036854775807)"));
    data_refused("npy(\"f\")", {"f promises 9223372036854775807 x 9223372036854775807 numbers"});
    write("f", npy_of("(1000000000, 1000000)"));
    data_refused("npy(\"f\")", {"f is truncated", "8000000000000000"});
    write("f", png_of(0x7FFFFFFF, 0x7FFFFFFF));
    data_refused("images(\"f\", size = 4, on_error = fail)", {"model.gan:1:", "f is no whole PNG picture: "});
    write("f", png_of(900'000, 900'000));
    data_refused("images(\"f\", size = 4, on_error = fail)",
                 {"f promises 900000 x 900000 pixels, which take 2.4 TB; there is room for "});
    write("f", png_of(4000, 4000));
    data_refused("images(\"f\", size = 4, on_error = fail)",
                 {"f promises 4000 x 4000 pixels, which its ", " bytes cannot hold"});
    std::string jpeg = jpeg_file({3, false}, 2, 2, std::vector<std::uint8_t>(12, 9));
    jpeg.replace(jpeg.find("\xFF\xC0") + 5, 4, "\xFF\xDC\xFF\xDC");
    write("f", jpeg);
    data_refused("images(\"f\", size = 4, on_error = fail)",
                 {"f promises 65500 x 65500 pixels, which take 12.9 GB"});
    const std::string header =
        R"({"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}})";
    write("tiny.gan", tiny_gan);
    BOOST_TEST_REQUIRE(within_limits({"run", "tiny.gan", "--steps", "1", "--out", "out"}).code == 0);
    const std::string checkpoint = "out/tiny/001/checkpoints/step-0000000001.safetensors";
    write(checkpoint, std::string(1, static_cast<char>(header.size())) + std::string(7, '\0') + header);
    refused({"sample", "out/tiny/001"}, {"tensor a is cut short: it ends at byte 4398046511104 of 0"});
    BOOST_TEST_REQUIRE(
        run_shell("truncate -s " + std::to_string(8 + header.size() + 4398046511104) + " " + checkpoint,
                  path())
            .code == 0);
    refused({"sample", "out/tiny/001"},
            {"its tensors would take 4398046511104 bytes of memory; there is room for "});
    const std::string deep = "{\"a\":" + repeated("[", 1'000'000) + repeated("]", 1'000'000) +
                             ",\"__metadata__\":{\"crc32\":\"00000000\"}}";
    std::string length;
    for (std::size_t byte = 0; byte < 8; ++byte) {
        length += static_cast<char>(deep.size() >> (8 * byte));
    }
    write(checkpoint, length + deep);
    refused({"sample", "out/tiny/001"}, {"the header is damaged: it is nested more than 4 deep"});
    const std::string record = read("out/tiny/001/run.json");
    write("out/tiny/001/run.json",
          replaced(record, "\"options\": {",
                   "\"options\": {\"deep\": " + repeated("[", 200'000) + repeated("]", 200'000) + ","));
    refused({"sample", "out/tiny/001"}, {"run.json is no record of a run: it is nested more than 20 deep"});
    refused({"run", "tiny.gan", "--resume", "out/tiny/001"}, {"nested more than 20 deep"});
    write("out/tiny/001/run.json", repeated("[", 1'000'000));
    refused({"sample", "out/tiny/001"}, {"run.json is no record of a run"});
}

BOOST_FIXTURE_TEST_CASE(models_beyond_memory, Fixture) {
    write("tiny.gan", tiny_gan);
    for (const char* command : {"check", "run", "time"}) {
        refused({command, "tiny.gan", "--batch", "900000000"},
                {"tiny.gan:11:5: error: not enough memory: a training step of batch 900000000 takes ",
                 " TB (", " bytes), and there is room for ", "A smaller batch"});
    }
    write("grid.gan", replaced(tiny_gan, "grid(2, 3)", "grid(1000000, 1000)"));
    refused({"run", "grid.gan"}, {"grid.gan:", "not enough memory: the sample 'pictures' takes ", " TB ("});
    write("grid.gan", replaced(tiny_gan, "grid(2, 3)", "grid(2147483647, 10)"));
    refused({"check", "grid.gan"},
            {"grid.gan:9:5: error: [matmul]", "BLAS multiplies matrices of at most 2147483647 rows"});
    write("grid.gan", replaced(tiny_gan, "G(z) as grid(2, 3)", "V(z) + column as grid(2147483647, 10)") +
                          "\nnet V(z) { reshape(1, 2, 4) }\n");
    refused({"check", "grid.gan"},
            {"grid.gan:35:26: error: not enough memory: an array of shape (21474836470) takes "
             "85899345880 bytes, and there is room for "});
    write("grid.gan", replaced(tiny_gan, "grid(2, 3)", "grid(1000000000, 1000000000)"));
    refused({"run", "grid.gan"}, {"grid.gan:", "does not fit into any machine's memory"});
    write("weights.gan", replaced(tiny_gan, "dense(784)", "dense(1e15)\n    dense(1e15)\n    dense(784)"));
    refused({"check", "weights.gan"},
            {"weights.gan:11:5: error: ", "does not fit into any machine's memory", "6.4e+16 bytes"});
    write("values.gan", replaced(tiny_gan, "leaky_relu(0.2)\n    dense(784)",
                                 "reshape(16, 1, 1) | upsample(1000000) | upsample(1000000) | "
                                 "max_pool(1000000) | max_pool(1000000) | flatten | dense(784)"));
    refused({"check", "values.gan"}, {"values.gan:10:25: error: ", "does not fit into any machine's memory"});
    write("latent.gan", replaced(tiny_gan, "normal(8)", "normal(4000000000, 4000000000)"));
    write("latent.gan", replaced(read("latent.gan"), "    dense(784)\n", "    sum\n    dense(784)\n"));
    refused({"check", "latent.gan"}, {"latent.gan:6:1: error: ", "does not fit into any machine's memory"});
    // No batch helps: it is the moments of adam that are too many.
    write("moments.gan", replaced(tiny_gan, "dense(784)", "dense(30000000)\n    dense(784)"));
    refused({"check", "moments.gan"},
            {"moments.gan:", "weights do not fit", "all weights, with what is kept"});
    if (!limited) {
        return;  // what follows fits into the memory of many machines
    }
    // They fit once, but while it trains there is a copy of them.
    write("copies.gan",
          "data x = digits(count = 64)\n"
          "net H(x) { flatten | dense(500000) | mean }\n"
          "net F(x) { flatten | dense(1) }\n"
          "train(steps = 1, batch = 2) { update F with sgd(0.1) { minimize (F(x) - H(x))^2 } }\n");
    refused({"check", "copies.gan"}, {"copies.gan:2:", "weights do not fit", "3.1 GB"});
}

BOOST_FIXTURE_TEST_CASE(pictures_of_every_kind, Fixture) {
    const std::string fine = png_file({2, 8, false}, 2, {"abcdef", "ghijkl"});
    write("p/01-colour.png", fine);
    write("p/02-grey.png", png_file({0, 8, false}, 3, {"abc", "def"}));
    write("p/03-grey-alpha.png", png_file({4, 8, false}, 1, {"a\x80"}));
    write("p/04-rgba.png", png_file({6, 8, false}, 1, {"abc\x80"}));
    write("p/05-palette.png", png_file({3, 2, false}, 4, {"\x1B"}));
    write("p/06-deep.png", png_file({2, 16, false}, 1, {"aabbcc"}));
    write("p/07-large.png", png_file({0, 8, false}, 90, Names(70, std::string(90, 'x'))));
    write("p/08.jpeg", jpeg_file({1, false}, 5, 4, std::vector<std::uint8_t>(20, 7)));
    write("p/09-truncated.png", fine.substr(0, fine.size() / 2));
    write("p/10-text.png", "no picture\n");
    write("p/11-empty.png", "");
    write("p/12-\x1b[31m.png", "");
    write_model("images(\"p/*\", size = 4)");
    const Outcome outcome = within_limits({"run", "model.gan", "--out", "out"});
    BOOST_TEST(outcome.code == 0, outcome.err);
    BOOST_TEST(outcome.out.find("8 pictures that match p/*") != std::string::npos, outcome.out);
    for (const std::string part :
         {"model.gan:1:10: warning: ", "left out 4 of 12 files", "p/09-truncated.png is no whole PNG picture",
          "p/10-text.png is neither PNG nor JPEG", "p/11-empty.png is empty",
          "p/12-\\x1b[31m.png is empty"}) {
        BOOST_TEST(outcome.err.find(part) != std::string::npos, outcome.err << "does not say: " << part);
    }
    data_refused("images(\"p/*\", size = 4, on_error = fail)",
                 {"model.gan:1:", "p/09-truncated.png is no whole PNG picture", "`on_error = skip`"});
    data_refused("images(\"p/1*\", size = 4)", {"no file that matches p/1* is a picture", "left out 3 of 3"});
}

BOOST_AUTO_TEST_SUITE_END()
