#include "autodiff/operations.hpp"
#include "models/definitions.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Type> drawn(dsl::TypeCall& call) {
    dsl::Type result;
    result.shape = sizes(call.arguments);
    return {result};
}

Var uniform(BuildCall& call) {
    return random_uniform(call.tape, tape_shape(call.results[0], call.batch), call.stream());
}

std::vector<Value> one(const BuildCall& call, Var var) {
    return {{.var = var, .type = call.results[0]}};
}

dsl::Argument optional_sizes() {
    dsl::Argument argument = sizes_argument("the sizes of the draw; one number if left out");
    argument.fallback = dsl::Value{.data = std::vector<double>{}, .span = {}};
    return argument;
}

}  // namespace

std::vector<Definition> define_distributions() {
    return {
        {.entry = {.name = "normal",
                   .kind = dsl::EntryKind::distribution,
                   .doc = "Independent normal numbers with mean 0 and standard deviation 1.",
                   .inputs = {},
                   .arguments = {optional_sizes()},
                   .type = drawn,
                   .example = "latent z ~ normal(100)"},
         .build =
             [](BuildCall& call) {
                 return one(call,
                            random_normal(call.tape, tape_shape(call.results[0], call.batch), call.stream()));
             }},
        {.entry = {.name = "uniform",
                   .kind = dsl::EntryKind::distribution,
                   .doc = "Independent numbers between two bounds, each as likely as any other.",
                   .inputs = {},
                   .arguments = {number_argument("low", "the lower bound", -1e30, 1e30),
                                 number_argument("high", "the upper bound, itself never drawn", -1e30, 1e30),
                                 optional_sizes()},
                   .type =
                       [](dsl::TypeCall& call) {
                           check_bounds(call);
                           return drawn(call);
                       },
                   .example = "t ~ uniform(0, 1)"},
         .build =
             [](BuildCall& call) {
                 const double low = number(call.arguments, "low");
                 const double high = number(call.arguments, "high");
                 const Var u = uniform(call);
                 if (low == 0 && high == 1) {
                     return one(call, u);
                 }
                 // Against rounding up to the upper bound.
                 const auto largest = static_cast<double>(largest_below(high));
                 return one(call, minimum(u * (high - low) + low, call.tape.constant(largest)));
             }},
        {.entry = {.name = "bernoulli",
                   .kind = dsl::EntryKind::distribution,
                   .doc = "Independent numbers that are 1 with probability p, else 0.",
                   .inputs = {},
                   .arguments = {number_argument("p", "the probability of 1", 0, 1), optional_sizes()},
                   .type = drawn,
                   .example = "mask ~ bernoulli(0.5, 100)"},
         .build =
             [](BuildCall& call) {
                 return one(call, less(uniform(call), call.tape.constant(number(call.arguments, "p"))));
             }},
        {.entry = {.name = "categorical",
                   .kind = dsl::EntryKind::distribution,
                   .doc = "A label, each of k classes as likely as any other.",
                   .inputs = {},
                   .arguments = {integer_argument("k", "the number of classes")},
                   .type =
                       [](dsl::TypeCall& call) {
                           dsl::Type result;
                           result.classes = call.integer("k");
                           return std::vector<dsl::Type>{result};
                       },
                   .example = "latent c ~ categorical(10)"},
         .build =
             [](BuildCall& call) {
                 const double classes = number(call.arguments, "k");
                 const Var label = floor(uniform(call) * classes);
                 return one(call, minimum(label, call.tape.constant(classes - 1)));  // against rounding up
             }},
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
