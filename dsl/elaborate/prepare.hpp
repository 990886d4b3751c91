#pragma once

#include <optional>

#include "dsl/elaborate/emitter.hpp"

namespace gandsl::dsl {

/// A call with its arguments evaluated, but perhaps without its first input; none where something was
/// reported. `piped`: that input stands before a `|`.
std::optional<PreparedCall> prepare_call(Context& context, Emitter& emitter,
                                         const tree::Expression& expression, const Scope& scope, bool piped);

}  // namespace gandsl::dsl
