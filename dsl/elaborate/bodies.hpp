#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "dsl/elaborate/emitter.hpp"

/// The lines of nets, layers, measures and samples.
namespace gandsl::dsl {

/// A body as it is checked line by line: the running value, and what `return` gave.
struct BodyState {
    std::optional<Operand> running = {};
    Span running_span = {};
    std::optional<std::vector<Operand>> returned = {};
    std::vector<Span> returned_spans = {};
    bool failed = false;
};

void check_lines(Context& context, Emitter& emitter, const std::vector<tree::Line>& lines, Scope& scope,
                 BodyState& body);
/// What the body gives, whose text is at `span`; none where something in it was reported.
std::optional<std::vector<Operand>> results_of(BodyState& body, Span span);

/// Reports a line that may not stand in a body like this: an objective, an update, an average, a repeat, a
/// return.
void report_misplaced(Context& context, const tree::Line& line);

/// How often a `repeat` goes round.
std::optional<std::size_t> check_repeat_count(Context& context, Emitter& emitter,
                                              const tree::Expression& count, const Scope& scope);
/// `a, b = e`, where `operand` is e.
void bind_names(Context& context, const tree::Binding& binding, const Operand& operand, Scope& scope);

}  // namespace gandsl::dsl
