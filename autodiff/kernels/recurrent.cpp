#include "autodiff/kernels/recurrent.hpp"

#include <algorithm>

#include "autodiff/blas.hpp"
#include "autodiff/kernels/clones.hpp"
#include "autodiff/kernels/math.hpp"
#include "autodiff/kernels/partition.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr Index gates = 4;

Partition cut_of(const LstmSizes& sizes) {
    return {sizes.examples, sizes.examples > 16 ? Index{16} : Index{8}};
}

// A matrix as tiles of columns, each contiguous, so that BLAS takes them as they are in every step.
struct Tiles {
    Index rows;
    Index columns;
    Index width;

    Tiles(Index tile_rows, Index tile_columns, Index examples)
        : rows(tile_rows), columns(tile_columns), width(64) {
        while (width > 16 && !skips_packing(examples, width, rows)) {
            width /= 2;
        }
    }
    Partition cut() const { return {columns, width}; }
};

void pack(Real* __restrict packed, const Real* matrix, Index stride, bool transposed, const Tiles& tiles,
          ThreadPool& pool) {
    const Partition cut = tiles.cut();
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        const Index begin = cut.begin(part);
        const Index width = cut.end(part) - begin;
        Real* const tile = packed + begin * tiles.rows;
        for (Index row = 0; row < tiles.rows; ++row) {
            for (Index column = 0; column < width; ++column) {
                tile[row * width + column] = transposed ? matrix[(begin + column) * stride + row]
                                                        : matrix[row * stride + begin + column];
            }
        }
    });
}

// out (rows x tiles.columns) = or += in (rows x tiles.rows) times the packed matrix.
void multiply(Real* out, Index rows, const Real* in, Index in_stride, const Real* packed, const Tiles& tiles,
              bool accumulate) {
    const Partition cut = tiles.cut();
    for (std::size_t part = 0; part < cut.parts(); ++part) {
        const Index begin = cut.begin(part);
        const Index width = cut.end(part) - begin;
        gemm(rows, width, tiles.rows, {in, in_stride}, {packed + begin * tiles.rows, width},
             {out + begin, tiles.columns}, accumulate);
    }
}

// One example's step. `preactivation` has a row for each gate; `trace` begins where the step stands in each
// part of the trace.
GANDSL_CLONES void open_gates(Real* __restrict trace, Index part, const Real* __restrict preactivation,
                              const Real* __restrict memory_before, Index units) {
    Real* __restrict const in = trace + input_gate * part;
    Real* __restrict const forget = trace + forget_gate * part;
    Real* __restrict const candidate = trace + candidate_gate * part;
    Real* __restrict const out = trace + output_gate * part;
    Real* __restrict const kept = trace + memory * part;
    Real* __restrict const shown = trace + state * part;
    for (Index unit = 0; unit < units; ++unit) {
        in[unit] = math::sigmoid(preactivation[unit]);
        forget[unit] = math::sigmoid(preactivation[units + unit]);
        candidate[unit] = math::tanh(preactivation[2 * units + unit]);
        out[unit] = math::sigmoid(preactivation[3 * units + unit]);
    }
    for (Index unit = 0; unit < units; ++unit) {
        kept[unit] = in[unit] * candidate[unit];
    }
    if (memory_before != nullptr) {
        for (Index unit = 0; unit < units; ++unit) {
            kept[unit] += forget[unit] * memory_before[unit];
        }
    }
    for (Index unit = 0; unit < units; ++unit) {
        shown[unit] = out[unit] * math::tanh(kept[unit]);
    }
}

// What flows back into one example's step.
struct Flow {
    const Real* from_parts;  ///< cotangent of the whole trace at this position, or null
    const Real* from_state;  ///< cotangent of the state at this position
    const Real* to_state;    ///< from the next step, or null after the last
    Real* to_memory;         ///< from the next step; afterwards, for the step before
};

GANDSL_CLONES void close_gates(Real* __restrict preactivation, const Real* __restrict trace, Index part,
                               const Flow& flow, const Real* __restrict memory_before, Index units) {
    const Real* __restrict const in = trace + input_gate * part;
    const Real* __restrict const forget = trace + forget_gate * part;
    const Real* __restrict const candidate = trace + candidate_gate * part;
    const Real* __restrict const out = trace + output_gate * part;
    const Real* __restrict const kept = trace + memory * part;
    const Real* __restrict const from_state = flow.from_state;
    const Real* __restrict const to_state = flow.to_state;
    Real* __restrict const to_memory = flow.to_memory;
    Real* __restrict const d_in = preactivation;
    Real* __restrict const d_forget = preactivation + units;
    Real* __restrict const d_candidate = preactivation + 2 * units;
    Real* __restrict const d_out = preactivation + 3 * units;
    // First the gradients by the gates' values, then by what drives them.
    for (Index unit = 0; unit < units; ++unit) {
        const Real flowing = from_state[unit] + (to_state != nullptr ? to_state[unit] : Real(0));
        const Real tanh_cell = math::tanh(kept[unit]);
        d_out[unit] = flowing * tanh_cell;
        to_memory[unit] += flowing * out[unit] * (1 - tanh_cell * tanh_cell);
    }
    if (flow.from_parts != nullptr) {
        const Real* __restrict const from = flow.from_parts;
        for (Index unit = 0; unit < units; ++unit) {
            to_memory[unit] += from[memory * part + unit];
            d_out[unit] += from[output_gate * part + unit];
        }
    }
    for (Index unit = 0; unit < units; ++unit) {
        d_in[unit] = to_memory[unit] * candidate[unit];
        d_candidate[unit] = to_memory[unit] * in[unit];
        d_forget[unit] = memory_before != nullptr ? to_memory[unit] * memory_before[unit] : Real(0);
    }
    if (flow.from_parts != nullptr) {
        const Real* __restrict const from = flow.from_parts;
        for (Index unit = 0; unit < units; ++unit) {
            d_in[unit] += from[input_gate * part + unit];
            d_forget[unit] += from[forget_gate * part + unit];
            d_candidate[unit] += from[candidate_gate * part + unit];
        }
    }
    for (Index unit = 0; unit < units; ++unit) {
        to_memory[unit] *= forget[unit];
        d_in[unit] *= in[unit] * (1 - in[unit]);
        d_forget[unit] *= forget[unit] * (1 - forget[unit]);
        d_candidate[unit] *= 1 - candidate[unit] * candidate[unit];
        d_out[unit] *= out[unit] * (1 - out[unit]);
    }
}

}  // namespace

void lstm_trace(Real* trace, const Real* preactivation, const Real* weight, const LstmSizes& sizes,
                std::span<Real> scratch, ThreadPool& pool) {
    const Index units = sizes.units;
    const Partition cut = cut_of(sizes);
    const Tiles tiles(units, gates * units, cut.grain);
    Real* const packed = scratch.data();
    Real* const rows = packed + gates * units * units;
    pack(packed, weight, gates * units, false, tiles, pool);
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
        Real* const preactivations = rows + static_cast<Index>(worker) * cut.grain * gates * units;
        const Index first = cut.begin(part);
        const Index count = cut.end(part) - first;
        for (Index step = 0; step < sizes.steps; ++step) {
            const Index offset = (step * sizes.examples + first) * units;
            const Index before = offset - sizes.examples * units;
            std::copy_n(preactivation + gates * offset, count * gates * units, preactivations);
            if (step > 0) {
                multiply(preactivations, count, trace + state * sizes.part() + before, units, packed, tiles,
                         true);
            }
            for (Index example = 0; example < count; ++example) {
                open_gates(
                    trace + offset + example * units, sizes.part(), preactivations + example * gates * units,
                    step > 0 ? trace + memory * sizes.part() + before + example * units : nullptr, units);
            }
        }
    });
}

void lstm_gradient(Real* preactivation, const Real* trace, const Real* weight, const Real* cotangent,
                   bool states_alone, const LstmSizes& sizes, std::span<Real> scratch, ThreadPool& pool) {
    const Index units = sizes.units;
    const Partition cut = cut_of(sizes);
    const Tiles tiles(gates * units, units, cut.grain);
    Real* const packed = scratch.data();
    Real* const rows = packed + gates * units * units;
    const Real* const of_state = cotangent + (states_alone ? 0 : state * sizes.part());
    pack(packed, weight, gates * units, true, tiles, pool);
    pool.parallel(cut.parts(), [&](std::size_t part, std::size_t worker) {
        Real* const to_state = rows + static_cast<Index>(worker) * cut.grain * gates * units;
        Real* const to_memory = to_state + cut.grain * units;
        const Index first = cut.begin(part);
        const Index count = cut.end(part) - first;
        std::fill_n(to_memory, count * units, Real(0));
        for (Index step = sizes.steps; step-- > 0;) {
            const Index offset = (step * sizes.examples + first) * units;
            const Index before = offset - sizes.examples * units;
            for (Index example = 0; example < count; ++example) {
                const Index at = offset + example * units;
                const Flow flow{.from_parts = states_alone ? nullptr : cotangent + at,
                                .from_state = of_state + at,
                                .to_state = step + 1 < sizes.steps ? to_state + example * units : nullptr,
                                .to_memory = to_memory + example * units};
                close_gates(preactivation + gates * at, trace + at, sizes.part(), flow,
                            step > 0 ? trace + memory * sizes.part() + before + example * units : nullptr,
                            units);
            }
            if (step > 0) {
                multiply(to_state, count, preactivation + gates * offset, gates * units, packed, tiles,
                         false);
            }
        }
    });
}

std::size_t lstm_scratch(const LstmSizes& sizes, std::size_t threads) {
    const Index units = sizes.units;
    return static_cast<std::size_t>(gates * units * units) +
           threads * static_cast<std::size_t>(cut_of(sizes).grain * gates * units);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
