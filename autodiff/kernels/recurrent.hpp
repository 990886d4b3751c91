#pragma once

#include <span>

#include "autodiff/real.hpp"
#include "autodiff/shape.hpp"
#include "autodiff/threads.hpp"

/// Long short-term memory over all steps of a sequence (Hochreiter & Schmidhuber, 1997; forget gate: Gers et
/// al., 2000).
namespace gandsl {
inline namespace GANDSL_PRECISION {

struct LstmSizes {
    Index steps;
    Index examples;
    Index units;

    Index part() const { return steps * examples * units; }  ///< elements of one part of a trace
};

/// What a run leaves for its gradient, one after the other: each steps x examples x units.
enum LstmPart : Index { input_gate, forget_gate, candidate_gate, output_gate, memory, state, lstm_parts };

/// preactivation: steps x examples x 4 units, what reaches the gates from the input, in the order of
/// LstmPart; weight: units x 4 units. Memory and state are 0 before the first step. Examples are split among
/// the threads, each of which walks through all steps by itself.
void lstm_trace(Real* trace, const Real* preactivation, const Real* weight, const LstmSizes& sizes,
                std::span<Real> scratch, ThreadPool& pool);

/// Gradient by preactivation. `cotangent`: of the whole trace, or of its states alone.
void lstm_gradient(Real* preactivation, const Real* trace, const Real* weight, const Real* cotangent,
                   bool states_alone, const LstmSizes& sizes, std::span<Real> scratch, ThreadPool& pool);

/// Elements of scratch memory for either of them.
std::size_t lstm_scratch(const LstmSizes& sizes, std::size_t threads);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
