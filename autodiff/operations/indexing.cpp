#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "autodiff/error.hpp"
#include "autodiff/kernels/clones.hpp"
#include "autodiff/kernels/copy.hpp"
#include "autodiff/kernels/partition.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/indices.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

void check_indices(const char* operation, const ConstTensor& indices, Index count) {
    const auto limit = static_cast<Real>(count);
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const Real index = indices.data[i];
        if (!(index >= 0 && index < limit && index == std::floor(index))) {
            throw Error(
                ErrorCode::invalid_argument,
                std::string("[") + operation + "] index " + std::to_string(index) + " at place " +
                    std::to_string(i) + " of " + std::to_string(indices.size()) +
                    (count == 0 ? std::string(": there are no rows to be named")
                                : ": expected a whole number from 0 to " + std::to_string(count - 1)));
        }
    }
}

void require_countable(const char* operation, Index rows, const char* what) {
    constexpr Index limit = Index{1} << std::numeric_limits<Real>::digits;
    if (rows > limit) {
        throw Error(ErrorCode::shape, std::string("[") + operation + "] " + std::to_string(rows) + " " +
                                          what + ": indices are held as reals, which count to " +
                                          std::to_string(limit));
    }
}

namespace {

constexpr double min_gathered_elements = 16384;

Index count_from(const Shape& shape, std::size_t axis) {
    Index count = 1;
    for (; axis < shape.size(); ++axis) {
        count *= shape[axis];
    }
    return count;
}

// gather

Shape gather_shape(const Attributes&, std::span<const Shape> inputs) {
    if (inputs[0].empty()) {
        throw Error(ErrorCode::shape, "[gather] table of shape " + to_string(inputs[0]) +
                                          ", indices of shape " + to_string(inputs[1]) +
                                          ": expected a table of rows");
    }
    require_countable("gather", inputs[0][0], "rows");
    Shape result = inputs[1];
    result.insert(result.end(), inputs[0].begin() + 1, inputs[0].end());
    return result;
}

void gather_check(const Attributes&, std::span<const ConstTensor> inputs, const Shape&) {
    check_indices("gather", inputs.back(), inputs[0].shape[0]);
}

void gather_forward(const Call& call) {
    const ConstTensor& table = call.inputs[0];
    const ConstTensor& indices = call.inputs[1];
    const Index width = count_from(table.shape, 1);
    const Partition cut =
        partition(static_cast<Index>(indices.size()), static_cast<double>(width), min_gathered_elements);
    call.execution.pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        for (Index i = cut.begin(part); i < cut.end(part); ++i) {
            std::copy_n(table.data + static_cast<Index>(indices.data[i]) * width, width,
                        call.output.data + i * width);
        }
    });
}

std::vector<Var> gather_vjp(const VjpCall& call) {
    return {call.wanted[0] ? scatter_add(call.cotangent, call.inputs[1], call.inputs[0].shape()[0]) : Var(),
            Var()};
}

std::vector<Sample> gather_samples() {
    const auto of = [](const char* name, Shape table, Shape indices) {
        return Sample{.name = name,
                      .shapes = {std::move(table), std::move(indices)},
                      .build = [](std::span<const Var> x) { return gather(x[0], x[1]); },
                      .low = 0,
                      .high = 4,
                      .whole = true,
                      .fixed = {false, true}};
    };
    return {of("rows", {4, 3}, {6}), of("matrix of indices", {4, 2}, {2, 3}), of("one index", {4, 3}, {}),
            of("numbers", {5}, {3}), of("rows of matrices", {4, 2, 1}, {1, 3})};
}

// scatter_add: attribute rows.

Shape scatter_add_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const Shape& values = inputs[0];
    const Shape& indices = inputs[1];
    if (values.size() < indices.size() || !std::equal(indices.begin(), indices.end(), values.begin()) ||
        attributes.integers[0] < 0) {
        throw Error(ErrorCode::shape, "[scatter_add] values of shape " + to_string(values) +
                                          ", indices of shape " + to_string(indices) + ", " +
                                          std::to_string(attributes.integers[0]) +
                                          " rows: the values' first axes must be the indices' shape, and "
                                          "rows at least 0");
    }
    require_countable("scatter_add", attributes.integers[0], "rows");
    Shape result{attributes.integers[0]};
    result.insert(result.end(), values.begin() + static_cast<std::ptrdiff_t>(indices.size()), values.end());
    return result;
}

GANDSL_CLONES void add_to(Real* __restrict total, const Real* __restrict values, Index count) {
    for (Index i = 0; i < count; ++i) {
        total[i] += values[i];
    }
}

void scatter_add_check(const Attributes&, std::span<const ConstTensor> inputs, const Shape& output) {
    check_indices("scatter_add", inputs.back(), output[0]);
}

void scatter_add_forward(const Call& call) {
    const ConstTensor& indices = call.inputs[1];
    const Index rows = call.output.shape[0];
    const Index width = count_from(call.output.shape, 1);
    const auto count = static_cast<Index>(indices.size());
    // Each part owns some rows of the result and reads all indices: what meets in a row is added in their
    // order.
    const double row_work = static_cast<double>(width) *
                            (1 + static_cast<double>(count) / static_cast<double>(std::max(rows, Index{1})));
    const Partition cut = partition(rows, row_work, 2 * min_gathered_elements, 16);
    call.execution.pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        const Index begin = cut.begin(part);
        const Index end = cut.end(part);
        std::fill(call.output.data + begin * width, call.output.data + end * width, Real(0));
        for (Index i = 0; i < count; ++i) {
            const auto row = static_cast<Index>(indices.data[i]);
            if (row >= begin && row < end) {
                add_to(call.output.data + row * width, call.inputs[0].data + i * width, width);
            }
        }
    });
}

std::vector<Var> scatter_add_vjp(const VjpCall& call) {
    return {call.wanted[0] ? gather(call.cotangent, call.inputs[1]) : Var(), Var()};
}

std::vector<Sample> scatter_add_samples() {
    const auto of = [](const char* name, Shape values, Shape indices) {
        return Sample{.name = name,
                      .shapes = {std::move(values), std::move(indices)},
                      .build = [](std::span<const Var> x) { return scatter_add(x[0], x[1], 4); },
                      .low = 0,
                      .high = 4,
                      .whole = true,
                      .fixed = {false, true}};
    };
    return {of("rows", {6, 3}, {6}), of("matrix of indices", {2, 3, 2}, {2, 3}), of("one index", {3}, {}),
            of("numbers", {7}, {7}), of("rows of matrices", {3, 2, 1}, {3})};
}

// pick

Shape pick_shape(const Attributes&, std::span<const Shape> inputs) {
    Shape expected = inputs[1];
    if (!inputs[0].empty()) {
        expected.push_back(inputs[0].back());
    }
    if (inputs[0].empty() || expected != inputs[0]) {
        throw Error(ErrorCode::shape, "[pick] values of shape " + to_string(inputs[0]) +
                                          ", indices of shape " + to_string(inputs[1]) +
                                          ": the values must have the indices' axes and one more");
    }
    require_countable("pick", inputs[0].back(), "elements in a row");
    return inputs[1];
}

void pick_check(const Attributes&, std::span<const ConstTensor> inputs, const Shape&) {
    check_indices("pick", inputs.back(), inputs[0].shape.back());
}

void pick_forward(const Call& call) {
    const Index classes = call.inputs[0].shape.back();
    for (std::size_t i = 0; i < call.output.size(); ++i) {
        call.output.data[i] =
            call.inputs[0].data[static_cast<Index>(i) * classes + static_cast<Index>(call.inputs[1].data[i])];
    }
}

std::vector<Var> pick_vjp(const VjpCall& call) {
    if (!call.wanted[0]) {
        return {Var(), Var()};
    }
    Shape column = call.output.shape();
    column.push_back(1);
    const Index classes = call.inputs[0].shape().back();
    if (classes == 0) {
        return {call.cotangent.tape().filled(call.inputs[0].shape(), 0), Var()};
    }
    return {one_hot(call.inputs[1], classes) * reshape(call.cotangent, column), Var()};
}

std::vector<Sample> pick_samples() {
    const auto of = [](const char* name, Shape values, Shape indices) {
        return Sample{.name = name,
                      .shapes = {std::move(values), std::move(indices)},
                      .build = [](std::span<const Var> x) { return pick(x[0], x[1]); },
                      .low = 0,
                      .high = 4,
                      .whole = true,
                      .fixed = {false, true}};
    };
    return {of("rows", {5, 4}, {5}), of("sequences", {2, 3, 4}, {2, 3}), of("vector", {4}, {})};
}

// one_hot: attribute classes.

Shape one_hot_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    if (attributes.integers[0] < 1) {
        throw Error(ErrorCode::shape, "[one_hot] " + std::to_string(attributes.integers[0]) +
                                          " classes for indices of shape " + to_string(inputs[0]) +
                                          ": expected at least 1");
    }
    require_countable("one_hot", attributes.integers[0], "classes");
    Shape result = inputs[0];
    result.push_back(attributes.integers[0]);
    return result;
}

void one_hot_check(const Attributes&, std::span<const ConstTensor> inputs, const Shape& output) {
    check_indices("one_hot", inputs.back(), output.back());
}

void one_hot_forward(const Call& call) {
    const Index classes = call.attributes.integers[0];
    fill(call.output.data, call.output.size(), 0, call.execution.pool);
    for (std::size_t i = 0; i < call.inputs[0].size(); ++i) {
        call.output.data[static_cast<Index>(i) * classes + static_cast<Index>(call.inputs[0].data[i])] = 1;
    }
}

std::vector<Sample> one_hot_samples() {
    const auto of = [](const char* name, Shape indices) {
        return Sample{.name = name,
                      .shapes = {std::move(indices)},
                      .build = [](std::span<const Var> x) { return one_hot(x[0], 4); },
                      .low = 0,
                      .high = 4,
                      .whole = true,
                      .fixed = {true},
                      .smooth = false};
    };
    return {of("vector", {5}), of("matrix", {2, 3}), of("one index", {})};
}

}  // namespace

const Operation gather_operation{
    .name = "gather",
    .doc = "Rows of a table, by their indices.",
    .arity = 2,
    .shape = gather_shape,
    .forward = gather_forward,
    .check = gather_check,
    .vjp = gather_vjp,
    .samples = gather_samples,
};

const Operation scatter_add_operation{
    .name = "scatter_add",
    .doc = "Adds each value to the row that its index names; the other rows are 0.",
    .arity = 2,
    .shape = scatter_add_shape,
    .forward = scatter_add_forward,
    .check = scatter_add_check,
    .vjp = scatter_add_vjp,
    .samples = scatter_add_samples,
};

const Operation pick_operation{
    .name = "pick",
    .doc = "One element of each row along the last axis, by its index.",
    .arity = 2,
    .shape = pick_shape,
    .forward = pick_forward,
    .check = pick_check,
    .vjp = pick_vjp,
    .samples = pick_samples,
};

const Operation one_hot_operation{
    .name = "one_hot",
    .doc = "1 at each index along a new last axis, 0 elsewhere.",
    .arity = 1,
    .shape = one_hot_shape,
    .forward = one_hot_forward,
    .check = one_hot_check,
    .samples = one_hot_samples,
};

Var gather(Var table, Var indices) {
    return record(gather_operation, {table, indices});
}
Var scatter_add(Var values, Var indices, Index rows) {
    return record(scatter_add_operation, {values, indices}, {.integers = {rows}});
}
Var pick(Var x, Var indices) {
    return record(pick_operation, {x, indices});
}
Var one_hot(Var indices, Index classes) {
    return record(one_hot_operation, {indices}, {.integers = {classes}});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
