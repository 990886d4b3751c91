#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dsl/catalogue.hpp"
#include "dsl/span.hpp"

/// A checked program: names resolved, defaults filled in, layers and repeats unrolled, every shape known, the
/// batch symbolic. Straight-line code over numbered values (each assigned once), so that building a graph
/// from it is one loop.
namespace gandsl::dsl {

using ValueId = std::size_t;

/// What a layer around another (spectral_norm) does to one of that one's weights before it is used.
struct WeightChange {
    std::size_t weight = 0;  ///< index into Instruction::weights
    const Entry* entry = nullptr;
    Arguments arguments = {};
    std::vector<std::size_t> weights = {};  ///< its own, indices into Net::weights
};

/// One step of straight-line code.
struct Instruction {
    enum class Kind {
        constant,      ///< `number`
        data,          ///< field `field` of Program::data[index], batch `slot`; `next`: one symbol later
        draw,          ///< one draw of distribution `entry`, identified by `slot`
        apply,         ///< layer, function or operation `entry`
        call,          ///< Program::nets[index]
        gradient,      ///< of inputs[0] (summed over the batch) with respect to inputs[1]
        schedule,      ///< inside train: the number that schedule `entry` gives at this step
        cell,          ///< inside a grid sample: `row` (index 0) or `column` (index 1) of the example
        continuation,  ///< Program::nets[index] fed with its own output, after inputs[0] or the text
                       ///< `prompt`; what it draws is identified by `slot`
    };
    Kind kind = Kind::constant;
    Span span;
    std::vector<ValueId> inputs = {};
    std::vector<ValueId> outputs = {};
    const Entry* entry = nullptr;  ///< points into the catalogue the program was checked with
    Arguments arguments = {};
    std::vector<std::size_t> weights =
        {};  ///< apply: indices into Net::weights, in the order the type rule declared them
    std::vector<WeightChange> changes = {};  ///< apply: in the order in which they are made
    std::size_t index = 0;
    std::size_t field = 0;
    std::size_t slot = 0;
    bool next = false;
    double number = 0;
};

using Instructions = std::vector<Instruction>;

struct NetWeight {
    std::string name;  ///< "dense_1.weight"; unique within the net
    Shape shape;
    NestedCall init;
    bool learned = true;
    Span span;
    std::optional<Fans> fans = {};  ///< as Weight::fans
};

/// One function with one set of weights. Value ids are its own; its inputs are ids 0 .. inputs.size() - 1.
struct Net {
    std::string name;
    std::vector<std::string> inputs;
    std::vector<Type> types;  ///< of every value, by id
    Instructions body;
    std::vector<ValueId> results;
    std::vector<NetWeight> weights;
    std::optional<std::string> from;  ///< `net F from "run"`, and the nets that F calls in that run
    std::string origin = {};          ///< its name in that run
    /// What the last axis of an input or a result counts, as far as calls and losses say: one_hot(y), or the
    /// probabilities of y's classes. Null, or missing at the end, where nothing says it.
    std::vector<ClassNames> input_classes = {};
    std::vector<ClassNames> result_classes = {};
    Span span;
};

struct Option {
    std::string name;
    Value value;    ///< after --set
    Value initial;  ///< as the file has it
    std::string comment;
    Span span;
};

/// `data x, y = A or B`: the source that was there.
struct Data {
    std::vector<std::string> names;
    std::vector<Type> types;
    const Entry* source = nullptr;
    Arguments arguments;
    std::vector<std::string> skipped;  ///< "mnist: no folder ..." for the sources before it
    bool names_known = true;           ///< false: from a record that does not say what classes are called
    Span span;
};

/// A name bound in an update to one number per example.
struct Named {
    std::string name;
    ValueId value = 0;
};

struct OptimizerCall {
    const Entry* entry = nullptr;
    Arguments arguments;
    Span span;
};

struct Update {
    std::size_t site =
        0;  ///< which `update` of the file; iterations of a `repeat` share it (and its optimizer state)
    std::vector<std::size_t> nets;  ///< what learns
    OptimizerCall optimizer;
    Instructions body;         ///< ends with the objective; value ids are Train's
    ValueId objective = 0;     ///< one number per example, to be minimized (maximize is negated here)
    std::vector<Named> named;  ///< logged: the file's names, then "loss" (the value as written, not negated)
    std::string prefix;        ///< "D." where the file has several updates, else ""
    Span span;
};

/// Bindings outside updates, or one update; in order. Repeats are unrolled, each iteration with fresh slots.
using TrainItem = std::variant<Instructions, Update>;

struct Average {
    std::size_t net = 0;
    double decay = 0.999;
    Span span;
};

struct Period {
    std::size_t count = 1;
    enum class Unit { epoch, step } unit = Unit::epoch;
};

struct Train {
    std::optional<std::size_t> epochs;
    std::optional<std::size_t> steps;
    std::size_t batch = 64;
    std::uint64_t seed = 0;
    std::optional<NestedCall> stop;
    std::vector<Type> types;  ///< of every value in items, by id
    std::vector<TrainItem> items;
    std::vector<Average> averages;
    std::size_t batch_slots = 1;  ///< batches one step consumes
    Span span;
};

struct Measure {
    std::string name;
    std::string split;  ///< "train" or "test"
    std::vector<Type> types;
    Instructions body;
    ValueId value = 0;
    Period period;
    Span span;
};

struct Sample {
    std::string name;
    std::vector<Type> types;
    Instructions body;
    ValueId value = 0;
    const Entry* sink = nullptr;
    Arguments arguments;
    Period period;
    std::optional<std::size_t> count = {};  ///< of pictures, where a grid need not be filled
    Span span;
};

struct Program {
    std::vector<Option> options;
    std::vector<Data> data;
    std::vector<Net> nets;
    std::optional<Train> train;
    std::vector<Measure> measures;
    std::vector<Sample> samples;
};

}  // namespace gandsl::dsl
