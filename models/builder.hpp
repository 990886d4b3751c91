#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "autodiff/array_forward.hpp"
#include "autodiff/optimizer.hpp"
#include "autodiff/random.hpp"
#include "autodiff/tape.hpp"
#include "dsl/catalogue.hpp"

/// How an entry of the catalogue becomes operations on a tape.
namespace gandsl::models {
inline namespace GANDSL_PRECISION {

/// Training, or evaluation: running batch statistics and no dropout.
enum class Mode { train, evaluate };

/// How the tape holds a picture (channels x height x width in the language). Convolutions want the channels
/// last; values of any other rank are always `channels_first`.
enum class Layout { channels_first, channels_last };

/// A value of the language on a tape: axis 0 is the batch where the type is batched, the example's axes
/// follow.
struct Value {
    Var var;
    dsl::Type type;
    Layout layout = Layout::channels_first;
    std::optional<double> number = {};  ///< of a value known when the graph is built: 0 and 1 drop terms
};

/// How an entry acts on a sequence (along the first axis of its input) of which it sees one step at a time,
/// as `continue` shows it.
enum class Stepping {
    looks_along,  ///< needs the other steps: cannot be done
    alike,        ///< treats each step by itself, so that it is built for a sequence of one
    carries,      ///< builds a step and carries what it needs of earlier ones in states (Steps)
};

/// What is carried from step to step.
struct Steps {
    Index window = 1;      ///< the length of the sequences the net is trained on
    Var position;          ///< a scalar: how many steps have come before since the states were last 0
    bool bounded = false;  ///< set by entries that know no step beyond `window`
    /// A new state of this shape, 0 before the first step.
    std::function<Var(const Shape& shape)> state = {};
    /// What the state is after this step.
    std::function<void(Var state, Var after)> carry = {};
};

/// One application of an entry.
struct BuildCall {
    Tape& tape;
    Index batch = 1;  ///< examples in a batched value
    Mode mode = Mode::train;
    const std::vector<Value>& inputs;
    const dsl::Arguments& arguments;
    const std::vector<dsl::Type>& results;  ///< what the entry's type rule found
    std::vector<Var> weights = {};          ///< in the order in which the type rule declared them
    /// A random stream nobody else has.
    std::function<std::uint32_t()> stream = {};
    /// Replaces a running statistic (its place in `weights`) at the end of the step.
    std::function<void(std::size_t weight, Var value)> update = {};
    /// Set where one step of a sequence is built: the input's first axis is 1.
    Steps* steps = nullptr;
    /// The learned weights of a net that an argument names, as they are at this point of the step.
    std::function<std::vector<Var>(std::size_t net)> net_weights = {};
};

/// One value for each result of the type rule.
using Build = std::function<std::vector<Value>(BuildCall& call)>;

/// `inputs` are as they are for the whole sequence.
using StepRule =
    std::function<Stepping(const dsl::Arguments& arguments, const std::vector<dsl::Type>& inputs)>;

/// How many steps a run takes. Remembers whether a schedule has asked, for one that does gives other numbers
/// in a longer run.
class RunLength {
  public:
    RunLength(double steps) : steps_(steps) {}  // NOLINT(google-explicit-constructor): it is a number
    operator double() const {                   // NOLINT(google-explicit-constructor)
        asked_ = true;
        return steps_;
    }
    bool asked() const { return asked_; }

  private:
    double steps_;
    mutable bool asked_ = false;
};

/// Where a training run is, for schedules.
struct Progress {
    Var step;                   ///< number of the step, from 0
    Var epochs;                 ///< that are over before the step
    RunLength total_steps = 1;  ///< of the whole run
};

/// A schedule's number, such as a learning rate, as a scalar on the tape of `progress.step`.
using BuildRate = std::function<Var(const dsl::Arguments& arguments, const Progress& progress)>;

/// New values of variables, one for each.
using BuildStep =
    std::function<std::vector<Var>(const dsl::Arguments& arguments, std::span<const Var> variables,
                                   std::span<const Var> gradients, Var rate, OptimizerState& state)>;

/// First values of a weight.
using Initialize = std::function<Array(const dsl::Arguments& arguments, const Shape& shape,
                                       const dsl::Fans& fans, const RandomKey& key)>;

/// One word of the language: its record, and what it builds. Exactly one of the functions is set, none for
/// sources, sinks, stop rules and entries that do not run yet.
struct Definition {
    dsl::Entry entry;
    Build build = {};        ///< layers, functions, operations, distributions
    StepRule stepping = {};  ///< none: it looks along
    BuildStep step = {};     ///< optimizers
    BuildRate rate = {};     ///< schedules
    Initialize initialize = {};
    std::vector<std::string> slots = {};  ///< optimizers: names of the moments kept for a variable, in order
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
