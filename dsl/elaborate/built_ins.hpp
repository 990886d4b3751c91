#pragma once

#include <string>

#include "dsl/elaborate/emitter.hpp"

/// What the language itself defines: grad, next, classes, length, width, continue.
namespace gandsl::dsl {

/// `first` stands before a `|`; null where nothing does.
Operand check_built_in(Context& context, Emitter& emitter, const std::string& name,
                       const tree::Expression& expression, const Scope& scope, const Operand* first);
/// `continue(net, prompt, length = , temperature = )`: the prompt is a text, or a value like the net's input.
Operand check_continuation(Context& context, Emitter& emitter, const tree::Expression& expression,
                           const Scope& scope);

}  // namespace gandsl::dsl
