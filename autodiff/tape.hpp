#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "array_forward.hpp"
#include "shape.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

class Tape;
struct Operation;

/// Compile-time settings of one recorded operation: axes, strides, slopes.
struct Attributes {
    std::vector<Index> integers = {};
    std::vector<double> numbers = {};

    friend bool operator==(const Attributes&, const Attributes&) = default;
};

using NodeId = std::uint32_t;
inline constexpr NodeId no_node = static_cast<NodeId>(-1);

/// A value on a tape: a handle, cheap to copy, valid as long as its tape.
class Var {
  public:
    Var() = default;
    Var(Tape& tape, NodeId id) : tape_(&tape), id_(id) {}

    bool valid() const { return tape_ != nullptr; }
    Tape& tape() const { return *tape_; }
    NodeId id() const { return id_; }
    /// By value: the tape moves its nodes as it grows.
    Shape shape() const;

    /// The value: of a state always, of another Var where it was computed as it was recorded. Throws
    /// Error(invalid_argument) for a value that only a Plan computes.
    const Array& value() const;

    friend bool operator==(const Var&, const Var&) = default;

  private:
    Tape* tape_ = nullptr;
    NodeId id_ = 0;
};

/// One recorded operation.
struct Node {
    const Operation* operation = nullptr;
    Attributes attributes;
    std::vector<NodeId> inputs;
    Shape shape;
    std::shared_ptr<Array> value;  ///< states, constants, and what an eager tape computed; else null
    std::size_t mark = 0;          ///< the recording program's place (Tape::set_mark)
    NodeId gradient_of = no_node;  ///< the operation whose gradient this belongs to
};

/// When values are computed.
enum class Evaluation {
    eager,    ///< as they are recorded, where all inputs have values
    planned,  ///< only by a Plan
};

/// A flat record of operations, in the order they were recorded; a node's inputs always precede it. Holds the
/// states (weights, optimizer moments) that plans read and write. Not to be shared between threads.
class Tape {
  public:
    explicit Tape(Evaluation evaluation = Evaluation::eager, std::uint64_t seed = 0);
    ~Tape();
    Tape(const Tape&) = delete;  // Vars point to their tape
    Tape& operator=(const Tape&) = delete;

    /// A value fed from outside before each Plan::run; has no value of its own.
    Var input(Shape shape, std::string name = {});
    /// A value fixed for ever.
    Var constant(Array value);
    Var constant(double value);  ///< a scalar
    Var filled(Shape shape, double value);
    /// A value that plans may replace (weights, moments, running statistics).
    Var state(Array value, std::string name = {});
    /// Replaces a state's value; the shape must be the same.
    void assign(Var state, const Array& value);

    const Node& node(NodeId id) const { return nodes_[id]; }
    const std::string& name(NodeId id) const;  ///< of an input or a state; empty otherwise
    std::size_t size() const { return nodes_.size(); }
    std::uint64_t seed() const { return seed_; }
    Evaluation evaluation() const { return evaluation_; }

    /// Nodes recorded from now on carry `mark`, so that a later failure can be traced to where they came
    /// from.
    void set_mark(std::size_t mark) { mark_ = mark; }
    std::size_t mark() const { return mark_; }

    /// Nodes recorded from now on belong to the gradient of `node`; no_node ends it.
    void set_gradient_of(NodeId node) { gradient_of_ = node; }
    NodeId gradient_of() const { return gradient_of_; }

    /// Switches a rewrite of `rewrites()` (autodiff/stability.hpp) off or on for what is recorded from now
    /// on.
    void set_rewrite(std::string_view name, bool on);
    bool rewrites(std::string_view name) const;

    /// Whether convolutions recorded from now on are plain sums of products (im2col) rather than the fastest
    /// algorithm for their shape, whose rounding errors are a little larger. In double they always are.
    void set_exact(bool exact) { exact_ = exact; }
    bool exact() const { return exact_; }

    /// Used by operations to record themselves; an eager tape computes the value. `inputs` may be empty.
    Var append(const Operation& operation, std::vector<NodeId> inputs, Attributes attributes, Shape shape);
    Array& state_value(NodeId id);

  private:
    Var push(const Operation& operation, std::vector<NodeId> inputs, Attributes attributes, Shape shape);
    void evaluate(NodeId id);

    std::vector<Node> nodes_;
    std::vector<std::pair<NodeId, std::string>> names_;
    std::vector<std::string> rewrites_off_;
    Evaluation evaluation_;
    std::uint64_t seed_;
    std::size_t mark_ = 0;
    NodeId gradient_of_ = no_node;
    bool exact_ = false;
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
