#include "autodiff/kernels/transpose.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "autodiff/error.hpp"
#include "autodiff/kernels/partition.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::size_t max_axes = 8;

Shape shape_of_transpose(const Attributes& attributes, std::span<const Shape> inputs) {
    const std::vector<Index>& permutation = attributes.integers;
    const std::size_t rank = inputs[0].size();
    std::vector<Index> sorted = permutation;
    std::sort(sorted.begin(), sorted.end());
    bool whole = permutation.size() == rank;
    for (std::size_t axis = 0; whole && axis < rank; ++axis) {
        whole = sorted[axis] == static_cast<Index>(axis);
    }
    if (!whole || rank > max_axes) {
        throw Error(ErrorCode::shape,
                    "[transpose] shape " + to_string(inputs[0]) + ", permutation " + to_string(permutation) +
                        ": expected each axis once, and no more than " + std::to_string(max_axes) + " axes");
    }
    Shape result;
    for (const Index axis : permutation) {
        result.push_back(inputs[0][static_cast<std::size_t>(axis)]);
    }
    return result;
}

// The result's axes with the steps each takes in the input, axes of size 1 left out and axes that are walked
// together joined.
struct WalkedAxes {
    std::array<Index, max_axes> sizes{};
    std::array<Index, max_axes> steps{};
    std::size_t count = 0;

    void append(Index size, Index step) {
        if (size == 1) {
            return;
        }
        if (count > 0 && steps[count - 1] == step * size) {
            sizes[count - 1] *= size;
            steps[count - 1] = step;
            return;
        }
        sizes[count] = size;
        steps[count] = step;
        ++count;
    }
};

WalkedAxes axes_of(const Shape& input, const std::vector<Index>& permutation) {
    std::array<Index, max_axes> steps{};
    Index step = 1;
    for (std::size_t axis = input.size(); axis-- > 0;) {
        steps[axis] = step;
        step *= input[axis];
    }
    WalkedAxes axes;
    for (const Index axis : permutation) {
        axes.append(input[static_cast<std::size_t>(axis)], steps[static_cast<std::size_t>(axis)]);
    }
    return axes;
}

// Where the outer position `position` of the result begins in the input, over the first `outer` axes.
Index offset_of(const WalkedAxes& axes, std::size_t outer, Index position) {
    Index offset = 0;
    for (std::size_t axis = outer; axis-- > 0;) {
        offset += position % axes.sizes[axis] * axes.steps[axis];
        position /= axes.sizes[axis];
    }
    return offset;
}

constexpr double min_transposed_elements = 16384;

// The last axis is contiguous in both: runs are copied.
void copy_runs(const Call& call, const WalkedAxes& axes) {
    const Index run = axes.count > 0 ? axes.sizes[axes.count - 1] : 1;
    const std::size_t outer = axes.count > 0 ? axes.count - 1 : 0;
    const Index runs = static_cast<Index>(call.output.size()) / run;
    const Partition cut = partition(runs, static_cast<double>(run), min_transposed_elements);
    call.execution.pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        for (Index position = cut.begin(part); position < cut.end(part); ++position) {
            std::copy_n(call.inputs[0].data + offset_of(axes, outer, position), run,
                        call.output.data + position * run);
        }
    });
}

// The input's contiguous axis is an outer axis of the result: matrices of it and the result's last axis are
// transposed, in bands of the former.
void transpose_matrices(const Call& call, const WalkedAxes& axes) {
    const std::size_t last = axes.count - 1;
    std::size_t contiguous = 0;
    while (axes.steps[contiguous] != 1) {
        ++contiguous;
    }
    Index after = 1;  // elements of the result from one place of the contiguous axis to the next
    for (std::size_t axis = contiguous + 1; axis < axes.count; ++axis) {
        after *= axes.sizes[axis];
    }
    const Index columns = axes.sizes[contiguous];
    const Index rows = axes.sizes[last];
    const Index inner = after / rows;
    const Index matrices = static_cast<Index>(call.output.size()) / (rows * columns);
    const Partition bands = partition(columns, static_cast<double>(rows), min_transposed_elements, 64, 16);
    const Partition groups =
        partition(matrices, static_cast<double>(rows * columns), min_transposed_elements);
    const std::size_t band_count = bands.parts();
    call.execution.pool.parallel(groups.parts() * band_count, [&](std::size_t part, std::size_t) {
        const Index first = bands.begin(part % band_count);
        const Index count = bands.end(part % band_count) - first;
        for (Index matrix = groups.begin(part / band_count); matrix < groups.end(part / band_count);
             ++matrix) {
            const Index begin = (matrix / inner * columns * inner + matrix % inner) * rows;
            transpose_matrix(call.output.data + begin + first * after, after,
                             call.inputs[0].data + offset_of(axes, last, begin / rows) + first,
                             axes.steps[last], rows, count);
        }
    });
}

void forward_transpose(const Call& call) {
    if (call.output.size() == 0) {
        return;
    }
    const WalkedAxes axes = axes_of(call.inputs[0].shape, call.attributes.integers);
    if (axes.count == 0 || axes.steps[axes.count - 1] == 1) {
        copy_runs(call, axes);
    } else {
        transpose_matrices(call, axes);
    }
}

bool is_inverse(const Attributes& outer, const Attributes& inner) {
    for (std::size_t axis = 0; axis < outer.integers.size(); ++axis) {
        if (inner.integers[static_cast<std::size_t>(outer.integers[axis])] != static_cast<Index>(axis)) {
            return false;
        }
    }
    return true;
}

std::vector<Var> vjp_of_transpose(const VjpCall& call) {
    std::vector<Index> inverse(call.attributes.integers.size());
    for (std::size_t axis = 0; axis < inverse.size(); ++axis) {
        inverse[static_cast<std::size_t>(call.attributes.integers[axis])] = static_cast<Index>(axis);
    }
    return {transpose(call.cotangent, inverse)};
}

std::vector<Sample> samples_of_transpose() {
    const auto by = [](const char* name, Shape shape, std::vector<Index> permutation) {
        return Sample{
            .name = name, .shapes = {std::move(shape)}, .build = [permutation](std::span<const Var> x) {
                return transpose(x[0], permutation);
            }};
    };
    return {
        by("matrix", {3, 5}, {1, 0}),
        by("matrix of several tiles", {17, 35}, {1, 0}),
        by("channels last", {2, 3, 4, 5}, {0, 2, 3, 1}),
        by("channels first", {2, 4, 5, 3}, {0, 3, 1, 2}),
        by("heads", {2, 3, 2, 4}, {0, 2, 1, 3}),
        by("reversed", {2, 3, 4}, {2, 1, 0}),
        by("two swaps", {2, 3, 4, 5}, {1, 0, 3, 2}),
        by("negative axes", {2, 3, 4}, {-1, -3, -2}),
        by("an axis of size 1 between", {3, 1, 4}, {2, 1, 0}),
        by("only an axis of size 1 moves", {3, 1, 4}, {1, 0, 2}),
    };
}

}  // namespace

const Operation transpose_operation{
    .name = "transpose",
    .doc = "The axes in another order.",
    .arity = 1,
    .shape = shape_of_transpose,
    .forward = forward_transpose,
    .vjp = vjp_of_transpose,
    .samples = samples_of_transpose,
    .moves = true,
    .undoes = is_inverse,
};

Var transpose(Var x, std::vector<Index> permutation) {
    require_var(x, "transpose", "input 0");
    const std::size_t rank = x.shape().size();
    for (Index& axis : permutation) {
        axis = static_cast<Index>(resolve_axis(axis, rank, "transpose"));
    }
    // Without a change of order among the axes longer than 1 it is a reshape, which costs nothing.
    const Shape result = shape_of_transpose({.integers = permutation}, std::array{Shape(x.shape())});
    const WalkedAxes axes = axes_of(x.shape(), permutation);
    if (axes.count == 0 || (axes.count == 1 && axes.steps[0] == 1)) {
        return reshape(x, result);
    }
    return record(transpose_operation, {x}, {.integers = std::move(permutation)});
}

Var transpose(Var x) {
    require_var(x, "transpose", "input 0");
    std::vector<Index> reversed(x.shape().size());
    std::iota(reversed.rbegin(), reversed.rend(), Index{0});
    return transpose(x, std::move(reversed));
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
