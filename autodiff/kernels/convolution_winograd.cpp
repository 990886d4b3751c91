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
constexpr Index tiles_elements = 1 << 20;
constexpr Index weight_elements = 1 << 19;

// Rows and slabs (the points of one value lie a slab apart) whose sizes are powers of two would fall on one
// another in the cache.
Index step_of(Index channels) {
    return channels + lane_count;
}
Index slab_of(Index rows, Index step) {
    return rows * step + lane_count;
}

// Examples with more tiles than this are cut, and a shorter last tile would gain them little.
constexpr Index max_whole_tiles = 64;

// How images are cut: into units, of which each has so many tiles of each kind. A unit is a tile, or, where
// the last tile along an axis is short, an example.
struct Tiling {
    struct Kind {
        std::size_t kind;  ///< of WinogradTransforms
        WinogradTiles tiles;
        Index each = 0;  ///< tiles in a unit
    };
    /// In an order in which those that have a value at a point are neighbours.
    std::array<Kind, 4> kinds{{{WinogradTransforms::short_y, {}, 0},
                               {0, {}, 0},
                               {WinogradTransforms::short_x, {}, 0},
                               {WinogradTransforms::short_y | WinogradTransforms::short_x, {}, 0}}};
    Index units = 0;
    Index units_of_example = 1;
    Index tiles_of_unit = 1;
    double products = 0;  ///< of a tile's value and a kernel's, over all points
};

// `size[axis]` results along each axis.
Tiling tiling_of(const WinogradTransforms& transforms, Index examples, const Index (&size)[2]) {
    Tiling tiling;
    Index whole[2];
    Index cut_short[2];
    const Index outputs = transforms.outputs;
    const Index tiles[2] = {(size[0] + outputs - 1) / outputs, (size[1] + outputs - 1) / outputs};
    const bool cuts = tiles[0] * tiles[1] > max_whole_tiles;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        cut_short[axis] = !cuts && size[axis] % outputs == outputs - 1 ? 1 : 0;
        whole[axis] = tiles[axis] - cut_short[axis];
    }
    const bool by_example = cut_short[0] + cut_short[1] > 0;
    const Index points = transforms.points();
    for (Tiling::Kind& kind : tiling.kinds) {
        const bool y = (kind.kind & WinogradTransforms::short_y) != 0;
        const bool x = (kind.kind & WinogradTransforms::short_x) != 0;
        kind.tiles = {y ? cut_short[0] : whole[0], x ? cut_short[1] : whole[1], y ? whole[0] : 0,
                      x ? whole[1] : 0};
        const Index count = kind.tiles.rows * kind.tiles.columns;
        kind.each = by_example || count == 0 ? count : 1;
        tiling.products +=
            static_cast<double>(examples * count * (points - (y ? 1 : 0)) * (points - (x ? 1 : 0)));
    }
    const Index tiles_of_example = tiles[0] * tiles[1];
    tiling.units_of_example = by_example ? 1 : tiles_of_example;
    tiling.tiles_of_unit = by_example ? tiles_of_example : 1;
    tiling.units = examples * tiling.units_of_example;
    return tiling;
}

// The tiles of some units lie together, one kind after another: those with a value at a point.
struct Rows {
    Index begin;
    Index end;
};
Rows rows_at(const WinogradTransforms& transforms, const Tiling& tiling, Index point, Index units) {
    const bool y = point / transforms.points() == transforms.lacking();
    const bool x = point % transforms.points() == transforms.lacking();
    Rows rows{0, 0};
    Index end = 0;
    bool found = false;
    for (const Tiling::Kind& kind : tiling.kinds) {
        const Index begin = end;
        end += units * kind.each;
        if ((y && (kind.kind & WinogradTransforms::short_y) != 0) ||
            (x && (kind.kind & WinogradTransforms::short_x) != 0)) {
            continue;
        }
        rows = {found ? rows.begin : begin, end};
        found = true;
    }
    return rows;
}

// Calls body(kind, its first tile in the images, one past its last, the row where they lie) for the units
// begin .. end of a group that starts with unit `first` and has `units` of them.
template <typename Body>
void for_kinds(const Tiling& tiling, Index first, Index units, Index begin, Index end, const Body& body) {
    Index row = 0;
    for (const Tiling::Kind& kind : tiling.kinds) {
        if (kind.each > 0) {
            body(kind, begin * kind.each, end * kind.each, row + (begin - first) * kind.each);
        }
        row += units * kind.each;
    }
}

// Everything that follows from a job's sizes.
struct WinogradMethod {
    const WinogradTransforms* transforms = nullptr;
    WinogradImage source;  ///< what is spread: the input, or the output's gradient in a product by input
    WinogradImage result;  ///< the other image
    Tiling tiling;
    WinogradWeight weight;
    WinogradTaps taps;
    Index inner = 0;  ///< the source's channels, of all phases
    Index outer = 0;  ///< the result's
    Index phase_channels = 0;
    bool adjoint = false;  ///< of a product by input: the forward product's transforms, backwards
    /// Where the odd phases' kernels have no value, as theirs is one tap less (an odd kernel at a stride of
    /// two); else -1.
    Index empty_point = -1;
};

// The channels that count at a point: those of phases whose kernel has a value there.
struct Channels {
    Index begin, end;

    Index count() const { return end - begin; }
};
Channels channels_at(const WinogradMethod& method, Index point) {
    const bool y = point / method.transforms->points() == method.empty_point;
    const bool x = point % method.transforms->points() == method.empty_point;
    const Index phases = method.taps.phases;
    const Index begin = y ? winograd_slot(phases, 0, 0) : 0;
    const Index last = x   ? winograd_slot(phases, 0, 0)
                       : y ? winograd_slot(phases, 0, 1)
                           : phases * phases - 1;
    return {begin * method.phase_channels, (last + 1) * method.phase_channels};
}

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

bool handles_by_winograd(const Convolution& job) {
    const ConvolutionSizes& sizes = job.sizes;
    const ConvolutionGeometry& geometry = job.geometry;
    const Index stride = geometry.stride[0];
    return sizes.kernel[0] == sizes.kernel[1] && stride == geometry.stride[1] && stride <= 2 &&
           sizes.kernel[0] > stride && geometry.dilation[0] == 1 && geometry.dilation[1] == 1 &&
           sizes.examples > 0 && sizes.in_channels % lane_count == 0 &&
           sizes.out_channels % lane_count == 0 && transforms_for(job) != nullptr;
}

WinogradMethod winograd_method(const Convolution& job) {
    const ConvolutionSizes& sizes = job.sizes;
    const Index stride = job.geometry.stride[0];
    const bool backward = job.product == Product::by_input;
    WinogradMethod method;
    method.transforms = transforms_for(job);
    const Index taps = method.transforms->taps;
    WinogradImage in{{sizes.in[0], sizes.in[1]}, sizes.in_channels, stride, {}};
    WinogradImage out{{sizes.out[0], sizes.out[1]}, sizes.out_channels, 1, {}};
    // Tiles of the output; and, for a product by input, of the input: pixel stride * j + phase - pad of it
    // meets pixel j - q of the output at tap stride * q + phase.
    const Index out_size[2] = {sizes.out[0], sizes.out[1]};
    Index in_size[2];
    Index first[2];
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const Index pad = job.geometry.pad_before[axis];
        in.offset[axis] = pad;
        first[axis] = pad / stride;
        in_size[axis] = (sizes.in[axis] - 1 + pad) / stride - first[axis] + 1;
    }
    const Tiling of_input = tiling_of(*method.transforms, sizes.examples, in_size);
    method.tiling = tiling_of(*method.transforms, sizes.examples, out_size);
    method.adjoint = backward && method.tiling.products < of_input.products;
    const bool reverses = backward && !method.adjoint;
    for (std::size_t axis = 0; reverses && axis < 2; ++axis) {
        in.offset[axis] -= stride * first[axis];
        out.offset[axis] = taps - 1 - first[axis];
    }
    if (reverses) {
        method.tiling = of_input;
    }
    method.source = backward ? out : in;
    method.result = backward ? in : out;
    const Index phases = stride * stride;
    method.phase_channels = sizes.in_channels;
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
    if (kernel % stride != 0) {
        method.empty_point = reverses ? method.transforms->first_tap() : method.transforms->last_tap();
    }
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

// Units that go from pixels to pixels together.
Partition unit_cut(const WinogradMethod& method) {
    const Index tiles = method.tiling.tiles_of_unit;
    const bool alone = tiles == 1;
    // Sixteen tiles are what BLAS takes at once.
    const Index multiple = alone ? 8 : std::max(Index{1}, 16 / tiles);
    const Index point_count = method.transforms->point_count();
    const Index max_tiles =
        std::max(Index{16}, tiles_elements / (point_count * (method.inner + method.outer)));
    const double flops =
        2 * static_cast<double>(point_count * tiles * method.inner) * static_cast<double>(method.outer);
    Partition cut = partition(method.tiling.units, flops, 4e6, alone ? 16 : 8, multiple);
    cut.grain = std::min(cut.grain, std::max(multiple, max_tiles / tiles / multiple * multiple));
    return cut;
}

// Units that the weight's gradient takes in one pass.
Index pass_of(const WinogradMethod& method) {
    const Index tiles = method.tiling.tiles_of_unit;
    const Index max_tiles =
        std::max(Index{64}, weight_elements /
                                (method.transforms->point_count() * (method.inner + method.outer)) / 16 * 16);
    const Index max_units = std::max(Index{1}, max_tiles / tiles);
    const Index passes = (method.tiling.units + max_units - 1) / max_units;
    return (method.tiling.units + passes - 1) / passes;
}

void count_by_winograd(const Convolution& job, std::span<double> counts) {
    const WinogradMethod method = winograd_method(job);
    const auto points = static_cast<double>(method.transforms->points());
    const double full = method.empty_point < 0 ? 1 : 1 - 0.5 / points;  // along an axis
    const double values = method.tiling.products;
    const auto inner = static_cast<double>(method.inner);
    const auto outer = static_cast<double>(method.outer);
    counts[0] = values * full * full * inner * outer;
    counts[1] = values * (inner + outer);
    counts[2] = points * points * inner * outer;
}

std::size_t workspace_by_winograd(const Convolution& job, std::size_t threads) {
    const WinogradMethod method = winograd_method(job);
    const Index point_count = method.transforms->point_count();
    const Index weight = point_count * slab_of(method.inner, step_of(method.outer));
    Index tiles = 0;
    Index reversed = 0;
    if (job.product == Product::by_weight) {
        const Index pass = pass_of(method) * method.tiling.tiles_of_unit;
        tiles = point_count * (slab_of(pass, step_of(method.inner)) + slab_of(pass, step_of(method.outer)));
    } else {
        const Index grain = unit_cut(method).grain * method.tiling.tiles_of_unit;
        tiles = static_cast<Index>(threads) * point_count *
                (slab_of(grain, step_of(method.inner)) + slab_of(grain, step_of(method.outer)));
        reversed = job.product == Product::by_input ? job.sizes.kernel[0] * job.sizes.kernel[1] *
                                                          job.sizes.in_channels * job.sizes.out_channels
                                                    : 0;
    }
    return static_cast<std::size_t>(weight + tiles + reversed);
}

// forward, by_input: spread, a product for each point, gather; each part on its own.
void run_product(const Convolution& job, const WinogradMethod& method, Real* result, const Real* source,
                 const Real* weight, std::span<Real> scratch, ThreadPool& pool) {
    const WinogradTransforms& transforms = *method.transforms;
    const Index point_count = transforms.point_count();
    const Index weight_slab = slab_of(method.inner, step_of(method.outer));
    Real* const kernel = scratch.data();
    Real* rest = kernel + point_count * weight_slab;
    if (job.product == Product::by_input) {
        reverse_weight(rest, weight, job.sizes.kernel[0] * job.sizes.kernel[1], job.sizes.in_channels,
                       job.sizes.out_channels, pool);
        weight = rest;
        rest += job.sizes.kernel[0] * job.sizes.kernel[1] * job.sizes.in_channels * job.sizes.out_channels;
    }
    const Partition rows =
        partition(method.weight.a, static_cast<double>(point_count * method.weight.b), 16384);
    pool.parallel(rows.parts(), [&](std::size_t part, std::size_t) {
        transforms.weight(kernel, weight_slab, weight, method.weight, method.taps, rows.begin(part),
                          rows.end(part));
    });
    const Tiling& tiling = method.tiling;
    const bool backward = job.product == Product::by_input;
    const Index grain = unit_cut(method).grain;
    const Index source_step = step_of(method.inner);
    const Index result_step = step_of(method.outer);
    const Index source_slab = slab_of(grain * tiling.tiles_of_unit, source_step);
    const Index result_slab = slab_of(grain * tiling.tiles_of_unit, result_step);
    const auto& spread_kinds = method.adjoint ? transforms.cotangent : transforms.source;
    const auto& gather_kinds = method.adjoint ? transforms.source_gradient : transforms.result;
    const auto multiply = [&](Index begin, Index end, std::size_t worker) {
        Real* const spread = rest + static_cast<Index>(worker) * point_count * (source_slab + result_slab);
        Real* const products = spread + point_count * source_slab;
        const Index units = end - begin;
        for_kinds(tiling, begin, units, begin, end,
                  [&](const Tiling::Kind& kind, Index first, Index last, Index row) {
                      spread_kinds[kind.kind](spread + row * source_step, source_slab, source_step, source,
                                              method.source, kind.tiles, first, last);
                  });
        for (Index i = 0; i < point_count; ++i) {
            const Rows rows = rows_at(transforms, tiling, i, units);
            const Channels own = channels_at(method, i);
            const Channels inner = backward ? Channels{0, method.inner} : own;
            const Channels outer = backward ? own : Channels{0, method.outer};
            Real* const target = products + i * result_slab;
            gemm(
                rows.end - rows.begin, outer.count(), inner.count(),
                {spread + i * source_slab + rows.begin * source_step + inner.begin, source_step},
                {kernel + i * weight_slab + inner.begin * method.weight.row + outer.begin, method.weight.row},
                {target + rows.begin * result_step + outer.begin, result_step});
            if (outer.count() < method.outer) {
                for (Index row = rows.begin; row < rows.end; ++row) {
                    Real* const line = target + row * result_step;
                    std::fill(line, line + outer.begin, Real(0));
                    std::fill(line + outer.end, line + method.outer, Real(0));
                }
            }
        }
        for_kinds(tiling, begin, units, begin, end,
                  [&](const Tiling::Kind& kind, Index first, Index last, Index row) {
                      gather_kinds[kind.kind](result, method.result, kind.tiles, first, last,
                                              products + row * result_step, result_slab, result_step);
                  });
    };
    if (!method.adjoint) {
        const Partition cut{tiling.units, grain};
        pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
            multiply(cut.begin(part), cut.end(part), worker);
        });
        return;
    }
    // Tiles overlap: an example is one part's own.
    const Index example_size = method.result.size[0] * method.result.size[1] * method.result.channels;
    const Partition cut{job.sizes.examples, std::max(Index{1}, grain / tiling.units_of_example)};
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
        std::fill(result + cut.begin(part) * example_size, result + cut.end(part) * example_size, Real(0));
        const Index end = cut.end(part) * tiling.units_of_example;
        for (Index begin = cut.begin(part) * tiling.units_of_example; begin < end; begin += grain) {
            multiply(begin, std::min(begin + grain, end), worker);
        }
    });
}

// by_weight: all tiles of a pass are spread, then each point is one product over them. What is missing at a
// point would have gone to taps that the kernel does not have.
void run_by_weight(const WinogradMethod& method, Real* result, const Real* input, const Real* cotangent,
                   std::span<Real> scratch, ThreadPool& pool) {
    const WinogradTransforms& transforms = *method.transforms;
    const Index point_count = transforms.point_count();
    const Index weight_slab = slab_of(method.inner, step_of(method.outer));
    const Tiling& tiling = method.tiling;
    const Index pass = pass_of(method);
    const Index source_step = step_of(method.inner);
    const Index result_step = step_of(method.outer);
    const Index source_slab = slab_of(pass * tiling.tiles_of_unit, source_step);
    const Index result_slab = slab_of(pass * tiling.tiles_of_unit, result_step);
    Real* const kernel = scratch.data();
    Real* const source = kernel + point_count * weight_slab;
    Real* const result_gradients = source + point_count * source_slab;
    for (Index first = 0; first < tiling.units; first += pass) {
        const Index units = std::min(pass, tiling.units - first);
        const double values =
            static_cast<double>(tiling.tiles_of_unit * point_count * (method.inner + method.outer));
        const Partition cut = partition(units, values, 65536);
        pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
            for_kinds(tiling, first, units, first + cut.begin(part), first + cut.end(part),
                      [&](const Tiling::Kind& kind, Index begin, Index end, Index row) {
                          transforms.source[kind.kind](source + row * source_step, source_slab, source_step,
                                                       input, method.source, kind.tiles, begin, end);
                          transforms.cotangent[kind.kind](result_gradients + row * result_step, result_slab,
                                                          result_step, cotangent, method.result, kind.tiles,
                                                          begin, end);
                      });
        });
        pool.parallel(static_cast<std::size_t>(point_count), [&](std::size_t part, std::size_t) {
            const auto point = static_cast<Index>(part);
            const Rows rows = rows_at(transforms, tiling, point, units);
            const Channels inner = channels_at(method, point);
            gemm(inner.count(), method.outer, rows.end - rows.begin,
                 {source + point * source_slab + rows.begin * source_step + inner.begin, source_step, true},
                 {result_gradients + point * result_slab + rows.begin * result_step, result_step},
                 {kernel + point * weight_slab + inner.begin * method.weight.row, method.weight.row},
                 first > 0);
        });
    }
    const Partition rows =
        partition(method.weight.a, static_cast<double>(point_count * method.weight.b), 16384);
    pool.parallel(rows.parts(), [&](std::size_t part, std::size_t) {
        transforms.weight_gradient(result, method.weight, method.taps, rows.begin(part), rows.end(part),
                                   kernel, weight_slab);
    });
}

void run_by_winograd(const Convolution& job, Real* result, const Real* first, const Real* second,
                     std::span<Real> scratch, ThreadPool& pool) {
    const WinogradMethod method = winograd_method(job);
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
    .handles = handles_by_winograd,
    .costs = winograd_costs,
    .count = count_by_winograd,
    .workspace = workspace_by_winograd,
    .run = run_by_winograd,
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
