#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gandsl::data {

/// What numbers from a file become.
enum class Scale {
    none,      ///< they stay as they are
    standard,  ///< mean 0 and standard deviation 1 over the training split
};

/// Takes a column of numbers to mean 0 and standard deviation 1.
struct Scaling {
    double mean = 0;
    double deviation = 1;

    float apply(double number) const { return static_cast<float>((number - mean) / deviation); }
    double undo(double number) const { return number * deviation + mean; }
};

/// The scaling of each of `columns` columns of numbers that stand row by row. A column that is constant is
/// only shifted to 0.
std::vector<Scaling> standard_scaling(std::span<const double> numbers, std::size_t columns);

}  // namespace gandsl::data
