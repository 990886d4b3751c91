#pragma once

#include <string>
#include <vector>

#include "tests/bench/measure.hpp"

namespace gandsl::bench {

/// Time against a size: of a step by a model's, of planning and gradients by a graph's.
struct Curve {
    std::string name;   ///< of the picture's file: "batch"
    std::string title;  ///< "mnist.gan, batch size"
    std::string size;   ///< what grows: "batch"
    std::vector<double> sizes;
    std::vector<double> own;   ///< in the unit that the title names
    std::vector<double> peer;  ///< empty without the peer
};

/// Batch, width, length and threads. A point is the median of up to `max_curve_rounds` rounds, in each of
/// which every point of every curve has its turn; PyTorch's is that of the faster flavour of OpenBLAS.
inline constexpr std::size_t max_curve_rounds = 5;
std::vector<Curve> measure_curves(const Options& options, Cores& cores);

/// How the time grows: the exponent of the power of the size that fits best (least squares of logarithms),
/// and that between the two largest sizes, where what does not grow weighs least.
struct Growth {
    double overall = 0;
    double last = 0;
};
Growth growth_of(const std::vector<double>& sizes, const std::vector<double>& times);

/// The picture, as SVG.
std::string draw(const Curve& curve);

}  // namespace gandsl::bench
