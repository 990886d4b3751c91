#include "models/layers/layers.hpp"
#include "models/layouts.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Type> type_of_flatten(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    dsl::Type result = input;  // symbols stay symbols
    result.shape = {element_count(input.shape)};
    return {result};
}

std::vector<Value> build_flatten(BuildCall& call) {
    return {reshape_example(call.inputs.front(), call.results[0], call.batch)};
}

}  // namespace

Definition define_flatten() {
    return {.entry = {.name = "flatten",
                      .kind = dsl::EntryKind::layer,
                      .doc = "All numbers of an example as one vector, in the order channels, height, width.",
                      .inputs = {"x"},
                      .type = type_of_flatten,
                      .example = "flatten",
                      .rearranges = true},
            .build = build_flatten};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
