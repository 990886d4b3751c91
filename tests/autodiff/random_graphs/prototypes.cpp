#include "tests/autodiff/random_graphs/prototypes.hpp"

#include "autodiff/tape.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

bool is_index(const Sample& sample, NodeId input) {
    return sample.whole && input < sample.shapes.size() &&
           (sample.fixed.empty() || (input < sample.fixed.size() && sample.fixed[input]));
}

void collect(const Operation& operation, const Sample& sample, std::vector<Prototype>& found) {
    if (sample.prepares) {
        const std::vector<bool> indices(sample.shapes.size(), false);
        found.push_back({&operation, {}, sample.shapes, indices, sample.low, sample.high, sample.build});
        return;
    }
    Tape tape(Evaluation::planned);
    std::vector<Var> inputs;
    for (const Shape& shape : sample.shapes) {
        inputs.push_back(tape.input(shape));
    }
    sample.build(inputs);
    for (NodeId id = 0; id < tape.size(); ++id) {
        const Node& node = tape.node(id);
        if (node.operation != &operation) {
            continue;
        }
        Prototype prototype{&operation, node.attributes, {}, {}, sample.low, sample.high, {}};
        for (const NodeId input : node.inputs) {
            prototype.shapes.push_back(tape.node(input).shape);
            prototype.indices.push_back(is_index(sample, input));
        }
        found.push_back(std::move(prototype));
    }
}

}  // namespace

std::vector<std::vector<Prototype>> prototypes() {
    std::vector<std::vector<Prototype>> all;
    for (const Operation* const operation : operations()) {
        std::vector<Prototype> found;
        if (operation->samples != nullptr) {
            for (const Sample& sample : operation->samples()) {
                collect(*operation, sample, found);
            }
        }
        if (!found.empty()) {
            all.push_back(std::move(found));
        }
    }
    return all;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
