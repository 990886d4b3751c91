#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dsl/program.hpp"
#include "runtime/training/feeder.hpp"

/// Which samples are rows of a scaled table, to be written in the units of its file.
namespace gandsl::training {

/// For each sample, the place in Program::data of the table whose scaling is undone in it. A sample is such a
/// row where its sink undoes scaling and it has the table's shape and is the table's value, or what a net
/// gives that the program holds against it: both stand in one operation or function, or go into the same net.
/// None where that is so for several tables.
std::vector<std::optional<std::size_t>> units_of_samples(const dsl::Program& program,
                                                         const data::Datasets& datasets);

/// What the run says of such samples that have the shape of a scaled table, a line each.
std::vector<std::string> unit_notes(const dsl::Program& program, const data::Datasets& datasets);

}  // namespace gandsl::training
