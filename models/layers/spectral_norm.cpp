#include "autodiff/operations.hpp"
#include "models/layers/layers.hpp"
#include "models/records.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

constexpr double min_length = 1e-12;  // under a length that may be 0

/// A vector over its length.
Var normalized(Var x) {
    return x / (sqrt(sum(square(x))) + min_length);
}

/// Of one weight: its matrix has a column for each place of the weight's last axis.
std::vector<dsl::Type> type_of_spectral_norm(dsl::TypeCall& call) {
    call.weight("singular_vector", {call.inputs.front().shape.back()},
                initializer_call("normal", {{"std", 1}}), false);
    return {call.inputs.front()};
}

std::vector<Value> build_spectral_norm(BuildCall& call) {
    Value weight = call.inputs.front();
    const Index columns = weight.type.shape.back();
    const Var matrix = reshape(weight.var, {-1, columns});
    const Var fixed = stop_gradient(matrix);
    Var right = reshape(call.weights[0], {columns, 1});
    Var left;
    const Index iterations = integer(call.arguments, "iterations");
    for (Index i = 0; i < iterations; ++i) {
        left = normalized(matmul(fixed, right));
        right = normalized(matmul(fixed, left, true));
    }
    if (call.mode == Mode::train) {
        call.update(0, reshape(right, {columns}));
    }
    // Both vectors count as constants, so that the gradient of the singular value is left right^T.
    const Var value = sum(stop_gradient(left) * matmul(matrix, stop_gradient(right)));
    weight.var = weight.var / value;
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
