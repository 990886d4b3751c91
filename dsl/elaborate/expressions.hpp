#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dsl/elaborate/emitter.hpp"

/// Expressions: names, lists, pipes, and what all others are made of.
namespace gandsl::dsl {

/// What an expression stands for. Unknown where something was reported, here or before.
Operand check_expression(Context& context, Emitter& emitter, const tree::Expression& expression,
                         const Scope& scope);
/// Like check_expression, but a call that waits for its first input is reported.
Operand check_value(Context& context, Emitter& emitter, const tree::Expression& expression,
                    const Scope& scope);
/// A number known before the run; `wanted` says what kind of number.
std::optional<double> check_number(Context& context, Emitter& emitter, const tree::Expression& expression,
                                   const Scope& scope, diagnostics::Form wanted);

/// A value of the model, made of a number where the operand is one. `what` is the operator or function that
/// wants it.
std::optional<Tensor> to_tensor(Context& context, Emitter& emitter, const Operand& operand, Span span,
                                std::string_view what);

/// An expression as it is written; of a long one, what it begins with.
std::string spelled(const tree::Expression& expression);
/// What a line begins with, where that is a name of nothing: perhaps a word of the language misspelt.
std::string first_word(Context& context, const tree::Line& line, const Scope& scope);

}  // namespace gandsl::dsl
