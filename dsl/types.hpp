#pragma once

#include <optional>
#include <string_view>

#include "dsl/catalogue.hpp"

/// Helpers for type rules.
namespace gandsl::dsl {

/// Number of elements of a shape; {} has one. Saturates instead of overflowing.
Index elements(const Shape& shape);

/// Of the same shape, classes and names of classes, and batched alike.
bool operator==(const Type& left, const Type& right);

/// Whether the classes with these names are the same ones, as far as both are known.
bool same_classes(const ClassNames& left, const ClassNames& right);

/// Whether a value counts as one number for each example: {} or {1} or {1, 1}.
bool is_one_number(const Type& type);

/// NumPy's broadcasting of two shapes, or nothing where they do not fit.
std::optional<Shape> broadcast(const Shape& left, const Shape& right);

/// Type of an elementwise operation: the shapes broadcast, the classes gone, batched where one of them is.
/// Throws `does_not_broadcast` under the operation's name.
Type broadcast(std::string_view operation, const Type& left, const Type& right);

/// The axis counted from the front; throws `unknown_axis` where there is none. Negative ones count from the
/// end.
std::size_t axis_of(std::string_view entry, Index axis, const Type& input, std::string_view about = "axis");

}  // namespace gandsl::dsl
