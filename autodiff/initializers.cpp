#include "autodiff/initializers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "autodiff/array.hpp"
#include "autodiff/layers/support.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

std::span<Real> numbers_of(Array& array) {
    return {array.data(), array.size()};
}

}  // namespace

Fans matrix_fans(const Shape& shape) {
    Fans result;
    if (shape.empty()) {
        return result;
    }
    double matrices = 1;
    for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis) {
        matrices *= static_cast<double>(shape[axis]);
    }
    result.out = matrices * static_cast<double>(shape.back());
    result.in = shape.size() < 2 ? result.out : matrices * static_cast<double>(shape[shape.size() - 2]);
    return result;
}

Array uniform_values(const Shape& shape, double low, double high, const RandomKey& key) {
    require_setting(std::isfinite(low) && std::isfinite(high) && low < high, "uniform_values",
                    "bounds " + std::to_string(low) + " and " + std::to_string(high),
                    "finite ones, the first below the second");
    Array array = make_array(shape);
    fill_uniform(numbers_of(array), key);
    // A number close to the upper bound may be rounded up to it.
    const Real below = std::nextafter(static_cast<Real>(high), -std::numeric_limits<Real>::infinity());
    const Real largest = std::max(static_cast<Real>(low), below);
    for (Real& number : numbers_of(array)) {
        number = std::min(static_cast<Real>(low + (high - low) * static_cast<double>(number)), largest);
    }
    return array;
}

Array normal_values(const Shape& shape, double deviation, const RandomKey& key) {
    require_setting(std::isfinite(deviation) && deviation >= 0, "normal_values",
                    "standard deviation " + std::to_string(deviation), "a finite one, not negative");
    Array array = make_array(shape);
    fill_normal(numbers_of(array), key);
    for (Real& number : numbers_of(array)) {
        number = static_cast<Real>(deviation * static_cast<double>(number));
    }
    return array;
}

Array glorot_values(const Shape& shape, const Fans& fans, const RandomKey& key) {
    require_setting(fans.in + fans.out > 0, "glorot_values",
                    "fans " + std::to_string(fans.in) + " and " + std::to_string(fans.out), "a sum above 0");
    const double bound = std::sqrt(6 / (fans.in + fans.out));
    return uniform_values(shape, -bound, bound, key);
}

Array he_values(const Shape& shape, const Fans& fans, const RandomKey& key) {
    require_setting(fans.in > 0, "he_values", "fan in " + std::to_string(fans.in), "a number above 0");
    return normal_values(shape, std::sqrt(2 / fans.in), key);
}

// Gram and Schmidt's process on a normal matrix.
Array orthogonal_values(const Shape& shape, double gain, const RandomKey& key) {
    require_setting(std::isfinite(gain), "orthogonal_values", "gain " + std::to_string(gain), "a finite one");
    Array array = normal_values(shape, 1, key);
    if (array.size() == 0) {
        return array;
    }
    const auto columns = static_cast<std::size_t>(shape.empty() ? 1 : shape.back());
    const std::size_t rows = array.size() / columns;
    const bool tall = rows >= columns;
    const std::size_t vectors = tall ? columns : rows;
    const std::size_t length = tall ? rows : columns;
    const auto at = [&](std::size_t vector, std::size_t element) -> Real& {
        return array.data()[tall ? element * columns + vector : vector * columns + element];
    };
    const auto product = [&](std::size_t a, std::size_t b) {
        double sum = 0;
        for (std::size_t i = 0; i < length; ++i) {
            sum += static_cast<double>(at(a, i)) * static_cast<double>(at(b, i));
        }
        return sum;
    };
    for (std::size_t vector = 0; vector < vectors; ++vector) {
        for (std::size_t earlier = 0; earlier < vector; ++earlier) {
            const double share = product(vector, earlier);
            for (std::size_t i = 0; i < length; ++i) {
                at(vector, i) -= static_cast<Real>(share * static_cast<double>(at(earlier, i)));
            }
        }
        const double scale = 1 / std::sqrt(product(vector, vector));
        for (std::size_t i = 0; i < length; ++i) {
            at(vector, i) = static_cast<Real>(scale * static_cast<double>(at(vector, i)));
        }
    }
    for (Real& number : numbers_of(array)) {
        number = static_cast<Real>(gain * static_cast<double>(number));
    }
    return array;
}

Initializer uniform_initializer(double low, double high) {
    return [low, high](const Shape& shape, const Fans&, const RandomKey& key) {
        return uniform_values(shape, low, high, key);
    };
}

Initializer normal_initializer(double deviation) {
    return [deviation](const Shape& shape, const Fans&, const RandomKey& key) {
        return normal_values(shape, deviation, key);
    };
}

Initializer orthogonal_initializer(double gain) {
    return [gain](const Shape& shape, const Fans&, const RandomKey& key) {
        return orthogonal_values(shape, gain, key);
    };
}

Initializer constant_initializer(double value) {
    return [value](const Shape& shape, const Fans&, const RandomKey&) {
        return make_array(shape, static_cast<Real>(value));
    };
}

Initializer fan_initializer(double n) {
    require_setting(n > 0, "fan_initializer", "n = " + std::to_string(n), "a number above 0");
    return uniform_initializer(-1 / std::sqrt(n), 1 / std::sqrt(n));
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
