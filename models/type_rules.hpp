#pragma once

#include <string>
#include <vector>

#include "dsl/catalogue.hpp"

/// Type rules that several entries share. All throw diagnostics of dsl/diagnostics.hpp.
namespace gandsl::models {

/// One result, the broadcast of all inputs.
dsl::TypeRule elementwise(std::string operation);

/// The input's axes without the one named `axis`, or one number when none is given.
dsl::TypeRule reduction(std::string name);

/// Refuses labels and symbols: an embedding must come first.
void numbers_only(const std::string& entry, const dsl::Type& input);

/// The type without classes, in another shape.
dsl::Type with_shape(const dsl::Type& type, dsl::Shape shape);

/// A number as an argument list gives it, as a size.
dsl::Shape sizes(const dsl::Arguments& arguments, const std::string& name = "sizes");

/// Refuses bounds `low` and `high` of uniform numbers between which no number lies, as the low one is not
/// drawn where it equals the high one.
void check_bounds(const dsl::TypeCall& call);

/// Whether `type` is one picture or one sequence of vectors, which convolutions and pooling take. Throws when
/// not.
enum class Spatial { picture, sequence };
Spatial spatial(const std::string& entry, const dsl::Type& type);

}  // namespace gandsl::models
