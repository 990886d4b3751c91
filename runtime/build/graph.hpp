#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "autodiff/error.hpp"
#include "autodiff/plan.hpp"
#include "autodiff/tape.hpp"
#include "dsl/program.hpp"

/// A checked program as one graph: a whole training step, every sample and every measure, on one tape.
namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

/// How many examples a `data` statement has.
struct ExampleCounts {
    Index train = 0;
    Index test = 0;
};

struct BuildOptions {
    Index batch = 64;           ///< examples in a training batch
    Index measure_batch = 256;  ///< examples a measure looks at in one run, at most
    /// By place in Program::data, so that nothing in a sample or measure meets an example twice; empty: not
    /// known, and all graphs are of the size that is asked for.
    std::vector<ExampleCounts> examples = {};
    std::uint64_t seed = 0;
    std::uint64_t total_steps = 1;         ///< of the run, for schedules
    std::uint64_t examples_per_step = 0;   ///< for schedules by epochs
    std::uint64_t examples_per_epoch = 1;  ///< at least 1
    bool exact = false;                    ///< convolutions as plain sums of products (Recording::exact)
    /// The place in the file of what was being recorded, for errors about memory.
    std::function<SourceLocation(const dsl::Span& span)> locate = {};
    bool train = true;  ///< false: samples and measures alone, with the moving averages they use
};

/// What has to be fed before a run: the batch of one field of one `data` statement.
struct DataInput {
    Var var;                ///< (batch, the field's shape); labels and symbols as whole numbers
    std::size_t data = 0;   ///< place in Program::data
    std::size_t field = 0;  ///< place in Data::names
    std::size_t slot = 0;   ///< which of the batches that one step consumes
    bool next = false;      ///< the same windows, one symbol later
    Shape shape;            ///< of `var`
};

/// A value shown and logged: a scalar, the mean over the batch (and over the turns of a `repeat`).
struct NamedOutput {
    std::string name;  ///< "D.loss"
    Var var;
    std::size_t item = 0;  ///< place in Train::items of the update (the first of a repeat) that logs it
};

/// Memory that lives as long as the run, under a name that stays the same from run to run:
/// "G.dense_1.weight", "average.G.dense_1.weight", "optimizer.0.G.dense_1.weight.m".
struct NamedState {
    std::string name;
    Var var;
    bool learned = false;  ///< a weight of a net, not a statistic or a moment
};

/// A schedule that gives other numbers in a longer run.
struct LengthSchedule {
    std::string name;        ///< "cosine"
    std::size_t offset = 0;  ///< in the file, in bytes
};

/// A weight that an update learns, as its objective sees it.
struct LearnedWeight {
    std::string name;  ///< "G.dense_1.weight"
    std::vector<Var>
        versions;  ///< the weight at the update, and before earlier updates of the step that replaced it
    Var gradient;  ///< of the objective, through all versions
    std::size_t net = 0;    ///< place in Program::nets
    std::size_t index = 0;  ///< in Net::weights
    bool reached = false;   ///< a gradient of the objective flows to it
};

/// What of the file a node of the tape comes from.
struct Origin {
    dsl::Span span;
    const dsl::Entry* entry = nullptr;  ///< what is applied there; null for what applies nothing
    std::size_t caller = 0;             ///< the origin of the net call it stands in; 0: in none
    std::size_t net = 0;  ///< place in Program::nets of the net it stands in, where there is a caller
};

/// Where an objective calls a net whose weights its gradient would reach, though no update names the net.
struct ForgottenNet {
    std::size_t net = 0;  ///< place in Program::nets
    dsl::Span call;
};

/// One recorded `update`, for estimates and checks.
struct UpdateRecord {
    std::size_t item = 0;      ///< place in Train::items
    std::vector<Var> results;  ///< new weights, moments and named values
    Var objective;             ///< a scalar, the mean over the batch
    std::vector<LearnedWeight> learned;
    std::vector<ForgottenNet> forgotten = {};
};

/// A `continue` in a sample: a graph of one step, and how its output is fed back to it.
struct Continuation {
    Var input;     ///< one step of every example: (count, 1, ...); symbols as whole numbers
    Var position;  ///< a scalar: how many steps came before
    Var output;    ///< (count, 1, classes) probabilities, or (count, 1, ...) the next step
    std::vector<Assignment> carried;  ///< memories, 0 before the first step
    bool bounded = false;             ///< knows no step beyond `window`
    Index window = 1;
    std::optional<Index> classes;  ///< set where symbols are drawn
    dsl::ClassNames symbols;       ///< their texts; null where no data has named them
    Var prompt;                    ///< (count, steps, ...); invalid where it is a text
    std::string text;
    Var result;  ///< an input of the sample's graph, to be fed with what is written: (count, length, ...)
    Index length = 1;
    double temperature = 1;
    std::uint32_t stream = 0;  ///< of the draws
    dsl::Span text_span;       ///< of the text; empty where it does not stand in the file
};

/// A graph that reads the states and changes none. It has draws that depend on the seed alone as long as it
/// is always run with the same step number.
struct EvaluationGraph {
    std::vector<DataInput> inputs;
    Var value;    ///< samples: (count, shape), channels first; measures: one number for each example, (count)
    Shape shape;  ///< of one example
    Index count = 0;
    Index shown = 0;  ///< samples: how many are to be shown; where it is more, the last result is repeated
    std::vector<Continuation> continuations = {};
    bool writes_text = false;  ///< `value` is what the last of them wrote
};

/// Move the graph, not the tape: the Vars point at it.
struct Graph {
    std::unique_ptr<Tape> tape;
    std::vector<DataInput> inputs;
    std::vector<NamedOutput> named;
    std::vector<Assignment> assignments;
    std::vector<NamedState> states;
    std::vector<UpdateRecord> updates;
    std::vector<LengthSchedule> length_schedules;
    std::vector<EvaluationGraph> samples;   ///< as Program::samples
    std::vector<EvaluationGraph> measures;  ///< as Program::measures
    /// Of each measure: what its whole batches leave of the examples, as a batch of its own.
    std::vector<std::optional<EvaluationGraph>> remainders;
    std::vector<Origin> origins;  ///< by the mark of a node; the first is of nodes that have none

    std::vector<Var> outputs() const;  ///< of `named`
};

/// Records the program. Nodes carry as their mark their place in Graph::origins. The entries the program
/// points at must be those of models::catalogue (of either precision).
Graph build(const dsl::Program& program, const BuildOptions& options);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
