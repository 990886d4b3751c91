#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "real.hpp"

namespace gandsl {

/// Names one sequence of random numbers. Numbers are counter-based (Philox4x32-10; Salmon et al., 2011,
/// "Parallel Random Numbers: As Easy as 1, 2, 3"): each depends on the key and its index alone, never on
/// threads or on how many were drawn before.
struct RandomKey {
    std::uint64_t seed = 0;
    std::uint32_t stream = 0;  ///< one for each purpose
    std::uint64_t step = 0;    ///< the training step
};

inline namespace GANDSL_PRECISION {

/// Uniform numbers in [0, 1), those with indices first .. first + out.size(), counted modulo 2^64.
void fill_uniform(std::span<Real> out, const RandomKey& key, std::uint64_t first = 0);

/// Standard normal numbers by Box and Muller's transform, which gives two at a time: throws
/// Error(invalid_argument) where `first` is odd.
void fill_normal(std::span<Real> out, const RandomKey& key, std::uint64_t first = 0);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
