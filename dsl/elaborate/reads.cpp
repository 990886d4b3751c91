#include "dsl/elaborate/reads.hpp"

#include <utility>

#include "dsl/elaborate/argument_values.hpp"
#include "dsl/elaborate/arguments.hpp"

namespace gandsl::dsl {

Operand read_data(Context& context, Emitter& emitter, std::size_t index, std::size_t field, Span span) {
    if (context.names.data[index] == Progress::failed) {
        return Unknown{};
    }
    if (emitter.reads == nullptr) {
        return context.report(diagnostics::not_static(span, diagnostics::Form::number));
    }
    Iteration& iteration = *emitter.iteration;
    if (!iteration.batch) {
        iteration.batch = emitter.space->batches++;
    }
    return read_batch(context, emitter, {index, field, *iteration.batch}, false, span);
}

Tensor read_batch(const Context& context, Emitter& emitter, const BatchRef& from, bool next, Span span) {
    Iteration& iteration = *emitter.iteration;
    const std::vector<std::size_t> key = {from.index, from.field, from.slot, next ? 1U : 0U};
    if (const auto known = iteration.data.find(key); known != iteration.data.end()) {
        return known->second;
    }
    const Type& type = context.program.data[from.index].types[from.field];
    Instruction instruction;
    instruction.kind = Instruction::Kind::data;
    instruction.span = span;
    instruction.index = from.index;
    instruction.field = from.field;
    instruction.slot = from.slot;
    instruction.next = next;
    Tensor result = emitter.emit_read(std::move(instruction), type);
    if (!next) {
        result.data = from;
    }
    iteration.data.emplace(key, result);
    return result;
}

Operand read_latent(Context& context, Emitter& emitter, std::size_t index, Span span) {
    const LatentState& latent = context.names.latents[index];
    if (latent.progress == Progress::failed) {
        return Unknown{};
    }
    if (emitter.reads == nullptr) {
        return context.report(diagnostics::not_static(span, diagnostics::Form::number));
    }
    Iteration& iteration = *emitter.iteration;
    if (const auto known = iteration.latents.find(index); known != iteration.latents.end()) {
        return known->second;
    }
    Instruction instruction;
    instruction.kind = Instruction::Kind::draw;
    instruction.span = latent.span;
    instruction.entry = latent.entry;
    instruction.arguments = latent.arguments;
    instruction.slot = emitter.space->draws++;
    const Tensor result = emitter.emit_read(std::move(instruction), latent.type);
    iteration.latents.emplace(index, result);
    return result;
}

/// `NAME ~ DIST` in a body: fresh each time its line is checked.
Operand check_draw(Context& context, Emitter& emitter, const tree::Draw& draw, const Scope& scope) {
    auto resolved = check_plain_call(context, emitter, draw.distribution, EntryKind::distribution, scope);
    if (!resolved) {
        return Unknown{};
    }
    const auto types = types_of(context, emitter, *resolved, draw.distribution.span);
    if (!types) {
        return Unknown{};
    }
    Instruction instruction;
    instruction.kind = Instruction::Kind::draw;
    instruction.span = {draw.name.span.begin, draw.distribution.span.end};
    instruction.entry = resolved->entry;
    instruction.arguments = std::move(resolved->arguments);
    instruction.slot = emitter.space->draws++;
    return Tensor{emitter.emit(std::move(instruction), {types->front()}).front(), types->front(), {}};
}

Operand check_cell(Context& context, Emitter& emitter, bool column, Span span) {
    if (!emitter.grid) {
        return context.report(diagnostics::cell_outside_grid(span, column ? "column" : "row"));
    }
    const Index classes = column ? emitter.grid->second : emitter.grid->first;
    const Type type{{}, classes, true};
    Instruction instruction;
    instruction.kind = Instruction::Kind::cell;
    instruction.span = span;
    instruction.index = column ? 1 : 0;
    return Tensor{emitter.emit(std::move(instruction), {type}).front(), type, {}};
}

/// A schedule outside an optimizer: one number for all examples, another at each step.
Operand check_schedule(Context& context, Emitter& emitter, const Entry& entry,
                       const tree::Expression& expression, const Scope& scope) {
    const bool trains = emitter.kind == Emitter::Kind::train || emitter.kind == Emitter::Kind::update;
    if (!trains) {
        return context.report(
            diagnostics::misplaced(expression.span, diagnostics::Construct::schedule, entry.name));
    }
    auto arguments =
        resolve_arguments(context, emitter, entry, given_arguments(expression), expression.span, scope);
    if (!arguments) {
        return Unknown{};
    }
    if (!keeps_rule(context, emitter, {&entry, *arguments}, expression.span)) {
        return Unknown{};
    }
    check_epochs(context, entry, expression.span);
    Instruction instruction;
    instruction.kind = Instruction::Kind::schedule;
    instruction.span = expression.span;
    instruction.entry = &entry;
    instruction.arguments = *std::move(arguments);
    const Type type{{}, std::nullopt, false};
    return Tensor{emitter.emit_once(std::move(instruction), {type}).front(), type, {}};
}

}  // namespace gandsl::dsl
