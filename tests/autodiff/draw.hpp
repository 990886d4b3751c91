#pragma once

#include <cstdint>
#include <vector>

#include "autodiff/array.hpp"
#include "autodiff/operation.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

/// Inputs for a sample: numbers that keep apart from one another (so that maxima have no ties) and from the
/// kinks, and that a float holds exactly.
std::vector<std::vector<double>> draw(const gandsl::Sample& sample, std::uint32_t seed = 1);

gandsl::Array to_array(const gandsl::Shape& shape, const std::vector<double>& values);
std::vector<gandsl::Array> to_arrays(const std::vector<gandsl::Shape>& shapes,
                                     const std::vector<std::vector<double>>& values);
std::vector<double> to_numbers(const gandsl::Array& array);

/// Whether a sample's input is drawn from whole numbers, and is not differentiated.
bool is_fixed(const gandsl::Sample& sample, std::size_t input);

/// Whether the operation computes each number of its result from one number, whatever the shape: its first
/// sample can then be built of any array.
bool is_function_of_one_number(const gandsl::Operation& operation);

/// Numbers of both signs as large, as small and as near to overflow as a float holds, which also holds them
/// exactly.
std::vector<double> extreme_numbers();

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
