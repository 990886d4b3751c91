#include <png.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <sstream>

#include "tests/program/files.hpp"

/// What measures and samples reckon with, and how what they show is shown.
BOOST_AUTO_TEST_SUITE(shown)

using namespace gandsl::test;

namespace {

std::string table(std::size_t rows) {
    std::string text = "a\n";
    for (std::size_t row = 0; row < rows; ++row) {
        text += std::to_string(std::sin(static_cast<double>(7 * row))) + "\n";
    }
    return text;
}

// A net that is of no interest, on a table of which all but a few rows are test examples.
std::string model_of_table(const std::string& more) {
    return R"(data v = table("d.csv", holdout = 0.9)
net F(v) { dense(1) }
train(steps = 1, batch = 2) { update F with sgd(1e-3) { minimize (F(v) - 1)^2 } }
)" + more;
}

std::vector<double> column(const std::string& csv) {
    std::vector<double> numbers;
    for (const std::string& line : lines_of(csv)) {
        numbers.push_back(std::stod(line));
    }
    return numbers;
}

std::vector<double> cells(const std::string& csv) {
    std::vector<double> numbers;
    for (const std::string& line : lines_of(csv)) {
        std::istringstream stream(line);
        for (std::string cell; std::getline(stream, cell, ',');) {
            numbers.push_back(std::stod(cell));
        }
    }
    return numbers;
}

double mean(std::vector<double>::const_iterator begin, std::vector<double>::const_iterator end) {
    double sum = 0;
    for (auto at = begin; at != end; ++at) {
        sum += *at;
    }
    return sum / static_cast<double>(end - begin);
}

double deviation(std::vector<double>::const_iterator begin, std::vector<double>::const_iterator end) {
    const double middle = mean(begin, end);
    double sum = 0;
    for (auto at = begin; at != end; ++at) {
        sum += (*at - middle) * (*at - middle);
    }
    return std::sqrt(sum / static_cast<double>(end - begin));
}

// The measures of the last row, after step, epoch and seconds.
std::vector<double> measured(const Scratch& scratch, const std::string& run) {
    std::istringstream line(lines_of(scratch.read(run + "/measures.csv")).back());
    std::vector<double> values;
    for (std::string cell; std::getline(line, cell, ',');) {
        values.push_back(std::stod(cell));
    }
    return {values.begin() + 3, values.end()};
}

// Of a grid of grey pictures, row by row.
std::vector<int> pixels(const std::filesystem::path& path) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    BOOST_TEST_REQUIRE(png_image_begin_read_from_file(&image, path.c_str()) != 0);
    image.format = PNG_FORMAT_GRAY;
    std::vector<png_byte> bytes(PNG_IMAGE_SIZE(image));
    BOOST_TEST_REQUIRE(png_image_finish_read(&image, nullptr, bytes.data(), 0, nullptr) != 0);
    return {bytes.begin(), bytes.end()};
}

std::pair<int, int> ends(const std::vector<int>& values) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return {*least, *most};
}

}  // namespace

BOOST_AUTO_TEST_CASE(measures_reckon_with_real_examples_only) {
    const Scratch scratch;
    const std::string measures = R"(measure spread = batch_std(v) on test every epoch
measure middle = batch_mean(v) on test every epoch
measure slope = grad(batch_mean(v) * v, v) on test every epoch
sample all = v as csv(COUNT) every epoch
)";
    // Fewer than a batch of a measure; a batch and a remainder; two batches.
    for (const std::size_t count : {10U, 300U, 512U}) {
        scratch.write("d.csv", table((count * 10 + 8) / 9));
        scratch.write("model.gan", model_of_table(replaced(measures, "COUNT", std::to_string(count))));
        succeed(scratch, {"run", "model.gan", "--out", std::to_string(count)});
        const std::string run = std::to_string(count) + "/model/001";
        const std::vector<double> values = column(scratch.read(run + "/samples/all-0001.csv"));
        BOOST_TEST_REQUIRE(values.size() == count);
        double spread = 0;
        double middle = 0;
        for (std::size_t begin = 0; begin < count; begin += 256) {
            const auto first = values.begin() + static_cast<std::ptrdiff_t>(begin);
            const auto last = values.begin() + static_cast<std::ptrdiff_t>(std::min(begin + 256, count));
            spread += deviation(first, last) * static_cast<double>(last - first);
            middle += mean(first, last) * static_cast<double>(last - first);
        }
        const std::vector<double> found = measured(scratch, run);
        BOOST_TEST(found.at(0) == spread / static_cast<double>(count), boost::test_tools::tolerance(1e-5));
        BOOST_TEST(std::abs(found.at(1) - middle / static_cast<double>(count)) < 1e-6);
        // Of the total of all: the mean of the others' part of it comes to that of the own.
        BOOST_TEST(std::abs(found.at(2) - 2 * middle / static_cast<double>(count)) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(measures_are_the_same_at_any_number_of_threads) {
    const Scratch scratch;
    scratch.write("d.csv", table(334));
    scratch.write("model.gan", model_of_table("measure spread = batch_std(v) on test every epoch\n"));
    succeed(scratch, {"run", "model.gan", "--threads", "1"});
    succeed(scratch, {"run", "model.gan", "--threads", "3"});
    BOOST_TEST(without_seconds(scratch.read("runs/model/001/measures.csv")) ==
               without_seconds(scratch.read("runs/model/002/measures.csv")));
}

BOOST_AUTO_TEST_CASE(samples_repeat_results_and_reckon_with_no_repeats) {
    const Scratch scratch;
    scratch.write("d.csv", table(12));
    scratch.write("model.gan", model_of_table("sample all = v as csv(14) every epoch\n"
                                              "sample spread = batch_std(v) as csv(14) every epoch\n"));
    const Outcome outcome = scratch.gandsl({"run", "model.gan"});
    BOOST_TEST(outcome.code == 0);
    BOOST_TEST(
        outcome.err.find("'all' writes 14 rows of test examples, of which there are 10: the last row fills "
                         "the rest") != std::string::npos,
        outcome.err);
    const auto values = column(scratch.read("runs/model/001/samples/all-0001.csv"));
    const auto spread = column(scratch.read("runs/model/001/samples/spread-0001.csv"));
    BOOST_TEST_REQUIRE(values.size() == 14U);
    BOOST_TEST_REQUIRE(spread.size() == 14U);
    for (std::size_t row = 0; row < 14; ++row) {
        BOOST_TEST(spread[row] == deviation(values.begin(), values.begin() + 10),
                   boost::test_tools::tolerance(1e-5));
        BOOST_TEST((row < 10 || values[row] == values[9]));
    }
    succeed(scratch, {"sample", "runs/model/001", "spread"});
    BOOST_TEST(scratch.read("spread.csv") == scratch.read("runs/model/001/samples/spread-0001.csv"));
}

BOOST_AUTO_TEST_CASE(a_grid_has_the_scale_of_its_data) {
    const Scratch scratch;
    scratch.write("model.gan", R"(data a = digits(range = [-1, 1], count = 60)
data b = digits(range = [0, 1], count = 60, seed = 1)
latent z ~ normal(2)
net D(x) { flatten | dense(1) | sigmoid }
net H(z) { dense(784) | reshape(1, 28, 28) }
net F(x) { flatten | dense(1) }
net half(x) { avg_pool(2) }
net flat(x) { flatten }
net G(z) { dense(784) | reshape(1, 28, 28) }
train(steps = 1, batch = 4) {
    update F with sgd(1e-3) { minimize F(a)^2 + F(b)^2 }
    update G with sgd(1e-3) { minimize mean(mse(G(z), b)) }
    update D with sgd(1e-3) { minimize -log(D(b + 0.1 * H(z))) - log(1 - D(H(z))) }
    update H with sgd(1e-3) { minimize -log(D(H(z))) }
}
sample of_a  = a as grid(2, 2) every epoch
sample numbers_of_a = flat(a) as csv(4) every epoch
sample numbers_of_b = flat(b) as csv(4) every epoch
sample of_b  = b as grid(2, 2) every epoch
sample faint = 0.1 * a as grid(2, 2) every epoch
sample small = 0.1 * half(a) as grid(2, 2) every epoch
sample drawn = 0 * G(z) as grid(2, 2) every epoch
sample noisy = 0 * H(z) as grid(2, 2) every epoch
sample both  = a + b as grid(2, 2) every epoch
sample said  = a as grid(2, 2, range = [-2, 2]) every epoch
)");
    const Outcome outcome = scratch.gandsl({"run", "model.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    const auto shown = [&](const std::string& name) {
        return ends(pixels(scratch / ("runs/model/001/samples/" + name + "-0001.png")));
    };
    const auto said = [&](const std::string& line) {
        BOOST_TEST(outcome.out.find("sample    " + line) != std::string::npos, outcome.out);
    };
    // The grey of the largest number of those that are shown, where 255 stands for `white`.
    const auto lightest = [&](const std::string& name, double black, double white) {
        const std::vector<double> numbers =
            cells(scratch.read("runs/model/001/samples/" + name + "-0001.csv"));
        BOOST_TEST_REQUIRE(numbers.size() == 4U * 784U);
        const double largest = *std::max_element(numbers.begin(), numbers.end());
        return static_cast<int>(std::lround((largest - black) / (white - black) * 255));
    };
    BOOST_TEST(shown("of_a").first == 0);
    BOOST_TEST(shown("of_a").second == lightest("numbers_of_a", -1, 1));
    BOOST_TEST(shown("of_b").first == 0);
    BOOST_TEST(shown("of_b").second == lightest("numbers_of_b", 0, 1));
    // From -0.1 to 0.1 of -1 to 1, whatever the shape.
    BOOST_TEST(shown("faint").first == 115);
    BOOST_TEST(shown("faint").second == 140);
    BOOST_TEST(shown("small").first == 115);
    BOOST_TEST(shown("small").second <= 140);
    // What it is trained to look like is 0 to 1.
    BOOST_TEST(shown("drawn").first == 0);
    BOOST_TEST(shown("noisy").first == 0);
    BOOST_TEST(shown("said").first == 64);
    BOOST_TEST(shown("said").second == 191);
    said("of_a: black is -1 and white is 1, as in the data a");
    said("of_b: black is 0 and white is 1, as in the data b");
    said("small: black is -1 and white is 1, as in the data a");
    said("drawn: black is 0 and white is 1, as in the data b");
    said("noisy: black is 0 and white is 1, as in the data b");
    said("said: black is -2 and white is 2, as the grid says");
    said(
        "both: black is the smallest number of each file and white its largest, as a and b have different "
        "ranges");
    BOOST_TEST(scratch.gandsl({"check", "model.gan"}).out.find("drawn: black is 0 and white is 1") !=
               std::string::npos);
}

// Only training stops at what is no number; what is only shown is written as it is, and not in silence.
BOOST_AUTO_TEST_CASE(samples_and_measures_that_are_no_numbers_are_warned_of) {
    const Scratch scratch;
    scratch.write("d.csv", table(20));
    scratch.write("model.gan", model_of_table("sample logs = log(v - v) as csv(2) every epoch\n"
                                              "sample fine = v as csv(2) every epoch\n"
                                              "measure ratio = 1 / (v - v) on test every epoch\n"
                                              "measure small = v * 0 on test every epoch\n"));
    const Outcome run = scratch.gandsl({"run", "model.gan", "--epochs", "2"});
    BOOST_TEST(run.code == 0, run.err);
    const std::string said = run.out + run.err;
    const std::string of_sample = "warning: 2 of the 2 numbers computed for 'logs' are nan or inf";
    BOOST_TEST(contains(said, of_sample), said);
    BOOST_TEST(said.find(of_sample) == said.rfind(of_sample), said);
    BOOST_TEST(contains(said, "warning: the measure 'ratio' is inf: it counts as not improved"), said);
    BOOST_TEST(!contains(said, "'fine' are"), said);
    BOOST_TEST(!contains(said, "'small' is"), said);
    const Outcome sample = scratch.gandsl({"sample", "runs/model/latest", "logs"});
    BOOST_TEST(contains(sample.err, of_sample), sample.err);
}

// The numbers that a net reads are the same in metres and in feet, and those that it writes are not.
BOOST_AUTO_TEST_CASE(samples_warn_of_data_in_other_units) {
    const Scratch scratch;
    scratch.write("d.csv", "v\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
    scratch.write("model.gan",
                  "data v = table(\"d.csv\", scale = standard)\n"
                  "net F(v) { dense(1) }\n"
                  "train(epochs = 1, batch = 4) { update F with sgd(0.1) { minimize sum(mse(F(v), v)) } }\n"
                  "sample s = F(v) as csv(1) every epoch\n");
    succeed(scratch, {"run", "model.gan"});
    BOOST_TEST(!contains(scratch.gandsl({"sample", "runs/model/latest"}).err, "other data"));
    scratch.write("d.csv", "v\n10\n20\n30\n40\n50\n60\n70\n80\n90\n100\n");
    const Outcome outcome = scratch.gandsl({"sample", "runs/model/latest"});
    BOOST_TEST(contains(outcome.err, "warning: v is other data than the run learned from"), outcome.err);
    const Outcome resumed =
        scratch.gandsl({"run", "model.gan", "--resume", "runs/model/latest", "--epochs", "2"});
    BOOST_TEST(resumed.code == 1, resumed.err);
    BOOST_TEST(contains(resumed.err, "data v: hash"), resumed.err);
}

BOOST_AUTO_TEST_SUITE_END()
