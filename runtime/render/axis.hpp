#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gandsl::render {

/// Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten that lie in low .. high, about
/// `wanted` of them, with labels of as many decimals as they need. Low must be below high, both finite.
struct Ticks {
    std::vector<double> values;
    std::vector<std::string> labels;
};
Ticks round_ticks(double low, double high, std::size_t wanted);

/// The mean around each value, over a window of `radius` on each side that narrows at the ends, taken twice.
/// Values that are no numbers stay so and do not count.
std::vector<double> smoothed(const std::vector<double>& values, std::size_t radius);

/// The values a curve keeps between: all but the outermost `part` on each side. 0 .. 1 if no value is finite.
struct Extent {
    double low = 0;
    double high = 1;
};
Extent extent_of(std::vector<double> values, double part);

}  // namespace gandsl::render
