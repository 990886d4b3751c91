#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

/// The numbers of a random graph's leaves. This file stands in each program that a failing graph is printed
/// as.
namespace gandsl_test {

enum class FillKind {
    plain,    ///< uniform in [low, high)
    ties,     ///< whole numbers in [low, high]
    index,    ///< whole numbers in [low, high)
    special,  ///< a third are zeros of both signs, denormals, and tiny and large numbers
    extreme,  ///< a sixteenth is infinite, the largest number, or none at all
};

struct Fill {
    FillKind kind = FillKind::plain;
    std::uint64_t seed = 0;
    double low = -2;
    double high = 2;
};

/// A step of SplitMix64 (Steele et al., 2014, "Fast Splittable Pseudorandom Number Generators").
inline std::uint64_t split_mix(std::uint64_t state) {
    state += 0x9E3779B97F4A7C15ULL;
    state = (state ^ (state >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    state = (state ^ (state >> 27U)) * 0x94D049BB133111EBULL;
    return state ^ (state >> 31U);
}

template <typename Real>
Real number(const Fill& fill, std::uint64_t index) {
    using Limits = std::numeric_limits<Real>;
    const std::uint64_t bits = split_mix(split_mix(fill.seed) + index);
    const double unit = static_cast<double>(bits >> 40U) / 16777216.0;  // 24 bits
    const double value = fill.low + (fill.high - fill.low) * unit;
    if (fill.kind == FillKind::index) {
        return static_cast<Real>(std::min(std::floor(value), fill.high - 1));
    }
    if (fill.kind == FillKind::ties) {
        return static_cast<Real>(std::floor(value + 0.5));
    }
    const Real special[] = {Real(0),
                            Real(-0.0),
                            Limits::denorm_min() * 1000,
                            -Limits::denorm_min() * 1000,
                            Real(1),
                            Real(-1),
                            Limits::min(),
                            Real(1e-30),
                            Real(1e8),
                            Real(-1e8)};
    const Real extreme[] = {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(), Limits::max()};
    if (fill.kind == FillKind::special && bits % 3 == 0) {
        return special[bits / 3 % std::size(special)];
    }
    if (fill.kind == FillKind::extreme && bits % 16 == 0) {
        return extreme[bits / 16 % std::size(extreme)];
    }
    return static_cast<Real>(static_cast<float>(value));
}

}  // namespace gandsl_test
