#pragma once

#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>

#include "array_forward.hpp"
#include "tape.hpp"

/// Values and graphs as text for people. Array and Shape are types of other libraries, in whose namespaces
/// the compiler looks for <<: where no `using namespace gandsl` is, `using gandsl::operator<<` lets it find
/// these.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// "(3, 4)", a scalar's "()".
std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// As NumPy prints: rows in brackets, numbers with up to 8 digits; of more than 1000 elements the first three
/// and the last three along each axis.
std::ostream& operator<<(std::ostream& out, const Array& array);

/// What made it, its name and shape, and its value if it has one: "multiply, shape (2): [3 4]".
std::ostream& operator<<(std::ostream& out, Var x);

/// The operations that the outputs depend on, in the order they were recorded, one in a line:
/// "v3 = multiply(v1, v2)  (2, 3)".
std::string to_text(std::span<const Var> outputs);
std::string to_text(std::initializer_list<Var> outputs);
std::string to_text(Var output);

/// The same in the language of Graphviz: `dot -Tsvg` draws it.
std::string to_dot(std::span<const Var> outputs);
std::string to_dot(std::initializer_list<Var> outputs);
std::string to_dot(Var output);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
