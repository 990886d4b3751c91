#include "tests/learning/support.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "runtime/data/batch.hpp"
#include "runtime/data/mnist.hpp"
#include "runtime/formats/picture.hpp"

namespace gandsl::test {

namespace {

Words cells_of(const std::string& row) {
    Words cells;
    std::istringstream stream(row);
    for (std::string cell; std::getline(stream, cell, ',');) {
        cells.push_back(cell);
    }
    return cells;
}

}  // namespace

void skip(const std::string& why) {
    std::puts(("skipped: " + why).c_str());
    std::exit(77);  // how Meson is told
}

void skip_if_slow() {
    const char* said = std::getenv("GANDSL_SLOW");
    if (said != nullptr && std::string(said) == "1") {
        skip("under a sanitizer this takes many minutes");
    }
}

std::string zoo(const std::string& name) {
    const char* root = std::getenv("GANDSL_SOURCE");
    std::ifstream file(std::filesystem::path(root == nullptr ? "." : root) / "models" / name);
    BOOST_TEST_REQUIRE(file.good(), name);
    return {std::istreambuf_iterator<char>(file), {}};
}

void train(const Scratch& scratch, Words words) {
    words.insert(words.begin(), "run");
    const Outcome outcome = scratch.gandsl(words);
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
}

std::vector<double> column(const std::string& csv, const std::string& name) {
    const Words rows = lines_of(csv);
    const Words names = cells_of(rows.at(0));
    const auto found = std::find(names.begin(), names.end(), name);
    BOOST_TEST_REQUIRE((found != names.end()), "no column " << name << " in " << rows.at(0));
    const auto place = static_cast<std::size_t>(found - names.begin());
    std::vector<double> values;
    for (std::size_t row = 1; row < rows.size(); ++row) {
        const Words cells = cells_of(rows[row]);
        if (place < cells.size() && !cells[place].empty()) {
            values.push_back(std::stod(cells[place]));
            BOOST_TEST_REQUIRE(std::isfinite(values.back()), rows[row]);
        }
    }
    return values;
}

double last_measure(const Scratch& scratch, const std::string& run, const std::string& name) {
    const std::vector<double> values = column(scratch.read(run + "/measures.csv"), name);
    BOOST_TEST_REQUIRE(!values.empty());
    return values.back();
}

double mean(const std::vector<double>& values) {
    return mean(values, 0, values.size());
}

double mean(const std::vector<double>& values, std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) {
        sum += values.at(i);
    }
    return sum / static_cast<double>(end - begin);
}

std::vector<float> read_npy(const std::string& file) {
    const std::size_t header = 10 + static_cast<unsigned char>(file[8]) +
                               256 * static_cast<std::size_t>(static_cast<unsigned char>(file[9]));
    std::vector<float> values((file.size() - header) / sizeof(float));
    std::memcpy(values.data(), file.data() + header, values.size() * sizeof(float));
    return values;
}

std::vector<float> clothes(bool train, std::size_t count, float low) {
    const data::MnistSearch search = data::find_mnist("fashion-mnist", {});
    BOOST_TEST_REQUIRE(search.files.has_value(), search.absent);
    const auto source = data::open_mnist("fashion_mnist", *search.files, {low, 1});
    data::Batch batch;
    data::read_in_order(*source, train ? data::Split::train : data::Split::test, 0, count, 1, batch);
    return batch.fields[0];
}

Moments moments_of(const std::vector<float>& pictures) {
    const std::size_t count = pictures.size() / pixels;
    Moments moments{std::vector<double>(pixels), std::vector<double>(pixels)};
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
        double sum = 0;
        double squares = 0;
        for (std::size_t picture = 0; picture < count; ++picture) {
            const double value = double{pictures[picture * pixels + pixel]};
            sum += value;
            squares += value * value;
        }
        const double mean = sum / static_cast<double>(count);
        moments.mean[pixel] = mean;
        moments.deviation[pixel] =
            std::sqrt(std::max(0.0, squares / static_cast<double>(count) - mean * mean));
    }
    return moments;
}

std::vector<double> block_covariances(const std::vector<float>& pictures) {
    constexpr std::size_t side = 28;
    constexpr std::size_t block = 4;
    constexpr std::size_t blocks = side / block;
    constexpr std::size_t places = blocks * blocks;
    const std::size_t count = pictures.size() / pixels;
    std::vector<double> means(count * places);
    std::vector<double> centre(places);
    for (std::size_t picture = 0; picture < count; ++picture) {
        for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
            const std::size_t place = pixel / side / block * blocks + pixel % side / block;
            const double part = double{pictures[picture * pixels + pixel]} / (block * block);
            means[picture * places + place] += part;
            centre[place] += part / static_cast<double>(count);
        }
    }
    std::vector<double> result(places * places);
    for (std::size_t picture = 0; picture < count; ++picture) {
        const double* row = means.data() + picture * places;
        for (std::size_t i = 0; i < places; ++i) {
            for (std::size_t j = 0; j < places; ++j) {
                result[i * places + j] +=
                    (row[i] - centre[i]) * (row[j] - centre[j]) / static_cast<double>(count);
            }
        }
    }
    return result;
}

formats::Image read_png(const Scratch& scratch, const std::string& name) {
    return formats::decode_png(scratch.read(name), {.bytes = std::size_t{1} << 30U});
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        squares += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return std::sqrt(squares / static_cast<double>(a.size()));
}

}  // namespace gandsl::test
