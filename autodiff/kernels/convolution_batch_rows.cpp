#include <algorithm>
#include <cmath>

#include "autodiff/blas.hpp"
#include "autodiff/kernels/convolution.hpp"
#include "autodiff/kernels/partition.hpp"

/// Convolutions without columns: for each pixel of the output and each row of the kernel one product whose
/// rows are the examples of the batch. The pixels a kernel's row meets lie side by side, and those outside
/// the image are skipped. For small images and large batches.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr Index fewest_examples = 16;

bool handles_by_batch_rows(const Convolution& job) {
    return job.geometry.dilation[1] == 1 && job.sizes.examples >= fewest_examples;
}

// A kernel's row at one position of the output: taps [tap, tap + count) meet pixels from `pixel` on.
struct Meeting {
    Index tap, pixel, count;
};

Meeting meeting(const Convolution& job, Index column) {
    const Index first = column * job.geometry.stride[1] - job.geometry.pad_before[1];
    const Index tap = std::max(Index{0}, -first);
    const Index end = std::min(job.sizes.kernel[1], job.sizes.in[1] - first);
    return {tap, first + tap, std::max(Index{0}, end - tap)};
}

// The line of the input that a kernel's row meets, or -1.
Index line_of(const Convolution& job, Index row, Index tap) {
    const Index line =
        row * job.geometry.stride[0] + tap * job.geometry.dilation[0] - job.geometry.pad_before[0];
    return line < 0 || line >= job.sizes.in[0] ? -1 : line;
}

void count_by_batch_rows(const Convolution& job, std::span<double> counts) {
    const ConvolutionSizes& sizes = job.sizes;
    double lines = 0;
    for (Index row = 0; row < sizes.out[0]; ++row) {
        for (Index tap = 0; tap < sizes.kernel[0]; ++tap) {
            lines += line_of(job, row, tap) >= 0 ? 1 : 0;
        }
    }
    double met = 0;
    for (Index column = 0; column < sizes.out[1]; ++column) {
        met += static_cast<double>(meeting(job, column).count);
    }
    const double taps = lines * met;
    const double calls = lines * static_cast<double>(sizes.out[1]);
    const auto examples = static_cast<double>(sizes.examples);
    const auto in = static_cast<double>(sizes.in_channels);
    const auto out = static_cast<double>(sizes.out_channels);
    // Few columns leave vectors part empty.
    const double columns = job.product == Product::by_input ? in : out;
    const double filled = columns < 16 ? 2 + columns : 16 * std::ceil(columns / 16);
    const double product = examples * taps * (job.product == Product::by_input ? out : in) * filled;
    counts[0] = job.product == Product::by_input ? 0 : product;
    counts[1] = job.product == Product::by_input ? product : 0;
    counts[2] = taps * (examples * in + in * out);
    counts[3] = calls * examples * out;
    counts[4] = calls;
}

std::size_t workspace_by_batch_rows(const Convolution&, std::size_t) {
    return 0;
}

// Examples of one part: enough rows for a product, and the same however many threads there are.
Partition example_cut(const ConvolutionSizes& sizes) {
    return {sizes.examples, std::max(fewest_examples, (sizes.examples / 4 + 15) / 16 * 16)};
}

void run_by_batch_rows(const Convolution& job, Real* result, const Real* first, const Real* second,
                       std::span<Real>, ThreadPool& pool) {
    const ConvolutionSizes& sizes = job.sizes;
    const Index in = sizes.in_channels;
    const Index out = sizes.out_channels;
    const Index in_example = sizes.in[0] * sizes.in[1] * in;
    const Index out_example = sizes.out[0] * sizes.out[1] * out;
    const auto input_at = [&](Index example, Index line, Index pixel) {
        return example * in_example + (line * sizes.in[1] + pixel) * in;
    };
    const auto output_at = [&](Index example, Index row, Index column) {
        return example * out_example + (row * sizes.out[1] + column) * out;
    };
    if (job.product == Product::by_weight) {
        // Each row of the kernel is a part's own.
        pool.parallel(static_cast<std::size_t>(sizes.kernel[0]), [&](std::size_t part, std::size_t) {
            const auto tap = static_cast<Index>(part);
            Real* const weight = result + tap * sizes.kernel[1] * in * out;
            std::fill_n(weight, sizes.kernel[1] * in * out, Real(0));
            for (Index row = 0; row < sizes.out[0]; ++row) {
                const Index line = line_of(job, row, tap);
                for (Index column = 0; line >= 0 && column < sizes.out[1]; ++column) {
                    const Meeting met = meeting(job, column);
                    if (met.count > 0) {
                        gemm(met.count * in, out, sizes.examples,
                             {first + input_at(0, line, met.pixel), in_example, true},
                             {second + output_at(0, row, column), out_example},
                             {weight + met.tap * in * out, out}, true);
                    }
                }
            }
        });
        return;
    }
    const Partition cut = example_cut(sizes);
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        const Index begin = cut.begin(part);
        const Index count = cut.end(part) - begin;
        const bool backward = job.product == Product::by_input;
        const Index example = backward ? in_example : out_example;
        std::fill_n(result + begin * example, count * example, Real(0));
        for (Index row = 0; row < sizes.out[0]; ++row) {
            for (Index tap = 0; tap < sizes.kernel[0]; ++tap) {
                const Index line = line_of(job, row, tap);
                for (Index column = 0; line >= 0 && column < sizes.out[1]; ++column) {
                    const Meeting met = meeting(job, column);
                    if (met.count == 0) {
                        continue;
                    }
                    const Real* const weight = second + (tap * sizes.kernel[1] + met.tap) * in * out;
                    if (backward) {
                        gemm(count, met.count * in, out, {first + output_at(begin, row, column), out_example},
                             {weight, out, true}, {result + input_at(begin, line, met.pixel), in_example},
                             true);
                    } else {
                        gemm(count, out, met.count * in,
                             {first + input_at(begin, line, met.pixel), in_example}, {weight, out},
                             {result + output_at(begin, row, column), out_example}, true);
                    }
                }
            }
        }
    });
}

}  // namespace

extern const ConvolutionAlgorithm batch_rows_algorithm{
    .name = "batch rows",
    .doc = "products whose rows are the batch, no columns: small images, large batches",
    .handles = handles_by_batch_rows,
    .costs = batch_rows_costs,
    .count = count_by_batch_rows,
    .workspace = workspace_by_batch_rows,
    .run = run_by_batch_rows,
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
