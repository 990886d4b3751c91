#pragma once

#include <vector>

#include "models/builder.hpp"

/// Values of the language between builders: layouts, and the batch axis when ranks differ.
namespace gandsl::models {
inline namespace GANDSL_PRECISION {

/// Whether a value of this type may be held with its channels last.
bool is_picture(const dsl::Type& type);

/// Shape on the tape of a value of this type.
Shape tape_shape(const dsl::Type& type, Index batch, Layout layout = Layout::channels_first);

/// The same value in the other layout. Records nothing where it has that layout already, and a reshape where
/// no number moves (one channel, or one place). Values that are no pictures come back as they are.
Value channels_first(const Value& value);
Value channels_last(const Value& value);

/// Operands of an elementwise operation, ready to broadcast: all pictures in one layout, and batched operands
/// of a lower rank with axes of size 1 behind the batch.
struct Aligned {
    std::vector<Var> operands;
    Layout layout = Layout::channels_first;
};
Aligned align(const std::vector<Value>& inputs);

/// A value whose example is the whole of `value.var` in the given type.
Value reshape_example(const Value& value, dsl::Type type, Index batch);

/// The largest number of the tape that is below `bound`, as the tape holds it.
Real largest_below(double bound);

/// Makes every example of an unbatched value its own copy.
Value with_batch(const Value& value, Index batch);

/// Place on the tape of an example's axis (0 .. rank - 1) of a value held channels first.
Index tape_axis(const Value& value, std::size_t axis);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
