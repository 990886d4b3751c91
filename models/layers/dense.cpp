#include "autodiff/layers.hpp"
#include "dsl/diagnostics.hpp"
#include "models/layers/layers.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Type> type_of_dense(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    numbers_only("dense", input);
    if (input.shape.size() >= 3) {
        throw dsl::diagnostics::needs_flatten("dense", input);
    }
    const Index width = input.shape.empty() ? 1 : input.shape.back();
    const Index units = call.integer("units");
    const auto scheme = uniform_by_fan_in(static_cast<double>(width));
    call.weight("weight", {width, units}, initializer_or(call, scheme));
    if (call.boolean("bias")) {
        call.weight("bias", {units}, scheme);
    }
    dsl::Type result = with_shape(input, input.shape.empty() ? Shape{1} : input.shape);
    result.shape.back() = units;
    return {result};
}

std::vector<Value> build_dense(BuildCall& call) {
    const Value& x = call.inputs.front();
    const Index width = call.weights[0].shape()[0];
    const bool numbers = x.type.shape.empty();
    const bool one_vector = !x.type.batched && x.type.shape.size() < 2;
    const Var rows = numbers || one_vector ? reshape(x.var, {-1, width}) : x.var;
    const Var result = dense(rows, {.weight = call.weights[0], .bias = weight_or_none(call, 1)});
    return {{.var = reshape(result, tape_shape(call.results[0], call.batch)), .type = call.results[0]}};
}

}  // namespace

Definition define_dense() {
    return {
        .entry = {.name = "dense",
                  .kind = dsl::EntryKind::layer,
                  .doc = "A matrix product with learned weights, and a learned bias.",
                  .details =
                      "y = x W + b on the last axis: a vector becomes a vector of `units` numbers, a "
                      "sequence of vectors a sequence of such vectors, with the same W for each. W and b "
                      "begin uniform between -1/sqrt(n) and 1/sqrt(n), n the size of the last axis.",
                  .inputs = {"x"},
                  .arguments = {integer_argument("units", "how many numbers each vector becomes"),
                                boolean_argument("bias", "whether b is added", true), initializer_argument()},
                  .type = type_of_dense,
                  .example = "dense(400)"},
        .build = build_dense,
        .stepping = vectors_alike()};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
