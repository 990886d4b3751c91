#include "autodiff/tape.hpp"

#include <algorithm>

#include "autodiff/array.hpp"
#include "autodiff/assignment_clock.hpp"
#include "autodiff/error.hpp"
#include "autodiff/execute.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/stability.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

std::string at(std::string_view entry, std::string_view role) {
    return "[" + std::string(entry) + "] " + std::string(role);
}

std::shared_ptr<Array> flushed(Array value) {
    flush_denormals({value.data(), value.size()});
    return std::make_shared<Array>(std::move(value));
}

}  // namespace

void Var::refuse_empty(std::string_view entry) {
    throw Error(ErrorCode::invalid_argument,
                at(entry,
                   "this is an empty Var, which belongs to no tape; expected one that a tape or an "
                   "operation gave"));
}

void require_var(Var var, std::string_view entry, std::string_view role) {
    if (!var.valid()) {
        throw Error(ErrorCode::invalid_argument,
                    at(entry, role) +
                        " is an empty Var, which belongs to no tape; expected one that a tape or "
                        "an operation gave");
    }
    if (var.id() >= var.tape().size()) {
        throw Error(ErrorCode::invalid_argument, at(entry, role) + " is a Var with number " +
                                                     std::to_string(var.id()) + " of a tape of " +
                                                     std::to_string(var.tape().size()) +
                                                     " nodes: it was recorded in a scope that is over, or "
                                                     "never");
    }
    if (var.generation() != var.tape().node(var.id()).generation) {
        throw Error(ErrorCode::invalid_argument,
                    at(entry, role) +
                        " is a Var that its tape has forgotten: it was recorded in a scope that is over");
    }
}

void require_var_of(const Tape& tape, Var var, std::string_view entry, std::string_view role) {
    require_var(var, entry, role);
    if (&var.tape() != &tape) {
        throw Error(ErrorCode::invalid_argument,
                    at(entry, role) + " is a Var of another tape; Vars of different tapes do not meet");
    }
}

Shape Var::shape() const {
    require_var(*this, "Var::shape", "this");
    return tape_->node(id_).shape;
}

const Array& Var::value() const {
    require_var(*this, "Var::value", "this");
    const Node& node = tape_->node(id_);
    if (!node.value) {
        throw Error(ErrorCode::invalid_argument,
                    "[" + std::string(node.operation->name) +
                        "] has no value: it depends on an input, or its tape only records; make a Plan "
                        "with it as an output, run it, and read it there");
    }
    return *node.value;
}

Tape::Tape(Evaluation evaluation, std::uint64_t seed)
    : clock_(std::make_shared<AssignmentClock>()),
      workspace_(std::make_unique<EagerWorkspace>()),
      evaluation_(evaluation),
      seed_(seed) {}
Tape::~Tape() {
    clock_->tape_is_gone = true;
}

NodeId assigned_since(const Tape& tape, NodeId id) {
    const Node& node = tape.node(id);
    const AssignmentClock& clock = *tape.assignment_clock();
    if (!node.value || clock.now == node.computed) {
        return no_node;
    }
    const auto found = std::find_if(node.inputs.begin(), node.inputs.end(), [&](NodeId input) {
        return tape.node(input).operation == &state_operation && clock.assigned.at(input) > node.computed;
    });
    return found == node.inputs.end() ? no_node : *found;
}

void NodeList::refuse(NodeId id) const {
    throw Error(ErrorCode::invalid_argument, "[Tape::node] number " + std::to_string(id) + " of a tape of " +
                                                 std::to_string(size_) + " nodes");
}

NodeId NodeList::push(const Operation& operation) {
    if (size_ >= no_node) {
        throw Error(ErrorCode::memory, "[tape] has as many nodes as can be counted");
    }
    if (size_ == nodes_.size()) {
        nodes_.emplace_back();
    }
    Node& node = nodes_[size_];
    node.operation = &operation;
    node.generation = generation_;
    return static_cast<NodeId>(size_++);
}

void NodeList::shrink(std::size_t size) {
    size_ = size;
    ++generation_;
}

Node& Tape::push(const Operation& operation, std::span<const NodeId> inputs, Attributes attributes,
                 Shape shape) {
    Node& node = nodes_[nodes_.push(operation)];
    node.attributes = std::move(attributes);
    node.inputs.assign(inputs.begin(), inputs.end());
    node.shape = std::move(shape);
    node.origin = recording.origin;
    node.gradient_of = recording.gradient_of;
    node.computed = clock_->now;
    return node;
}

Var Tape::input(Shape shape, std::string name) {
    element_count(shape);
    const auto id = static_cast<NodeId>(nodes_.size());
    // Its number keeps inputs of one shape apart.
    push(input_operation, {}, {{Index{id}}, {}}, std::move(shape)).value = nullptr;
    names_.emplace_back(id, std::move(name));
    return {*this, id};
}

Var Tape::constant(Array value) {
    const auto id = static_cast<NodeId>(nodes_.size());
    Node& node = push(constant_operation, {}, {{Index{id}}, {}}, shape_of(value));
    node.value = flushed(std::move(value));
    return {*this, id};
}

Var Tape::constant(double value) {
    return filled({}, value);
}

Var Tape::filled(Shape shape, double value) {
    // One number whatever the shape: equal constants then merge.
    const auto id = static_cast<NodeId>(nodes_.size());
    push(constant_operation, {}, {{-1}, {value}}, {}).value =
        flushed(make_array({}, static_cast<Real>(value)));
    const Var scalar(*this, id);
    return shape.empty() ? scalar : broadcast_to(scalar, std::move(shape));
}

Var Tape::state(Array value, std::string name) {
    const auto id = static_cast<NodeId>(nodes_.size());
    Node& node = push(state_operation, {}, {{Index{id}}, {}}, shape_of(value));
    node.value = flushed(std::move(value));
    first_forgettable_ = nodes_.size();
    names_.emplace_back(id, std::move(name));
    clock_->assigned.emplace(id, 0);
    return {*this, id};
}

void Tape::rewind(TapeMark mark) {
    if (mark.nodes > nodes_.size()) {
        throw Error(ErrorCode::invalid_argument,
                    "[rewind] the mark stands at " + std::to_string(mark.nodes) + " nodes, of which " +
                        std::to_string(nodes_.size()) +
                        " are left; expected a mark of this tape that it was not rewound behind");
    }
    const std::size_t kept = std::max(mark.nodes, first_forgettable_);
    if (kept == nodes_.size()) {
        return;
    }
    nodes_.shrink(kept);
    while (!names_.empty() && names_.back().first >= kept) {
        names_.pop_back();
    }
}

void Tape::assign(Var state, const Array& value) {
    require_var_of(*this, state, "assign", "the state");
    if (shape_of(value) != state.shape()) {
        throw Error(ErrorCode::shape, "[assign] the state '" + name(state.id()) + "' has shape " +
                                          to_string(state.shape()) + ", the new value " +
                                          to_string(shape_of(value)));
    }
    assign(state, std::span<const Real>(value.data(), value.size()));
}

void Tape::assign(Var state, std::span<const Real> values) {
    require_var_of(*this, state, "assign", "the state");
    const Node& node = this->node(state.id());
    if (node.operation != &state_operation) {
        throw Error(ErrorCode::invalid_argument,
                    "[assign] a Var of the operation '" + std::string(node.operation->name) +
                        "' is no state; only what Tape::state made can be assigned");
    }
    if (values.size() != node.value->size()) {
        throw Error(ErrorCode::shape, "[assign] the state '" + name(state.id()) + "' has " +
                                          std::to_string(node.value->size()) + " elements, the new value " +
                                          std::to_string(values.size()));
    }
    std::copy(values.begin(), values.end(), node.value->data());
    flush_denormals({node.value->data(), node.value->size()});
    clock_->assigned.at(state.id()) = ++clock_->now;
}

const std::string& Tape::name(NodeId id) const {
    static const std::string none;
    node(id);  // throws where there is none
    const auto found =
        std::lower_bound(names_.begin(), names_.end(), id,
                         [](const auto& entry, NodeId wanted) { return entry.first < wanted; });
    return found != names_.end() && found->first == id ? found->second : none;
}

void Recording::set_rewrite(std::string_view name, bool on) {
    require_rewrite(name);
    std::erase(rewrites_off_, name);
    if (!on) {
        rewrites_off_.emplace_back(name);
    }
}

bool Recording::rewrites(std::string_view name) const {
    return std::find(rewrites_off_.begin(), rewrites_off_.end(), name) == rewrites_off_.end();
}

namespace {

// The value of a node, where its inputs have one. What its memory held before counts no more: if nobody else
// has it and it fits, the value is written there.
std::shared_ptr<Array> computed(Tape& tape, Node& node) {
    std::shared_ptr<Array> value = std::move(node.value);
    node.value = nullptr;
    std::vector<ConstTensor>& inputs = tape.workspace().inputs;
    inputs.clear();
    for (const NodeId id : node.inputs) {
        const Node& input = tape.node(id);
        if (!input.value) {
            return nullptr;
        }
        inputs.push_back({input.value->data(), input.shape});
    }
    const bool fits =
        value && value.use_count() == 1 &&
        std::equal(value->shape().begin(), value->shape().end(), node.shape.begin(), node.shape.end(),
                   [](std::size_t one, Index other) { return one == static_cast<std::size_t>(other); });
    if (!fits) {
        value = std::make_shared<Array>(make_array(node.shape));
    }
    const FlushDenormals flush;  // as plans do
    const Execution execution{tape.workspace().alone, tape.seed(), 0};
    execute(*node.operation, node.attributes, inputs, {value->data(), node.shape}, execution);
    return value;
}

}  // namespace

namespace {

// What an embedder's own record may lack. A few comparisons for each operation that is recorded.
void require_record(const Operation& operation, std::size_t inputs) {
    const auto refuse = [&](const std::string& text) {
        throw Error(ErrorCode::invalid_argument, "[" + std::string(operation.name) + "] " + text);
    };
    const int ways =
        (operation.kernel != nullptr) + (operation.forward != nullptr) + static_cast<int>(operation.alias);
    if (ways != 1) {
        refuse("its record names " + std::to_string(ways) +
               " ways to compute it; expected one of `kernel`, `forward` and `alias`");
    }
    if (operation.kernel != nullptr && inputs > max_kernel_inputs) {
        refuse("an elementwise operation of " + std::to_string(inputs) + " inputs; expected at most " +
               std::to_string(max_kernel_inputs) + " with a `kernel`, or a `forward`");
    }
    if ((operation.tiles == nullptr) != (operation.tile == nullptr) ||
        (operation.batches == nullptr) != (operation.forward_batch == nullptr)) {
        refuse(
            "its record has one of `tiles` and `tile`, or of `batches` and `forward_batch`, without "
            "the other");
    }
    if ((operation.kernel != nullptr || operation.alias) && inputs == 0) {
        refuse("needs at least one input");
    }
}

}  // namespace

namespace {

bool broadcasts_to(const Shape& from, const Shape& to) {
    const std::size_t skipped = to.size() - std::min(to.size(), from.size());
    return from.size() <= to.size() &&
           std::equal(from.begin(), from.end(), to.begin() + static_cast<std::ptrdiff_t>(skipped),
                      [](Index own, Index other) { return own == other || own == 1; });
}

}  // namespace

Var record(const Operation& operation, std::span<const Var> inputs, Attributes attributes) {
    const auto refuse = [&](const std::string& text) {
        throw Error(ErrorCode::invalid_argument, "[" + std::string(operation.name) + "] " + text);
    };
    if (operation.shape == nullptr) {
        refuse("its record has no `shape`, which says the result's shape");
    }
    if (inputs.empty()) {
        refuse("needs at least one input");
    }
    if (operation.arity >= 0 && inputs.size() != static_cast<std::size_t>(operation.arity)) {
        refuse("takes " + std::to_string(operation.arity) + " inputs, not " + std::to_string(inputs.size()));
    }
    require_var(inputs[0], operation.name, "input 0");
    Tape& tape = inputs[0].tape();
    std::vector<NodeId>& ids = tape.workspace().ids;
    std::vector<Shape>& shapes = tape.workspace().shapes;
    ids.clear();
    shapes.resize(std::max(shapes.size(), inputs.size()));
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        const Var& input = inputs[index];
        if (!input.valid() || &input.tape() != &tape || input.id() >= tape.size() ||
            input.generation() != tape.node(input.id()).generation) {
            require_var_of(tape, input, operation.name, "input " + std::to_string(index));
        }
        ids.push_back(input.id());
        shapes[index] = tape.node(input.id()).shape;
    }
    Shape shape = operation.shape(attributes, std::span(shapes).first(inputs.size()));
    return tape.append(operation, ids, std::move(attributes), std::move(shape));
}

Var record(const Operation& operation, std::initializer_list<Var> inputs, Attributes attributes) {
    return record(operation, std::span<const Var>(inputs.begin(), inputs.size()), std::move(attributes));
}

Var Tape::append(const Operation& operation, std::span<const NodeId> inputs, Attributes attributes,
                 Shape shape) {
    require_record(operation, inputs.size());
    element_count(shape);
    for (const NodeId input : inputs) {
        // The engine reads each operand of a kernel as if it had the result's shape.
        if (operation.kernel != nullptr && !broadcasts_to(node(input).shape, shape)) {
            throw Error(ErrorCode::shape, "[" + std::string(operation.name) + "] its `shape` gave " +
                                              to_string(shape) + ", to which its input of shape " +
                                              to_string(node(input).shape) +
                                              " does not broadcast; a result of a `kernel` has the shape to "
                                              "which all inputs broadcast");
        }
        node(input);
    }
    if (operation.alias && element_count(shape) != element_count(node(inputs[0]).shape)) {
        throw Error(ErrorCode::shape, "[" + std::string(operation.name) + "] is an alias, and its shape " +
                                          to_string(shape) + " has not the elements of its input's " +
                                          to_string(node(inputs[0]).shape));
    }
    const auto id = static_cast<NodeId>(nodes_.size());
    Node& recorded = push(operation, inputs, std::move(attributes), std::move(shape));
    recorded.value = evaluation_ == Evaluation::eager ? computed(*this, recorded) : nullptr;
    return {*this, id};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
