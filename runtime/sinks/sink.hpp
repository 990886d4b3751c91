#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dsl/catalogue.hpp"
#include "runtime/data/dataset.hpp"

/// What may stand right of `as` in a `sample`. A sink is one file of this folder, NAME.cpp, which defines one
/// `Sink`; its row is its name in the list `sink_names` of runtime/meson.build.
namespace gandsl::sinks {

/// What a sample shows: `count` examples of one shape.
struct Shown {
    std::span<const float> values;  ///< count x shape, channels before height and width
    std::size_t count = 0;
    dsl::Shape shape;
    const dsl::Arguments& arguments;  ///< the sink's, as the file gives them
    /// The numbers that are black and white; nothing: the smallest and the largest of `values`.
    std::optional<std::pair<float, float>> brightness = {};
    /// The columns of the table that each example is a row of, whose scaling is to be undone; else empty.
    std::span<const data::ScaledColumn> units = {};
    /// The symbols in words, for examples that are texts.
    std::function<std::string()> text = {};
};

struct Sink {
    dsl::Entry entry;
    std::string extension;          ///< of the files, such as "png"
    bool repeats_rows = false;      ///< a row that fills up the count is told from the others by nothing
    bool undoes_scaling = false;    ///< writes rows of a scaled table in the units of its file
    bool for_the_terminal = false;  ///< `gandsl sample` prints the content too
    /// Writes the file, whole or not at all. Throws Error(file).
    std::function<void(const std::filesystem::path&, const Shown&)> write = {};
};

/// Every sink of the language.
const std::vector<Sink>& all();

/// Their records alone, for the catalogue.
std::vector<dsl::Entry> entries();

/// The sink that a checked program names. Throws Error(internal) for one that is not in the list.
const Sink& sink_of(const dsl::Entry& entry);

/// The record of a sink that takes a value of `type`.
dsl::Entry record(std::string name, std::string doc, std::string details,
                  std::vector<dsl::Argument> arguments, dsl::TypeRule type, std::string example);

/// `count`, for sinks that write so many examples.
dsl::Argument count_argument(std::string doc, double fallback);

/// The type rule of a sink that takes every value.
std::vector<dsl::Type> any_type(dsl::TypeCall& call);

}  // namespace gandsl::sinks
