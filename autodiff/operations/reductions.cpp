#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include "autodiff/error.hpp"
#include "autodiff/kernels/clones.hpp"
#include "autodiff/kernels/reduced_axes.hpp"
#include "autodiff/kernels/sums.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

struct Sum {
    using Total = double;
    static constexpr double start = 0;
    static GANDSL_INLINE double combine(double a, double b) { return a + b; }
};
struct Max {
    using Total = double;
    static constexpr double start = -std::numeric_limits<double>::infinity();
    static GANDSL_INLINE double combine(double a, double b) { return a >= b || a != a ? a : b; }
};
// Of squares, in the next wider type: those of a Real's largest and smallest numbers are numbers of it.
using Wide = std::conditional_t<std::is_same_v<Real, float>, double, long double>;
struct Norm {
    using Total = Wide;
    static constexpr Total start = 0;
    static GANDSL_INLINE Total combine(Total a, Total b) { return a + b; }
};

// Like a sum of kernels/sums.hpp: in lanes, then pairwise.
GANDSL_CLONES double max_row(const Real* row, std::size_t count) {
    constexpr std::size_t lanes = RunningSum::lanes;
    double partial[lanes];
    for (double& lane : partial) {
        lane = Max::start;
    }
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            partial[lane] = Max::combine(partial[lane], static_cast<double>(row[i + lane]));
        }
    }
    for (std::size_t lane = 0; i < count; ++i, ++lane) {
        partial[lane] = Max::combine(partial[lane], static_cast<double>(row[i]));
    }
    for (std::size_t width = lanes / 2; width > 0; width /= 2) {
        for (std::size_t lane = 0; lane < width; ++lane) {
            partial[lane] = Max::combine(partial[lane], partial[lane + width]);
        }
    }
    return partial[0];
}

GANDSL_CLONES Wide squares_row(const Real* row, std::size_t count) {
    constexpr std::size_t lanes = RunningSum::lanes;
    Wide partial[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const auto number = static_cast<Wide>(row[i + lane]);
            partial[lane] += number * number;
        }
    }
    for (std::size_t lane = 0; i < count; ++i, ++lane) {
        const auto number = static_cast<Wide>(row[i]);
        partial[lane] += number * number;
    }
    for (std::size_t width = lanes / 2; width > 0; width /= 2) {
        for (std::size_t lane = 0; lane < width; ++lane) {
            partial[lane] += partial[lane + width];
        }
    }
    return partial[0];
}

GANDSL_CLONES void squares_columns(Wide* __restrict totals, const Real* __restrict row, std::size_t count,
                                   std::size_t rows, std::size_t stride) {
    for (; rows > 0; --rows, row += stride) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto number = static_cast<Wide>(row[i]);
            totals[i] += number * number;
        }
    }
}

double sum_row(const Real* row, std::size_t count) {
    RunningSum sum;
    add_piece(sum, row, count);
    return finish(sum);
}

GANDSL_CLONES void max_columns(double* __restrict totals, const Real* __restrict row, std::size_t count,
                               std::size_t rows, std::size_t stride) {
    for (; rows > 0; --rows, row += stride) {
        for (std::size_t i = 0; i < count; ++i) {
            totals[i] = Max::combine(totals[i], static_cast<double>(row[i]));
        }
    }
}

template <typename Rule>
std::size_t reduce_workspace(const Attributes& attributes, std::span<const Shape> inputs, const Shape&,
                             std::size_t) {
    const ReducedAxes axes = reduced_axes(inputs[0], attributes.integers);
    const std::size_t result = axes.results();
    const std::size_t slices = axes.slices();
    return slices * result * sizeof(typename Rule::Total) / sizeof(Real);
}

template <typename Rule>
struct Kernels;
template <>
struct Kernels<Sum> {
    static constexpr auto row = sum_row;
    static constexpr auto columns = sum_columns;
};
template <>
struct Kernels<Max> {
    static constexpr auto row = max_row;
    static constexpr auto columns = max_columns;
};
template <>
struct Kernels<Norm> {
    static constexpr auto row = squares_row;
    static constexpr auto columns = squares_columns;
};

template <typename Rule>
void accumulate(const ReducedAxes& axes, std::size_t axis, std::size_t begin, std::size_t end,
                const Real* data, typename Rule::Total* totals) {
    const ReducedAxes::Axis& own = axes.axes[axis];
    if (axis + 1 == axes.count) {
        if (own.reduced) {
            *totals = Rule::combine(*totals, Kernels<Rule>::row(data + begin, end - begin));
        } else {
            Kernels<Rule>::columns(totals + begin, data + begin, end - begin, 1, 0);
        }
        return;
    }
    if (axis + 2 == axes.count && own.reduced) {
        Kernels<Rule>::columns(totals, data + begin * own.stride, axes.axes[axis + 1].size, end - begin,
                               own.stride);
        return;
    }
    for (std::size_t i = begin; i < end; ++i) {
        accumulate<Rule>(axes, axis + 1, 0, axes.axes[axis + 1].size, data + i * own.stride,
                         totals + i * own.result_stride);
    }
}

template <typename Rule>
void reduce_forward(const Call& call) {
    using Total = typename Rule::Total;
    const ReducedAxes axes = reduced_axes(call.inputs[0].shape, call.attributes.integers);
    const std::size_t result = call.output.size();
    const std::size_t slices = axes.slices();
    auto* totals = reinterpret_cast<Total*>(call.workspace.data());
    std::fill_n(totals, slices * result, Rule::start);
    const std::size_t outer = axes.axes[0].size;
    if (axes.axes[0].reduced) {
        call.execution.pool.parallel(slices, [&](std::size_t slice, std::size_t) {
            accumulate<Rule>(axes, 0, outer * slice / slices, outer * (slice + 1) / slices,
                             call.inputs[0].data, totals + slice * result);
        });
    } else {
        // Results of different outer places are independent: any split gives the same numbers.
        constexpr std::size_t part_size = 16384;
        const std::size_t parts = std::clamp<std::size_t>(outer * axes.axes[0].stride / part_size, 1,
                                                          std::max<std::size_t>(1, outer));
        call.execution.pool.parallel(parts, [&](std::size_t part, std::size_t) {
            accumulate<Rule>(axes, 0, outer * part / parts, outer * (part + 1) / parts, call.inputs[0].data,
                             totals);
        });
    }
    for (std::size_t i = 0; i < result; ++i) {
        Total total = totals[i];
        for (std::size_t slice = 1; slice < slices; ++slice) {
            total = Rule::combine(total, totals[slice * result + i]);
        }
        if constexpr (std::is_same_v<Rule, Norm>) {
            total = std::sqrt(total) * call.attributes.numbers[0];
        }
        call.output.data[i] = static_cast<Real>(total);
    }
}

template <const Operation& operation>
Shape reduce_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    return reduced_shape(inputs[0], attributes.integers, operation.name);
}

double reduce_flops(const Attributes&, std::span<const Shape> inputs, const Shape&) {
    return static_cast<double>(element_count(inputs[0]));
}

// Of `shape`, without the axes that are reduced, or with size 1 there.
Shape shape_left(const Shape& shape, const std::vector<Index>& reduced, bool keep) {
    Shape left;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        const bool stays = !std::binary_search(reduced.begin(), reduced.end(), static_cast<Index>(axis));
        if (stays || keep) {
            left.push_back(stays ? shape[axis] : 1);
        }
    }
    return left;
}

Index count_of(const Shape& shape, const std::vector<Index>& axes) {
    Index count = 1;
    for (const Index axis : axes) {
        count *= shape[static_cast<std::size_t>(axis)];
    }
    return count;
}

Var reduce(const Operation& operation, Var x, std::vector<Index> axes, bool keep, const char* name,
           std::vector<double> numbers = {}) {
    require_var(x, name, "input 0");
    axes = axes_to_reduce(x.shape(), std::move(axes), name);
    const Shape kept = shape_left(x.shape(), axes, false);
    const Index reduced = count_of(x.shape(), axes);
    if (&operation == &max_operation && reduced == 0 && element_count(kept) > 0) {
        throw Error(ErrorCode::shape, "[" + std::string(name) + "] shape " + to_string(x.shape()) +
                                          ": of no numbers none is the largest or smallest");
    }
    if (reduced == 1) {
        return keep ? x : reshape(x, kept);
    }
    const Var result = record(operation, {x}, {std::move(axes), std::move(numbers)});
    return keep ? result : reshape(result, kept);
}

std::vector<Sample> reduction_samples(Var (*function)(Var, Axes, bool)) {
    const auto along = [function](std::vector<Index> axes, bool keep) {
        return [function, axes = std::move(axes), keep](std::span<const Var> inputs) {
            return function(inputs[0], axes, keep);
        };
    };
    return {{"all", {{3, 4}}, along({}, false)},
            {"last axis", {{3, 4}}, along({-1}, false)},
            {"first axis, kept", {{3, 4}}, along({0}, true)},
            {"middle axis", {{2, 3, 4}}, along({1}, false)},
            {"outer and inner", {{2, 3, 4}}, along({0, 2}, false)},
            {"axes of size 1", {{1, 3, 1}}, along({0, 2}, false)},
            {"pictures", {{2, 3, 2, 5}}, along({0, 1, 2}, true)}};
}

}  // namespace

const Operation sum_operation{
    .name = "sum",
    .doc = "Sums along axes, which stay with size 1.",
    .shape = reduce_shape<sum_operation>,
    .forward = reduce_forward<Sum>,
    .vjp = [](const VjpCall& c) { return std::vector<Var>{broadcast_to(c.cotangent, c.inputs[0].shape())}; },
    .workspace = reduce_workspace<Sum>,
    .flops = reduce_flops,
    .samples = [] { return reduction_samples(sum); }};

const Operation max_operation{.name = "max",
                              .doc = "Maxima along axes, which stay with size 1; NaN if any is.",
                              .shape = reduce_shape<max_operation>,
                              .forward = reduce_forward<Max>,
                              .vjp =
                                  [](const VjpCall& c) {
                                      const Var largest = equal(c.inputs[0], c.output);
                                      const Var ties = sum(largest, c.attributes.integers, true);
                                      return std::vector<Var>{c.cotangent / ties * largest};
                                  },
                              .workspace = reduce_workspace<Max>,
                              .flops = reduce_flops,
                              .samples = [] { return reduction_samples(max); }};

// Of x over its length, which is never squared here: that of a short vector would be 0. Nor is x scaled
// before it is divided.
std::vector<Var> norm_vjp(const VjpCall& c) {
    const double scale = c.attributes.numbers[0];
    const Var direction = divide_or_zero(c.inputs[0], c.output);
    return {c.cotangent * (scale == 1 ? direction : direction * (scale * scale))};
}

const Operation norm_operation{
    .name = "norm",
    .doc =
        "Euclidean lengths along axes, which stay with size 1, times a number; "
        "the gradient at the origin is taken as 0.",
    .shape = reduce_shape<norm_operation>,
    .forward = reduce_forward<Norm>,
    .vjp = norm_vjp,
    .workspace = reduce_workspace<Norm>,
    .flops = [](const Attributes&, std::span<const Shape> inputs,
                const Shape&) { return 2 * static_cast<double>(element_count(inputs[0])); },
    .samples =
        [] {
            std::vector<Sample> all = reduction_samples(norm);
            for (const Sample& each : reduction_samples(root_mean_square)) {
                all.push_back(each);
                all.back().name = "root mean square, " + each.name;
            }
            return all;
        }};

Var sum(Var x, Axes axes, bool keep) {
    return reduce(sum_operation, x, axes.list(), keep, "sum");
}

Var mean(Var x, Axes axes, bool keep) {
    require_var(x, "mean", "input 0");
    const Var total = sum(x, std::move(axes), keep);
    const Index count = element_count(x.shape()) / std::max<Index>(1, element_count(total.shape()));
    return count == 1 ? total : total * (1.0 / static_cast<double>(count));
}

Var max(Var x, Axes axes, bool keep) {
    return reduce(max_operation, x, axes.list(), keep, "max");
}

Var min(Var x, Axes axes, bool keep) {
    require_var(x, "min", "input 0");
    return -reduce(max_operation, -x, axes.list(), keep, "min");
}

namespace {

Var scaled_norm(Var x, std::vector<Index> axes, bool keep, double scale) {
    const std::vector<Index> reduced = axes_to_reduce(x.shape(), axes, "norm");
    const bool one_number = std::all_of(reduced.begin(), reduced.end(), [&](Index axis) {
        return x.shape()[static_cast<std::size_t>(axis)] == 1;
    });
    return reduce(norm_operation, one_number ? absolute(x) : x, std::move(axes), keep, "norm", {scale});
}

}  // namespace

Var norm(Var x, Axes axes, bool keep) {
    require_var(x, "norm", "input 0");
    return scaled_norm(x, axes.list(), keep, 1);
}

Var root_mean_square(Var x, Axes axes, bool keep) {
    require_var(x, "root_mean_square", "input 0");
    double count = 1;
    for (const Index axis : axes_to_reduce(x.shape(), axes.list(), "root_mean_square")) {
        count *= static_cast<double>(x.shape()[static_cast<std::size_t>(axis)]);
    }
    return scaled_norm(x, axes.list(), keep, 1 / std::sqrt(count));
}

Var prod(Var x, Axes axes, bool keep) {
    require_var(x, "prod", "input 0");
    const Shape from = x.shape();
    const std::vector<Index> reduced = axes_to_reduce(from, axes.list(), "prod");
    const Shape result = shape_left(from, reduced, keep);
    Index factors = count_of(from, reduced);
    if (factors == 0) {
        return x.tape().filled(result, 1);
    }
    std::vector<Index> order = reduced;
    for (Index axis = 0; axis < static_cast<Index>(from.size()); ++axis) {
        if (!std::binary_search(reduced.begin(), reduced.end(), axis)) {
            order.push_back(axis);
        }
    }
    // Half of the factors by the other half, and so on: each gradient is a product of others, never a
    // quotient.
    Var left = reshape(transpose(x, order), {factors, element_count(from) / factors});
    while (factors > 1) {
        const Index half = factors / 2;
        const Var pairs = slice(left, 0, 0, half) * slice(left, 0, half, 2 * half);
        left = factors % 2 == 0 ? pairs : concatenate({pairs, slice(left, 0, 2 * half)}, 0);
        factors -= half;
    }
    return reshape(left, result);
}

Var logsumexp(Var x, Axes axes, bool keep) {
    require_var(x, "logsumexp", "input 0");
    const std::vector<Index> reduced = axes_to_reduce(x.shape(), axes.list(), "logsumexp");
    const Shape left = shape_left(x.shape(), reduced, keep);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (element_count(x.shape()) == 0) {
        return x.tape().filled(left, -infinity);
    }
    // Less the largest, where that is finite: sums neither overflow nor vanish. No gradient goes through it,
    // as what is taken away is added again.
    const Var largest = stop_gradient(max(x, axes, true));
    const Var shift = where(equal(largest - largest, 0), largest, 0);
    const Var total = sum(exp(x - shift), axes, true);
    // Of nothing but -infinity the total is 0, and the gradient of log(0), which is infinite, would meet
    // zeros.
    const Var nothing = equal(total, 0);
    return reshape(log(where(nothing, 1, total)) + where(nothing, -infinity, 0) + shift, left);
}

Var variance(Var x, Axes axes, bool keep) {
    require_var(x, "variance", "input 0");
    return mean_and_variance(x, std::move(axes), keep).variance;
}

Var sum_to(Var x, const Shape& shape) {
    require_var(x, "sum_to", "input 0");
    const Shape from = x.shape();
    if (from == shape) {
        return x;
    }
    std::vector<Index> axes;
    const std::size_t extra = from.size() - shape.size();
    for (std::size_t axis = 0; axis < from.size(); ++axis) {
        if (axis < extra || (shape[axis - extra] == 1 && from[axis] != 1)) {
            axes.push_back(static_cast<Index>(axis));
        }
    }
    if (broadcast_shapes(from, shape, "sum_to") != from) {
        throw Error(ErrorCode::shape,
                    "[sum_to] " + to_string(from) + " is not a broadcast of " + to_string(shape));
    }
    return reshape(axes.empty() ? x : sum(x, axes, true), shape);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
