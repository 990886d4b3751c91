#pragma once

#include <functional>

#include "array_forward.hpp"
#include "random.hpp"
#include "shape.hpp"

/// First values of weights. The same key gives the same numbers, in the same bits as `init` in the language.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// How many numbers of the input go into one number of the result, and into how many numbers of the result
/// one of the input goes, on average where a layer has a stride.
struct Fans {
    double in = 1;
    double out = 1;
};
/// Of a weight whose last two axes are (in, out), as those of `dense` are; axes before them count as more
/// such matrices.
Fans matrix_fans(const Shape& shape);

/// Keys for the weights of a program, a stream of its own for each. They are those of a step that no run
/// reaches, so that nothing that a tape draws repeats the numbers of a weight, though it has the same seed.
class WeightKeys {
  public:
    explicit WeightKeys(std::uint64_t seed) : next_{.seed = seed, .stream = 0, .step = ~std::uint64_t{0}} {}
    RandomKey next() {
        const RandomKey key = next_;
        ++next_.stream;
        return key;
    }

  private:
    RandomKey next_;
};

/// First values of a weight of this shape. Empty where the layer's own are meant.
using Initializer = std::function<Array(const Shape& shape, const Fans& fans, const RandomKey& key)>;

/// Between `low` and `high`, which is never drawn. Throws Error(invalid_argument) unless both are finite and
/// low < high.
Array uniform_values(const Shape& shape, double low, double high, const RandomKey& key);
/// With mean 0. Throws Error(invalid_argument) unless `deviation` is finite and not negative.
Array normal_values(const Shape& shape, double deviation, const RandomKey& key);
/// Uniform between -b and b, b = sqrt(6 / (in + out)) (Glorot & Bengio, 2010). Throws Error(invalid_argument)
/// unless in + out is above 0.
Array glorot_values(const Shape& shape, const Fans& fans, const RandomKey& key);
/// Normal with standard deviation sqrt(2 / in), for layers that a relu follows (He et al., 2015). Throws
/// Error(invalid_argument) unless `in` is above 0.
Array he_values(const Shape& shape, const Fans& fans, const RandomKey& key);
/// A matrix, with a column for each index of the last axis, whose columns (rows, where there are fewer) are
/// orthogonal and have length `gain` (Saxe et al., 2014). Throws Error(invalid_argument) unless `gain` is
/// finite.
Array orthogonal_values(const Shape& shape, double gain, const RandomKey& key);

/// The same as Initializers. `glorot_values` and `he_values` are some as they are.
Initializer uniform_initializer(double low, double high);
Initializer normal_initializer(double deviation);
Initializer orthogonal_initializer(double gain = 1);
Initializer constant_initializer(double value);
/// Uniform between -1/sqrt(n) and 1/sqrt(n), as most layers begin; throws unless n is above 0.
Initializer fan_initializer(double n);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
