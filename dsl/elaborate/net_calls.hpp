#pragma once

#include "dsl/elaborate/emitter.hpp"

namespace gandsl::dsl {

/// A call of a net of the file. The first one gives its inputs their shapes.
Operand check_net_call(Context& context, Emitter& emitter, const PreparedCall& call);

}  // namespace gandsl::dsl
