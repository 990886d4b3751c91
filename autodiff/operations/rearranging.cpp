#include <algorithm>
#include <string>

#include "autodiff/error.hpp"
#include "autodiff/kernels/around_axis.hpp"
#include "autodiff/kernels/reduced_axes.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

/// `flip`, and functions made of the operations of shape.cpp.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// flip: attribute axis.

Shape flip_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    recorded_axis(attributes.integers[0], inputs[0], "flip");
    return inputs[0];
}

void flip_forward(const Call& call) {
    const AroundAxis at = around(call.output.shape, call.attributes.integers[0]);
    const Partition cut = partition(at.outer * at.length, static_cast<double>(at.inner), 16384);
    call.execution.pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        for (Index i = cut.begin(part); i < cut.end(part); ++i) {
            const Index from = i / at.length * at.length + at.length - 1 - i % at.length;
            std::copy_n(call.inputs[0].data + from * at.inner, at.inner, call.output.data + i * at.inner);
        }
    });
}

Var flip_along(Var x, Index axis) {
    return record(flip_operation, {x}, {.integers = {axis}});
}

std::vector<Sample> flip_samples() {
    const auto along = [](const char* name, Shape shape, Index axis) {
        return Sample{.name = name, .shapes = {std::move(shape)}, .build = [axis](std::span<const Var> x) {
                          return flip(x[0], axis);
                      }};
    };
    return {along("last axis", {3, 4}, -1), along("first axis", {5, 3}, 0),
            along("middle axis", {2, 3, 4}, 1), along("vector", {6}, 0)};
}

std::size_t axis_in(Index axis, const Shape& shape, const char* operation) {
    return resolve_axis(axis, shape.size(), operation);
}

}  // namespace

const Operation flip_operation{
    .name = "flip",
    .doc = "The elements along one axis in reverse order.",
    .shape = flip_shape,
    .forward = flip_forward,
    .vjp =
        [](const VjpCall& c) { return std::vector<Var>{flip_along(c.cotangent, c.attributes.integers[0])}; },
    .samples = flip_samples,
    .moves = true,
    .undoes = [](const Attributes& outer, const Attributes& inner) { return outer == inner; },
};

Var flip(Var x, Axes axes) {
    require_var(x, "flip", "input 0");
    for (const Index axis : axes_to_reduce(x.shape(), axes.list(), "flip")) {
        x = x.shape()[static_cast<std::size_t>(axis)] == 1 ? x : flip_along(x, axis);
    }
    return x;
}

Var expand_dims(Var x, Index axis) {
    require_var(x, "expand_dims", "input 0");
    Shape shape = x.shape();
    shape.insert(
        shape.begin() + static_cast<std::ptrdiff_t>(resolve_axis(axis, shape.size() + 1, "expand_dims")), 1);
    return reshape(x, shape);
}

Var squeeze(Var x, Axes axes) {
    require_var(x, "squeeze", "input 0");
    const Shape shape = x.shape();
    const std::vector<Index> gone = axes_to_reduce(shape, axes.list(), "squeeze");
    Shape left;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        const bool named = std::binary_search(gone.begin(), gone.end(), static_cast<Index>(axis));
        if (named && shape[axis] != 1 && !axes.list().empty()) {
            throw Error(ErrorCode::shape, "[squeeze] axis " + std::to_string(axis) + " of shape " +
                                              to_string(shape) + ": expected size 1");
        }
        if (!named || shape[axis] != 1) {
            left.push_back(shape[axis]);
        }
    }
    return reshape(x, left);
}

Var stack(std::span<const Var> parts, Index axis) {
    if (parts.empty()) {
        throw Error(ErrorCode::invalid_argument, "[stack] no arrays; expected at least one");
    }
    std::vector<Var> expanded;
    for (std::size_t part = 0; part < parts.size(); ++part) {
        require_var(parts[part], "stack", "input " + std::to_string(part));
        require_var_of(parts[0].tape(), parts[part], "stack", "input " + std::to_string(part));
        if (parts[part].shape() != parts[0].shape()) {
            throw Error(ErrorCode::shape, "[stack] shapes " + to_string(parts[0].shape()) + " and " +
                                              to_string(parts[part].shape()) + " must be equal");
        }
        expanded.push_back(expand_dims(parts[part], axis));
    }
    const std::size_t rank = expanded[0].shape().size();
    return concatenate(expanded, static_cast<Index>(resolve_axis(axis, rank, "stack")));
}

Var stack(std::initializer_list<Var> parts, Index axis) {
    return stack(std::span<const Var>(parts.begin(), parts.size()), axis);
}

std::vector<Var> split(Var x, Index parts, Index axis) {
    require_var(x, "split", "input 0");
    const Shape shape = x.shape();
    const std::size_t along = axis_in(axis, shape, "split");
    if (parts < 1 || shape[along] % parts != 0 || shape[along] == 0) {
        throw Error(ErrorCode::shape, "[split] axis " + std::to_string(along) + " of shape " +
                                          to_string(shape) + " into " + std::to_string(parts) +
                                          " equal parts: expected a number that divides its size, or the "
                                          "positions at which parts begin");
    }
    std::vector<Index> positions;
    for (Index part = 1; part < parts; ++part) {
        positions.push_back(shape[along] / parts * part);
    }
    return split(x, positions, axis);
}

std::vector<Var> split(Var x, std::span<const Index> positions, Index axis) {
    require_var(x, "split", "input 0");
    const Shape shape = x.shape();
    const auto along = static_cast<Index>(axis_in(axis, shape, "split"));
    std::vector<Index> ends(positions.begin(), positions.end());
    ends.push_back(shape[static_cast<std::size_t>(along)]);
    std::vector<Var> parts;
    Index begin = 0;
    for (const Index end : ends) {
        if (end <= begin) {
            throw Error(ErrorCode::shape, "[split] axis " + std::to_string(along) + " of shape " +
                                              to_string(shape) + " at positions " +
                                              to_string(Shape(positions.begin(), positions.end())) +
                                              ": expected rising ones, from 1 to its size less 1");
        }
        begin = end;
    }
    begin = 0;
    for (const Index end : ends) {
        parts.push_back(slice(x, along, begin, end));
        begin = end;
    }
    return parts;
}

std::vector<Var> split(Var x, std::initializer_list<Index> positions, Index axis) {
    return split(x, std::span<const Index>(positions.begin(), positions.size()), axis);
}

Var roll(Var x, Index shift, Index axis) {
    require_var(x, "roll", "input 0");
    const std::size_t along = axis_in(axis, x.shape(), "roll");
    const Index length = x.shape()[along];
    const Index moved = length == 0 ? 0 : (shift % length + length) % length;
    axis = static_cast<Index>(along);
    return moved == 0
               ? x
               : concatenate({slice(x, axis, length - moved), slice(x, axis, 0, length - moved)}, axis);
}

Var roll(Var x, Index shift) {
    require_var(x, "roll", "input 0");
    return reshape(roll(reshape(x, {element_count(x.shape())}), shift, 0), x.shape());
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
