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

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
