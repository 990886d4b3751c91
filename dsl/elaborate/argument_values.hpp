#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dsl/elaborate/arguments.hpp"
#include "dsl/elaborate/emitter.hpp"

/// Arguments as values: what is written is evaluated as the entry's argument wants it.
namespace gandsl::dsl {

/// All arguments of a call of the entry at `span`, given or by default; none where something was reported.
std::optional<Arguments> resolve_arguments(Context& context, Emitter& emitter, const Entry& entry,
                                           const std::vector<Given>& given, Span span, const Scope& scope,
                                           const std::vector<std::string>& inputs = {});

struct ResolvedCall {
    const Entry* entry = nullptr;
    Arguments arguments;
};

/// A call of an entry that takes no values: a source, a distribution, an optimizer, a sink.
std::optional<ResolvedCall> check_plain_call(Context& context, Emitter& emitter, const tree::Expression& call,
                                             EntryKind kind, const Scope& scope);

/// Reports a schedule that goes by epochs, where there are none.
void check_epochs(Context& context, const Entry& entry, Span span);

/// Of an entry that is no value by itself, whose rule is about arguments alone. What breaks it is reported.
bool keeps_rule(Context& context, const Emitter& emitter, const ResolvedCall& call, Span span);

/// What an entry gives that takes no values: a distribution, a source. None where its rule was broken, which
/// is reported.
std::optional<std::vector<Type>> types_of(Context& context, const Emitter& emitter, const ResolvedCall& call,
                                          Span span);

}  // namespace gandsl::dsl
