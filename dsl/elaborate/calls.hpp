#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dsl/elaborate/emitter.hpp"

/// Calls: what is called, and what that gives.
namespace gandsl::dsl {

/// The callee of a name; where there is none, nothing is reported.
std::optional<Callee> find_callee(Context& context, const std::string& name, const Scope& scope);
/// The callee of a call or a name; reported where there is none.
std::optional<Callee> check_callee(Context& context, const tree::Expression& expression, const Scope& scope);

/// `first` is what a recipe is applied to; null where nothing runs.
Operand check_call(Context& context, Emitter& emitter, const PreparedCall& call, const Operand* first,
                   Span first_span);

/// Applies an entry, whose rule says the types.
Operand apply_entry(Context& context, Emitter& emitter, const Entry& entry, const std::vector<Tensor>& inputs,
                    Arguments arguments, Span span);
/// The value or values of one call.
Operand value_of(const std::string& callee, const std::vector<ValueId>& ids, const std::vector<Type>& types);
/// Applies an operation whose one result is of this type.
Tensor apply_operation(Emitter& emitter, const Entry& entry, const std::vector<Tensor>& inputs,
                       const Type& type, Span span);

}  // namespace gandsl::dsl
