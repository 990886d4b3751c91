#include "autodiff/layers.hpp"
#include "dsl/diagnostics.hpp"
#include "models/layers/layers.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Type> type_of_embedding(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    if (!input.classes) {
        throw dsl::diagnostics::needs_labels("embedding", "x", input);
    }
    const Index width = call.integer("width");
    call.weight("weight", {input.classes->count, width},
                initializer_or(call, initializer_call("normal", {{"std", 1.0}})));
    dsl::Type result = with_shape(input, input.shape);
    result.shape.push_back(width);
    return {result};
}

std::vector<Value> build_embedding(BuildCall& call) {
    return {{.var = embedding(call.inputs.front().var, {call.weights[0]}), .type = call.results[0]}};
}

std::vector<dsl::Type> type_of_position(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    numbers_only("position", input);
    if (input.shape.size() != 2) {
        throw dsl::diagnostics::wrong_rank("position", input, dsl::diagnostics::Form::vector_sequence);
    }
    const Index length = call.integer("length");
    if (input.shape[0] > length) {
        throw dsl::diagnostics::refused_argument(
            "position", "length", std::to_string(length),
            {dsl::diagnostics::Form::sequence_length, {std::to_string(input.shape[0])}});
    }
    call.weight("weight", {length, input.shape[1]},
                initializer_or(call, initializer_call("normal", {{"std", 0.02}})));
    return {input};
}

std::vector<Value> build_position(BuildCall& call) {
    Value x = call.inputs.front();
    if (call.steps != nullptr) {
        call.steps->bounded = true;
        x.var = x.var + gather(call.weights[0], call.steps->position);
        return {x};
    }
    x.var = position(x.var, {call.weights[0]});
    return {x};
}

}  // namespace

Definition define_embedding() {
    return {.entry = {.name = "embedding",
                      .kind = dsl::EntryKind::layer,
                      .doc = "A learned vector for each class of a label, or for each symbol of a text.",
                      .details =
                          "A label becomes a vector of `width` numbers, a sequence of symbols a sequence of "
                          "such vectors. The vectors begin normal with standard deviation 1.",
                      .inputs = {"x"},
                      .arguments = {integer_argument("width", "numbers in a vector"), initializer_argument()},
                      .type = type_of_embedding,
                      .example = "embedding(50)"},
            .build = build_embedding,
            .stepping = steps_alike()};
}

Definition define_position() {
    return {.entry = {.name = "position",
                      .kind = dsl::EntryKind::layer,
                      .doc = "Adds a learned vector to each step of a sequence.",
                      .details =
                          "Gehring et al., 2017; as in Radford et al., 2018. The vectors begin normal with "
                          "standard deviation 0.02.",
                      .inputs = {"x"},
                      .arguments = {integer_argument("length", "steps of the longest sequence"),
                                    initializer_argument()},
                      .type = type_of_position,
                      .example = "position(length(text))"},
            .build = build_position,
            .stepping = carries_steps()};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
