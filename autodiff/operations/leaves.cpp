#include "autodiff/operations/leaves.hpp"

#include "autodiff/operations.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

const Operation input_operation{
    .name = "input", .doc = "A value fed from outside before each run.", .arity = 0};
const Operation constant_operation{.name = "constant", .doc = "A value fixed for ever.", .arity = 0};
const Operation state_operation{.name = "state", .doc = "A value that plans may replace.", .arity = 0};

bool is_leaf(const Operation& operation) {
    return &operation == &input_operation || &operation == &constant_operation ||
           &operation == &state_operation;
}

std::optional<double> constant_number(Var x) {
    const Node& node = x.tape().node(x.id());
    if (node.operation == &constant_operation && node.attributes.integers[0] == -1) {
        return node.attributes.numbers[0];
    }
    return std::nullopt;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
