#include "autodiff/kernels/sums.hpp"

#include <algorithm>

namespace gandsl {
inline namespace GANDSL_PRECISION {

GANDSL_CLONES void add_piece(RunningSum& sum, const Real* numbers, std::size_t count) {
    constexpr std::size_t lanes = RunningSum::lanes;
    double partial[lanes];
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        partial[lane] = sum.partial[lane];
    }
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            partial[lane] += static_cast<double>(numbers[i + lane]);
        }
    }
    for (std::size_t lane = 0; i < count; ++i, ++lane) {
        partial[lane] += static_cast<double>(numbers[i]);
    }
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        sum.partial[lane] = partial[lane];
    }
}

double finish(RunningSum& sum) {
    for (std::size_t width = RunningSum::lanes / 2; width > 0; width /= 2) {
        for (std::size_t lane = 0; lane < width; ++lane) {
            sum.partial[lane] += sum.partial[lane + width];
        }
    }
    return sum.partial[0];
}

// Four rows at a time: the totals are read and written less often.
GANDSL_CLONES void sum_columns(double* __restrict totals, const Real* __restrict row, std::size_t count,
                               std::size_t rows, std::size_t stride) {
    for (; rows >= 4; rows -= 4, row += 4 * stride) {
        for (std::size_t i = 0; i < count; ++i) {
            double total = totals[i];
            total += static_cast<double>(row[i]);
            total += static_cast<double>(row[i + stride]);
            total += static_cast<double>(row[i + 2 * stride]);
            total += static_cast<double>(row[i + 3 * stride]);
            totals[i] = total;
        }
    }
    for (; rows > 0; --rows, row += stride) {
        for (std::size_t i = 0; i < count; ++i) {
            totals[i] += static_cast<double>(row[i]);
        }
    }
}

std::size_t slice_count(std::size_t axis, std::size_t total, std::size_t result) {
    constexpr std::size_t worth_a_slice = 8192;
    std::size_t slices = std::min<std::size_t>(16, total / worth_a_slice);
    slices = std::min(slices, axis);
    // Totals must stay small beside what is read.
    slices = std::min(slices, std::max<std::size_t>(1, total / (8 * std::max<std::size_t>(1, result))));
    return std::max<std::size_t>(1, slices);
}

bool fused_reduction(const Shape& shape, std::span<const Index> axes, FusedReduction& sum) {
    // Axes of size 1 are of no kind.
    std::size_t runs = 0;
    bool first = false;
    bool last = false;
    std::size_t sizes[2] = {1, 1};
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (shape[axis] == 1) {
            continue;
        }
        const bool reduced = std::find(axes.begin(), axes.end(), static_cast<Index>(axis)) != axes.end();
        if (runs == 0 || reduced != last) {
            if (++runs > 2) {
                return false;
            }
        }
        first = runs == 1 ? reduced : first;
        last = reduced;
        sizes[runs - 1] *= static_cast<std::size_t>(shape[axis]);
    }
    if (runs == 0 || (runs == 1 && !first) || sizes[0] * sizes[1] == 0) {
        return false;
    }
    if (runs == 1) {
        sum = {FusedReduction::Pattern::all, 1, sizes[0], slice_count(sizes[0], sizes[0], 1)};
    } else if (first) {
        sum = {FusedReduction::Pattern::leading, sizes[0], sizes[1],
               slice_count(sizes[0], sizes[0] * sizes[1], sizes[1])};
    } else {
        sum = {FusedReduction::Pattern::trailing, sizes[0], sizes[1], 1};
    }
    return true;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
