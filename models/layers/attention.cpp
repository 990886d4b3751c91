#include "autodiff/array.hpp"
#include "autodiff/layers.hpp"
#include "dsl/diagnostics.hpp"
#include "models/layers/layers.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Type> type_of_attention(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    numbers_only("attention", input);
    if (input.shape.size() != 2) {
        throw dsl::diagnostics::wrong_rank("attention", input, dsl::diagnostics::Form::vector_sequence);
    }
    const Index width = input.shape[1];
    const Index heads = call.integer("heads");
    if (width % heads != 0) {
        throw dsl::diagnostics::not_divisible("attention", "heads", heads, "width", width);
    }
    for (const char* part : {"query", "key", "value", "result"}) {
        call.weight(std::string(part) + "_weight", {width, width},
                    initializer_or(call, uniform_by_fan_in(static_cast<double>(width))));
        call.weight(std::string(part) + "_bias", {width}, uniform_by_fan_in(static_cast<double>(width)));
    }
    return {input};
}

/// Keys or values of all steps so far: `part` (examples x heads x 1 x size) stands at its place among them.
Var kept(BuildCall& call, Var part) {
    Steps& steps = *call.steps;
    Shape shape = part.shape();
    shape[2] = steps.window;
    Array counted = make_array({steps.window, 1});
    for (Index step = 0; step < steps.window; ++step) {
        counted.data()[step] = static_cast<Real>(step);
    }
    const Var before = steps.state(shape);
    const Var after = where(equal(call.tape.constant(counted), steps.position), part, before);
    steps.carry(before, after);
    return after;
}

/// 0 for the steps so far, far below every score for the places of those to come.
Var unwritten_hidden(BuildCall& call) {
    Array counted = make_array({call.steps->window});
    for (Index step = 0; step < call.steps->window; ++step) {
        counted.data()[step] = static_cast<Real>(step);
    }
    return less(call.steps->position, call.tape.constant(counted)) * -1e9;
}

Attention attention_of(const BuildCall& call) {
    const auto part = [&](std::size_t index) {
        return Dense{.weight = call.weights[2 * index], .bias = call.weights[2 * index + 1]};
    };
    return {.query = part(0),
            .key = part(1),
            .value = part(2),
            .result = part(3),
            .heads = integer(call.arguments, "heads"),
            .causal = boolean(call.arguments, "causal")};
}

std::vector<Value> build_attention(BuildCall& call) {
    const Value& x = call.inputs.front();
    const Attention layer = attention_of(call);
    if (call.steps == nullptr) {
        return {{.var = attention(x.var, layer), .type = call.results[0]}};
    }
    call.steps->bounded = true;
    AttentionHeads heads = attention_heads(x.var, x.var, layer);
    heads.key = kept(call, heads.key);
    heads.value = kept(call, heads.value);
    const Var result = attend(heads, layer, unwritten_hidden(call));
    return {{.var = reshape(result, x.var.shape()), .type = call.results[0]}};
}

}  // namespace

Definition define_attention() {
    return {
        .entry = {.name = "attention",
                  .kind = dsl::EntryKind::layer,
                  .doc = "Self-attention: each step of a sequence looks at the others, with several heads.",
                  .details =
                      "softmax(Q K' / sqrt(d)) V for each head of d = width / heads numbers, then a linear "
                      "layer (Vaswani et al., 2017). With `causal = true` a step sees itself and earlier "
                      "ones only. Weights and biases begin uniform between -1/sqrt(width) and "
                      "1/sqrt(width).",
                  .inputs = {"x"},
                  .arguments = {integer_argument("heads", "parts the width is cut into", value_of(1.0), 1),
                                boolean_argument("causal", "look at no later step", false),
                                initializer_argument()},
                  .type = type_of_attention,
                  .example = "attention(4, causal = true)"},
        .build = build_attention,
        .stepping = [](const dsl::Arguments& arguments, const std::vector<dsl::Type>&) {
            return boolean(arguments, "causal") ? Stepping::carries : Stepping::looks_along;
        }};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
