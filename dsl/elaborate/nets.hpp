#pragma once

#include <cstddef>
#include <vector>

#include "dsl/elaborate/context.hpp"

/// The nets of the file: one function each, with one set of weights.
namespace gandsl::dsl {

/// The signatures of nets and layers, and the nets that come from runs.
void prepare_nets(Context& context);
/// Checks the body of a net for inputs of these types. `shaped` is what gave it them: a call, or nothing.
void check_net(Context& context, std::size_t index, const std::vector<Type>& inputs, Span shaped);
/// Checks a net that nothing has called, where its annotations say all of its inputs. Whether they do.
bool check_annotated_net(Context& context, std::size_t index);
/// Reports nets that nothing calls.
void report_uncalled(Context& context);
/// Whether a value may be passed where a net has seen `expected`: labels of fewer classes are labels too, and
/// one number is one whatever its axes.
bool accepts(const Type& expected, const Type& found);

}  // namespace gandsl::dsl
