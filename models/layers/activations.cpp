#include <limits>

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

constexpr double infinity = std::numeric_limits<double>::infinity();

Definition activation(std::string name, std::string doc, std::string details, Var (*apply)(Var)) {
    return {.entry = {.name = name,
                      .kind = dsl::EntryKind::layer,
                      .doc = std::move(doc),
                      .details = std::move(details),
                      .inputs = {"x"},
                      .type =
                          [name](dsl::TypeCall& call) {
                              numbers_only(name, call.inputs.front());
                              return std::vector<dsl::Type>{call.inputs.front()};
                          },
                      .example = name},
            .build =
                [apply](BuildCall& call) {
                    Value value = call.inputs.front();
                    value.number = {};
                    value.var = apply(value.var);
                    return std::vector<Value>{value};
                },
            .stepping = steps_alike()};
}

/// Activations with one number of their own.
Definition activation(std::string name, std::string doc, std::string details, dsl::Argument argument,
                      std::string example, Var (*apply)(Var, double)) {
    const std::string argument_name = argument.name;
    Definition definition = activation(std::move(name), std::move(doc), std::move(details), nullptr);
    definition.entry.arguments = {std::move(argument)};
    definition.entry.example = std::move(example);
    definition.build = [apply, argument_name](BuildCall& call) {
        Value value = call.inputs.front();
        value.number = {};
        value.var = apply(value.var, number(call.arguments, argument_name));
        return std::vector<Value>{value};
    };
    return definition;
}

Definition within(dsl::Bounds range, Definition definition) {
    definition.entry.range = range;
    return definition;
}

Definition softmax_definition() {
    Definition definition =
        activation("softmax", "Positive numbers that sum to 1 along the last axis: exp(x) over its sum.",
                   "Computed after taking away the largest number. `log(softmax(x))` and `cross_entropy` are "
                   "computed from x "
                   "itself, so that no probability is rounded to 0 first.",
                   [](Var x) { return softmax(x); });
    definition.stepping = vectors_alike();
    definition.entry.type = [](dsl::TypeCall& call) {
        const dsl::Type& input = call.inputs.front();
        numbers_only("softmax", input);
        if (input.shape.empty()) {
            throw dsl::diagnostics::wrong_rank("softmax", input, dsl::diagnostics::Form::vectors);
        }
        return std::vector<dsl::Type>{input};
    };
    return definition;
}

}  // namespace

std::vector<Definition> define_activations() {
    return {
        within({0, infinity}, activation("relu", "x where it is above 0, else 0.", "Nair & Hinton, 2010.",
                                         [](Var x) { return relu(x); })),
        activation("leaky_relu", "x where it is above 0, else slope * x.", "Maas et al., 2013.",
                   number_argument("slope", "factor below 0", value_of(0.01), -1e300, 1e300),
                   "leaky_relu(0.2)", [](Var x, double slope) { return leaky_relu(x, slope); }),
        activation("elu", "x where it is above 0, else alpha * (exp(x) - 1).", "Clevert et al., 2016.",
                   number_argument("alpha", "minus the limit far below 0", value_of(1.0), 0, 1e300), "elu",
                   [](Var x, double alpha) { return elu(x, alpha); }),
        activation("gelu", "x times the normal distribution function of x.",
                   "Hendrycks & Gimpel, 2016; exact.", [](Var x) { return gelu(x); }),
        activation("silu", "x * sigmoid(x).", "Elfwing et al., 2018; also called swish.",
                   [](Var x) { return silu(x); }),
        within({0, infinity},
               activation("softplus", "log(1 + exp(x)), a smooth relu.",
                          "Dugas et al., 2001. Exact far from 0 too.", [](Var x) { return softplus(x); })),
        within({-1, 1}, activation("tanh", "The hyperbolic tangent, between -1 and 1.", "",
                                   [](Var x) { return tanh(x); })),
        within(
            {0, 1},
            activation(
                "sigmoid", "1 / (1 + exp(-x)), between 0 and 1.",
                "`log(sigmoid(x))`, `log(1 - sigmoid(x))` and `bce` are computed from x itself, so that no "
                "probability is rounded to 0 or 1 first.",
                [](Var x) { return sigmoid(x); })),
        within({0, 1}, softmax_definition()),
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
