#include <algorithm>
#include <limits>

#include "autodiff/kernels/clones.hpp"
#include "autodiff/kernels/copy.hpp"
#include "autodiff/kernels/reduced_axes.hpp"
#include "autodiff/kernels/sums.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

/// Means and variances in one pass over the numbers: sums of their distances to the first one and of the
/// squares of these, in double, so that a mean far from zero costs the variance nothing (Chan, Golub &
/// LeVeque, 1983, "Algorithms for Computing the Sample Variance", on shifted data).
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// One result's, or the first of several results'.
struct Totals {
    double* sums;
    double* squares;
};

GANDSL_CLONES void add_columns(double* __restrict sums, double* __restrict squares,
                               const Real* __restrict row, const Real* __restrict first, std::size_t count,
                               std::size_t rows, std::size_t stride) {
    for (; rows >= 2; rows -= 2, row += 2 * stride) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto shift = static_cast<double>(first[i]);
            const double a = static_cast<double>(row[i]) - shift;
            const double b = static_cast<double>(row[i + stride]) - shift;
            sums[i] += a + b;
            squares[i] += a * a + b * b;
        }
    }
    for (std::size_t i = 0; rows > 0 && i < count; ++i) {
        const double a = static_cast<double>(row[i]) - static_cast<double>(first[i]);
        sums[i] += a;
        squares[i] += a * a;
    }
}

GANDSL_CLONES void add_row(double* sum, double* square, const Real* __restrict row, const Real* first,
                           std::size_t count) {
    constexpr std::size_t lanes = RunningSum::lanes;
    const auto shift = static_cast<double>(*first);
    double sums[lanes] = {};
    double squares[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const double distance = static_cast<double>(row[i + lane]) - shift;
            sums[lane] += distance;
            squares[lane] += distance * distance;
        }
    }
    for (std::size_t lane = 0; i < count; ++i, ++lane) {
        const double distance = static_cast<double>(row[i]) - shift;
        sums[lane] += distance;
        squares[lane] += distance * distance;
    }
    for (std::size_t width = lanes / 2; width > 0; width /= 2) {
        for (std::size_t lane = 0; lane < width; ++lane) {
            sums[lane] += sums[lane + width];
            squares[lane] += squares[lane + width];
        }
    }
    *sum += sums[0];
    *square += squares[0];
}

// `first` is the first number that goes into the first result.
void accumulate(const ReducedAxes& axes, std::size_t axis, std::size_t begin, std::size_t end,
                const Real* data, const Real* first, Totals totals) {
    const ReducedAxes::Axis& own = axes.axes[axis];
    if (axis + 1 == axes.count) {
        if (own.reduced) {
            add_row(totals.sums, totals.squares, data + begin, first, end - begin);
        } else {
            add_columns(totals.sums + begin, totals.squares + begin, data + begin, first + begin, end - begin,
                        1, 0);
        }
        return;
    }
    if (axis + 2 == axes.count && own.reduced) {
        add_columns(totals.sums, totals.squares, data + begin * own.stride, first, axes.axes[axis + 1].size,
                    end - begin, own.stride);
        return;
    }
    for (std::size_t i = begin; i < end; ++i) {
        const std::size_t result = i * own.result_stride;
        accumulate(axes, axis + 1, 0, axes.axes[axis + 1].size, data + i * own.stride,
                   own.reduced ? first : first + i * own.stride,
                   {totals.sums + result, totals.squares + result});
    }
}

void copy_firsts(const ReducedAxes& axes, std::size_t axis, const Real* data, Real* out) {
    const ReducedAxes::Axis& own = axes.axes[axis];
    for (std::size_t i = 0; i < (own.reduced ? 1 : own.size); ++i) {
        if (axis + 1 == axes.count) {
            out[i] = data[i];
        } else {
            copy_firsts(axes, axis + 1, data + i * own.stride, out + i * own.result_stride);
        }
    }
}

std::size_t workspace_of_moments(const Attributes& attributes, std::span<const Shape> inputs, const Shape&,
                                 std::size_t) {
    const ReducedAxes axes = reduced_axes(inputs[0], attributes.integers);
    return 2 * axes.slices() * axes.results() * sizeof(double) / sizeof(Real);
}

void forward_moments(const Call& call) {
    const Real* const data = call.inputs[0].data;
    const ReducedAxes axes = reduced_axes(call.inputs[0].shape, call.attributes.integers);
    const std::size_t results = axes.results();
    const std::size_t slices = axes.slices();
    if (call.inputs[0].size() == 0) {
        const Real none = std::numeric_limits<Real>::quiet_NaN();
        fill(call.output.data, call.output.size(), none, call.execution.pool);
        return;
    }
    auto* const sums = reinterpret_cast<double*>(call.workspace.data());
    std::fill_n(sums, 2 * slices * results, 0.0);
    const auto totals_of = [&](std::size_t slice) {
        return Totals{sums + 2 * slice * results, sums + (2 * slice + 1) * results};
    };
    const std::size_t outer = axes.axes[0].size;
    // Results of different outer positions are independent: any split gives the same numbers.
    constexpr std::size_t part_size = 16384;
    const std::size_t parts = axes.axes[0].reduced
                                  ? slices
                                  : std::clamp<std::size_t>(outer * axes.axes[0].stride / part_size, 1,
                                                            std::max<std::size_t>(1, outer));
    call.execution.pool.parallel(parts, [&](std::size_t part, std::size_t) {
        accumulate(axes, 0, outer * part / parts, outer * (part + 1) / parts, data, data,
                   totals_of(axes.axes[0].reduced ? part : 0));
    });
    Real* const means = call.output.data;
    Real* const variances = means + results;
    copy_firsts(axes, 0, data, means);
    const double share = static_cast<double>(results) / static_cast<double>(call.inputs[0].size());
    for (std::size_t i = 0; i < results; ++i) {
        double sum = 0;
        double square = 0;
        for (std::size_t slice = 0; slice < slices; ++slice) {
            sum += totals_of(slice).sums[i];
            square += totals_of(slice).squares[i];
        }
        const double distance = sum * share;
        const double variance = square * share - distance * distance;
        means[i] = static_cast<Real>(static_cast<double>(means[i]) + distance);
        variances[i] = static_cast<Real>(variance < 0 ? 0 : variance);
    }
}

Shape shape_of_moments(const Attributes& attributes, std::span<const Shape> inputs) {
    Shape shape = reduced_shape(inputs[0], attributes.integers, "mean_and_variance");
    shape.insert(shape.begin(), 2);
    return shape;
}

MeanAndVariance halves(Var both) {
    Shape kept = both.shape();
    kept.erase(kept.begin());
    return {reshape(slice(both, 0, 0, 1), kept), reshape(slice(both, 0, 1, 2), kept)};
}

// That of the variance by the mean is zero: the distances to the mean sum to it.
std::vector<Var> vjp_of_moments(const VjpCall& call) {
    const Var x = call.inputs[0];
    const MeanAndVariance gradients = halves(call.cotangent);
    const double share = 2 * static_cast<double>(element_count(gradients.mean.shape())) /
                         static_cast<double>(element_count(x.shape()));
    return {(x - halves(call.output).mean) * (gradients.variance * share) + gradients.mean * (share / 2)};
}

double flops_of_moments(const Attributes&, std::span<const Shape> inputs, const Shape&) {
    return 4 * static_cast<double>(element_count(inputs[0]));
}

std::vector<Sample> samples_of_moments() {
    const auto along = [](std::vector<Index> axes) {
        return [axes = std::move(axes)](std::span<const Var> inputs) {
            const MeanAndVariance both = mean_and_variance(inputs[0], axes, true);
            return both.mean * 2.0 + sqrt(both.variance + 1.0);
        };
    };
    return {{"all", {{3, 4}}, along({})},
            {"last axis", {{3, 4}}, along({-1})},
            {"last axis, many lanes", {{2, 37}}, along({-1})},
            {"first axis", {{5, 4}}, along({0})},
            {"middle axis", {{2, 3, 4}}, along({1})},
            {"outer and inner", {{2, 3, 4}}, along({0, 2})},
            {"axes of size 1", {{1, 3, 1}}, along({0, 2})},
            {"pictures", {{2, 3, 2, 5}}, along({0, 1, 2})},
            {"far from zero", {{6, 3}}, along({0}), 100, 102}};
}

}  // namespace

const Operation mean_and_variance_operation{
    .name = "mean_and_variance",
    .doc = "Means along axes, which stay with size 1, then variances: (2, ...).",
    .shape = shape_of_moments,
    .forward = forward_moments,
    .vjp = vjp_of_moments,
    .workspace = workspace_of_moments,
    .flops = flops_of_moments,
    .samples = samples_of_moments,
};

MeanAndVariance mean_and_variance(Var x, Axes reduced, bool keep) {
    require_var(x, "mean_and_variance", "input 0");
    std::vector<Index> axes = axes_to_reduce(x.shape(), reduced.list(), "mean_and_variance");
    Shape left;
    for (std::size_t axis = 0; axis < x.shape().size(); ++axis) {
        if (std::find(axes.begin(), axes.end(), static_cast<Index>(axis)) == axes.end()) {
            left.push_back(x.shape()[axis]);
        }
    }
    const MeanAndVariance both = halves(record(mean_and_variance_operation, {x}, {std::move(axes), {}}));
    return keep ? both : MeanAndVariance{reshape(both.mean, left), reshape(both.variance, left)};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
