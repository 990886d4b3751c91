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

std::vector<dsl::Type> type_of_batch_norm(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    numbers_only("batch_norm", input);
    if (input.shape.empty() || input.shape.size() > 3) {
        throw dsl::diagnostics::wrong_rank("batch_norm", input,
                                           dsl::diagnostics::Form::vector_sequence_or_picture);
    }
    const Index features = is_picture(input) ? input.shape.front() : input.shape.back();
    call.weight("weight", {features}, initializer_call("ones"));
    call.weight("bias", {features}, initializer_call("zeros"));
    call.weight("running_mean", {features}, initializer_call("zeros"), false);
    call.weight("running_variance", {features}, initializer_call("ones"), false);
    dsl::Type result = input;
    result.batched = true;
    return {result};
}

std::vector<Value> build_batch_norm(BuildCall& call) {
    Value x = channels_last(with_batch(call.inputs.front(), call.batch));
    const BatchNorm layer{.weight = call.weights[0],
                          .bias = call.weights[1],
                          .running_mean = call.weights[2],
                          .running_variance = call.weights[3],
                          .epsilon = number(call.arguments, "eps"),
                          .momentum = number(call.arguments, "momentum")};
    if (call.mode == Mode::train) {
        const BatchNormStep step = batch_norm_in_training(x.var, layer);
        call.update(2, step.running_mean);
        call.update(3, step.running_variance);
        x.var = step.result;
    } else {
        x.var = batch_norm(x.var, layer);
    }
    return {x};
}

}  // namespace

Definition define_batch_norm() {
    return {
        .entry =
            {.name = "batch_norm",
             .kind = dsl::EntryKind::layer,
             .doc = "Normalises each feature over the batch, then scales and shifts it by learned numbers.",
             .details =
                 "A feature is a channel of a picture, or a place of the last axis otherwise. In training "
                 "its "
                 "mean and variance come from the batch (and from all places of the picture or sequence); a "
                 "running mean of both, moved by `momentum` at each step, stands in for them in `sample` "
                 "and `measure` (Ioffe & Szegedy, 2015).",
             .inputs = {"x"},
             .arguments = {by_name(number_argument("eps", "added to the variance", value_of(1e-5), 0, 1)),
                           by_name(number_argument("momentum", "share of the batch in the running statistics",
                                                   value_of(0.1), 0, 1))},
             .type = type_of_batch_norm,
             .example = "batch_norm",
             .statistics_over_batch = true},
        .build = build_batch_norm,
        .stepping = vectors_alike()};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
