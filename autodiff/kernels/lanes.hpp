#pragma once

#include <cstring>

#include "autodiff/kernels/clones.hpp"
#include "autodiff/real.hpp"
#include "autodiff/shape.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// As many numbers as fill the widest vector; narrower machines take them in pieces. Passed by reference
/// only: how they would be passed by value depends on the processor.
using Lanes = Real __attribute__((vector_size(64)));

inline constexpr Index lane_count = 64 / static_cast<Index>(sizeof(Real));

GANDSL_INLINE void load(Lanes& lanes, const Real* from) {
    std::memcpy(&lanes, from, sizeof lanes);
}
GANDSL_INLINE void store(Real* to, const Lanes& lanes) {
    std::memcpy(to, &lanes, sizeof lanes);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
