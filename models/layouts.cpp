#include "models/layouts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autodiff/operations.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

bool is_picture(const dsl::Type& type) {
    return type.shape.size() == 3;
}

namespace {

/// Whether both layouts are the same sequence of numbers.
bool same_order(const dsl::Type& type) {
    return type.shape[0] == 1 || (type.shape[1] == 1 && type.shape[2] == 1);
}

Value in_layout(const Value& value, Layout layout) {
    if (!is_picture(value.type) || value.layout == layout) {
        return value;
    }
    Value result = value;
    result.layout = layout;
    if (same_order(value.type)) {
        const Index batch = value.type.batched ? value.var.shape()[0] : 1;
        result.var = reshape(value.var, tape_shape(value.type, batch, layout));
        return result;
    }
    std::vector<Index> permutation =
        layout == Layout::channels_last ? std::vector<Index>{1, 2, 0} : std::vector<Index>{2, 0, 1};
    if (value.type.batched) {
        for (Index& axis : permutation) {
            ++axis;
        }
        permutation.insert(permutation.begin(), 0);
    }
    result.var = transpose(value.var, permutation);
    return result;
}

}  // namespace

Shape tape_shape(const dsl::Type& type, Index batch, Layout layout) {
    Shape shape = type.shape;
    if (layout == Layout::channels_last) {
        std::rotate(shape.begin(), shape.begin() + 1, shape.end());
    }
    if (type.batched) {
        shape.insert(shape.begin(), batch);
    }
    return shape;
}

Value channels_first(const Value& value) {
    return in_layout(value, Layout::channels_first);
}

Value channels_last(const Value& value) {
    return in_layout(value, Layout::channels_last);
}

Aligned align(const std::vector<Value>& inputs) {
    std::size_t rank = 0;
    bool last = false;       // a picture is held channels last
    bool small_only = true;  // everything else is one number
    for (const Value& input : inputs) {
        rank = std::max(rank, input.type.shape.size());
        last = last || input.layout == Layout::channels_last;
        small_only = small_only && (is_picture(input.type) || element_count(input.type.shape) == 1);
    }
    const Layout layout = last && small_only && rank == 3 ? Layout::channels_last : Layout::channels_first;
    Aligned aligned{.operands = {}, .layout = layout};
    for (const Value& input : inputs) {
        const Value operand = in_layout(input, layout);
        Var var = operand.var;
        const std::size_t missing = rank - operand.type.shape.size();
        if (operand.type.batched && missing > 0) {
            Shape shape = var.shape();
            shape.insert(shape.begin() + 1, missing, 1);
            var = reshape(var, shape);
        }
        aligned.operands.push_back(var);
    }
    return aligned;
}

Value reshape_example(const Value& value, dsl::Type type, Index batch) {
    const Value first = channels_first(value);
    const Shape shape = tape_shape(type, batch);
    return {.var = shape == first.var.shape() ? first.var : reshape(first.var, shape),
            .type = std::move(type)};
}

Real largest_below(double bound) {
    return std::nextafter(static_cast<Real>(bound), -std::numeric_limits<Real>::infinity());
}

Value with_batch(const Value& value, Index batch) {
    if (value.type.batched) {
        return value;
    }
    Value result = value;
    result.type.batched = true;
    result.number = {};
    result.var = broadcast_to(value.var, tape_shape(result.type, batch, value.layout));
    return result;
}

Index tape_axis(const Value& value, std::size_t axis) {
    return static_cast<Index>(axis) + (value.type.batched ? 1 : 0);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
