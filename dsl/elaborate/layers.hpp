#pragma once

#include "dsl/elaborate/emitter.hpp"

namespace gandsl::dsl {

/// A layer of the file: each mention is its body once more, with weights of its own.
Operand check_layer_call(Context& context, Emitter& emitter, const PreparedCall& call);

}  // namespace gandsl::dsl
