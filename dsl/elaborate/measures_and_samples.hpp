#pragma once

#include "dsl/elaborate/context.hpp"

namespace gandsl::dsl {

void check_measure(Context& context, const tree::Measure& measure, Span span);
void check_sample(Context& context, const tree::Sample& sample, Span span);

}  // namespace gandsl::dsl
