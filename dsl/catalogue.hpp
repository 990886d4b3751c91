#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dsl/diagnostics/terms.hpp"
#include "dsl/span.hpp"

/// What a program may name: layers, functions, distributions, data sources, optimizers, sinks. The types live
/// here so that the checker can be handed a catalogue without knowing who implements it.
namespace gandsl::dsl {

using Index = std::int64_t;
using Shape = std::vector<Index>;

/// Values and weights of more elements, 4 TB of them, are refused, so that type rules can multiply sizes.
inline constexpr Index max_elements = Index{1} << 40;

/// What the classes of a label are called, and the symbols of a text: by class, from 0 on; null where the
/// data does not say.
using ClassNames = std::shared_ptr<const std::vector<std::string>>;

/// The whole numbers 0 .. count - 1, and what they stand for in the data that they come from.
struct Classes {
    // Implicit: a count is all that most values know.
    Classes(Index classes) : count(classes) {}
    Classes(Index classes, std::vector<std::string> called);

    Index count;
    ClassNames names;  ///< of the first classes, where not of all
};

/// The type of a value: the shape of one example; the batch is implicit.
struct Type {
    Shape shape;                     ///< {} is one number; pictures are channels first
    std::optional<Classes> classes;  ///< set for labels and symbols
    bool batched = true;             ///< false where every example shares the value (constants, weights)
};

/// "1 x 28 x 28", "100", "one number"; labels as "label of 10 classes", "64 symbols of 86".
std::string to_string(const Type& type);
std::string to_string(const Shape& shape);

struct Value;
/// A call that stays a description: a schedule (`cosine(2e-4, warmup = 500)`), an initialiser, a stop rule.
struct NestedCall;
/// A net given as an argument, by its index in Program::nets (l1, l2, continue).
struct NetReference {
    std::size_t net = 0;
};
/// A measure or other name given as an argument (`stalled(bits, 5)`).
struct NameReference {
    std::string name;
};

/// Resolved arguments of one call: every argument of the entry is present, given or by default.
using Arguments = std::map<std::string, Value, std::less<>>;

struct NestedCall {
    std::string name;
    std::vector<std::pair<std::string, Value>>
        arguments;  ///< resolved; a vector, as Value is incomplete here
    Span span;
};

struct Value {
    std::variant<std::monostate, double, bool, std::string, std::vector<double>, NestedCall, NetReference,
                 NameReference>
        data;
    Span span;           ///< of the argument where it was given, else of the call
    bool given = false;  ///< false: the default

    bool empty() const { return std::holds_alternative<std::monostate>(data); }
};

/// What an argument may be. `numbers` takes a list or a single number; `call` takes a nested call of an entry
/// whose kind is among the argument's `choices` ("initializer", "schedule", "stop_rule"), or a plain number
/// where "number" is among them (a learning rate). `layer` takes a layer without its input (`wraps`).
enum class ArgumentKind { number, integer, boolean, text, numbers, call, net, name, layer };

/// The rule for one compile-time argument of an entry.
struct Argument {
    std::string name;
    ArgumentKind kind = ArgumentKind::number;
    std::string doc;
    std::optional<Value> fallback = {};  ///< no value: the argument is required; a monostate: may be absent
    double min = -1e300;                 ///< inclusive bounds for numbers
    double max = 1e300;
    bool min_excluded = false;              ///< `lr` > 0
    std::vector<std::string> choices = {};  ///< allowed texts (also bare names: `pad = same`)
    bool positional = true;                 ///< false: by name only
    bool many = false;                      ///< whole numbers, as many as are given by position: sizes
};

enum class EntryKind {
    layer,         ///< a recipe; may own weights
    function,      ///< a function of values, without weights
    operation,     ///< what an operator of the language stands for: `add`, `index`
    distribution,  ///< right of `~`
    source,        ///< right of `data x =`
    optimizer,
    schedule,
    initializer,
    sink,       ///< right of `as` in `sample`
    stop_rule,  ///< `stop = ` in train
};

/// How many numbers meet in a weight, for initializers: `in` go into one number of the result, and one number
/// of the input goes into `out` of the result.
struct Fans {
    double in = 1;
    double out = 1;
};

/// A weight or a running statistic that one mention of a layer owns.
struct Weight {
    std::string name;  ///< "weight", "bias", "running_mean"; the checker prefixes the layer's path in its net
    Shape shape;       ///< as the layer stores it
    NestedCall init;   ///< an initializer entry with its arguments
    bool learned = true;            ///< false: a running statistic
    std::optional<Fans> fans = {};  ///< none: those of a matrix, `in` its last axis but one, `out` its last
};

/// What a type rule is given, and where it leaves the weights it wants.
struct TypeCall {
    const std::vector<Type>& inputs;
    const Arguments& arguments;
    std::vector<Weight> weights = {};

    double number(std::string_view name) const;
    Index integer(std::string_view name) const;
    bool boolean(std::string_view name) const;
    const std::string& text(std::string_view name) const;
    std::vector<double> numbers(std::string_view name) const;  ///< a single number is a list of one
    bool has(std::string_view name) const;                     ///< false for an absent optional argument
    Weight& weight(std::string name, Shape shape, NestedCall init, bool learned = true);
};

/// Result types of a call (one per result), or throws a `Diagnostic` made by a constructor of
/// dsl/diagnostics.hpp; the checker fills in the span where the rule left it out.
using TypeRule = std::function<std::vector<Type>(TypeCall&)>;

/// What the language itself makes of an entry, whatever it is called: an operator, a value in another shape,
/// the function `continue`.
enum class Role {
    none,
    add,
    subtract,
    multiply,
    divide,
    power,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    negate,
    index,         ///< h[2]: its argument is the index
    slice,         ///< h[2:5]: its arguments are the first index and the one after the last
    total,         ///< the one number of a value that has axes, without them
    reshape,       ///< the one number of a value, with as many axes as it is given sizes
    continuation,  ///< what a net writes
};

/// Where numbers lie, both ends included; an end may be infinite.
struct Bounds {
    double low = 0;
    double high = 0;
};

struct Entry {
    std::string name;
    EntryKind kind = EntryKind::function;
    std::string doc;                  ///< one line
    std::string details = {};         ///< more, with the paper it comes from
    std::vector<std::string> inputs;  ///< names of the values it takes: {"x"}, {"prediction", "target"}
    bool variadic = false;            ///< the last input may be repeated (concat)
    std::vector<Argument> arguments = {};
    TypeRule type;
    /// Layers only: changes the weights of the layer that is its argument `layer`. The type rule and the
    /// builder are then of one such weight, as it is stored, and are used for each learned one of two axes or
    /// more.
    bool wraps = false;
    std::string example = {};  ///< a line of the language that uses it
    std::string missing = {};  ///< not empty: parses and is documented, but does not run yet, and why
    /// Sources only: why this source is not there ("no folder ..."), or nothing when it is.
    std::function<std::optional<std::string>(const Arguments&)> absent = {};
    /// Sources only: throws a Diagnostic for arguments that are wrong whatever the data is.
    std::function<void(const Arguments&)> validate = {};
    std::string instead = {};  ///< Sources only: one that is always there and gives the same, for its error.
    /// Sources only: what a reader should know about data that is there ("3 of 90 files were left out").
    /// Asked after `type`, with the same arguments.
    std::function<std::vector<std::string>(const Arguments&)> warnings = {};
    bool sequential = false;  ///< Sources only: something follows each example, so that `next(x)` is known.
    bool draws = false;       ///< Layers only: draws random numbers in training, anew at each mention.
    bool compares_inputs = false;  ///< Functions only: a loss of two values that ought to be alike in shape.
    std::string takes_result_of = {};  ///< Losses only: the activation that makes the probabilities it takes.
    /// The last axis of the first value counts the same classes as the second, a label or its vector.
    bool matches_classes = false;
    bool spreads_classes = false;  ///< The result's last axis counts the classes of the label.
    /// Its result counts as a constant in every gradient: what messages call it.
    std::optional<diagnostics::Term> stops_gradients = {};
    bool by_epochs = false;  ///< Schedules only: without data, and so without epochs, it means nothing.
    Role role = Role::none;
    /// Functions of one value only: what it is of a number known before the run. Null: it is left to the run.
    double (*fold)(double) = nullptr;
    /// Losses only: the first value is a probability, whose logarithm counts where it is not the target.
    bool takes_probability = false;
    std::optional<Bounds> range = {};  ///< Where the result's numbers lie, whatever the inputs are.
    bool rearranges = false;  ///< The result's numbers are those of the first value, or some of them.
    bool opaque = false;      ///< What is behind it takes no part in an objective, as behind `stop_gradient`.
    /// Layers only: in training it normalizes by the mean and variance of the batch, so that examples meet.
    bool statistics_over_batch = false;
};

/// All entries, by name. Names are unique over all kinds but initializers, which have names of their own:
/// `normal` and `uniform` are distributions too.
class Catalogue {
  public:
    Catalogue() = default;
    explicit Catalogue(std::vector<Entry> entries);

    const Entry* find(
        std::string_view name) const;  ///< neither initializers nor sinks; null when there is none
    /// Of one kind. Initializers and sinks have names of their own: `normal` is a distribution too, `npy` a
    /// source.
    const Entry* find(EntryKind kind, std::string_view name) const;
    const Entry* find(Role role) const;  ///< null when there is none
    const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
    /// Those among which an entry of this kind is found.
    const std::map<std::string, Entry, std::less<>>& entries(EntryKind kind) const;

  private:
    std::map<std::string, Entry, std::less<>> entries_;
    std::map<std::string, Entry, std::less<>> initializers_;
    std::map<std::string, Entry, std::less<>> sinks_;
    std::map<Role, std::string> roles_;
};

}  // namespace gandsl::dsl
