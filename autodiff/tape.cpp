#include "autodiff/tape.hpp"

#include <algorithm>
#include <array>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/execute.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/stability.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

Shape Var::shape() const {
    if (!valid()) {
        throw Error(ErrorCode::invalid_argument, "this Var belongs to no tape");
    }
    return tape_->node(id_).shape;
}

const Array& Var::value() const {
    if (!valid()) {
        throw Error(ErrorCode::invalid_argument, "this Var belongs to no tape");
    }
    const Node& node = tape_->node(id_);
    if (!node.value) {
        throw Error(ErrorCode::invalid_argument,
                    "[" + std::string(node.operation->name) +
                        "] has no value: it depends on an input, or its tape only records; make a Plan "
                        "with it as an output, run it, and read it there");
    }
    return *node.value;
}

Tape::Tape(Evaluation evaluation, std::uint64_t seed) : evaluation_(evaluation), seed_(seed) {}
Tape::~Tape() = default;

Var Tape::push(const Operation& operation, std::vector<NodeId> inputs, Attributes attributes, Shape shape) {
    const auto id = static_cast<NodeId>(nodes_.size());
    nodes_.push_back({&operation, std::move(attributes), std::move(inputs), std::move(shape), nullptr, mark_,
                      gradient_of_});
    return {*this, id};
}

Var Tape::input(Shape shape, std::string name) {
    element_count(shape);
    const auto id = static_cast<Index>(nodes_.size());  // keeps inputs of one shape apart
    const Var var = push(input_operation, {}, {{id}, {}}, std::move(shape));
    names_.emplace_back(var.id(), std::move(name));
    return var;
}

Var Tape::constant(Array value) {
    const auto id = static_cast<Index>(nodes_.size());
    const Var var = push(constant_operation, {}, {{id}, {}}, shape_of(value));
    nodes_.back().value = std::make_shared<Array>(std::move(value));
    return var;
}

Var Tape::constant(double value) {
    return filled({}, value);
}

Var Tape::filled(Shape shape, double value) {
    // One number whatever the shape: equal constants then merge.
    Var scalar = push(constant_operation, {}, {{-1}, {value}}, {});
    nodes_.back().value = std::make_shared<Array>(make_array({}, static_cast<Real>(value)));
    return shape.empty() ? scalar : broadcast_to(scalar, std::move(shape));
}

Var Tape::state(Array value, std::string name) {
    const auto id = static_cast<Index>(nodes_.size());
    const Var var = push(state_operation, {}, {{id}, {}}, shape_of(value));
    nodes_.back().value = std::make_shared<Array>(std::move(value));
    names_.emplace_back(var.id(), std::move(name));
    return var;
}

Array& Tape::state_value(NodeId id) {
    if (nodes_[id].operation != &state_operation) {
        throw Error(ErrorCode::invalid_argument,
                    "[" + std::string(nodes_[id].operation->name) +
                        "] is no state: only a Var made by Tape::state can be assigned");
    }
    return *nodes_[id].value;
}

void Tape::assign(Var state, const Array& value) {
    Array& target = state_value(state.id());
    if (shape_of(value) != state.shape()) {
        throw Error(ErrorCode::shape, "[assign] the state '" + name(state.id()) + "' has shape " +
                                          to_string(state.shape()) + ", the new value " +
                                          to_string(shape_of(value)));
    }
    std::copy(value.data(), value.data() + value.size(), target.data());
}

const std::string& Tape::name(NodeId id) const {
    static const std::string none;
    const auto found =
        std::lower_bound(names_.begin(), names_.end(), id,
                         [](const auto& entry, NodeId wanted) { return entry.first < wanted; });
    return found != names_.end() && found->first == id ? found->second : none;
}

void Tape::set_rewrite(std::string_view name, bool on) {
    require_rewrite(name);
    std::erase(rewrites_off_, name);
    if (!on) {
        rewrites_off_.emplace_back(name);
    }
}

bool Tape::rewrites(std::string_view name) const {
    return std::find(rewrites_off_.begin(), rewrites_off_.end(), name) == rewrites_off_.end();
}

void Tape::evaluate(NodeId id) {
    Node& node = nodes_[id];
    std::vector<ConstTensor> inputs;
    for (const NodeId input : node.inputs) {
        if (!nodes_[input].value) {
            return;
        }
        inputs.push_back({nodes_[input].value->data(), nodes_[input].shape});
    }
    ThreadPool alone;
    const Execution execution{alone, seed_, 0};
    auto value = std::make_shared<Array>(make_array(node.shape));
    execute(*node.operation, node.attributes, inputs, {value->data(), node.shape}, execution);
    node.value = std::move(value);
}

Var record(const Operation& operation, std::span<const Var> inputs, Attributes attributes) {
    const std::string name(operation.name);
    if (inputs.empty()) {
        throw Error(ErrorCode::invalid_argument, "[" + name + "] needs at least one input");
    }
    if (operation.arity >= 0 && inputs.size() != static_cast<std::size_t>(operation.arity)) {
        throw Error(ErrorCode::invalid_argument, "[" + name + "] takes " + std::to_string(operation.arity) +
                                                     " inputs, not " + std::to_string(inputs.size()));
    }
    std::vector<NodeId> ids;
    std::vector<Shape> shapes;
    for (const Var& input : inputs) {
        if (!input.valid()) {
            throw Error(ErrorCode::invalid_argument, "[" + name + "] an input belongs to no tape");
        }
        if (&input.tape() != &inputs[0].tape()) {
            throw Error(ErrorCode::invalid_argument, "[" + name + "] inputs belong to different tapes");
        }
        ids.push_back(input.id());
        shapes.push_back(input.shape());
    }
    Shape shape = operation.shape(attributes, shapes);
    element_count(shape);
    return inputs[0].tape().append(operation, std::move(ids), std::move(attributes), std::move(shape));
}

Var record(const Operation& operation, std::initializer_list<Var> inputs, Attributes attributes) {
    return record(operation, std::span<const Var>(inputs.begin(), inputs.size()), std::move(attributes));
}

Var Tape::append(const Operation& operation, std::vector<NodeId> inputs, Attributes attributes, Shape shape) {
    const Var var = push(operation, std::move(inputs), std::move(attributes), std::move(shape));
    if (evaluation_ == Evaluation::eager) {
        evaluate(var.id());
    }
    return var;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
