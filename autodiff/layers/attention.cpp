#include <cmath>

#include "autodiff/array.hpp"
#include "autodiff/layers/support.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

/// 0 where a step may look, far below every score where it may not: later steps.
Array later_steps_hidden(Index length) {
    Array mask = make_array({length, length});
    for (Index step = 0; step < length; ++step) {
        for (Index other = step + 1; other < length; ++other) {
            mask.data()[step * length + other] = static_cast<Real>(-1e9);
        }
    }
    return mask;
}

Index width_of(const Attention& layer) {
    require_parts("attention", {{"the query's weight", layer.query.weight},
                                {"the key's weight", layer.key.weight},
                                {"the value's weight", layer.value.weight},
                                {"the result's weight", layer.result.weight}});
    const Shape shape = layer.query.weight.shape();
    if (shape.size() != 2 || shape[0] != shape[1] || layer.key.weight.shape() != shape ||
        layer.value.weight.shape() != shape || layer.result.weight.shape() != shape) {
        refuse_shapes("attention",
                      {{"query's weight", layer.query.weight},
                       {"key's weight", layer.key.weight},
                       {"value's weight", layer.value.weight},
                       {"result's weight", layer.result.weight}},
                      "all (width, width)");
    }
    require_setting(layer.heads >= 1 && shape[0] % layer.heads == 0, "attention",
                    std::to_string(layer.heads) + " heads for a width of " + std::to_string(shape[0]),
                    "a width that divides into the heads");
    return shape[0];
}

Shape sequence_shape(const char* role, Var x, const Attention& layer, Index width) {
    require_parts("attention", {{"the query's weight", layer.query.weight}, {role, x}});
    Shape shape = x.shape();
    if ((shape.size() != 2 && shape.size() != 3) || shape.back() != width) {
        refuse_shapes("attention", {{role, x}, {"query's weight", layer.query.weight}},
                      "sequences (n, steps, width) or (steps, width) of width " + std::to_string(width));
    }
    if (shape.size() == 2) {
        shape.insert(shape.begin(), 1);
    }
    return shape;
}

Var scores_of(const AttentionHeads& heads) {
    return matmul(heads.query, heads.key, false, true);
}

/// In the given shape, to which the bias is added, for the planner to join it with what follows.
Var mixed(Var scores, const AttentionHeads& heads, const Attention& layer, const Shape& shape) {
    const Var by_step = transpose(matmul(softmax(scores), heads.value), {0, 2, 1, 3});
    const Shape steps = by_step.shape();
    const Var rows = reshape(by_step, {steps[0] * steps[1], shape.back()});
    return with_bias(reshape(matmul(rows, layer.result.weight), shape), layer.result.bias, "attention");
}

}  // namespace

AttentionHeads attention_heads(Var x, Var context, const Attention& layer) {
    const Index width = width_of(layer);
    const Shape own = sequence_shape("x", x, layer, width);
    const Shape other = sequence_shape("context", context, layer, width);
    if (own[0] != other[0]) {
        refuse_shapes("attention", {{"x", x}, {"context", context}}, "as many examples in both");
    }
    const Index size = width / layer.heads;
    const auto by_head = [&](Var part, const Shape& shape) {
        return transpose(reshape(part, {shape[0], shape[1], layer.heads, size}), {0, 2, 1, 3});
    };
    const auto rows_of = [&](Var sequence, const Shape& shape) {
        return reshape(sequence, {shape[0] * shape[1], width});
    };
    const Var rows = rows_of(x, own);
    const Var other_rows = context == x ? rows : rows_of(context, other);
    AttentionHeads heads;
    heads.query = by_head(dense(rows, layer.query) * (1 / std::sqrt(static_cast<double>(size))), own);
    heads.key = by_head(dense(other_rows, layer.key), other);
    heads.value = by_head(dense(other_rows, layer.value), other);
    return heads;
}

Var attend(const AttentionHeads& heads, const Attention& layer, Var hidden) {
    const Index width = width_of(layer);
    require_parts("attention",
                  {{"the query", heads.query}, {"the key", heads.key}, {"the value", heads.value}});
    const Shape query = heads.query.shape();
    if (query.size() != 4 || query[1] != layer.heads || query[3] * layer.heads != width ||
        heads.key.shape() != heads.value.shape()) {
        refuse_shapes("attention", {{"query", heads.query}, {"key", heads.key}, {"value", heads.value}},
                      "(n, heads, steps, width / heads) with " + std::to_string(layer.heads) +
                          " heads and a width of " + std::to_string(width));
    }
    Var scores = scores_of(heads);
    if (hidden.valid()) {
        scores = scores + hidden;
    }
    return mixed(scores, heads, layer, {query[0], query[2], width});
}

Var attention(Var x, Var context, const Attention& layer) {
    const AttentionHeads heads = attention_heads(x, context, layer);
    Var scores = scores_of(heads);
    if (layer.causal) {
        const Shape shape = scores.shape();
        if (shape[2] != shape[3]) {
            refuse_shapes("attention", {{"x", x}, {"context", context}},
                          "as many steps in both where the layer is causal");
        }
        scores = scores + x.tape().constant(later_steps_hidden(shape[2]));
    }
    return mixed(scores, heads, layer, x.shape());
}

Var attention(Var x, const Attention& layer) {
    return attention(x, x, layer);
}

Attention make_attention(Tape& tape, Index width, Index heads, WeightKeys& keys,
                         const LayerOptions& options) {
    require_sizes("make_attention", {width, heads});
    require_setting(width % heads == 0, "make_attention",
                    std::to_string(heads) + " heads for a width of " + std::to_string(width),
                    "a width that divides into the heads");
    const Initializer own = fan_initializer(static_cast<double>(width));
    const auto part = [&](const std::string& name) {
        Dense result;
        result.weight = make_weight(tape, options, name + "_weight", {width, width},
                                    options.initializer ? options.initializer : own, keys);
        if (options.bias) {
            result.bias = make_weight(tape, options, name + "_bias", {width}, own, keys);
        }
        return result;
    };
    return {.query = part("query"),
            .key = part("key"),
            .value = part("value"),
            .result = part("result"),
            .heads = heads};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
