#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Words of other languages and libraries (Python, NumPy, PyTorch, Keras), and what to write here instead.
/// They are data, in foreign.cpp; messages ask for them where such a word was typed.
namespace gandsl::dsl::foreign {

/// What to write for a name of another library; empty where it is not known. `what` is what was looked for,
/// as in diagnostics::unknown_name: "layer, function or net", "data source", ...
std::string name(std::string_view word, std::string_view what);

/// What to write for the name of an argument, of which `own` are those that the callee has.
std::string argument(std::string_view word, const std::vector<std::string>& own);

/// What to write for the first word of a line or statement.
std::string keyword(std::string_view word);

/// What to write for an operator or a sign that stands where `expected` was expected.
std::string sign(std::string_view sign, std::string_view expected);

/// Whether two spellings are one word but for case, underscores and a number of dimensions: `BatchNorm2d` and
/// `batch_norm`.
bool alike(std::string_view a, std::string_view b);

}  // namespace gandsl::dsl::foreign
