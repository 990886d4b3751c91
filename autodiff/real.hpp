#pragma once

#include "version.hpp"

/// The library is compiled twice from the same source: in float, and in double (gradient checks, embedding
/// users who ask for it). Define GANDSL_DOUBLE before the first include to get the double one; both can live
/// in one program.
#if defined(GANDSL_DOUBLE)
#define GANDSL_PRECISION float64
namespace gandsl {
inline namespace float64 {
using Real = double;
}
}  // namespace gandsl
#else
#define GANDSL_PRECISION float32
namespace gandsl {
inline namespace float32 {
using Real = float;
}
}  // namespace gandsl
#endif
