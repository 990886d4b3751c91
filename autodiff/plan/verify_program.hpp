#pragma once

#include <vector>

#include "autodiff/plan/fused.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// How a program reads one of its operands.
struct OperandUse {
    enum class Kind {
        aligned,    ///< number i of it when number i of the results is computed
        elsewhere,  ///< at other positions: it is broadcast
        tile,       ///< not from memory: a producer computes it
    };
    Kind kind;
    std::size_t last_read = 0;  ///< the index in the group of the last node that reads it
};

/// Walks through the program of an elementwise group with nodes in place of numbers: every instruction must
/// compute its node from that node's inputs, and every result and every summed register must hold its node at
/// the end. Throws Error(internal). Returns the use of each operand.
std::vector<OperandUse> check_program(const Graph& graph, const FusionGroup& group, const Fused& fused);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
