#pragma once

#include "dsl/elaborate/context.hpp"

namespace gandsl::dsl {

/// The sources of each `data` statement: the first that is there gives it its types.
void check_data(Context& context);

}  // namespace gandsl::dsl
