#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsl/program.hpp"

/// What is black and what is white in the pictures of a `grid`.
namespace gandsl::training {

struct Brightness {
    /// Of black and of white, the same in every file. Nothing: the smallest and the largest number of each
    /// file.
    std::optional<std::pair<float, float>> range;
    std::string why;  ///< "as in the data x"
};

/// Whether the sample has black and white: pictures alone do.
bool has_brightness(const dsl::Sample& sample);

/// In this order: `range` of the grid; the `range` of the data that the value is, or that training holds
/// against it (in a loss, or by giving both to one net); of the data that the value is computed from; of the
/// data that its nets are trained with. Where several are found that differ, there is none.
Brightness brightness_of(const dsl::Program& program, const dsl::Sample& sample);

/// The same in words for each sample that is a grid: "digits: black is -1 and white is 1, as in the data x".
std::vector<std::string> brightness_lines(const dsl::Program& program);

}  // namespace gandsl::training
