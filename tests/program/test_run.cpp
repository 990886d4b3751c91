#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/program/files.hpp"

/// What a run leaves behind and shows while it goes.
BOOST_AUTO_TEST_SUITE(run)

using namespace gandsl::test;

namespace {

using Names = std::vector<std::string>;

std::uint32_t big_endian(const std::string& bytes, std::size_t place) {
    std::uint32_t number = 0;
    for (std::size_t k = 0; k < 4; ++k) {
        number = number << 8U | static_cast<unsigned char>(bytes[place + k]);
    }
    return number;
}

// Numbers in a row of a log.
std::vector<double> numbers_of(const std::string& row) {
    std::vector<double> numbers;
    std::istringstream stream(row);
    for (std::string cell; std::getline(stream, cell, ',');) {
        numbers.push_back(std::stod(cell));
    }
    return numbers;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_folder_holds_all_of_a_run) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome = scratch.gandsl({"run", "tiny.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(outcome.err == "");

    BOOST_TEST(scratch.list("runs") == Names{"tiny"}, boost::test_tools::per_element());
    BOOST_TEST(scratch.list("runs/tiny") == (Names{"001", "latest"}), boost::test_tools::per_element());
    BOOST_TEST(std::filesystem::read_symlink(scratch / "runs/tiny/latest") == "001");
    BOOST_TEST(scratch.list("runs/tiny/001") == (Names{".lock", "checkpoints", "curves.svg", "log.csv",
                                                       "model.gan", "run.json", "samples"}),
               boost::test_tools::per_element());
    BOOST_TEST(scratch.list("runs/tiny/001/samples") == (Names{"pictures-0001.png", "pictures-0002.png"}),
               boost::test_tools::per_element());
    BOOST_TEST(scratch.list("runs/tiny/001/checkpoints") ==
                   (Names{"step-0000000008.safetensors", "step-0000000016.safetensors"}),
               boost::test_tools::per_element());
    BOOST_TEST(scratch.read("runs/tiny/001/model.gan") == tiny_gan);
    BOOST_TEST(scratch.read("runs/tiny/001/curves.svg").find("D.loss") != std::string::npos);

    const Names log = lines_of(scratch.read("runs/tiny/001/log.csv"));
    BOOST_TEST_REQUIRE(log.size() == 17U);
    BOOST_TEST(log[0] == "step,epoch,seconds,D.real,D.loss,G.loss");
    double seconds = 0;
    for (std::size_t step = 1; step <= 16; ++step) {
        const std::vector<double> row = numbers_of(log[step]);
        BOOST_TEST_REQUIRE(row.size() == 6U);
        BOOST_TEST(row[0] == static_cast<double>(step));
        BOOST_TEST(row[1] == (step <= 8 ? 1.0 : 2.0));
        BOOST_TEST(row[2] >= seconds);
        BOOST_TEST((row[3] > 0 && row[3] < 1));
        BOOST_TEST((row[4] > 0 && row[5] > 0));
        seconds = row[2];
    }
}

BOOST_AUTO_TEST_CASE(a_grid_is_a_picture_of_the_right_size) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "tiny.gan", "--steps", "1"}).code == 0);
    const std::string png = scratch.read("runs/tiny/latest/samples/pictures-0001.png");
    BOOST_TEST_REQUIRE(png.size() > 45U);
    BOOST_TEST(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
    BOOST_TEST(png.substr(12, 4) == "IHDR");
    // 3 x 2 pictures, enlarged to 56 x 56, with 2 pixels around each.
    const std::uint32_t width = big_endian(png, 16);
    const std::uint32_t height = big_endian(png, 20);
    BOOST_TEST(width == 3U * 58 + 2);
    BOOST_TEST(height == 2U * 58 + 2);
    BOOST_TEST(png.substr(png.size() - 8, 4) == "IEND");
}

BOOST_AUTO_TEST_CASE(the_record_says_what_a_run_was_made_from) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    BOOST_TEST_REQUIRE(scratch
                           .gandsl({"run", "tiny.gan", "--steps", "2", "--set", "rate=0.5e-3", "--seed", "9",
                                    "--batch", "16", "--threads", "1"})
                           .code == 0);
    const auto record = nlohmann::json::parse(scratch.read("runs/tiny/001/run.json"));
    BOOST_TEST(record.at("options").at("rate") == 0.5e-3);
    BOOST_TEST(record.at("seed") == 9);
    BOOST_TEST(record.at("batch") == 16);
    BOOST_TEST(record.at("steps") == 2);
    BOOST_TEST(record.at("threads") == 1);
    BOOST_TEST(record.at("file") == "tiny.gan");
    BOOST_TEST(record.at("data").at(0).at("source") == "digits");
    BOOST_TEST(record.at("data").at(0).at("train") == 256);
    BOOST_TEST(record.at("data").at(0).at("hash").get<std::string>().size() > 8U);
    for (const char* key : {"gandsl", "compiler", "processor", "blas_kernels"}) {
        BOOST_TEST(!record.at(key).get<std::string>().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_pipe_gets_one_plain_line_an_epoch) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome = scratch.gandsl({"run", "tiny.gan", "--epochs", "3"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(outcome.out.find('\r') == std::string::npos);
    BOOST_TEST(outcome.out.find('\x1b') == std::string::npos);
    Names epochs;
    for (const std::string& line : lines_of(outcome.out)) {
        if (line.starts_with("epoch")) {
            epochs.push_back(line);
        }
    }
    BOOST_TEST_REQUIRE(epochs.size() == 3U);
    for (std::size_t epoch = 0; epoch < 3; ++epoch) {
        const std::string start =
            "epoch " + std::to_string(epoch + 1) + "/3, step " + std::to_string(8 * epoch + 8) + "/24, ";
        BOOST_TEST(epochs[epoch].substr(0, start.size()) == start);
        for (const char* part : {" examples/s, ", "D.real 0.", "D.loss ", "G.loss "}) {
            BOOST_TEST(epochs[epoch].find(part) != std::string::npos, epochs[epoch] << " has no " << part);
        }
    }
    BOOST_TEST(epochs[0].find(" left, ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_terminal_gets_one_line_that_is_rewritten_and_fits) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome = gandsl::test::run({{"run", "tiny.gan", "--epochs", "4"}, scratch.path(), {}, 80});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.out);
    std::size_t drawings = 0;
    std::size_t ends = 0;
    std::istringstream stream(outcome.out);
    for (std::string line; std::getline(stream, line);) {
        // The terminal itself turns the end of a line into "\r\n".
        BOOST_TEST_REQUIRE((!line.empty() && line.back() == '\r'));
        line.pop_back();
        if (line.find("\x1b[K") == std::string::npos) {
            continue;
        }
        ++ends;
        std::istringstream parts(line);
        for (std::string drawing; std::getline(parts, drawing, '\r');) {
            if (drawing.empty()) {
                continue;
            }
            BOOST_TEST_REQUIRE(drawing.ends_with("\x1b[K"));
            drawing.resize(drawing.size() - 3);
            ++drawings;
            BOOST_TEST(drawing.size() < 80U, drawing);
            for (const char* part : {"/4", "/32", "/s", "D.real 0.", "D.loss ", "G.loss "}) {
                BOOST_TEST(drawing.find(part) != std::string::npos, drawing << " has no " << part);
            }
        }
    }
    // One line on the screen, drawn at least at its first step and at its end.
    BOOST_TEST(ends == 1U);
    BOOST_TEST(drawings >= 2U);
    BOOST_TEST(outcome.out.find("epoch 4/4") != std::string::npos, outcome.out);
}

BOOST_AUTO_TEST_CASE(a_dumb_terminal_is_treated_as_a_pipe) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome =
        gandsl::test::run({{"run", "tiny.gan", "--steps", "3"}, scratch.path(), {{"TERM", "dumb"}}, 80});
    BOOST_TEST(outcome.code == 0);
    BOOST_TEST(outcome.out.find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_source_that_was_taken_is_said) {
    const Scratch scratch;
    scratch.write("model.gan", replaced(tiny_gan, "digits(range = [-1, 1], count = 256)",
                                        "mnist(range = [-1, 1]) or digits(range = [-1, 1], count = 64)"));
    const Outcome drawn = scratch.gandsl({"run", "model.gan", "--steps", "1"});
    BOOST_TEST(drawn.code == 0, drawn.err);
    BOOST_TEST(drawn.out.find("skipped mnist: no train-images-idx3-ubyte") != std::string::npos, drawn.out);
    BOOST_TEST(drawn.out.find("x = digits, drawn from seed 0\n          64 training") != std::string::npos,
               drawn.out);
    const auto record = nlohmann::json::parse(scratch.read("runs/model/001/run.json"));
    BOOST_TEST(record.at("data").at(0).at("source") == "digits");
    BOOST_TEST(record.at("data").at(0).at("not_there").size() == 1U);

    for (const char* folder : {"sets/mnist", "own"}) {
        for (const char* part : {"train", "t10k"}) {
            const std::string start = std::string(folder) + "/" + part;
            scratch.write(start + "-images-idx3-ubyte", idx_pictures(40));
            scratch.write(start + "-labels-idx1-ubyte", idx_labels(40));
        }
    }
    const Outcome given = scratch.gandsl({"run", "model.gan", "--steps", "1", "--data", "own"});
    BOOST_TEST(
        given.out.find("x = mnist, own\n          40 training and 40 test examples\n") != std::string::npos,
        given.out);
    const Outcome set =
        gandsl::test::run({{"run", "model.gan", "--steps", "1"}, scratch.path(), {{"GANDSL_DATA", "sets"}}});
    BOOST_TEST(set.out.find("x = mnist, sets/mnist\n") != std::string::npos, set.out);
    BOOST_TEST(set.out.find("skipped") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(files_of_ones_own_are_relative_to_the_model) {
    const Scratch scratch;
    scratch.write("models/pictures", idx_pictures(100));
    scratch.write("models/labels", idx_labels(100));
    scratch.write("models/own.gan",
                  replaced(tiny_gan, "x = digits(range = [-1, 1], count = 256)",
                           "x, y = idx(images = \"pictures\", labels = \"labels\", range = [-1, 1])"));
    const Outcome outcome = scratch.gandsl({"run", "models/own.gan", "--epochs", "1"});
    BOOST_TEST(outcome.code == 0, outcome.err);
    BOOST_TEST(outcome.out.find("\n          90 training and 10 test examples\n") != std::string::npos,
               outcome.out);
    BOOST_TEST(scratch.has("runs/own/001/samples/pictures-0001.png"));
}

BOOST_AUTO_TEST_CASE(the_seed_decides_every_bit) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const auto train = [&](const std::string& out, Names more) {
        Names words{"run", "tiny.gan", "--out", out};
        words.insert(words.end(), more.begin(), more.end());
        const Outcome outcome = scratch.gandsl(words);
        BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
        return without_seconds(scratch.read(out + "/tiny/001/log.csv"));
    };
    const std::string first = train("a", {"--threads", "1"});
    const std::string last = "/tiny/001/checkpoints/step-0000000016.safetensors";
    // The seconds so far are part of a checkpoint, so the files are compared past their headers.
    const auto weights = [&](const std::string& out) {
        const std::string file = scratch.read(out + last);
        std::size_t header = 0;
        for (std::size_t byte = 8; byte-- > 0;) {
            header = header << 8U | static_cast<unsigned char>(file[byte]);
        }
        return file.substr(8 + header);
    };
    BOOST_TEST((train("b", {"--threads", "1"}) == first), "the same seed");
    BOOST_TEST((train("c", {"--threads", "2"}) == first), "two threads");
    BOOST_TEST((train("d", {"--seed", "0"}) == first), "the seed that a file without one has");
    BOOST_TEST((train("e", {"--seed", "1"}) != first), "another seed");
    BOOST_TEST(weights("a").size() > 100000U);
    BOOST_TEST((weights("a") == weights("b")), "the same seed");
    BOOST_TEST((weights("a") == weights("c")), "two threads");
    BOOST_TEST((weights("a") != weights("e")), "another seed");
    const std::string picture = "/tiny/001/samples/pictures-0002.png";
    BOOST_TEST((scratch.read("a" + picture) == scratch.read("c" + picture)));
    BOOST_TEST((scratch.read("a" + picture) != scratch.read("e" + picture)));
}

BOOST_AUTO_TEST_CASE(the_command_line_wins_over_the_file) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const auto rows = [&](Names more) {
        Names words{"run", "tiny.gan"};
        words.insert(words.end(), more.begin(), more.end());
        const Outcome outcome = scratch.gandsl(words);
        BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
        return lines_of(scratch.read("runs/tiny/latest/log.csv"));
    };
    const Names usual = rows({"--steps", "5"});
    BOOST_TEST(usual.size() == 6U);
    BOOST_TEST(rows({"--epochs", "1"}).size() == 9U);
    BOOST_TEST(rows({"--batch", "128"}).size() == 5U);
    const Names faster = rows({"--steps", "5", "--set", "rate=1e-2"});
    BOOST_TEST_REQUIRE(faster.size() == 6U);
    // D's first loss is that of untrained nets; G's already follows D's first update.
    BOOST_TEST(numbers_of(faster[1])[4] == numbers_of(usual[1])[4]);
    BOOST_TEST(numbers_of(faster[1])[5] != numbers_of(usual[1])[5]);
    BOOST_TEST(numbers_of(faster[5])[4] != numbers_of(usual[5])[4]);
    BOOST_TEST(std::filesystem::read_symlink(scratch / "runs/tiny/latest") == "004");
}

BOOST_AUTO_TEST_CASE(measures_look_at_every_example_of_a_small_split) {
    const Scratch scratch;
    scratch.write("auto.gan", tiny_autoencoder);
    const Outcome outcome = scratch.gandsl({"run", "auto.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    const Names log = lines_of(scratch.read("runs/auto/001/measures.csv"));
    BOOST_TEST_REQUIRE(log.size() == 4U);
    BOOST_TEST(log[0] == "step,epoch,seconds,error");
    double before = 1;
    for (std::size_t epoch = 1; epoch <= 3; ++epoch) {
        const std::vector<double> row = numbers_of(log[epoch]);
        BOOST_TEST_REQUIRE(row.size() == 4U);
        BOOST_TEST(row[0] == 4.0 * static_cast<double>(epoch));
        BOOST_TEST(row[1] == static_cast<double>(epoch));
        BOOST_TEST((row[3] > 0 && row[3] < before), "the error falls: " << log[epoch]);
        before = row[3];
    }
    BOOST_TEST(outcome.out.find("error on test after step 12: 0.") != std::string::npos, outcome.out);

    // Drawn every second epoch, and at the end: 10 pictures of 1 x 28 x 28 floats.
    BOOST_TEST(scratch.list("runs/auto/001/samples") == (Names{"copies-0002.npy", "copies-0003.npy"}),
               boost::test_tools::per_element());
    const std::string npy = scratch.read("runs/auto/001/samples/copies-0003.npy");
    BOOST_TEST(npy.substr(0, 6) == "\x93NUMPY");
    BOOST_TEST(npy.find("'shape': (10, 1, 28, 28,)") != std::string::npos);
    const std::size_t header =
        10 + static_cast<unsigned char>(npy[8]) + 256 * static_cast<unsigned char>(npy[9]);
    BOOST_TEST(header % 64 == 0U);
    BOOST_TEST(npy.size() == header + 10 * 784 * sizeof(float));
}

BOOST_AUTO_TEST_CASE(a_stalled_measure_ends_the_run) {
    const Scratch scratch;
    // Without a learning rate to speak of, nothing improves; the values differ in no bit.
    scratch.write("auto.gan", replaced(replaced(tiny_autoencoder, "adam(1e-2)", "sgd(1e-30)"),
                                       "train(epochs = 3,", "train(stop = stalled(error, 2), epochs = 9,"));
    const Outcome outcome = scratch.gandsl({"run", "auto.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(outcome.out.find("error has not improved for 2 turns") != std::string::npos, outcome.out);
    BOOST_TEST(lines_of(scratch.read("runs/auto/001/measures.csv")).size() == 4U);
    BOOST_TEST(lines_of(scratch.read("runs/auto/001/log.csv")).size() == 13U);
    // The last picture is drawn whenever the end comes.
    BOOST_TEST(scratch.has("runs/auto/001/samples/copies-0003.npy"));
    const Outcome again = scratch.gandsl({"run", "auto.gan", "--resume", "runs/auto/latest"});
    BOOST_TEST(again.code == 0);
    BOOST_TEST(again.out.find("Nothing is left to do") != std::string::npos, again.out);
    BOOST_TEST(lines_of(scratch.read("runs/auto/001/log.csv")).size() == 13U);
}

BOOST_AUTO_TEST_SUITE_END()
