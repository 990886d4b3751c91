#include "autodiff/kernels/copy.hpp"

#include <algorithm>

#include "autodiff/kernels/partition.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr double min_elements = 16384;

void copy_singles(Real* __restrict out, Index out_step, const Real* __restrict in, Index in_step,
                  Index count) {
    for (Index i = 0; i < count; ++i) {
        out[i * out_step] = in[i * in_step];
    }
}

}  // namespace

void copy_places(Real* out, const AxisSlice& to, const Real* in, const AxisSlice& from, Index outer,
                 Index count, Index inner, ThreadPool& pool) {
    const bool joined = to.step == 1 && from.step == 1;
    // Whole rows of single elements, or runs of contiguous ones.
    const bool singles = inner == 1 && !joined;
    const Index run = joined ? count * inner : inner;
    const Index runs = joined || singles ? 1 : count;
    const Index run_work = singles ? count : run;
    const Partition cut = partition(outer * runs, static_cast<double>(run_work), min_elements);
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        for (Index index = cut.begin(part); index < cut.end(part); ++index) {
            const Index row = index / runs;
            const Index element = index % runs;
            Real* const target = out + (row * to.length + to.first + element * to.step) * inner;
            const Real* const source = in + (row * from.length + from.first + element * from.step) * inner;
            if (singles) {
                copy_singles(target, to.step, source, from.step, count);
            } else {
                std::copy_n(source, run, target);
            }
        }
    });
}

void fill(Real* out, std::size_t count, Real value, ThreadPool& pool) {
    const Partition cut = partition(static_cast<Index>(count), 1, min_elements, 64, 64);
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        std::fill(out + cut.begin(part), out + cut.end(part), value);
    });
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
