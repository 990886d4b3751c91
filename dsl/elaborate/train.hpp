#pragma once

#include "dsl/elaborate/context.hpp"

namespace gandsl::dsl {

/// The `train` statement, where the file has one.
void check_train(Context& context);

}  // namespace gandsl::dsl
