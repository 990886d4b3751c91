#include <algorithm>
#include <cmath>

#include "autodiff/blas.hpp"
#include "autodiff/kernels/columns.hpp"
#include "autodiff/kernels/convolution.hpp"
#include "autodiff/kernels/lanes.hpp"
#include "autodiff/kernels/partition.hpp"
#include "autodiff/kernels/winograd.hpp"

/// Winograd's convolution (Lavin & Gray, 2015) for square kernels of stride one and two. A stride of two is
/// four convolutions of stride one, one for each parity of the pixels, summed where they are products. The
/// gradient by the input is a convolution of the output's gradient with the reversed kernel, or, where that
/// takes fewer tiles, the adjoint of the forward product, as the gradient by the weight is.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// Floats of transformed tiles, at most: in one part, and in one pass over the weight's gradient.
constexpr Index tiles_elements = 1 << 19;
constexpr Index weight_elements = 1 << 19;

// Rows and slabs (the places of one value lie a slab apart) whose sizes are powers of two would fall on one
// another in the cache.
Index step_of(Index channels) {
    return channels + lane_count;
}
Index slab_of(Index rows, Index step) {
    return rows * step + lane_count;
}

// Everything that follows from a job's sizes.
struct Method {
    const WinogradTransforms* transforms = nullptr;
    WinogradImage source;  ///< what is spread: the input, or the output's gradient in a product by input
    WinogradImage result;  ///< the other image
    WinogradTiles tiles;
    WinogradWeight weight;
    WinogradTaps taps;
    Index tile_count = 0;
    Index inner = 0;       ///< the source's channels, of all phases
    Index outer = 0;       ///< the result's
    bool adjoint = false;  ///< of a product by input: the forward product's transforms, backwards
};

const WinogradTransforms* transforms_for(const Convolution& job) {
    const Index stride = job.geometry.stride[0];
    const Index taps = (job.sizes.kernel[0] + stride - 1) / stride;
    for (const WinogradTransforms& transforms : winograd_transforms()) {
        if (transforms.taps == taps) {
            return &transforms;
        }
    }
    return nullptr;
}

bool handles(const Convolution& job) {
    const ConvolutionSizes& sizes = job.sizes;
    const ConvolutionGeometry& geometry = job.geometry;
    const Index stride = geometry.stride[0];
    return sizes.kernel[0] == sizes.kernel[1] && stride == geometry.stride[1] && stride <= 2 &&
           sizes.kernel[0] > stride && geometry.dilation[0] == 1 && geometry.dilation[1] == 1 &&
           sizes.examples > 0 && sizes.in_channels % lane_count == 0 &&
           sizes.out_channels % lane_count == 0 && transforms_for(job) != nullptr;
}

Method method_of(const Convolution& job) {
    const ConvolutionSizes& sizes = job.sizes;
    const Index stride = job.geometry.stride[0];
    const bool backward = job.product == Product::by_input;
    Method method;
    method.transforms = transforms_for(job);
    const Index outputs = method.transforms->outputs;
    const Index taps = method.transforms->taps;
    WinogradImage in{{sizes.in[0], sizes.in[1]}, sizes.in_channels, stride, {}};
    WinogradImage out{{sizes.out[0], sizes.out[1]}, sizes.out_channels, 1, {}};
    // Tiles of the output; and, for a product by input, of the input: pixel stride * j + phase - pad of it
    // meets pixel j - q of the output at tap stride * q + phase.
    Index count[2];
    Index input_count[2];
    Index first[2];
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const Index pad = job.geometry.pad_before[axis];
        in.offset[axis] = pad;
        count[axis] = (sizes.out[axis] + outputs - 1) / outputs;
        first[axis] = pad / stride;
        input_count[axis] = ((sizes.in[axis] - 1 + pad) / stride - first[axis] + outputs) / outputs;
    }
    method.adjoint = backward && count[0] * count[1] < input_count[0] * input_count[1];
    const bool reverses = backward && !method.adjoint;
    for (std::size_t axis = 0; reverses && axis < 2; ++axis) {
        in.offset[axis] -= stride * first[axis];
        out.offset[axis] = taps - 1 - first[axis];
        count[axis] = input_count[axis];
    }
    method.tiles = {count[0], count[1]};
    method.tile_count = sizes.examples * count[0] * count[1];
    method.source = backward ? out : in;
    method.result = backward ? in : out;
    const Index phases = stride * stride;
    method.inner = backward ? sizes.out_channels : phases * sizes.in_channels;
    method.outer = backward ? phases * sizes.in_channels : sizes.out_channels;
    // A product by input reads the weight as (kernel, kernel, out, in) with its taps from last to first.
    const Index kernel = sizes.kernel[0];
    const Index row = step_of(method.outer);
    method.weight =
        backward
            ? WinogradWeight{kernel, sizes.out_channels, sizes.in_channels, row, sizes.in_channels}
            : WinogradWeight{kernel, sizes.in_channels, sizes.out_channels, row, sizes.in_channels * row};
    method.taps.phases = stride;
    for (Index phase = 0; phase < stride; ++phase) {
        auto& at = method.taps.at[static_cast<std::size_t>(phase)];
        at.fill(-1);
        for (Index q = 0; stride * q + phase < kernel; ++q) {
            const Index tap = stride * q + phase;
            at[static_cast<std::size_t>(reverses ? taps - 1 - q : q)] = backward ? kernel - 1 - tap : tap;
        }
    }
    return method;
}

// Tiles that go from pixels to pixels together.
Partition tile_cut(const Method& method) {
    const Index places = method.transforms->places();
    const Index most = std::max(Index{16}, tiles_elements / (places * (method.inner + method.outer)) / 8 * 8);
    const double flops = 2 * static_cast<double>(places * method.inner) * static_cast<double>(method.outer);
    Partition cut = partition(method.tile_count, flops, 4e6, 16, 8);
    cut.grain = std::min(cut.grain, most);
    return cut;
}

// Tiles that the weight's gradient takes in one pass.
Index pass_of(const Method& method) {
    const Index most =
        weight_elements / (method.transforms->places() * (method.inner + method.outer)) / 16 * 16;
    const Index passes = (method.tile_count + std::max(Index{64}, most) - 1) / std::max(Index{64}, most);
    return (method.tile_count + passes - 1) / passes;
}

double cost(const Convolution& job) {
    const Method method = method_of(job);
    const auto places = static_cast<double>(method.transforms->places());
    const auto tiles = static_cast<double>(method.tile_count);
    const auto inner = static_cast<double>(method.inner);
    const auto outer = static_cast<double>(method.outer);
    return places * (tiles * inner * outer * 0.023 + tiles * (inner + outer) * 0.5 + inner * outer * 0.5);
}

std::size_t workspace(const Convolution& job, std::size_t threads) {
    const Method method = method_of(job);
    const Index places = method.transforms->places();
    const Index weight = places * slab_of(method.inner, step_of(method.outer));
    Index tiles = 0;
    Index reversed = 0;
    if (job.product == Product::by_weight) {
        const Index pass = pass_of(method);
        tiles = places * (slab_of(pass, step_of(method.inner)) + slab_of(pass, step_of(method.outer)));
    } else {
        const Index grain = tile_cut(method).grain;
        tiles = static_cast<Index>(threads) * places *
                (slab_of(grain, step_of(method.inner)) + slab_of(grain, step_of(method.outer)));
        reversed = job.product == Product::by_input ? job.sizes.kernel[0] * job.sizes.kernel[1] *
                                                          job.sizes.in_channels * job.sizes.out_channels
                                                    : 0;
    }
    return static_cast<std::size_t>(weight + tiles + reversed);
}

// forward, by_input: spread, a product for each place, gather; each part on its own.
void run_product(const Convolution& job, const Method& method, Real* result, const Real* source,
                 const Real* weight, std::span<Real> scratch, ThreadPool& pool) {
    const WinogradTransforms& transforms = *method.transforms;
    const Index places = transforms.places();
    const Index weight_slab = slab_of(method.inner, step_of(method.outer));
    Real* const kernel = scratch.data();
    Real* rest = kernel + places * weight_slab;
    if (job.product == Product::by_input) {
        reverse_weight(rest, weight, job.sizes.kernel[0] * job.sizes.kernel[1], job.sizes.in_channels,
                       job.sizes.out_channels, pool);
        weight = rest;
        rest += job.sizes.kernel[0] * job.sizes.kernel[1] * job.sizes.in_channels * job.sizes.out_channels;
    }
    const Partition rows = partition(method.weight.a, static_cast<double>(places * method.weight.b), 16384);
    pool.parallel(rows.parts(), [&](std::size_t part, std::size_t) {
        transforms.weight(kernel, weight_slab, weight, method.weight, method.taps, rows.begin(part),
                          rows.end(part));
    });
    const Index grain = tile_cut(method).grain;
    const Index source_step = step_of(method.inner);
    const Index result_step = step_of(method.outer);
    const Index source_slab = slab_of(grain, source_step);
    const Index result_slab = slab_of(grain, result_step);
    const auto multiply = [&](Index begin, Index end, std::size_t worker) {
        Real* const spread = rest + static_cast<Index>(worker) * places * (source_slab + result_slab);
        Real* const products = spread + places * source_slab;
        (method.adjoint ? transforms.cotangent : transforms.source)(spread, source_slab, source_step, source,
                                                                    method.source, method.tiles, begin, end);
        for (Index place = 0; place < places; ++place) {
            gemm(end - begin, method.outer, method.inner, {spread + place * source_slab, source_step},
                 {kernel + place * weight_slab, method.weight.row},
                 {products + place * result_slab, result_step});
        }
        (method.adjoint ? transforms.source_gradient : transforms.result)(
            result, method.result, method.tiles, begin, end, products, result_slab, result_step);
    };
    if (!method.adjoint) {
        const Partition cut{method.tile_count, grain};
        pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
            multiply(cut.begin(part), cut.end(part), worker);
        });
        return;
    }
    // Tiles overlap: an example is one part's own.
    const Index example_tiles = method.tiles.rows * method.tiles.columns;
    const Index example_size = method.result.size[0] * method.result.size[1] * method.result.channels;
    const Partition cut{job.sizes.examples, std::max(Index{1}, grain / example_tiles)};
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
        std::fill(result + cut.begin(part) * example_size, result + cut.end(part) * example_size, Real(0));
        const Index end = cut.end(part) * example_tiles;
        for (Index begin = cut.begin(part) * example_tiles; begin < end; begin += grain) {
            multiply(begin, std::min(begin + grain, end), worker);
        }
    });
}

// by_weight: all tiles of a pass are spread, then each place is one product over them.
void run_by_weight(const Method& method, Real* result, const Real* input, const Real* cotangent,
                   std::span<Real> scratch, ThreadPool& pool) {
    const WinogradTransforms& transforms = *method.transforms;
    const Index places = transforms.places();
    const Index weight_slab = slab_of(method.inner, step_of(method.outer));
    const Index pass = pass_of(method);
    const Index source_step = step_of(method.inner);
    const Index result_step = step_of(method.outer);
    const Index source_slab = slab_of(pass, step_of(method.inner));
    const Index result_slab = slab_of(pass, step_of(method.outer));
    Real* const kernel = scratch.data();
    Real* const source = kernel + places * weight_slab;
    Real* const slopes = source + places * source_slab;
    for (Index first = 0; first < method.tile_count; first += pass) {
        const Index count = std::min(pass, method.tile_count - first);
        const Partition cut =
            partition(count, static_cast<double>(places * (method.inner + method.outer)), 65536);
        pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
            const Index begin = cut.begin(part);
            const Index end = cut.end(part);
            transforms.source(source + begin * source_step, source_slab, source_step, input, method.source,
                              method.tiles, first + begin, first + end);
            transforms.cotangent(slopes + begin * result_step, result_slab, result_step, cotangent,
                                 method.result, method.tiles, first + begin, first + end);
        });
        pool.parallel(static_cast<std::size_t>(places), [&](std::size_t part, std::size_t) {
            const auto place = static_cast<Index>(part);
            gemm(method.inner, method.outer, count, {source + place * source_slab, source_step, true},
                 {slopes + place * result_slab, result_step},
                 {kernel + place * weight_slab, method.weight.row}, first > 0);
        });
    }
    const Partition rows = partition(method.weight.a, static_cast<double>(places * method.weight.b), 16384);
    pool.parallel(rows.parts(), [&](std::size_t part, std::size_t) {
        transforms.weight_gradient(result, method.weight, method.taps, rows.begin(part), rows.end(part),
                                   kernel, weight_slab);
    });
}

void run(const Convolution& job, Real* result, const Real* first, const Real* second, std::span<Real> scratch,
         ThreadPool& pool) {
    const Method method = method_of(job);
    if (job.product == Product::by_weight) {
        run_by_weight(method, result, first, second, scratch, pool);
    } else {
        run_product(job, method, result, first, second, scratch, pool);
    }
}

}  // namespace

extern const ConvolutionAlgorithm winograd_algorithm{
    .name = "winograd",
    .doc = "products of transformed tiles: fewer multiplications, a little more rounding",
    .handles = handles,
    .cost = cost,
    .workspace = workspace,
    .run = run,
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
