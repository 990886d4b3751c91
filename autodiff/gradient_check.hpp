#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "array_forward.hpp"
#include "tape.hpp"

/// Holds recorded gradients against finite differences. Meant for the double build: in float, differences
/// drown in rounding.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Records a value of any shape from `inputs` on `tape`. Called once for every point at which it is
/// evaluated, so it must always record the same function; random operations draw the same numbers each time.
using GradientCheckFunction = std::function<Var(Tape& tape, std::span<const Var> inputs)>;

struct GradientCheckOptions {
    int order = 1;       ///< 2: checks the gradient of a random projection of the gradient
    double step = 1e-3;  ///< between the points of the five-point difference, whose error is of order step^4
    double relative = 1e-6;      ///< allowed difference, as a share of the larger of both
    double absolute = 1e-7;      ///< and besides
    std::size_t elements = 256;  ///< of each input, looked at one by one; of larger inputs, as many at random
    std::vector<bool> fixed = {};  ///< inputs that are not differentiated; empty: all are
    std::uint64_t seed = 1;        ///< of the random projections, the elements chosen, and the tape
};

struct GradientReport {
    bool passed = true;
    std::size_t checked = 0;  ///< elements looked at
    std::size_t failed = 0;
    std::size_t input = 0;  ///< where the worst element is
    std::size_t element = 0;
    double recorded = 0;  ///< its gradient as recorded
    double expected = 0;  ///< and by finite differences
    double error = 0;     ///< difference in units of what is allowed: above 1 fails

    /// "input 1, element 7: recorded 0.5, finite differences 0.25 (3 of 24 elements are wrong)"
    std::string message() const;
};

/// Compares the gradient of a random projection of `function` at `inputs` with central finite differences,
/// element by element: by its gradient of first order, or of second (the derivative of a random projection of
/// the first). Throws Error(invalid_argument) where the options or the inputs make no sense.
GradientReport check_gradient(const GradientCheckFunction& function, std::span<const Array> inputs,
                              const GradientCheckOptions& options = {});

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
