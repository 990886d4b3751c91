#pragma once

#include "dsl/elaborate/emitter.hpp"

namespace gandsl::dsl {

Operand check_negation(Context& context, Emitter& emitter, const tree::Expression& expression,
                       const Scope& scope);
/// `a + b`, and so on.
Operand check_binary(Context& context, Emitter& emitter, const tree::Expression& expression,
                     const Scope& scope);
/// `h[2]`, `h[2:5]`
Operand check_index(Context& context, Emitter& emitter, const tree::Expression& expression,
                    const Scope& scope);

}  // namespace gandsl::dsl
