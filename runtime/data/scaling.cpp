#include "runtime/data/scaling.hpp"

#include <algorithm>
#include <cmath>

namespace gandsl::data {

std::vector<Scaling> standard_scaling(std::span<const double> numbers, std::size_t columns) {
    std::vector<Scaling> scalings(columns);
    const std::size_t rows = numbers.size() / columns;
    for (std::size_t column = 0; column < columns && rows > 0; ++column) {
        // Each number is divided first: the largest doubles must not overflow their sum.
        double mean = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            mean += numbers[row * columns + column] / static_cast<double>(rows);
        }
        double largest = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            largest = std::max(largest, std::abs(numbers[row * columns + column] - mean));
        }
        // Below this the differences are roundings of the mean.
        if (!(largest > 1e-12 * std::abs(mean)) || !std::isfinite(largest)) {
            scalings[column] = {numbers[column], 1};
            continue;
        }
        double square = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            const double part = (numbers[row * columns + column] - mean) / largest;
            square += part * part / static_cast<double>(rows);
        }
        scalings[column] = {mean, largest * std::sqrt(square)};
    }
    return scalings;
}

}  // namespace gandsl::data
