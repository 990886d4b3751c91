#include "runtime/render/axis.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace gandsl::render {

namespace {

std::vector<double> mean_around(const std::vector<double>& values, std::size_t radius) {
    std::vector<double> sums(values.size() + 1);
    std::vector<double> counts(values.size() + 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool finite = std::isfinite(values[i]);
        sums[i + 1] = sums[i] + (finite ? values[i] : 0);
        counts[i + 1] = counts[i] + (finite ? 1 : 0);
    }
    std::vector<double> means = values;
    for (std::size_t i = 0; i < values.size(); ++i) {
        // The same reach on both sides leaves a slope where it is; at the ends some of it is kept all the
        // same, or the last value would be as noisy as it came.
        const std::size_t before = std::min(radius, i);
        const std::size_t after = std::min(radius, values.size() - 1 - i);
        const std::size_t both = std::max(std::min(before, after), radius / 3);
        const std::size_t first = i - std::min(before, both);
        const std::size_t end = i + std::min(after, both) + 1;
        if (std::isfinite(values[i])) {
            means[i] = (sums[end] - sums[first]) / (counts[end] - counts[first]);
        }
    }
    return means;
}

}  // namespace

Ticks round_ticks(double low, double high, std::size_t wanted) {
    const double rough = (high - low) / static_cast<double>(wanted);
    const double power = std::floor(std::log10(rough));
    const double unit = std::pow(10, power);
    const double part = rough / unit;
    const double factor = part <= 1.5 ? 1 : part <= 3.5 ? 2 : part <= 7.5 ? 5 : 10;
    const double step = factor * unit;
    const int decimals = std::max(0, -static_cast<int>(power) - (factor == 10 ? 1 : 0));
    const double largest = std::max(std::abs(low), std::abs(high));

    Ticks ticks;
    const double first = std::ceil(low / step - 1e-9);
    const double last = std::floor(high / step + 1e-9);
    for (double k = first; k <= last && ticks.values.size() < 100; ++k) {
        const double value = k == 0 ? 0 : k * step;
        ticks.values.push_back(value);
        ticks.labels.push_back(decimals > 5 || largest >= 1e7 ? fmt::format("{:.4g}", value)
                                                              : fmt::format("{:.{}f}", value, decimals));
    }
    return ticks;
}

std::vector<double> smoothed(const std::vector<double>& values, std::size_t radius) {
    return mean_around(mean_around(values, radius), radius);
}

Extent extent_of(std::vector<double> values, double part) {
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    if (values.empty()) {
        return {};
    }
    const auto cut = static_cast<std::ptrdiff_t>(static_cast<double>(values.size()) * part);
    const auto low = values.begin() + cut;
    std::nth_element(values.begin(), low, values.end());
    const double lowest = *low;
    const auto high = values.end() - 1 - cut;
    std::nth_element(values.begin(), high, values.end());
    return {lowest, *high};
}

}  // namespace gandsl::render
