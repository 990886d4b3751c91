#pragma once

#include <cstddef>

#include "dsl/elaborate/emitter.hpp"

/// Values that are not computed: data, latents, draws, cells of a grid, schedules.
namespace gandsl::dsl {

/// One name of a `data` statement, from the batch of this iteration.
Operand read_data(Context& context, Emitter& emitter, std::size_t index, std::size_t field, Span span);
/// What comes straight from a batch; `next`: one step later.
Tensor read_batch(const Context& context, Emitter& emitter, const BatchRef& from, bool next, Span span);
Operand read_latent(Context& context, Emitter& emitter, std::size_t index, Span span);
/// `NAME ~ DIST` in a body: drawn anew each time its line is checked.
Operand check_draw(Context& context, Emitter& emitter, const tree::Draw& draw, const Scope& scope);
/// `row` or `column` of a sample's grid.
Operand check_cell(Context& context, Emitter& emitter, bool column, Span span);
/// A schedule outside an optimizer: one number for all examples, another at each step.
Operand check_schedule(Context& context, Emitter& emitter, const Entry& entry,
                       const tree::Expression& expression, const Scope& scope);

}  // namespace gandsl::dsl
