#include <cmath>

#include "autodiff/array.hpp"
#include "autodiff/operations.hpp"
#include "dsl/diagnostics.hpp"
#include "models/layers/layers.hpp"
#include "models/layouts.hpp"
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

/// 0 where a step may look, far below every score where it may not: later steps.
Array later_steps_hidden(Index length) {
    Array mask = make_array({length, length});
    for (Index step = 0; step < length; ++step) {
        for (Index other = step + 1; other < length; ++other) {
            mask.data()[step * length + other] = static_cast<Real>(-1e9);
        }
    }
    return mask;
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

std::vector<Value> build_attention(BuildCall& call) {
    const Value& x = call.inputs.front();
    const Index examples = x.type.batched ? call.batch : 1;
    const Index length = x.type.shape[0];
    const Index width = x.type.shape[1];
    const Index heads = integer(call.arguments, "heads");
    const Index size = width / heads;
    const Var rows = reshape(x.var, {-1, width});
    const auto linear = [&](Var input, std::size_t part) {
        return matmul(input, call.weights[2 * part]) + call.weights[2 * part + 1];
    };
    const auto by_head = [&](Var part) {
        return transpose(reshape(part, {examples, length, heads, size}), {0, 2, 1, 3});
    };
    const Var query = by_head(linear(rows, 0) * (1 / std::sqrt(static_cast<double>(size))));
    Var key = by_head(linear(rows, 1));
    Var content = by_head(linear(rows, 2));
    if (call.steps != nullptr) {
        call.steps->bounded = true;
        key = kept(call, key);
        content = kept(call, content);
    }
    Var scores = matmul(query, key, false, true);
    if (call.steps != nullptr) {
        scores = scores + unwritten_hidden(call);
    } else if (boolean(call.arguments, "causal")) {
        scores = scores + call.tape.constant(later_steps_hidden(length));
    }
    const Var mixed = transpose(matmul(softmax(scores), content), {0, 2, 1, 3});
    // The bias is added in the shape of what follows, for the planner to join.
    const Var result = reshape(matmul(reshape(mixed, {-1, width}), call.weights[6]), x.var.shape());
    return {{.var = result + call.weights[7], .type = call.results[0]}};
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
