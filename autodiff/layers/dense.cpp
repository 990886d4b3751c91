#include "autodiff/layers/support.hpp"

// Layers without a kernel of positions: dense, embedding, dropout, spectral_norm.
namespace gandsl {
inline namespace GANDSL_PRECISION {

Var dense(Var x, const Dense& layer) {
    require_parts("dense", {{"x", x}, {"the weight", layer.weight}});
    Shape shape = x.shape();
    const Shape weight = layer.weight.shape();
    if (weight.size() != 2 || shape.empty() || shape.back() != weight[0]) {
        refuse_shapes("dense", {{"x", x}, {"weight", layer.weight}},
                      "x (..., inputs) and a weight (inputs, units)");
    }
    Index rows = 1;
    for (std::size_t axis = 0; axis + 1 < shape.size(); ++axis) {
        rows *= shape[axis];
    }
    const Var result = with_bias(matmul(reshape(x, {rows, weight[0]}), layer.weight), layer.bias, "dense");
    shape.back() = weight[1];
    return reshape(result, shape);
}

Dense make_dense(Tape& tape, Index inputs, Index units, WeightKeys& keys, const LayerOptions& options) {
    require_sizes("make_dense", {inputs, units});
    const Initializer own = fan_initializer(static_cast<double>(inputs));
    Dense layer;
    layer.weight = make_weight(tape, options, "weight", {inputs, units},
                               options.initializer ? options.initializer : own, keys);
    if (options.bias) {
        layer.bias = make_weight(tape, options, "bias", {units}, own, keys);
    }
    return layer;
}

Var embedding(Var indices, const Embedding& layer) {
    require_parts("embedding", {{"the indices", indices}, {"the weight", layer.weight}});
    if (layer.weight.shape().size() != 2) {
        refuse_shapes("embedding", {{"indices", indices}, {"weight", layer.weight}},
                      "a weight (rows, width)");
    }
    return gather(layer.weight, indices);
}

Var position(Var x, const Embedding& layer) {
    require_parts("position", {{"x", x}, {"the weight", layer.weight}});
    const Shape shape = x.shape();
    const Shape table = layer.weight.shape();
    if (table.size() != 2 || shape.size() < 2 || shape.back() != table[1] ||
        shape[shape.size() - 2] > table[0]) {
        refuse_shapes("position", {{"x", x}, {"weight", layer.weight}},
                      "x (..., steps, width) and a weight (rows, width) of at least as many rows");
    }
    const Index steps = shape[shape.size() - 2];
    return x + (table[0] == steps ? layer.weight : slice(layer.weight, 0, 0, steps));
}

Embedding make_embedding(Tape& tape, Index rows, Index width, WeightKeys& keys, const LayerOptions& options) {
    require_sizes("make_embedding", {rows, width});
    return {.weight = make_weight(tape, options, "weight", {rows, width},
                                  options.initializer ? options.initializer : normal_initializer(1), keys)};
}

Var dropout(Var x, double rate, std::uint32_t stream) {
    require_parts("dropout", {{"x", x}});
    require_setting(rate >= 0 && rate < 1, "dropout", "rate " + std::to_string(rate), "0 or above, below 1");
    if (rate == 0) {
        return x;
    }
    Tape& tape = x.tape();
    const Var keep = greater_equal(random_uniform(tape, x.shape(), stream), tape.constant(rate));
    return x * (keep * (1 / (1 - rate)));
}

namespace {

/// A vector over its length, which may be 0.
Var over_length(Var x) {
    return x / (sqrt(sum(square(x))) + 1e-12);
}

}  // namespace

SpectralNorm spectral_norm(Var weight, Var singular_vector, Index iterations) {
    require_parts("spectral_norm", {{"the weight", weight}, {"the singular vector", singular_vector}});
    require_setting(iterations >= 1, "spectral_norm", std::to_string(iterations) + " iterations",
                    "at least 1");
    const Shape shape = weight.shape();
    if (shape.empty() || singular_vector.shape() != Shape{shape.back()}) {
        refuse_shapes("spectral_norm", {{"weight", weight}, {"singular vector", singular_vector}},
                      "a vector with a number for each place of the weight's last axis");
    }
    const Index columns = shape.back();
    const Var matrix = reshape(weight, {-1, columns});
    const Var fixed = stop_gradient(matrix);
    Var right = reshape(singular_vector, {columns, 1});
    Var left;
    for (Index i = 0; i < iterations; ++i) {
        left = over_length(matmul(fixed, right));
        right = over_length(matmul(fixed, left, true));
    }
    const Var next = reshape(right, {columns});
    // Both vectors count as constants, so that the gradient of the singular value is left right^T.
    const Var value = sum(stop_gradient(left) * matmul(matrix, stop_gradient(right)));
    return {.weight = weight / value, .singular_vector = next};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
