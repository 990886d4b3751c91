#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/data/scaling.hpp"

/// Where examples come from: sources, their order, and batches of them.
namespace gandsl::data {

enum class Split { train, test };

/// "train" or "test".
const char* to_string(Split split);

/// One of the values an example consists of: its picture, its label.
struct Field {
    std::string name;
    std::vector<std::size_t> shape;      ///< of one example, channels first; {} is one number
    std::optional<std::size_t> classes;  ///< set for whole numbers 0 .. classes - 1
    /// What the classes are called, the text of each symbol as UTF-8; empty where the data does not say.
    std::vector<std::string> names = {};

    std::size_t size() const;  ///< numbers in one example
};

/// A column of a file whose numbers were scaled.
struct ScaledColumn {
    std::string name;
    Scaling scaling;
};

struct Description {
    std::string source;         ///< "mnist", "digits"
    std::string origin;         ///< the folder or files it was read from, or how it was drawn
    std::string hash;           ///< of the content, for the record of a run: "crc32:9f3a01c2"
    std::vector<Field> fields;  ///< in the order in which `data x, y = ...` names them
    std::size_t train_count = 0;
    std::size_t test_count = 0;
    std::vector<std::string> warnings =
        {};  ///< what a reader should know: files left out, a split without examples
    std::vector<ScaledColumn> scaled = {};  ///< in the order of the first field's last axis, if it was scaled

    std::size_t count(Split split) const { return split == Split::train ? train_count : test_count; }
};

/// Which example is wanted. The epoch is the pass in which it is shown, for sources that vary an example from
/// pass to pass; others leave it aside. Sources of sequences yield the example so many steps later than it
/// stands for a shift of 0 or 1; others know no shift.
struct Example {
    Split split = Split::train;
    std::size_t index = 0;
    std::uint64_t epoch = 0;
    std::size_t shift = 0;
};

/// A source of examples. Reading is const and may happen on several threads at once.
class Dataset {
  public:
    virtual ~Dataset() = default;

    virtual const Description& description() const = 0;

    /// Writes one example: `fields[k]` receives `description().fields[k].size()` numbers. An empty span
    /// leaves its field out, and so does a `fields` shorter than the description's. The index must be below
    /// the split's count.
    virtual void read(const Example& example, std::span<const std::span<float>> fields) const = 0;
};

using DatasetPointer = std::shared_ptr<const Dataset>;

/// Bytes 0 .. 255 are mapped linearly to low .. high.
struct Range {
    float low = 0;
    float high = 1;
};

/// floor(count * holdout): how many of `count` are kept for testing. Throws invalid_argument unless
/// 0 <= holdout < 1.
std::size_t held_out_count(std::size_t count, double holdout);

/// The test examples of a source without splits of its own, in increasing order: held_out_count of
/// them, picked by one fixed permutation of the indices, so that neither a seed nor the order of the file
/// matters. Throws as held_out_count does.
std::vector<std::size_t> held_out(std::size_t count, double holdout);

/// The data sets of a program, in the order of Program::data.
using Datasets = std::vector<DatasetPointer>;

}  // namespace gandsl::data
