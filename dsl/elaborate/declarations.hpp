#pragma once

#include "dsl/elaborate/context.hpp"

/// The names that the file declares.
namespace gandsl::dsl {

/// Enters all names of the file.
void declare(Context& context);
void check_options(Context& context);
void check_latents(Context& context);
/// Reports names that nothing uses.
void report_unused(Context& context);

}  // namespace gandsl::dsl
