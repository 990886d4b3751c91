#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "dsl/diagnostics.hpp"

/// What the constructors of diagnostics are written with, and nothing else.
namespace gandsl::dsl::diagnostics {

std::string quote(std::string_view text);
/// "`a`, `b` or `c`"
std::string listed(const Names& names, std::string_view last = " or ");
/// "a, b, c", as a statement has them
std::string joined(const Names& names);
/// "1 value", "3 values"
std::string counted(std::size_t count, std::string_view noun);
/// A term without its articles: "layer, function or net"
std::string bare(const Term& term);
/// "a picture of 1 x 28 x 28", "one number", ...
std::string described(const Type& type);

Diagnostic error(Code code, Span span, std::string message);
Diagnostic warning(Code code, Span span, std::string message);
/// An error without a span, for type rules to throw.
Diagnostic placeless(Code code, std::string message);

// Each gives back the diagnostic with more said.

Diagnostic expecting(Diagnostic diagnostic, std::string found, std::string expected);
Diagnostic expecting(Diagnostic diagnostic, const Found& found, const Term& expected);
/// An empty help adds none.
Diagnostic helping(Diagnostic diagnostic, std::string help);
Diagnostic noting(Diagnostic diagnostic, Span span, std::string text);
/// Adds "did you mean ...?" where a candidate is near enough.
Diagnostic suggesting(Diagnostic diagnostic, std::string_view name, const Names& candidates);
/// Adds what to write for a word of another language that begins a line, else a candidate that is near
/// enough. Whether there was anything to add.
bool meaning_word(Diagnostic& diagnostic, std::string_view word, const Names& candidates);

/// As diagnostics::unknown_name, where no term has all that was looked for: "schedule or number".
Diagnostic unknown_one_of(Span span, std::string_view name, std::string_view wanted, const Names& candidates);

}  // namespace gandsl::dsl::diagnostics
