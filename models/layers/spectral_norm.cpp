#include "autodiff/layers.hpp"
#include "models/layers/layers.hpp"
#include "models/records.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

/// Of one weight: its matrix has a column for each place of the weight's last axis.
std::vector<dsl::Type> type_of_spectral_norm(dsl::TypeCall& call) {
    call.weight("singular_vector", {call.inputs.front().shape.back()},
                initializer_call("normal", {{"std", 1}}), false);
    return {call.inputs.front()};
}

std::vector<Value> build_spectral_norm(BuildCall& call) {
    Value weight = call.inputs.front();
    const SpectralNorm divided =
        spectral_norm(weight.var, call.weights[0], integer(call.arguments, "iterations"));
    if (call.mode == Mode::train) {
        call.update(0, divided.singular_vector);
    }
    weight.var = divided.weight;
    return {weight};
}

dsl::Argument layer_argument() {
    dsl::Argument argument;
    argument.name = "layer";
    argument.kind = dsl::ArgumentKind::layer;
    argument.doc = "a layer without its input, whose weights are divided";
    return argument;
}

dsl::Argument iterations_argument() {
    dsl::Argument argument =
        integer_argument("iterations", "power iterations in each step", value_of(1.0), 1);
    argument.max = 100;  // each becomes operations of its own
    return argument;
}

}  // namespace

Definition define_spectral_norm() {
    return {
        .entry =
            {.name = "spectral_norm",
             .kind = dsl::EntryKind::layer,
             .doc = "A layer whose weights are divided by their largest singular value.",
             .details =
                 "Of each weight of two axes or more, read as a matrix with a column for each place of its "
                 "last axis. Power iteration finds the value: each step goes on from the vector that the "
                 "step before left, which is stored as a running statistic (Miyato et al., 2018). Around "
                 "a layer of the file it acts on all the layers inside.",
             .inputs = {"x"},
             .arguments = {layer_argument(), by_name(iterations_argument())},
             .type = type_of_spectral_norm,
             .wraps = true,
             .example = "spectral_norm(conv(64, kernel = 4, stride = 2))"},
        .build = build_spectral_norm};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
