#include "runtime/data/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "autodiff/error.hpp"
#include "runtime/data/order.hpp"

namespace gandsl::data {

const char* to_string(Split split) {
    return split == Split::train ? "train" : "test";
}

std::size_t Field::size() const {
    return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

std::size_t held_out_count(std::size_t count, double holdout) {
    if (!(holdout >= 0 && holdout < 1)) {
        throw Error(ErrorCode::invalid_argument,
                    "holdout is the part of the examples kept for testing, at least 0 and below 1; found " +
                        std::to_string(holdout));
    }
    // 0.29 of 100 is 29, though its double is a little less: what misses a whole number by roundings is one.
    const double share = static_cast<double>(count) * holdout;
    const double nearest = std::round(share);
    const bool whole = std::abs(share - nearest) <= 1e-12 * share;
    return static_cast<std::size_t>(whole ? nearest : std::floor(share));
}

std::vector<std::size_t> held_out(std::size_t count, double holdout) {
    const std::size_t wanted = held_out_count(count, holdout);
    std::vector<std::size_t> indices(wanted);
    for (std::size_t i = 0; i < wanted; ++i) {
        indices[i] = permuted(i, count, 0, 0, 0);
    }
    std::sort(indices.begin(), indices.end());
    return indices;
}

}  // namespace gandsl::data
