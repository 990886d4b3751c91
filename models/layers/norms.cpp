#include "autodiff/layers.hpp"
#include "dsl/diagnostics.hpp"
#include "models/layers/layers.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

// Normalisations that look at one example at a time. batch_norm, which looks at the batch, has a file of its
// own.
namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

dsl::Argument epsilon_argument() {
    return by_name(number_argument("eps", "added to the variance", value_of(1e-5), 0, 1));
}

void scale_and_shift(dsl::TypeCall& call, Index features) {
    call.weight("weight", {features}, initializer_call("ones"));
    call.weight("bias", {features}, initializer_call("zeros"));
}

Index channels(const std::string& entry, const dsl::Type& input) {
    numbers_only(entry, input);
    if (!is_picture(input) && input.shape.size() != 2) {
        throw dsl::diagnostics::wrong_rank(entry, input, dsl::diagnostics::Form::picture_or_sequence);
    }
    return is_picture(input) ? input.shape.front() : input.shape.back();
}

Norm norm_of(const BuildCall& call) {
    return {.weight = weight_or_none(call, 0),
            .bias = weight_or_none(call, 1),
            .epsilon = number(call.arguments, "eps")};
}

Index position_axes(const Value& value) {
    return is_picture(value.type) ? 2 : 1;
}

std::vector<dsl::Type> type_of_layer_norm(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    numbers_only("layer_norm", input);
    if (input.shape.empty() || input.shape.size() > 3) {
        throw dsl::diagnostics::wrong_rank("layer_norm", input,
                                           dsl::diagnostics::Form::vector_sequence_or_picture);
    }
    scale_and_shift(call, is_picture(input) ? input.shape.front() : input.shape.back());
    return {input};
}

std::vector<Value> build_layer_norm(BuildCall& call) {
    Value x = channels_last(call.inputs.front());
    x.number = {};
    x.var = layer_norm(x.var, norm_of(call), is_picture(x.type) ? 3 : 1);
    return {x};
}

std::vector<dsl::Type> type_of_instance_norm(dsl::TypeCall& call) {
    const Index count = channels("instance_norm", call.inputs.front());
    if (call.boolean("affine")) {
        scale_and_shift(call, count);
    }
    return {call.inputs.front()};
}

std::vector<Value> build_instance_norm(BuildCall& call) {
    Value x = channels_last(call.inputs.front());
    x.var = instance_norm(x.var, norm_of(call), position_axes(x));
    return {x};
}

std::vector<dsl::Type> type_of_group_norm(dsl::TypeCall& call) {
    const Index count = channels("group_norm", call.inputs.front());
    const Index groups = call.integer("groups");
    if (count % groups != 0) {
        throw dsl::diagnostics::not_divisible("group_norm", "groups", groups, "channels", count);
    }
    scale_and_shift(call, count);
    return {call.inputs.front()};
}

std::vector<Value> build_group_norm(BuildCall& call) {
    Value x = channels_last(call.inputs.front());
    x.var = group_norm(x.var, norm_of(call), integer(call.arguments, "groups"), position_axes(x));
    return {x};
}

}  // namespace

Definition define_layer_norm() {
    return {
        .entry = {.name = "layer_norm",
                  .kind = dsl::EntryKind::layer,
                  .doc =
                      "Normalises each vector, then scales and shifts each of its places by learned numbers.",
                  .details = "Each vector of a sequence on its own; a picture as a whole, with one scale and "
                             "shift for a channel (Ba et al., 2016).",
                  .inputs = {"x"},
                  .arguments = {epsilon_argument()},
                  .type = type_of_layer_norm,
                  .example = "layer_norm"},
        .build = build_layer_norm,
        .stepping = vectors_alike()};
}

Definition define_instance_norm() {
    return {
        .entry = {.name = "instance_norm",
                  .kind = dsl::EntryKind::layer,
                  .doc = "Normalises each channel of each picture or sequence by itself.",
                  .details =
                      "Ulyanov et al., 2016. With `affine = true` each channel is then scaled and shifted "
                      "by learned numbers.",
                  .inputs = {"x"},
                  .arguments = {boolean_argument("affine", "learns a scale and shift for each channel",
                                                 false),
                                epsilon_argument()},
                  .type = type_of_instance_norm,
                  .example = "instance_norm"},
        .build = build_instance_norm};
}

Definition define_group_norm() {
    return {
        .entry =
            {.name = "group_norm",
             .kind = dsl::EntryKind::layer,
             .doc = "Normalises groups of channels of each picture or sequence, then scales and shifts each "
                    "channel.",
             .details = "Wu & He, 2018.",
             .inputs = {"x"},
             .arguments = {integer_argument("groups", "how many groups the channels form", value_of(32.0), 1),
                           epsilon_argument()},
             .type = type_of_group_norm,
             .example = "group_norm(8)"},
        .build = build_group_norm};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
