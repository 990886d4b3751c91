#pragma once

#include <optional>

#include "dsl/elaborate/context.hpp"

namespace gandsl::dsl {

/// The type that an annotation says; none where something in it was reported.
std::optional<Type> annotation_type(Context& context, const tree::Annotation& annotation);

}  // namespace gandsl::dsl
