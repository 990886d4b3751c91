#pragma once

#include <cstddef>
#include <vector>

/// The float library, seen from a program compiled for the double one.
namespace gandsl_test::float_side {

/// The value of a sample and the gradients of its sum by each input, one after the other; sample and
/// operation by their places in the table.
std::vector<std::vector<double>> value_and_gradients(std::size_t operation, std::size_t sample,
                                                     const std::vector<std::vector<double>>& inputs);

/// The first sample's function of these numbers as a vector, and its slope at each.
std::vector<std::vector<double>> value_and_slope(std::size_t operation, const std::vector<double>& numbers);

}  // namespace gandsl_test::float_side
