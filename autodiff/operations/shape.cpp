#include <algorithm>
#include <array>
#include <string>

#include "autodiff/error.hpp"
#include "autodiff/kernels/around_axis.hpp"
#include "autodiff/kernels/copy.hpp"
#include "autodiff/kernels/reduced_axes.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

Index axis_of(Index axis, const Shape& shape, const char* operation) {
    return static_cast<Index>(resolve_axis(axis, shape.size(), operation));
}

// reshape and stop_gradient: the same memory.

Shape reshape_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const Shape& result = attributes.integers;
    if (std::any_of(result.begin(), result.end(), [](Index size) { return size < 0; }) ||
        element_count(result) != element_count(inputs[0])) {
        throw Error(ErrorCode::shape, "[reshape] shape " + to_string(inputs[0]) + " has " +
                                          std::to_string(element_count(inputs[0])) +
                                          " elements and cannot become " + to_string(result));
    }
    return result;
}

std::vector<Var> reshape_vjp(const VjpCall& call) {
    return {reshape(call.cotangent, call.inputs[0].shape())};
}

std::vector<Sample> reshape_samples() {
    const auto to = [](const char* name, Shape from, Shape shape) {
        return Sample{.name = name, .shapes = {std::move(from)}, .build = [shape](std::span<const Var> x) {
                          return reshape(x[0], shape);
                      }};
    };
    return {to("joins axes", {2, 3, 4}, {6, 4}), to("splits an axis", {6}, {2, 1, 3}),
            to("one size left open", {2, 3, 4}, {4, -1}), to("scalar to vector", {}, {1}),
            to("vector to scalar", {1}, {})};
}

Shape same_shape(const Attributes&, std::span<const Shape> inputs) {
    return inputs[0];
}

std::vector<Sample> stop_gradient_samples() {
    return {{.name = "matrix",
             .shapes = {{2, 3}},
             .build = [](std::span<const Var> x) { return stop_gradient(x[0]); },
             .smooth = false}};
}

// broadcast_to is elementwise work: the engine reads its input as if it had the result's shape.

Shape broadcast_to_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const Shape& result = attributes.integers;
    element_count(result);
    if (broadcast_shapes(inputs[0], result, "broadcast_to") != result) {
        throw Error(ErrorCode::shape, "[broadcast_to] shape " + to_string(inputs[0]) +
                                          " cannot be broadcast to " + to_string(result) +
                                          ": each size, aligned right, must be equal or 1");
    }
    return result;
}

void copy_block(Real* out, const Real* const* inputs, std::size_t count, const double*) {
    std::copy_n(inputs[0], inputs[0] == out ? 0 : count, out);
}

std::vector<Var> broadcast_to_vjp(const VjpCall& call) {
    return {sum_to(call.cotangent, Shape(call.inputs[0].shape()))};
}

std::vector<Sample> broadcast_to_samples() {
    const auto to = [](const char* name, Shape from, Shape shape) {
        return Sample{.name = name, .shapes = {std::move(from)}, .build = [shape](std::span<const Var> x) {
                          return broadcast_to(x[0], shape);
                      }};
    };
    return {to("scalar", {}, {2, 3}), to("new outer axis", {3}, {2, 3}), to("inner axis", {2, 1}, {2, 3}),
            to("axis between", {2, 1, 3}, {4, 2, 5, 3}), to("axes of size 1", {1, 1}, {1, 1, 1})};
}

// slice and pad: attributes axis, then begin, end, stride or before, after, stride.

Shape slice_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const std::size_t axis = recorded_axis(attributes.integers[0], inputs[0], "slice");
    const Index begin = attributes.integers[1];
    const Index end = attributes.integers[2];
    const Index stride = attributes.integers[3];
    Shape result = inputs[0];
    if (begin < 0 || begin >= end || end > result[axis] || stride < 1) {
        throw Error(ErrorCode::shape, "[slice] places " + std::to_string(begin) + " to " +
                                          std::to_string(end) + " in steps of " + std::to_string(stride) +
                                          " along axis " + std::to_string(axis) + " of shape " +
                                          to_string(inputs[0]) + ": expected 0 <= begin < end <= " +
                                          std::to_string(result[axis]) + " and a step of at least 1");
    }
    result[axis] = (end - begin - 1) / stride + 1;
    return result;
}

void slice_forward(const Call& call) {
    const std::vector<Index>& at = call.attributes.integers;
    const AroundAxis in = around(call.inputs[0].shape, at[0]);
    const AroundAxis out = around(call.output.shape, at[0]);
    copy_places(call.output.data, {out.length}, call.inputs[0].data, {in.length, at[1], at[3]}, out.outer,
                out.length, out.inner, call.execution.pool);
}

std::vector<Var> slice_vjp(const VjpCall& call) {
    const std::vector<Index>& at = call.attributes.integers;
    const auto axis = static_cast<std::size_t>(at[0]);
    const Index last = at[1] + (call.output.shape()[axis] - 1) * at[3];
    return {pad(call.cotangent, at[0], at[1], call.inputs[0].shape()[axis] - last - 1, at[3])};
}

std::vector<Sample> slice_samples() {
    const auto of = [](const char* name, Shape shape, Index axis, Index begin, Index end, Index stride) {
        return Sample{.name = name, .shapes = {std::move(shape)}, .build = [=](std::span<const Var> x) {
                          return slice(x[0], axis, begin, end, stride);
                      }};
    };
    return {of("first axis", {5, 3}, 0, 1, 4, 1),
            of("last axis", {3, 7}, -1, 2, 5, 1),
            of("middle axis", {2, 5, 3}, 1, 0, 2, 1),
            of("every second", {2, 7}, 1, 1, 7, 2),
            of("every third of three", {9, 2}, 0, 0, 8, 3),
            of("one place", {4, 2}, 0, 3, 4, 1),
            of("vector", {6}, 0, 2, 6, 1)};
}

Shape pad_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const std::size_t axis = recorded_axis(attributes.integers[0], inputs[0], "pad");
    const Index before = attributes.integers[1];
    const Index after = attributes.integers[2];
    const Index stride = attributes.integers[3];
    Shape result = inputs[0];
    if (before < 0 || after < 0 || stride < 1 || result[axis] < 1) {
        throw Error(ErrorCode::shape, "[pad] " + std::to_string(before) + " places before and " +
                                          std::to_string(after) + " after, in steps of " +
                                          std::to_string(stride) + ", along axis " + std::to_string(axis) +
                                          " of shape " + to_string(inputs[0]) +
                                          ": expected at least 0 places, and a step of at least 1");
    }
    const Index spread = add_sizes(multiply_sizes(result[axis] - 1, stride, "pad"), 1, "pad");
    result[axis] = add_sizes(add_sizes(before, spread, "pad"), after, "pad");
    return result;
}

void pad_forward(const Call& call) {
    const std::vector<Index>& at = call.attributes.integers;
    const AroundAxis in = around(call.inputs[0].shape, at[0]);
    const AroundAxis out = around(call.output.shape, at[0]);
    fill(call.output.data, call.output.size(), 0, call.execution.pool);
    copy_places(call.output.data, {out.length, at[1], at[3]}, call.inputs[0].data, {in.length}, in.outer,
                in.length, in.inner, call.execution.pool);
}

std::vector<Var> pad_vjp(const VjpCall& call) {
    const std::vector<Index>& at = call.attributes.integers;
    const Index length = call.inputs[0].shape()[static_cast<std::size_t>(at[0])];
    return {slice(call.cotangent, at[0], at[1], at[1] + (length - 1) * at[3] + 1, at[3])};
}

std::vector<Sample> pad_samples() {
    const auto of = [](const char* name, Shape shape, Index axis, Index before, Index after, Index stride) {
        return Sample{.name = name, .shapes = {std::move(shape)}, .build = [=](std::span<const Var> x) {
                          return pad(x[0], axis, before, after, stride);
                      }};
    };
    return {of("first axis", {2, 3}, 0, 1, 2, 1),          of("last axis", {3, 2}, -1, 2, 0, 1),
            of("middle axis", {2, 2, 3}, 1, 0, 2, 1),      of("every second", {2, 3}, 1, 1, 0, 2),
            of("every third of rows", {3, 2}, 0, 0, 1, 3), of("axis of size 1", {1}, 0, 1, 1, 2)};
}

// concatenate: attribute axis.

Shape concatenate_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const std::size_t axis = recorded_axis(attributes.integers[0], inputs[0], "concatenate");
    Shape result = inputs[0];
    for (const Shape& input : inputs.subspan(1)) {
        Shape fitted = input;
        if (fitted.size() == result.size()) {
            fitted[axis] = result[axis];
        }
        if (fitted != result) {
            throw Error(ErrorCode::shape, "[concatenate] shapes " + to_string(inputs[0]) + " and " +
                                              to_string(input) + " must be equal but for axis " +
                                              std::to_string(axis));
        }
        result[axis] = add_sizes(result[axis], input[axis], "concatenate");
    }
    return result;
}

void concatenate_forward(const Call& call) {
    const Index axis = call.attributes.integers[0];
    const Index length = around(call.output.shape, axis).length;
    Index first = 0;
    for (const ConstTensor& input : call.inputs) {
        const AroundAxis in = around(input.shape, axis);
        copy_places(call.output.data, {length, first}, input.data, {in.length}, in.outer, in.length, in.inner,
                    call.execution.pool);
        first += in.length;
    }
}

std::vector<Var> concatenate_vjp(const VjpCall& call) {
    const Index axis = call.attributes.integers[0];
    std::vector<Var> gradients;
    Index first = 0;
    for (std::size_t part = 0; part < call.inputs.size(); ++part) {
        const Index length = call.inputs[part].shape()[static_cast<std::size_t>(axis)];
        const Shape own = call.inputs[part].shape();
        gradients.push_back(!call.wanted[part] ? Var()
                            : length == 0      ? call.cotangent.tape().filled(own, 0)
                                               : slice(call.cotangent, axis, first, first + length));
        first += length;
    }
    return gradients;
}

std::vector<Sample> concatenate_samples() {
    const auto along = [](const char* name, std::vector<Shape> shapes, Index axis) {
        return Sample{.name = name, .shapes = std::move(shapes), .build = [axis](std::span<const Var> x) {
                          return concatenate(x, axis);
                      }};
    };
    return {along("first axis", {{2, 3}, {1, 3}}, 0),
            along("last axis", {{2, 3}, {2, 1}, {2, 2}}, -1),
            along("middle axis", {{2, 1, 3}, {2, 2, 3}}, 1),
            along("vectors", {{3}, {1}}, 0),
            {.name = "with itself", .shapes = {{2, 2}}, .build = [](std::span<const Var> x) {
                 return concatenate({x[0], x[0]}, 1);
             }}};
}

}  // namespace

const Operation reshape_operation{
    .name = "reshape",
    .doc = "The same elements in the same order under another shape.",
    .arity = 1,
    .shape = reshape_shape,
    .vjp = reshape_vjp,
    .alias = true,
    .samples = reshape_samples,
    .moves = true,
};

const Operation stop_gradient_operation{
    .name = "stop_gradient",
    .doc = "The same value, through which no gradient flows.",
    .arity = 1,
    .shape = same_shape,
    .alias = true,
    .samples = stop_gradient_samples,
};

const Operation broadcast_to_operation{
    .name = "broadcast_to",
    .doc = "Repeats along new axes and axes of size 1, as broadcasting does.",
    .arity = 1,
    .shape = broadcast_to_shape,
    .kernel = copy_block,
    .vjp = broadcast_to_vjp,
    .cheap = true,
    .samples = broadcast_to_samples,
    .moves = true,
};

const Operation slice_operation{
    .name = "slice",
    .doc = "Places begin, begin + stride, ... before end along one axis.",
    .arity = 1,
    .shape = slice_shape,
    .forward = slice_forward,
    .vjp = slice_vjp,
    .samples = slice_samples,
    .moves = true,
};

const Operation pad_operation{
    .name = "pad",
    .doc = "Zeros before, after and between the places of one axis.",
    .arity = 1,
    .shape = pad_shape,
    .forward = pad_forward,
    .vjp = pad_vjp,
    .samples = pad_samples,
};

const Operation concatenate_operation{
    .name = "concatenate",
    .doc = "Arrays one after the other along one axis.",
    .arity = -1,
    .shape = concatenate_shape,
    .forward = concatenate_forward,
    .vjp = concatenate_vjp,
    .samples = concatenate_samples,
};

Var reshape(Var x, Shape shape) {
    require_var(x, "reshape", "input 0");
    const Shape from = x.shape();
    const auto open = std::find(shape.begin(), shape.end(), -1);
    if (open != shape.end() && std::count(shape.begin(), shape.end(), -1) == 1) {
        *open = 1;
        const Index rest = element_count(shape);
        *open = rest > 0 && element_count(from) % rest == 0 ? element_count(from) / rest : -1;
    }
    if (shape == from) {
        return x;
    }
    return record(reshape_operation, {x}, {.integers = std::move(shape)});
}

Var stop_gradient(Var x) {
    return record(stop_gradient_operation, {x});
}

Var broadcast_to(Var x, Shape shape) {
    require_var(x, "broadcast_to", "input 0");
    if (shape == x.shape()) {
        return x;
    }
    return record(broadcast_to_operation, {x}, {.integers = std::move(shape)});
}

Var slice(Var x, Index axis, Index begin, std::optional<Index> end, Index stride) {
    require_var(x, "slice", "input 0");
    axis = axis_of(axis, x.shape(), "slice");
    const Index length = x.shape()[static_cast<std::size_t>(axis)];
    const Index first = begin < 0 ? begin + length : begin;
    const Index behind = !end ? length : *end < 0 ? *end + length : *end;
    if (first < 0 || first >= behind || behind > length || stride < 1) {
        throw Error(ErrorCode::shape, "[slice] elements " + std::to_string(begin) + " to " +
                                          (end ? std::to_string(*end) : std::string("the end")) +
                                          " in steps of " + std::to_string(stride) + " along axis " +
                                          std::to_string(axis) + " of shape " + to_string(x.shape()) +
                                          ": expected begin before end, both up to " +
                                          std::to_string(length) + " or, from the end, down to " +
                                          std::to_string(-length) + ", and a step of at least 1");
    }
    if (first == 0 && stride == 1 && behind == length) {
        return x;
    }
    return record(slice_operation, {x}, {.integers = {axis, first, behind, stride}});
}

Var Var::element(Index index) const {
    require_var(*this, "Var::operator[]", "this");
    Shape rest = shape();
    if (rest.empty()) {
        throw Error(ErrorCode::shape, "[Var::operator[]] index " + std::to_string(index) +
                                          " of a single number, which has no axes");
    }
    const Index length = rest[0];
    const Index position = index < 0 ? index + length : index;
    if (position < 0 || position >= length) {
        throw Error(ErrorCode::shape, "[Var::operator[]] index " + std::to_string(index) +
                                          " of the first axis, of size " + std::to_string(length) +
                                          ", of shape " + to_string(rest));
    }
    rest.erase(rest.begin());
    return gandsl::reshape(slice(*this, 0, position, position + 1), rest);
}

Var pad(Var x, Index axis, Index before, Index after, Index stride) {
    require_var(x, "pad", "input 0");
    axis = axis_of(axis, x.shape(), "pad");
    if (before == 0 && after == 0 && (stride == 1 || x.shape()[static_cast<std::size_t>(axis)] == 1)) {
        return x;
    }
    return record(pad_operation, {x}, {.integers = {axis, before, after, stride}});
}

Var concatenate(std::span<const Var> parts, Index axis) {
    if (parts.empty()) {
        throw Error(ErrorCode::invalid_argument, "[concatenate] no arrays; expected at least one");
    }
    require_var(parts[0], "concatenate", "input 0");
    axis = axis_of(axis, parts[0].shape(), "concatenate");
    return parts.size() == 1 ? parts[0] : record(concatenate_operation, parts, {.integers = {axis}});
}

Var concatenate(std::initializer_list<Var> parts, Index axis) {
    return concatenate(std::span<const Var>(parts.begin(), parts.size()), axis);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
