#include "autodiff/operations.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/types.hpp"
#include "models/functions/functions.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

/// Axis along which values of this rank are joined: channels of pictures, the last axis otherwise.
std::size_t joining_axis(const std::string& entry, const dsl::Arguments& arguments, const dsl::Type& type) {
    if (has(arguments, "axis")) {
        return dsl::axis_of(entry, integer(arguments, "axis"), type);
    }
    return is_picture(type) ? 0 : type.shape.size() - 1;
}

/// One number counts as a vector of one.
dsl::Type at_least_vector(dsl::Type type) {
    if (type.shape.empty()) {
        type.shape = {1};
    }
    return type;
}

std::vector<dsl::Type> type_of_concat(dsl::TypeCall& call) {
    const dsl::Type first = at_least_vector(call.inputs.front());
    const std::size_t axis = joining_axis("concat", call.arguments, first);
    dsl::Type result = with_shape(first, first.shape);
    result.shape[axis] = 0;
    for (const dsl::Type& given : call.inputs) {
        numbers_only("concat", given);
        const dsl::Type input = at_least_vector(given);
        bool fits = input.shape.size() == first.shape.size();
        for (std::size_t i = 0; fits && i < input.shape.size(); ++i) {
            fits = i == axis || input.shape[i] == first.shape[i];
        }
        if (!fits) {
            throw dsl::diagnostics::shapes_differ("concat", call.inputs.front(), given,
                                                  dsl::diagnostics::Form::same_but_joined);
        }
        result.shape[axis] += input.shape[axis];
        result.batched = result.batched || input.batched;
    }
    return {result};
}

std::vector<Value> build_concat(BuildCall& call) {
    const dsl::Type& type = call.results[0];
    const std::size_t axis = joining_axis("concat", call.arguments, type);
    bool last = false;
    for (const Value& input : call.inputs) {
        last = last || input.layout == Layout::channels_last;
    }
    std::vector<Var> parts;
    Value result{.var = {}, .type = type};
    for (const Value& input : call.inputs) {
        Value part = type.batched ? with_batch(input, call.batch) : input;
        if (part.type.shape.empty()) {
            part = reshape_example(part, at_least_vector(part.type), call.batch);
        }
        part = last ? channels_last(part) : channels_first(part);
        result.layout = part.layout;
        parts.push_back(part.var);
    }
    Index position = static_cast<Index>(axis);
    if (result.layout == Layout::channels_last) {
        position = axis == 0 ? 2 : position - 1;
    }
    result.var = concatenate(parts, position + (type.batched ? 1 : 0));
    return {result};
}

std::vector<dsl::Type> same_type(dsl::TypeCall& call) {
    return {call.inputs.front()};
}

/// A number known from the type alone.
Definition size_function(std::string name, std::string doc, std::string example,
                         Index (*size)(const dsl::Type&)) {
    const auto type = [size](dsl::TypeCall& call) {
        size(call.inputs.front());
        dsl::Type result;
        result.batched = false;
        return std::vector<dsl::Type>{result};
    };
    const auto build = [size](BuildCall& call) {
        const auto value = static_cast<double>(size(call.inputs.front().type));
        return std::vector<Value>{
            {.var = call.tape.constant(value), .type = call.results[0], .number = value}};
    };
    return {.entry = {.name = std::move(name),
                      .kind = dsl::EntryKind::function,
                      .doc = std::move(doc),
                      .details = "Known before the run: it may stand where a layer wants a number.",
                      .inputs = {"x"},
                      .type = type,
                      .example = std::move(example)},
            .build = build};
}

dsl::Argument net_argument() {
    dsl::Argument argument;
    argument.name = "net";
    argument.kind = dsl::ArgumentKind::net;
    argument.doc = "the net that says what comes after each step";
    return argument;
}

Definition continue_definition() {
    dsl::Argument prompt;
    prompt.name = "prompt";
    prompt.kind = dsl::ArgumentKind::text;
    prompt.doc = "what to go on from: a text, or a value like those the net reads";
    prompt.fallback = absent();
    return {
        .entry = {
            .name = "continue",
            .kind = dsl::EntryKind::function,
            .doc = "What a net writes: its own output is fed back to it, step by step.",
            .details =
                "In a sample. A net of texts gives the probabilities of the next symbol, of which one is "
                "drawn; a net of series gives the next step itself. The value is what follows the prompt, "
                "`length` steps of it; a `text` file shows the prompt before it. What a recurrent layer, a "
                "causal convolution or a causal attention layer remembers is carried, so that a step costs "
                "the same however much was written. A net with attention or positions looks back at most "
                "as far as it does in training: when that many steps were read, it begins anew with the "
                "later half of them. A symbol of the prompt that the text never has is an error that names "
                "it.",
            .inputs = {},
            .arguments = {net_argument(), prompt,
                          by_name(integer_argument("length", "steps to write", value_of(400.0), 1)),
                          by_name(number_argument("temperature",
                                                  "texts: below 1 the likely symbols are drawn more often, "
                                                  "above 1 less",
                                                  value_of(1.0), 1e-6, 1e6))},
            .type = {},
            .example = "continue(model, \"The \", length = 400, temperature = 0.8)",
            .role = dsl::Role::continuation}};
}

std::vector<dsl::Type> type_of_one_hot(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    if (!input.classes) {
        throw dsl::diagnostics::needs_labels("one_hot", "x", input);
    }
    dsl::Type result = with_shape(input, input.shape);
    result.shape.push_back(input.classes->count);
    return {result};
}

std::vector<Value> build_one_hot(BuildCall& call) {
    const Value& label = call.inputs.front();
    return {{.var = one_hot(label.var, label.type.classes->count), .type = call.results[0]}};
}

Definition stop_gradient_definition() {
    return {.entry = {.name = "stop_gradient",
                      .kind = dsl::EntryKind::function,
                      .doc = "The value itself, taken as a constant by every gradient.",
                      .inputs = {"x"},
                      .type = same_type,
                      .example = "minimize mse(F(x), stop_gradient(T(x)))",
                      .stops_gradients = {{dsl::diagnostics::Form::call, {"stop_gradient"}}},
                      .opaque = true},
            .build =
                [](BuildCall& call) {
                    Value value = call.inputs.front();
                    value.var = stop_gradient(value.var);
                    return std::vector<Value>{value};
                },
            .stepping = steps_alike()};
}

}  // namespace

std::vector<Definition> define_structure() {
    return {
        {.entry =
             {.name = "concat",
              .kind = dsl::EntryKind::function,
              .doc = "Values side by side: vectors end to end, pictures channel after channel.",
              .details =
                  "Vectors and sequences are joined along their last axis, pictures along their channels, "
                  "unless `axis` says otherwise; every other size must be the same. One number counts as "
                  "a vector of one.",
              .inputs = {"x"},
              .variadic = true,
              .arguments = {axis_argument("the axis to join along, from the end where negative")},
              .type = type_of_concat,
              .example = "concat(z, y | embedding(50))"},
         .build = build_concat,
         .stepping = along_axis(true)},
        stop_gradient_definition(),
        {.entry = {.name = "one_hot",
                   .kind = dsl::EntryKind::function,
                   .doc = "A label as numbers: 1 at its class and 0 at all others.",
                   .details = "A sequence of symbols becomes a sequence of such vectors.",
                   .inputs = {"x"},
                   .type = type_of_one_hot,
                   .example = "concat(z, one_hot(y))",
                   .spreads_classes = true},
         .build = build_one_hot,
         .stepping = steps_alike()},
        {.entry = {.name = "grad",
                   .kind = dsl::EntryKind::function,
                   .doc =
                       "The gradient of each example's number with respect to a value it was computed from.",
                   .details =
                       "It has the value's shape, and is an expression like any other: it can be part of an "
                       "objective. Where `batch_mean`, `batch_std` or `batch_norm` in training stand "
                       "between the two it is the gradient of the numbers' total over the batch, as an "
                       "example's value reaches those of others.",
                   .inputs = {"e", "v"},
                   .type =
                       [](dsl::TypeCall& call) {
                           return std::vector<dsl::Type>{with_shape(call.inputs[1], call.inputs[1].shape)};
                       },
                   .example = "norm(grad(C(mix), mix))"}},
        {.entry = {.name = "next",
                   .kind = dsl::EntryKind::function,
                   .doc = "The same window of a text or series, one step later.",
                   .inputs = {"x"},
                   .type = same_type,
                   .example = "next(text)"}},
        size_function("classes", "How many classes a label, or how many symbols a text has.",
                      "dense(classes(text))",
                      [](const dsl::Type& type) {
                          if (!type.classes) {
                              throw dsl::diagnostics::needs_labels("classes", "x", type);
                          }
                          return type.classes->count;
                      }),
        size_function(
            "width", "The size of the last axis: numbers in a vector or in each vector of a sequence.",
            "dense(4 * width(a))",
            [](const dsl::Type& type) { return type.shape.empty() ? Index{1} : type.shape.back(); }),
        size_function(
            "length", "The size of the first axis: steps of a sequence, numbers in a vector.",
            "position(length(text))",
            [](const dsl::Type& type) { return type.shape.empty() ? Index{1} : type.shape.front(); }),
        continue_definition(),
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
