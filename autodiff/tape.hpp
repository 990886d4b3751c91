#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
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

/// For static_assert in a template that exists to say, in the compiler's message, what to write instead.
template <typename...>
inline constexpr bool refused = false;

inline constexpr NodeId no_node = static_cast<NodeId>(-1);

/// A value on a tape: a handle, cheap to copy, valid as long as its tape, and its scope there. All that takes
/// one throws Error(invalid_argument) for an empty one, for one that its tape does not have or no longer has,
/// and for one of another tape where those must be the same.
class Var {
  public:
    Var() = default;
    Var(Tape& tape, NodeId id);

    bool valid() const { return tape_ != nullptr; }
    Tape& tape() const {
        if (tape_ == nullptr) {
            refuse_empty("Var::tape");
        }
        return *tape_;
    }
    NodeId id() const { return id_; }
    /// Tells the Var from those that had its number before Tape::rewind.
    std::uint32_t generation() const { return generation_; }
    /// By value: the tape moves its nodes as it grows.
    Shape shape() const;

    /// The value: of a state always, of another Var where it was computed as it was recorded. Throws
    /// Error(invalid_argument) for a value that only a Plan computes. The array is the tape's: valid until
    /// Tape::rewind.
    const Array& value() const;

    /// Element `index` along the first axis, which goes; from the end where negative. Throws Error(shape)
    /// where there is none. What it gives is a Var of its own: assigning to it changes no number.
    template <std::integral Whole>
    Var operator[](Whole index) const {
        return element(static_cast<Index>(index));
    }

    /// Whether two handles name the same node; for the numbers there is equal(a, b).
    friend bool operator==(const Var&, const Var&) = default;

    // What is often tried first and is written otherwise here: the compiler says how.
    template <std::same_as<Var> T>
    Var operator[](T) const {
        static_assert(refused<T>, "rows by a Var of their indices are gather(x, indices)");
        return *this;
    }
    template <std::same_as<bool> T>
    explicit operator T() const {
        static_assert(refused<T>, "a Var is no bool: choose with where(condition, a, b), or ask value()");
        return false;
    }
    template <typename T>
    requires std::is_arithmetic_v<T> Var& operator=(T) {
        static_assert(refused<T>,
                      "the numbers of a Var do not change: tape.assign(state, value) replaces a state's, "
                      "tape.constant(number) makes a new Var");
        return *this;
    }
    template <typename... T>
    void sum(const T&...) const {
        static_assert(refused<T...>, "operations are functions: sum(x), sum(x, axes)");
    }
    template <typename... T>
    void mean(const T&...) const {
        static_assert(refused<T...>, "operations are functions: mean(x), mean(x, axes)");
    }
    template <typename... T>
    void reshape(const T&...) const {
        static_assert(refused<T...>, "operations are functions: reshape(x, {2, 3})");
    }
    template <typename T>
    void reshape(std::initializer_list<T>) const {
        static_assert(refused<T>, "operations are functions: reshape(x, {2, 3})");
    }
    template <typename... T>
    void transpose(const T&...) const {
        static_assert(refused<T...>, "operations are functions: transpose(x), transpose(x, {1, 0})");
    }
    template <typename... T>
    void backward(const T&...) const {
        static_assert(refused<T...>, "gradients are Vars too: Var slope = gradient(loss, x)");
    }
    template <typename... T>
    void item(const T&...) const {
        static_assert(refused<T...>, "the number of a Var without axes is x.value()()");
    }

  private:
    [[noreturn]] static void refuse_empty(std::string_view entry);
    Var element(Index index) const;

    Tape* tape_ = nullptr;
    NodeId id_ = 0;
    std::uint32_t generation_ = 0;
};

template <typename T>
requires std::is_arithmetic_v<T>
bool operator==(const Var&, T) {
    static_assert(refused<T>,
                  "== compares handles; numbers are compared by equal(x, number), which gives a Var");
    return false;
}

/// Throws Error(invalid_argument) unless `var` is one that a tape gave, and still has. `entry` is what it was
/// handed to, `role` what as: "[power] the exponent is an empty Var ...".
void require_var(Var var, std::string_view entry, std::string_view role);
/// Likewise, and that it is of `tape`.
void require_var_of(const Tape& tape, Var var, std::string_view entry, std::string_view role);

/// One recorded operation.
struct Node {
    const Operation* operation = nullptr;
    Attributes attributes = {};
    std::vector<NodeId> inputs = {};
    Shape shape = {};
    std::shared_ptr<Array> value = {};  ///< states, constants, and what an eager tape computed; else null
    std::size_t origin = 0;             ///< Recording::origin as it was recorded
    std::uint64_t computed = 0;    ///< assignments to states that had been made when `value` was computed
    NodeId gradient_of = no_node;  ///< the operation whose gradient this belongs to
    std::uint32_t generation = 0;  ///< of the Vars that are this node's
};

/// How what comes next is recorded, and what is noted of it.
struct Recording {
    /// The recording program's place, so that a later failure can be traced to where it came from.
    std::size_t origin = 0;
    /// The node to whose gradient nodes belong; no_node outside of gradients.
    NodeId gradient_of = no_node;
    /// Whether convolutions are plain sums of products (im2col) rather than the fastest algorithm for their
    /// shape, whose rounding errors are a little larger, and are those of the largest number within a few
    /// pixels: beside one of 1e7 a result of 36 may be off by 2, beside an infinite one it may be NaN. In
    /// double they always are.
    bool exact = false;

    /// Switches a rewrite of `rewrites()` (autodiff/stability.hpp) off or on.
    void set_rewrite(std::string_view name, bool on);
    bool rewrites(std::string_view name) const;

  private:
    std::vector<std::string> rewrites_off_;
};

/// A tape's nodes. Those that were dropped are kept, out of sight, with their memory, for what is recorded
/// next.
class NodeList {
  public:
    NodeId push(const Operation& operation);  ///< all else in it is left over from before
    Node& operator[](NodeId id) { return nodes_[id]; }
    /// Throws Error(invalid_argument) for a number that the tape does not have.
    const Node& at(NodeId id) const {
        if (id >= size_) {
            refuse(id);
        }
        return nodes_[id];
    }
    std::size_t size() const { return size_; }
    /// Drops the nodes from `size` on.
    void shrink(std::size_t size);

  private:
    [[noreturn]] void refuse(NodeId id) const;

    std::vector<Node> nodes_;
    std::size_t size_ = 0;
    std::uint32_t generation_ = 0;
};

struct AssignmentClock;  // when states got their values: autodiff/assignment_clock.hpp
struct EagerWorkspace;   // autodiff/execute.hpp

/// When values are computed.
enum class Evaluation {
    eager,    ///< as they are recorded, where all inputs have values
    planned,  ///< only by a Plan
};

/// How far a tape had been recorded.
struct TapeMark {
    std::size_t nodes = 0;
};

/// A flat record of operations, in the order they were recorded; a node's inputs always precede it. Holds the
/// states (weights, optimizer moments) that plans read and write. Not to be shared between threads.
class Tape {
  public:
    explicit Tape(Evaluation evaluation = Evaluation::eager, std::uint64_t seed = 0);
    ~Tape();
    Tape(const Tape&) = delete;  // Vars point to their tape
    Tape& operator=(const Tape&) = delete;

    Recording recording;  ///< holds for what is recorded from now on

    /// A value fed from outside before each Plan::run; has no value of its own. `name` is a label for
    /// messages and need not be its own: whoever saves states by their names sees to it that these differ.
    Var input(Shape shape, std::string name = {});
    /// A value fixed for ever. In it, as in states, a number below the smallest normal one is taken as 0, as
    /// in all that is computed.
    Var constant(Array value);
    Var constant(double value);  ///< a scalar
    Var filled(Shape shape, double value);
    /// A value that plans may replace (weights, moments, running statistics).
    Var state(Array value, std::string name = {});
    /// Replaces a state's value; the shape must be the same. What an eager tape computed from the old value
    /// keeps its value, and gradient() refuses it from then on.
    void assign(Var state, const Array& value);
    void assign(Var state, std::span<const Real> values);  ///< row-major, as many as it has elements

    /// Until here `rewind` goes back.
    TapeMark mark() const { return {nodes_.size()}; }
    /// Forgets what was recorded since `mark`, and keeps its memory for what comes next: a loop that rewinds
    /// each time neither grows nor allocates. States live on, and with them all that was recorded before the
    /// last of them. Vars of what is forgotten are refused from then on. Throws Error(invalid_argument) for a
    /// mark that the tape was rewound behind.
    void rewind(TapeMark mark);

    const Node& node(NodeId id) const { return nodes_.at(id); }
    const std::string& name(NodeId id) const;  ///< of an input or a state; empty otherwise
    std::size_t size() const { return nodes_.size(); }
    std::uint64_t seed() const { return seed_; }
    Evaluation evaluation() const { return evaluation_; }

    /// Used by operations to record themselves; an eager tape computes the value. `inputs` may be empty.
    Var append(const Operation& operation, std::span<const NodeId> inputs, Attributes attributes,
               Shape shape);

    const std::shared_ptr<AssignmentClock>& assignment_clock() const { return clock_; }
    EagerWorkspace& workspace() { return *workspace_; }

  private:
    Node& push(const Operation& operation, std::span<const NodeId> inputs, Attributes attributes,
               Shape shape);

    NodeList nodes_;
    std::size_t first_forgettable_ = 0;  ///< one behind the last state
    std::vector<std::pair<NodeId, std::string>> names_;
    std::shared_ptr<AssignmentClock> clock_;
    std::unique_ptr<EagerWorkspace> workspace_;
    Evaluation evaluation_;
    std::uint64_t seed_;
};

inline Var::Var(Tape& tape, NodeId id)
    : tape_(&tape), id_(id), generation_(id < tape.size() ? tape.node(id).generation : 0) {}

/// Rewinds a tape, at its end, to where it was at its beginning.
class Scope {
  public:
    explicit Scope(Tape& tape) : tape_(tape), mark_(tape.mark()) {}
    ~Scope() {
        if (mark_.nodes < tape_.size()) {
            tape_.rewind(mark_);
        }
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

  private:
    Tape& tape_;
    TapeMark mark_;
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
