#include "autodiff/kernels/columns.hpp"

#include <algorithm>

#include "autodiff/blas.hpp"
#include "autodiff/kernels/clones.hpp"
#include "autodiff/kernels/transpose.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr Index block_elements = 1 << 20;         // of columns: four megabytes of floats
constexpr Index weight_block_elements = 1 << 19;  // each block reads and writes the weight gradient once
constexpr Index partial_elements = 1 << 23;       // of all private weight gradients together
constexpr Index min_partial_rows = 128;
constexpr double min_flops = 1e6;

double row_flops(const Patches& patches, Index channels) {
    return 2 * static_cast<double>(patches.width()) * static_cast<double>(channels);
}

Index block_rows(const Patches& patches, Index elements) {
    return std::max(Index{16}, elements / patches.width() / 16 * 16);
}

// Parts that are one block each, but for short jobs, which are cut finer for the threads' sake.
Partition gather_cut(const Patches& patches, Index channels) {
    Partition cut = partition(patches.rows(), row_flops(patches, channels), min_flops, 16, 16);
    cut.grain = std::min(cut.grain, block_rows(patches, block_elements));
    return cut;
}

// Whole examples: what they add to is theirs alone.
Partition scatter_cut(const Patches& patches, Index channels) {
    const Index rows = patches.y.anchors * patches.x.anchors;
    Partition cut =
        partition(patches.examples, static_cast<double>(rows) * row_flops(patches, channels), min_flops, 16);
    cut.grain = std::max(Index{1}, std::min(cut.grain, block_rows(patches, block_elements) / rows));
    return cut;
}

Index scatter_block(const Patches& patches, Index channels) {
    return std::min(scatter_cut(patches, channels).grain * patches.y.anchors * patches.x.anchors,
                    block_rows(patches, block_elements));
}

Partition weight_cut(const Patches& patches, Index channels) {
    // A private gradient is written and read once more, so it should be the sum of some rows; but two threads
    // have work.
    const Index max_parts = std::clamp(
        std::min(partial_elements / (patches.width() * channels), patches.rows() / min_partial_rows),
        Index{2}, Index{16});
    return partition(patches.rows(), row_flops(patches, channels), 4 * min_flops, max_parts, 16);
}

GANDSL_CLONES void add_partials(Real* __restrict out, const Real* __restrict partials, std::size_t parts,
                                Index stride, Index count) {
    for (Index i = 0; i < count; ++i) {
        out[i] = partials[i];
    }
    for (std::size_t part = 1; part < parts; ++part) {
        const Real* __restrict own = partials + static_cast<Index>(part) * stride;
        for (Index i = 0; i < count; ++i) {
            out[i] += own[i];
        }
    }
}

}  // namespace

void gather_product(Real* anchors, Index channels, const Real* source, const Real* weight,
                    const Patches& patches, std::span<Real> scratch, ThreadPool& pool) {
    const Index width = patches.width();
    const Partition cut = gather_cut(patches, channels);
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
        const Index begin = cut.begin(part);
        const Index end = cut.end(part);
        const Real* columns = source + begin * width;
        if (!patches.direct()) {
            Real* const block = scratch.data() + static_cast<Index>(worker) * cut.grain * width;
            unfold_rows(block, source, patches, begin, end, 0);
            columns = block;
        }
        gemm(end - begin, channels, width, {columns, width}, {weight, channels},
             {anchors + begin * channels, channels});
    });
}

std::size_t gather_scratch(const Patches& patches, Index channels, std::size_t threads) {
    return patches.direct()
               ? 0
               : threads * static_cast<std::size_t>(gather_cut(patches, channels).grain * patches.width());
}

void scatter_product(Real* source, const Real* anchors, Index channels, const Real* weight,
                     const Patches& patches, std::span<Real> scratch, ThreadPool& pool) {
    const Index width = patches.width();
    if (patches.direct()) {
        const Partition cut = partition(patches.rows(), row_flops(patches, channels), min_flops, 16, 16);
        pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
            const Index begin = cut.begin(part);
            gemm(cut.end(part) - begin, width, channels, {anchors + begin * channels, channels},
                 {weight, channels, true}, {source + begin * width, width});
        });
        return;
    }
    const Partition cut = scatter_cut(patches, channels);
    const Index step = scatter_block(patches, channels);
    const Index example_rows = patches.y.anchors * patches.x.anchors;
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
        Real* const block = scratch.data() + static_cast<Index>(worker) * step * width;
        std::fill(source + cut.begin(part) * patches.source_size(),
                  source + cut.end(part) * patches.source_size(), Real(0));
        const Index end = cut.end(part) * example_rows;
        for (Index begin = cut.begin(part) * example_rows; begin < end; begin += step) {
            const Index count = std::min(step, end - begin);
            gemm(count, width, channels, {anchors + begin * channels, channels}, {weight, channels, true},
                 {block, width});
            fold_rows(source, block, patches, begin, begin + count);
        }
    });
}

std::size_t scatter_scratch(const Patches& patches, Index channels, std::size_t threads) {
    return patches.direct()
               ? 0
               : threads * static_cast<std::size_t>(scatter_block(patches, channels) * patches.width());
}

void weight_product(Real* weight, const Real* source, const Real* anchors, Index channels,
                    const Patches& patches, std::span<Real> scratch, ThreadPool& pool) {
    const Index width = patches.width();
    const Index size = width * channels;
    const Partition cut = weight_cut(patches, channels);
    const Index step = std::min(cut.grain, block_rows(patches, weight_block_elements));
    Real* const partials = cut.parts() == 1 ? weight : scratch.data();
    Real* const blocks = scratch.data() + (cut.parts() == 1 ? 0 : static_cast<Index>(cut.parts()) * size);
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
        Real* const block = blocks + static_cast<Index>(worker) * step * width;
        Real* const own = partials + static_cast<Index>(part) * size;
        const Index end = cut.end(part);
        for (Index begin = cut.begin(part); begin < end; begin += step) {
            const Index count = std::min(step, end - begin);
            const Real* columns = source + begin * width;
            if (!patches.direct()) {
                unfold_rows(block, source, patches, begin, begin + count, 0);
                columns = block;
            }
            gemm(width, channels, count, {columns, width, true}, {anchors + begin * channels, channels},
                 {own, channels}, begin > cut.begin(part));
        }
    });
    if (cut.parts() > 1) {
        const Partition sums = partition(size, static_cast<double>(cut.parts()), 32768, 64, 16);
        pool.parallel(sums.parts(), [&](std::size_t part, std::size_t) {
            const Index begin = sums.begin(part);
            add_partials(weight + begin, partials + begin, cut.parts(), size, sums.end(part) - begin);
        });
    }
}

std::size_t weight_scratch(const Patches& patches, Index channels, std::size_t threads) {
    const Partition cut = weight_cut(patches, channels);
    const Index step = std::min(cut.grain, block_rows(patches, weight_block_elements));
    return (cut.parts() == 1 ? 0 : cut.parts() * static_cast<std::size_t>(patches.width() * channels)) +
           (patches.direct() ? 0 : threads * static_cast<std::size_t>(step * patches.width()));
}

std::array<double, columns_costs.size()> product_counts(const Patches& patches, Index channels,
                                                        bool scatters) {
    const auto whole = [](Index count) { return static_cast<double>((count + 15) / 16 * 16); };
    const double product = scatters ? static_cast<double>(channels) * whole(patches.width()) /
                                          static_cast<double>(patches.width())
                                    : whole(channels);
    const double elements = static_cast<double>(patches.rows()) * static_cast<double>(patches.width());
    const double copied = patches.direct() ? 0 : elements;
    const double runs = copied / static_cast<double>(patches.channels);
    if (scatters) {
        return {elements * product, 0, 0, copied, runs, 0};
    }
    return {elements * product, copied, runs, 0, 0, 0};
}

void reverse_weight(Real* out, const Real* weight, Index taps, Index a, Index b, ThreadPool& pool) {
    const Partition cut = partition(taps, static_cast<double>(a * b), 32768);
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        for (Index tap = cut.begin(part); tap < cut.end(part); ++tap) {
            transpose_matrix(out + (taps - 1 - tap) * a * b, a, weight + tap * a * b, b, a, b);
        }
    });
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
