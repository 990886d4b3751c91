#include <cmath>
#include <numeric>
#include <utility>

#include "autodiff/array.hpp"
#include "autodiff/layers/support.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

Index features_of(const char* layer, Var x, Index min_rank) {
    require_parts(layer, {{"x", x}});
    const Shape shape = x.shape();
    if (static_cast<Index>(shape.size()) < min_rank) {
        refuse_shapes(layer, {{"x", x}}, "at least " + std::to_string(min_rank) + " axes");
    }
    return shape.back();
}

/// Vectors of features, each empty or of the size of x's last axis.
void require_features(const char* layer, Var x, std::initializer_list<LayerPart> vectors) {
    const Index features = x.shape().back();
    for (const LayerPart& vector : vectors) {
        require_parts(layer, {{"x", x}, vector});
        if (vector.var.shape() != Shape{features}) {
            refuse_shapes(layer, {{"x", x}, vector},
                          "a vector (" + std::to_string(features) + "), a number for each feature");
        }
    }
}

void require_epsilon(const char* layer, double epsilon) {
    require_setting(std::isfinite(epsilon) && epsilon >= 0, layer, "epsilon " + std::to_string(epsilon),
                    "a finite number, 0 or above");
}

Var scaled_and_shifted(const char* name, Var x, const Norm& layer) {
    if (layer.weight.valid()) {
        require_features(name, x, {{"weight", layer.weight}});
        x = x * layer.weight;
    }
    if (layer.bias.valid()) {
        require_features(name, x, {{"bias", layer.bias}});
        x = x + layer.bias;
    }
    return x;
}

void require_positions(const char* layer, Index positions) {
    require_setting(positions >= 1, layer, std::to_string(positions) + " axes of positions", "at least 1");
}

void require_batch_norm(Var x, const BatchNorm& layer) {
    features_of("batch_norm", x, 1);
    require_epsilon("batch_norm", layer.epsilon);
    require_features("batch_norm", x,
                     {{"weight", layer.weight},
                      {"bias", layer.bias},
                      {"running mean", layer.running_mean},
                      {"running variance", layer.running_variance}});
}

Var filled_weight(Tape& tape, const std::string& name, const char* part, Index features, Real value) {
    require_sizes("make_norm", {features});
    return tape.state(make_array({features}, value), part_name(name, part));
}

}  // namespace

Var standardize(Var x, Axes axes, double epsilon) {
    require_epsilon("standardize", epsilon);
    const auto [average, variance] = mean_and_variance(x, std::move(axes), true);
    return (x - average) / sqrt(variance + epsilon);
}

Var batch_norm(Var x, const BatchNorm& layer) {
    require_batch_norm(x, layer);
    const Var scale = layer.weight / sqrt(layer.running_variance + layer.epsilon);
    return (x - layer.running_mean) * scale + layer.bias;
}

BatchNormStep batch_norm_in_training(Var x, const BatchNorm& layer) {
    require_batch_norm(x, layer);
    require_setting(layer.momentum >= 0 && layer.momentum <= 1, "batch_norm",
                    "momentum " + std::to_string(layer.momentum), "0 to 1");
    const Shape shape = x.shape();
    std::vector<Index> axes(shape.size() - 1);
    std::iota(axes.begin(), axes.end(), 0);
    double count = 1;
    for (const Index axis : axes) {
        count *= static_cast<double>(shape[static_cast<std::size_t>(axis)]);
    }
    if (axes.empty()) {
        refuse_shapes("batch_norm", {{"x", x}}, "x (..., features), a batch of them");
    }
    const auto [average, variance] = mean_and_variance(x, axes);
    BatchNormStep step;
    step.result = (x - average) * (layer.weight / sqrt(variance + layer.epsilon)) + layer.bias;
    const double momentum = layer.momentum;
    // The running variance is the unbiased estimate, the one that normalises is not.
    const double unbiased = count > 1 ? count / (count - 1) : 1;
    step.running_mean = layer.running_mean * (1 - momentum) + average * momentum;
    step.running_variance = layer.running_variance * (1 - momentum) + variance * (momentum * unbiased);
    return step;
}

BatchNorm make_batch_norm(Tape& tape, Index features, const std::string& name) {
    const Norm norm = make_norm(tape, features, name);
    return {.weight = norm.weight,
            .bias = norm.bias,
            .running_mean = filled_weight(tape, name, "running_mean", features, 0),
            .running_variance = filled_weight(tape, name, "running_variance", features, 1)};
}

Var layer_norm(Var x, const Norm& layer, Index axes) {
    require_setting(axes >= 1, "layer_norm", std::to_string(axes) + " axes", "at least 1");
    features_of("layer_norm", x, axes);
    std::vector<Index> last(static_cast<std::size_t>(axes));
    std::iota(last.begin(), last.end(), -axes);
    return scaled_and_shifted("layer_norm", standardize(x, last, layer.epsilon), layer);
}

Var rms_norm(Var x, const Norm& layer) {
    features_of("rms_norm", x, 1);
    require_epsilon("rms_norm", layer.epsilon);
    return scaled_and_shifted("rms_norm", x / sqrt(mean(square(x), {-1}, true) + layer.epsilon), layer);
}

Var instance_norm(Var x, const Norm& layer, Index positions) {
    require_positions("instance_norm", positions);
    features_of("instance_norm", x, positions + 1);
    std::vector<Index> axes(static_cast<std::size_t>(positions));
    std::iota(axes.begin(), axes.end(), -positions - 1);
    return scaled_and_shifted("instance_norm", standardize(x, axes, layer.epsilon), layer);
}

Var group_norm(Var x, const Norm& layer, Index groups, Index positions) {
    require_positions("group_norm", positions);
    const Index features = features_of("group_norm", x, positions + 1);
    if (groups < 1 || features % groups != 0) {
        refuse_shapes("group_norm", {{"x", x}},
                      "features that divide into " + std::to_string(groups) + " groups");
    }
    const Shape whole = x.shape();
    Index examples = 1;
    Index places = 1;
    for (std::size_t axis = 0; axis + 1 < whole.size(); ++axis) {
        (axis + 1 + static_cast<std::size_t>(positions) < whole.size() ? examples : places) *= whole[axis];
    }
    const Var grouped = reshape(x, {examples, places, groups, features / groups});
    const Var normalized = standardize(grouped, {1, 3}, layer.epsilon);
    return scaled_and_shifted("group_norm", reshape(normalized, whole), layer);
}

Norm make_norm(Tape& tape, Index features, const std::string& name) {
    return {.weight = filled_weight(tape, name, "weight", features, 1),
            .bias = filled_weight(tape, name, "bias", features, 0)};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
