#include <algorithm>
#include <array>

#include "autodiff/kernels/columns.hpp"
#include "autodiff/kernels/convolution.hpp"

/// Convolutions by columns of patches (im2col; Chellapilla et al., 2006, "High Performance Convolutional
/// Neural Networks for Document Processing"). In each of the three products either image can be the one that
/// is unfolded, and the cheaper one is, mostly that with fewer channels.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

using Counts = std::array<double, columns_costs.size()>;

struct ColumnsMethod {
    ConvolutionSizes sizes;
    Patches patches;
    Index channels;        ///< of the anchors
    bool output_unfolded;  ///< the weight is then reversed
    Counts counts;

    std::size_t weight_size() const { return static_cast<std::size_t>(patches.width() * channels); }
    Index taps() const { return sizes.kernel[0] * sizes.kernel[1]; }
};

ColumnsMethod columns_method(const Convolution& job) {
    const ConvolutionSizes& sizes = job.sizes;
    const Patches by_in = input_patches(sizes, job.geometry);
    const Patches by_out = output_patches(sizes, job.geometry);
    const Counts in_counts = product_counts(by_in, sizes.out_channels, job.product == Product::by_input);
    Counts out_counts = product_counts(by_out, sizes.in_channels, job.product == Product::forward);
    // Reversing the weight is cheap but not free.
    out_counts.back() = static_cast<double>(by_out.width() * sizes.in_channels);
    if (cost_of(columns_costs, out_counts) < cost_of(columns_costs, in_counts)) {
        return {sizes, by_out, sizes.in_channels, true, out_counts};
    }
    return {sizes, by_in, sizes.out_channels, false, in_counts};
}

bool handles_by_columns(const Convolution&) {
    return true;
}

void count_by_columns(const Convolution& job, std::span<double> counts) {
    const Counts own = columns_method(job).counts;
    std::copy(own.begin(), own.end(), counts.begin());
}

std::size_t workspace_by_columns(const Convolution& job, std::size_t threads) {
    const ColumnsMethod method = columns_method(job);
    const std::size_t reversed = method.output_unfolded ? method.weight_size() : 0;
    if (job.product == Product::by_weight) {
        return reversed + weight_scratch(method.patches, method.channels, threads);
    }
    // The image that is unfolded is gathered from; the other one is scattered to.
    const bool gathers = method.output_unfolded == (job.product == Product::by_input);
    return reversed + (gathers ? gather_scratch(method.patches, method.channels, threads)
                               : scatter_scratch(method.patches, method.channels, threads));
}

void run_by_columns(const Convolution& job, Real* result, const Real* first, const Real* second,
                    std::span<Real> scratch, ThreadPool& pool) {
    const ColumnsMethod method = columns_method(job);
    const ConvolutionSizes& sizes = job.sizes;
    Real* reversed = nullptr;
    if (method.output_unfolded) {
        reversed = scratch.data();
        scratch = scratch.subspan(method.weight_size());
    }
    if (job.product == Product::by_weight) {
        if (method.output_unfolded) {
            weight_product(reversed, second, first, method.channels, method.patches, scratch, pool);
            reverse_weight(result, reversed, method.taps(), sizes.out_channels, sizes.in_channels, pool);
        } else {
            weight_product(result, first, second, method.channels, method.patches, scratch, pool);
        }
        return;
    }
    const Real* weight = second;
    if (method.output_unfolded) {
        reverse_weight(reversed, second, method.taps(), sizes.in_channels, sizes.out_channels, pool);
        weight = reversed;
    }
    if (method.output_unfolded == (job.product == Product::by_input)) {
        gather_product(result, method.channels, first, weight, method.patches, scratch, pool);
    } else {
        scatter_product(result, first, method.channels, weight, method.patches, scratch, pool);
    }
}

}  // namespace

extern const ConvolutionAlgorithm columns_algorithm{
    .name = "columns",
    .doc = "blocked im2col: a plain sum of products",
    .handles = handles_by_columns,
    .costs = columns_costs,
    .count = count_by_columns,
    .workspace = workspace_by_columns,
    .run = run_by_columns,
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
