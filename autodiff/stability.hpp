#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "tape.hpp"

/// Rewrites that keep textbook formulas from overflowing. They act as a formula is recorded, before any
/// gradient of it is, so that the gradient is the stable form's too.
namespace gandsl {
inline namespace GANDSL_PRECISION {

struct Rewrite {
    std::string_view name;
    std::string_view doc;
    /// The logarithm of `x` in a stable form, if x is of the shape the rewrite knows.
    std::optional<Var> (*log)(Var x);
};

std::span<const Rewrite> rewrites();

/// Throws Error(invalid_argument) listing the names when there is no such rewrite.
void require_rewrite(std::string_view name);

/// log(x) by the first rewrite that is on and fits, seen through reshape, transpose, slice and broadcast_to.
std::optional<Var> stable_log(Var x);

/// z where p is sigmoid(z), seen through the same, unless the rewrite of log(sigmoid(z)) is off.
std::optional<Var> logit_of(Var p);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
