#pragma once

#include <string>
#include <vector>

#include "runtime/formats/image.hpp"
#include "tests/program/files.hpp"

/// What the tests of learning share: the zoo's files, runs of them, and Fashion-MNIST to hold them against.
namespace gandsl::test {

using Words = std::vector<std::string>;

inline constexpr std::size_t pixels = 784;

/// Ends the test as skipped, and says why.
[[noreturn]] void skip(const std::string& why);

/// Ends the test as skipped where it would take many minutes: under a sanitizer.
void skip_if_slow();

/// The text of a file of models/.
std::string zoo(const std::string& name);

/// `gandsl run` with these words; the test ends unless it succeeds.
void train(const Scratch& scratch, Words words);

/// The column of a table as gandsl writes it, without its empty cells. Every number must be finite.
std::vector<double> column(const std::string& csv, const std::string& name);

/// What a measure found last, from a run's folder.
double last_measure(const Scratch& scratch, const std::string& run, const std::string& name);

double mean(const std::vector<double>& values);
/// Of the values from `begin` up to `end`.
double mean(const std::vector<double>& values, std::size_t begin, std::size_t end);

/// The numbers of a .npy file, row by row.
std::vector<float> read_npy(const std::string& file);

/// The first `count` pictures of Fashion-MNIST's train or test split, one after the other, black as `low` and
/// white as 1.
std::vector<float> clothes(bool train, std::size_t count, float low);

/// Mean and standard deviation of each pixel over some pictures.
struct Moments {
    std::vector<double> mean;
    std::vector<double> deviation;
};
Moments moments_of(const std::vector<float>& pictures);

/// How the pictures' blocks of 4 x 4 pixels vary together: 49 x 49 covariances of the blocks' means.
std::vector<double> block_covariances(const std::vector<float>& pictures);

/// A picture in a file, whatever its size.
formats::Image read_png(const Scratch& scratch, const std::string& name);

/// The root of the mean square difference.
double distance(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace gandsl::test
