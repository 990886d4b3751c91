#include "tests/autodiff/draw.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using gandsl::Array;
using gandsl::Sample;
using gandsl::Shape;

namespace {

bool near_a_kink(const Sample& sample, double value) {
    return std::any_of(sample.kinks.begin(), sample.kinks.end(),
                       [&](double kink) { return std::abs(value - kink) < 0.05; });
}

}  // namespace

bool is_fixed(const Sample& sample, std::size_t input) {
    return input < sample.fixed.size() && sample.fixed[input];
}

std::vector<std::vector<double>> draw(const Sample& sample, std::uint32_t seed) {
    std::mt19937 engine(seed);
    std::size_t total = 0;
    for (const Shape& shape : sample.shapes) {
        total += static_cast<std::size_t>(gandsl::element_count(shape));
    }
    // One number in each of as many equal parts of the range, in random order.
    std::vector<std::size_t> order(total);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), engine);
    std::uniform_real_distribution<double> unit(0, 1);
    const double range = sample.high - sample.low;

    std::vector<std::vector<double>> inputs;
    std::size_t next = 0;
    for (std::size_t input = 0; input < sample.shapes.size(); ++input) {
        const bool whole = sample.whole && (sample.fixed.empty() || is_fixed(sample, input));
        std::vector<double> values(static_cast<std::size_t>(gandsl::element_count(sample.shapes[input])));
        for (double& value : values) {
            if (whole) {
                value = std::min(std::floor(sample.low + range * unit(engine)), sample.high - 1);
                continue;
            }
            const auto part = static_cast<double>(order[next++]);
            value = sample.low + range * (part + 0.25 + 0.5 * unit(engine)) / static_cast<double>(total);
            while (near_a_kink(sample, value)) {
                value = sample.low + range * unit(engine);
            }
            value = static_cast<double>(static_cast<float>(value));
        }
        inputs.push_back(std::move(values));
    }
    return inputs;
}

Array to_array(const Shape& shape, const std::vector<double>& values) {
    Array array = gandsl::make_array(shape);
    std::transform(values.begin(), values.end(), array.data(),
                   [](double value) { return static_cast<gandsl::Real>(value); });
    return array;
}

std::vector<Array> to_arrays(const std::vector<Shape>& shapes,
                             const std::vector<std::vector<double>>& values) {
    std::vector<Array> arrays;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        arrays.push_back(to_array(shapes[i], values[i]));
    }
    return arrays;
}

std::vector<double> to_numbers(const Array& array) {
    return {array.data(), array.data() + array.size()};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
