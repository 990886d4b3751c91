#include "tests/autodiff/draw.hpp"

#include <algorithm>
#include <array>
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

bool is_function_of_one_number(const gandsl::Operation& operation) {
    if (operation.kernel == nullptr || operation.arity != 1 || operation.samples == nullptr) {
        return false;
    }
    const Sample sample = operation.samples().front();
    gandsl::Tape tape(gandsl::Evaluation::planned);
    const gandsl::Var x = tape.input(sample.shapes[0]);
    sample.build(std::array{x});
    for (gandsl::NodeId id = 0; id < tape.size(); ++id) {
        // Shapes and axes are integers.
        if (tape.node(id).operation == &operation && !tape.node(id).attributes.integers.empty()) {
            return false;
        }
    }
    return true;
}

std::vector<double> extreme_numbers() {
    std::vector<double> all;
    for (const double size :
         {0.0,  1e-45, 1e-40, 1.2e-38, 1e-30, 1e-10, 1e-6,  0.01,  0.69, 0.71, 1.0,  4.0,  9.0,  17.0,  30.0,
          60.0, 87.0,  88.0,  88.7,    89.0,  100.0, 103.0, 104.0, 1e3,  1e4,  1e10, 1e18, 1e30, 3.4e38}) {
        for (const double x : {size, -size}) {
            all.push_back(static_cast<double>(static_cast<float>(x)));
        }
    }
    return all;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
