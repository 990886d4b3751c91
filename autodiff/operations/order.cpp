#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "autodiff/error.hpp"
#include "autodiff/kernels/around_axis.hpp"
#include "autodiff/kernels/copy.hpp"
#include "autodiff/kernels/reduced_axes.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/indices.hpp"
#include "autodiff/operations/records.hpp"

/// Which number is the largest, and the others in order. NaN counts as larger than all numbers.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

bool is_larger(Real a, Real b) {
    return a > b || (a != a && b == b);
}

// argmax: attribute axis, which stays with size 1.

Shape argmax_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    Shape result = inputs[0];
    Index& length = result[recorded_axis(attributes.integers[0], inputs[0], "argmax")];
    require_countable("argmax", length, "elements along the axis");
    length = 1;
    if (element_count(inputs[0]) == 0 && element_count(result) > 0) {
        throw Error(ErrorCode::shape, "[argmax] shape " + to_string(inputs[0]) +
                                          ": of no numbers none is the largest or smallest");
    }
    return result;
}

void argmax_forward(const Call& call) {
    const AroundAxis at = around(call.inputs[0].shape, call.attributes.integers[0]);
    for_column_blocks(at, call.execution.pool, [&](Index outer, Index first, Index count) {
        const Real* const x = call.inputs[0].data + outer * at.length * at.inner + first;
        Real* const found = call.output.data + outer * at.inner + first;
        Real best[max_columns];
        std::copy_n(x, count, best);
        std::fill_n(found, count, Real(0));
        for (Index position = 1; position < at.length; ++position) {
            const Real* const row = x + position * at.inner;
            for (Index column = 0; column < count; ++column) {
                if (is_larger(row[column], best[column])) {
                    best[column] = row[column];
                    found[column] = static_cast<Real>(position);
                }
            }
        }
    });
}

std::vector<Sample> argmax_samples() {
    const auto along = [](const char* name, Shape shape, Index axis) {
        return Sample{.name = name,
                      .shapes = {std::move(shape)},
                      .build = [axis](std::span<const Var> x) { return argmax(x[0], axis, true); },
                      .smooth = false};
    };
    return {along("last axis", {3, 4}, -1), along("first axis", {5, 3}, 0),
            along("middle axis", {2, 3, 4}, 1), along("many columns", {3, 70}, 0), along("vector", {6}, 0)};
}

// argsort: attributes axis, whether the largest comes first, and how many are wanted.

Shape argsort_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    Shape result = inputs[0];
    Index& length = result[recorded_axis(attributes.integers[0], inputs[0], "argsort")];
    require_countable("argsort", length, "elements along the axis");
    const Index wanted = attributes.integers[2];
    if (wanted < 0 || wanted > length) {
        throw Error(ErrorCode::shape, "[argsort] the first " + std::to_string(wanted) + " along axis " +
                                          std::to_string(attributes.integers[0]) + " of shape " +
                                          to_string(inputs[0]) + ": expected 0 to " + std::to_string(length));
    }
    length = wanted;
    return result;
}

std::size_t argsort_workspace(const Attributes& attributes, std::span<const Shape> inputs, const Shape&,
                              std::size_t threads) {
    const Index length = inputs[0][static_cast<std::size_t>(attributes.integers[0])];
    return threads * static_cast<std::size_t>(length) * sizeof(Index) / sizeof(Real);
}

double argsort_flops(const Attributes& attributes, std::span<const Shape> inputs, const Shape&) {
    const auto length = static_cast<double>(inputs[0][static_cast<std::size_t>(attributes.integers[0])]);
    return 4 * static_cast<double>(element_count(inputs[0])) * std::log2(length + 2);
}

void argsort_forward(const Call& call) {
    const AroundAxis at = around(call.inputs[0].shape, call.attributes.integers[0]);
    const bool descending = call.attributes.integers[1] != 0;
    const Index wanted = call.attributes.integers[2];
    const Partition cut = partition(at.outer * at.inner, 8 * static_cast<double>(at.length), 16384);
    call.execution.pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
        Index* const order =
            reinterpret_cast<Index*>(call.workspace.data()) + static_cast<Index>(worker) * at.length;
        for (Index line = cut.begin(part); line < cut.end(part); ++line) {
            const Index begin = line / at.inner * at.length * at.inner + line % at.inner;
            const Real* const x = call.inputs[0].data + begin;
            const auto before = [&](Index a, Index b) {
                const Real left = x[a * at.inner];
                const Real right = x[b * at.inner];
                const bool larger = is_larger(left, right);
                const bool smaller = is_larger(right, left);
                return larger || smaller ? larger == descending : a < b;
            };
            std::iota(order, order + at.length, Index{0});
            if (wanted < at.length) {
                std::partial_sort(order, order + wanted, order + at.length, before);
            } else {
                std::sort(order, order + at.length, before);
            }
            Real* const out = call.output.data + line / at.inner * wanted * at.inner + line % at.inner;
            for (Index position = 0; position < wanted; ++position) {
                out[position * at.inner] = static_cast<Real>(order[position]);
            }
        }
    });
}

Var argsort_first(Var x, Index axis, bool descending, Index wanted) {
    return record(argsort_operation, {x}, {.integers = {axis, descending ? 1 : 0, wanted}});
}

std::vector<Sample> argsort_samples() {
    const auto of = [](const char* name, Shape shape, Index axis, bool descending) {
        return Sample{.name = name,
                      .shapes = {std::move(shape)},
                      .build = [=](std::span<const Var> x) { return argsort(x[0], axis, descending); },
                      .smooth = false};
    };
    std::vector<Sample> samples{of("last axis", {3, 7}, -1, false), of("first axis", {5, 3}, 0, true),
                                of("middle axis", {2, 3, 5}, 1, false), of("vector", {9}, 0, true)};
    samples.push_back({.name = "the first three",
                       .shapes = {{2, 7}},
                       .build = [](std::span<const Var> x) { return argsort_first(x[0], 1, true, 3); },
                       .smooth = false});
    return samples;
}

// take_along_axis: attribute axis. add_along_axis: axis and the size of the result there.

// Of values and indices; `along` is the axis left out of the comparison.
void require_aligned(const char* operation, const Shape& values, const Shape& indices, std::size_t along,
                     bool equal_along) {
    Shape fitted = indices;
    if (fitted.size() == values.size() && !equal_along) {
        fitted[along] = values[along];
    }
    if (fitted != values) {
        throw Error(ErrorCode::shape, std::string("[") + operation + "] values of shape " +
                                          to_string(values) + ", indices of shape " + to_string(indices) +
                                          ": expected equal sizes" +
                                          (equal_along ? "" : " but for axis " + std::to_string(along)));
    }
}

Shape take_along_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const std::size_t axis = recorded_axis(attributes.integers[0], inputs[0], "take_along_axis");
    require_aligned("take_along_axis", inputs[0], inputs[1], axis, false);
    require_countable("take_along_axis", inputs[0][axis], "elements along the axis");
    return inputs[1];
}

void take_along_check(const Attributes& attributes, std::span<const ConstTensor> inputs, const Shape&) {
    check_indices("take_along_axis", inputs.back(),
                  inputs[0].shape[static_cast<std::size_t>(attributes.integers[0])]);
}

void take_along_forward(const Call& call) {
    const Index axis = call.attributes.integers[0];
    const AroundAxis from = around(call.inputs[0].shape, axis);
    const AroundAxis to = around(call.output.shape, axis);
    for_column_blocks(to, call.execution.pool, [&](Index outer, Index first, Index count) {
        const Real* const x = call.inputs[0].data + outer * from.length * from.inner + first;
        const Index begin = outer * to.length * to.inner + first;
        for (Index position = 0; position < to.length; ++position) {
            const Real* const indices = call.inputs[1].data + begin + position * to.inner;
            Real* const out = call.output.data + begin + position * to.inner;
            for (Index column = 0; column < count; ++column) {
                out[column] = x[static_cast<Index>(indices[column]) * from.inner + column];
            }
        }
    });
}

std::vector<Var> take_along_vjp(const VjpCall& call) {
    const Index axis = call.attributes.integers[0];
    const Index size = call.inputs[0].shape()[static_cast<std::size_t>(axis)];
    return {call.wanted[0] ? add_along_axis(call.cotangent, call.inputs[1], axis, size) : Var(), Var()};
}

Shape add_along_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const std::size_t axis = recorded_axis(attributes.integers[0], inputs[0], "add_along_axis");
    require_aligned("add_along_axis", inputs[0], inputs[1], axis, true);
    const Index size = attributes.integers[1];
    if (size < 0) {
        throw Error(ErrorCode::shape, "[add_along_axis] a result of size " + std::to_string(size) +
                                          " along axis " + std::to_string(axis) + ": expected at least 0");
    }
    require_countable("add_along_axis", size, "elements along the axis");
    Shape result = inputs[0];
    result[axis] = size;
    return result;
}

void add_along_check(const Attributes& attributes, std::span<const ConstTensor> inputs, const Shape&) {
    check_indices("add_along_axis", inputs.back(), attributes.integers[1]);
}

void add_along_forward(const Call& call) {
    const Index axis = call.attributes.integers[0];
    const AroundAxis from = around(call.inputs[0].shape, axis);
    const AroundAxis to = around(call.output.shape, axis);
    fill(call.output.data, call.output.size(), 0, call.execution.pool);
    for_column_blocks(from, call.execution.pool, [&](Index outer, Index first, Index count) {
        Real* const out = call.output.data + outer * to.length * to.inner + first;
        const Index begin = outer * from.length * from.inner + first;
        for (Index position = 0; position < from.length; ++position) {
            const Real* const values = call.inputs[0].data + begin + position * from.inner;
            const Real* const indices = call.inputs[1].data + begin + position * from.inner;
            for (Index column = 0; column < count; ++column) {
                out[static_cast<Index>(indices[column]) * to.inner + column] += values[column];
            }
        }
    });
}

std::vector<Var> add_along_vjp(const VjpCall& call) {
    const Index axis = call.attributes.integers[0];
    return {call.wanted[0] ? take_along_axis(call.cotangent, call.inputs[1], axis) : Var(), Var()};
}

Sample sample_along(const char* name, Shape values, Shape indices,
                    std::function<Var(std::span<const Var>)> build) {
    return {.name = name,
            .shapes = {std::move(values), std::move(indices)},
            .build = std::move(build),
            .low = 0,
            .high = 4,
            .whole = true,
            .fixed = {false, true}};
}

std::vector<Sample> take_along_samples() {
    const auto of = [](const char* name, Shape x, Shape indices, Index axis) {
        return sample_along(name, std::move(x), std::move(indices),
                            [axis](std::span<const Var> in) { return take_along_axis(in[0], in[1], axis); });
    };
    return {of("last axis", {3, 4}, {3, 2}, -1), of("first axis", {4, 3}, {6, 3}, 0),
            of("middle axis", {2, 4, 3}, {2, 5, 3}, 1), of("vector", {4}, {3}, 0)};
}

std::vector<Sample> add_along_samples() {
    const auto of = [](const char* name, Shape values, Index axis) {
        return sample_along(name, values, values, [axis](std::span<const Var> in) {
            return add_along_axis(in[0], in[1], axis, 4);
        });
    };
    return {of("last axis", {3, 5}, -1), of("first axis", {6, 3}, 0), of("middle axis", {2, 5, 3}, 1),
            of("vector", {3}, 0)};
}

Index axis_along(Index axis, Var x, const char* operation) {
    require_var(x, operation, "input 0");
    return static_cast<Index>(resolve_axis(axis, x.shape().size(), operation));
}

Var flat(Var x, const char* operation) {
    require_var(x, operation, "input 0");
    return reshape(x, {element_count(x.shape())});
}

Var arg_of_largest(Var x, Index axis, bool keep) {
    const Var found = record(argmax_operation, {x}, {.integers = {axis}});
    return keep ? found : squeeze(found, axis);
}

}  // namespace

const Operation argmax_operation{
    .name = "argmax",
    .doc =
        "The index of the largest along one axis, which stays with size 1: the first of several, and of NaN.",
    .shape = argmax_shape,
    .forward = argmax_forward,
    .flops = [](const Attributes&, std::span<const Shape> inputs,
                const Shape&) { return static_cast<double>(element_count(inputs[0])); },
    .samples = argmax_samples,
};

const Operation argsort_operation{
    .name = "argsort",
    .doc = "The indices of numbers in order along one axis, NaN as the largest, or only the first few.",
    .shape = argsort_shape,
    .forward = argsort_forward,
    .workspace = argsort_workspace,
    .flops = argsort_flops,
    .samples = argsort_samples,
};

const Operation take_along_axis_operation{
    .name = "take_along_axis",
    .doc = "Elements along one axis, by their indices.",
    .arity = 2,
    .shape = take_along_shape,
    .forward = take_along_forward,
    .check = take_along_check,
    .vjp = take_along_vjp,
    .samples = take_along_samples,
};

const Operation add_along_axis_operation{
    .name = "add_along_axis",
    .doc = "Adds each value where its index is along one axis; the rest is 0.",
    .arity = 2,
    .shape = add_along_shape,
    .forward = add_along_forward,
    .check = add_along_check,
    .vjp = add_along_vjp,
    .samples = add_along_samples,
};

Var argmax(Var x, Index axis, bool keep) {
    return arg_of_largest(x, axis_along(axis, x, "argmax"), keep);
}
Var argmax(Var x) {
    return argmax(flat(x, "argmax"), 0);
}
Var argmin(Var x, Index axis, bool keep) {
    axis = axis_along(axis, x, "argmin");
    return arg_of_largest(-x, axis, keep);
}
Var argmin(Var x) {
    return argmin(flat(x, "argmin"), 0);
}

Var argsort(Var x, Index axis, bool descending) {
    axis = axis_along(axis, x, "argsort");
    return argsort_first(x, axis, descending, x.shape()[static_cast<std::size_t>(axis)]);
}
Var sort(Var x, Index axis, bool descending) {
    axis = axis_along(axis, x, "sort");
    return take_along_axis(x, argsort(x, axis, descending), axis);
}
TopK topk(Var x, Index k) {
    const Index axis = axis_along(-1, x, "topk");
    const Index length = x.shape().back();
    if (k < 1 || k > length) {
        throw Error(ErrorCode::shape, "[topk] the " + std::to_string(k) + " largest of shape " +
                                          to_string(x.shape()) + ": expected 1 to " + std::to_string(length));
    }
    const Var indices = argsort_first(x, axis, true, k);
    return {take_along_axis(x, indices, axis), indices};
}

Var take_along_axis(Var x, Var indices, Index axis) {
    axis = axis_along(axis, x, "take_along_axis");
    return record(take_along_axis_operation, {x, indices}, {.integers = {axis}});
}
Var add_along_axis(Var values, Var indices, Index axis, Index size) {
    axis = axis_along(axis, values, "add_along_axis");
    return record(add_along_axis_operation, {values, indices}, {.integers = {axis, size}});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
