#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsl/check.hpp"
#include "dsl/operand.hpp"

/// The checker's inside: one walk that evaluates the tree into straight-line code. See check.hpp for what it
/// is for.
namespace gandsl::dsl {

inline constexpr std::size_t most_repeats = 10'000;
/// Lines and turns walked for each instruction there may be, so that empty repeats of repeats end too.
inline constexpr std::size_t work_per_instruction = 10;
/// Of expressions, blocks, layers and nets inside one another.
inline constexpr std::size_t most_recursion = 600;

/// A name of the file.
struct Global {
    enum class Kind { option, data, latent, net, layer } kind = Kind::option;
    std::size_t index = 0;
    std::size_t field = 0;  ///< data: which of its names
    Span span;
    bool used = false;
};

struct LatentState {
    const tree::Draw* tree = nullptr;
    const Entry* entry = nullptr;
    Arguments arguments;
    std::optional<Type> type;  ///< none: its distribution was reported
    Span span;
};

/// The numbered values of a net, of train, of a measure or of a sample.
struct Space {
    std::vector<Type> types;
    std::vector<std::vector<ValueId>> sources;   ///< what each value is computed from, as gradients see it
    std::vector<std::vector<ValueId>> stopped;   ///< what gradients do not see of it
    std::vector<std::vector<std::size_t>> nets;  ///< the nets called or named to compute it
};

struct NetState {
    const tree::Net* tree = nullptr;
    enum class Progress { waiting, running, done, failed } progress = Progress::waiting;
    std::vector<std::optional<Type>> annotations;
    std::vector<Type> results;
    Space space;
    Span shaped;                 ///< what gave its inputs their shapes: a call or its annotations
    std::set<std::size_t> nets;  ///< all it calls, and those that these call
    std::map<std::string, std::size_t> counters;  ///< mentions of each layer, by prefix and name
    std::string prefix;
    std::size_t draws = 0;
    std::optional<bool> random = {};  ///< whether its body draws numbers, once that was asked
    bool absent = false;              ///< from a run that could not be had
};

/// A run that nets are taken from.
struct TrainedRun {
    std::shared_ptr<const Program> program;
    std::map<std::size_t, std::size_t> nets = {};  ///< places in its program, and in this one
};

/// One turn of train, or a whole measure or sample: one batch and one draw of each latent.
struct Turn {
    std::optional<std::size_t> batch;
    std::map<std::vector<std::size_t>, Tensor> data;  ///< by data, field, slot and next
    std::map<std::size_t, Tensor> latents;
};

/// A name bound in a body, followed over all the times its line is elaborated.
struct Bound {
    std::string name;
    Span span;
    bool used = false;
};

struct Scope {
    struct Entry {
        Operand value;
        Span span;
    };
    Scope* parent = nullptr;
    std::map<std::string, Entry, std::less<>> names = {};
};

/// A layer around others (spectral_norm), while these are elaborated.
struct Wrapper {
    const Entry* entry = nullptr;
    const Arguments* arguments = nullptr;
    std::size_t changes = 0;  ///< how many weights it found
};

/// Where instructions go, and what may be named there.
struct Frame {
    enum class Kind { net, train, update, measure, sample } kind = Kind::net;
    Instructions* body = nullptr;
    Instructions* reads = nullptr;  ///< where data and latents are read; null in nets
    Space* space = nullptr;
    Turn* turn = nullptr;
    std::size_t net = 0;  ///< in nets
    std::optional<std::pair<Index, Index>> grid = {};
    std::map<std::string, std::vector<ValueId>> known = {};  ///< equal calls give equal values
    bool in_layer = false;
    Wrapper* wrapper = nullptr;
};

class Elaborator {
  public:
    Elaborator(const Tree& tree, const Catalogue& catalogue, const Settings& settings);
    CheckResult run();

  private:
    using Expression = tree::Expression;

    /// An argument as it was given; positional ones have no name.
    struct Given {
        const Expression* expression = nullptr;
        tree::Name name = {};
        std::optional<Operand> value = {};  ///< when it was evaluated already
    };
    struct Resolved {
        const Entry* entry = nullptr;
        Arguments arguments;
    };
    /// A body as it is walked: the running value, and what `return` gave.
    struct Walk {
        std::optional<Operand> running = {};
        Span running_span = {};
        std::optional<std::vector<Operand>> returned = {};
        std::vector<Span> returned_spans = {};
        bool failed = false;
    };
    struct TurnItems {
        Instructions reads;
        std::vector<TrainItem> items;
    };

    // elaborate_file.cpp: the file's statements
    void declare();
    void declare(const std::string& name, Global global);
    void declare_callable(const std::string& name, Global global);
    void check_options();
    void check_data();
    void check_data(const tree::Data& data, Data& result, Span span);
    const RecordedData* recorded_data(std::size_t index, const tree::Data& tree) const;
    void check_latents();
    void check_unused();
    void report_uncalled();
    bool elaborate_annotated(std::size_t net);

    // elaborate_trained.cpp: nets from runs
    void load_nets();
    TrainedRun* find_run(std::size_t index);
    void copy_net(TrainedRun& run, std::size_t place, std::size_t index, Span span);
    std::size_t place_of(TrainedRun& run, std::size_t theirs, std::size_t caller);

    // elaborate_nets.cpp
    void prepare_nets();
    std::optional<Type> annotation_type(const tree::Annotation& annotation);
    std::optional<Index> annotation_size(const tree::Name& name);
    const Type* data_type(const tree::Name& name);
    void elaborate_net(std::size_t index, const std::vector<Type>& inputs, Span shaped);
    bool agree_on_classes(std::size_t index, std::size_t input, const Type& found, Span span);
    Operand call_net(const PreparedCall& call);
    bool draws_anew(std::size_t net);
    Operand one_number(const Tensor& input, const Shape& shape, Span span);
    Operand inline_layer(const PreparedCall& call);
    void walk(const std::vector<tree::Line>& lines, Scope& scope, Walk& walk);
    void walk_line(const tree::Line& line, Scope& scope, Walk& walk);
    void walk_repeat(const tree::Repeat& repeat, Scope& scope, Walk& walk);
    std::optional<std::vector<Operand>> results_of(Walk& walk, Span span);
    void bind_names(const tree::Binding& binding, const Operand& operand, Scope& scope);

    // elaborate_train.cpp
    void check_train();
    bool has_data() const;
    void check_schedule(const Entry& entry, Span span);
    void train_length(const Arguments& arguments, const tree::Train& tree);
    TurnItems walk_turn(const std::vector<tree::Line>& lines, Scope& scope);
    void walk_train_repeat(const tree::Repeat& repeat, Scope& scope, std::vector<TrainItem>& items);
    void walk_update(const tree::Update& update, Span span, Scope& scope, std::vector<TrainItem>& items);
    void walk_update_lines(const tree::Update& tree, Scope& scope, Update& result);
    void objective(const tree::Objective& tree, Scope& scope, Update& result);
    void check_reached(const tree::Update& tree, const Update& result);
    std::vector<std::string> learning_inside(std::size_t net) const;
    void check_average(const tree::Average& average);
    std::size_t site_of(const tree::Update& update) const;
    void number_sites(const std::vector<tree::Line>& lines);
    std::optional<std::size_t> repeat_count(const Expression& count, Scope& scope);

    // elaborate_shown.cpp: measure and sample
    void check_measure(const tree::Measure& measure, Span span);
    void check_sample(const tree::Sample& sample, Span span);
    std::optional<Tensor> shown_value(const std::variant<Expression, tree::Block>& value, Span span);
    Period period(const tree::Period& period, std::string_view name);

    // elaborate_warnings.cpp
    void check_penalties();
    void report_batch_norm(std::size_t net, Span penalty);
    void check_ranges();
    void check_lone_example();

    // elaborate_arguments.cpp
    std::optional<Arguments> resolve_arguments(const Entry& entry, const std::vector<Given>& given, Span span,
                                               Scope& scope, const std::vector<std::string>& inputs = {});
    std::optional<Value> argument_value(const Entry& entry, const Argument& argument, const Given& given,
                                        Scope& scope);
    std::optional<Value> number_value(const Entry& entry, const Argument& argument, const Given& given,
                                      Scope& scope);
    std::optional<Value> text_value(const Entry& entry, const Argument& argument, const Given& given,
                                    Scope& scope);
    std::optional<Value> nested_value(const Entry& entry, const Argument& argument, const Given& given,
                                      Scope& scope);
    std::optional<Value> name_value(const Argument& argument, const Given& given);
    bool in_range(const Entry& entry, const Argument& argument, double number, Span span);
    std::optional<Resolved> resolve(const Expression& call, EntryKind kind, Scope& scope);
    static std::vector<Given> given(const Expression& call);

    // elaborate_calls.cpp
    std::optional<Callee> callee(const Expression& expression, Scope& scope);
    std::optional<Callee> callee_quietly(const std::string& name, Scope& scope);
    std::optional<PreparedCall> prepare(const Expression& expression, Scope& scope, bool piped);
    bool prepare_entry(PreparedCall& call, const Expression& expression, Scope& scope, bool piped);
    bool prepare_wrapper(PreparedCall& call, const Expression& expression, Scope& scope, bool piped);
    bool prepare_parameters(PreparedCall& call, const Expression& expression,
                            const std::vector<tree::Parameter>& parameters, Scope& scope, bool piped);
    bool is_choice(const Entry& entry, const Expression& expression, Scope& scope);
    Operand execute(const PreparedCall& call, const Operand* first, Span first_span);
    Operand call_entry(const PreparedCall& call);
    Operand call_wrapper(const PreparedCall& call);
    void change_weights(Instruction& instruction, const std::string& place,
                        const std::vector<Weight>& weights);
    Operand call_built_in(const std::string& name, const Expression& expression, Scope& scope,
                          const Operand* first);
    Operand gradient(const std::vector<Operand>& operands, const std::vector<Span>& spans, Span span);
    Operand next(const Operand& operand, Span operand_span, Span span);
    Operand continuation(const Expression& expression, Scope& scope);  // elaborate_continue.cpp
    Operand size_of(const std::string& name, const Operand& operand, Span operand_span);
    std::optional<Type> global_type(const Expression& expression, Scope& scope);
    Operand apply(const Entry& entry, const std::vector<Tensor>& inputs, Arguments arguments, Span span);
    Operand apply_typed(const Entry& entry, const std::vector<Tensor>& inputs, Arguments arguments,
                        std::vector<Type> types, Span span);

    // elaborate_expressions.cpp
    Operand evaluate(const Expression& expression, Scope& scope);
    /// Like evaluate, but a call that waits for its first input is reported.
    Operand value(const Expression& expression, Scope& scope);
    std::vector<std::string> missing_inputs(const PreparedCall& call) const;
    Operand name(const Expression& expression, Scope& scope);
    Operand global_name(const Expression& expression, Global& global);
    Operand list(const Expression& expression, Scope& scope);
    Operand negate(const Expression& expression, Scope& scope);
    Operand binary(const Expression& expression, Scope& scope);
    Operand pipe(const Expression& expression, Scope& scope);
    Operand index(const Expression& expression, Scope& scope);
    std::optional<double> static_number(const Expression& expression, Scope& scope, std::string_view wanted);
    std::optional<Tensor> tensor(const Operand& operand, Span span, std::string_view what);
    Tensor constant(double number, Span span);
    Tensor read_data(const DataPlace& place, bool next, Span span);
    Operand read_data(std::size_t index, std::size_t field, Span span);
    Operand read_latent(std::size_t index, Span span);
    Operand draw(const tree::Draw& draw, Scope& scope);
    Operand cell(bool column, Span span);
    Operand schedule(const Entry& entry, const Expression& expression, Scope& scope);
    static std::string spelled(const Expression& expression);
    std::string first_word(const tree::Line& line, Scope& scope);

    // elaborator.cpp: instructions, names, reports
    std::vector<ValueId> emit(Instruction instruction, std::vector<Type> types, Instructions& into);
    std::vector<ValueId> emit(Instruction instruction, std::vector<Type> types);
    bool depends(const Space& space, ValueId value, ValueId on, bool through_stops = false) const;
    std::set<std::size_t> nets_behind(const Space& space, ValueId value) const;
    Scope::Entry* find(Scope& scope, std::string_view name);
    void bind(Scope& scope, const tree::Name& name, Operand value);
    std::vector<std::string> value_names(const Scope& scope) const;
    std::vector<std::string> callable_names(const Scope& scope) const;
    std::vector<std::string> net_names() const;
    std::vector<std::string> entry_names(EntryKind kind) const;
    const Entry* entry_of_any_kind(std::string_view name) const;
    Operand report(Diagnostic diagnostic);
    void report_rule(Diagnostic diagnostic, const Arguments& arguments, Span span);
    void spend(Span span);
    void check_size(const Shape& shape, Span span);
    bool has_errors() const;

    const Tree& tree_;
    const Catalogue& catalogue_;
    const Settings& settings_;
    Program program_;
    std::vector<Diagnostic> diagnostics_;
    std::set<std::pair<std::size_t, Code>> reported_;
    std::map<std::string, Global, std::less<>> globals_;
    std::vector<Operand> options_;
    std::vector<bool> data_known_;
    std::vector<LatentState> latents_;
    std::vector<NetState> nets_;
    std::vector<const tree::Layer*> layers_;
    std::vector<std::pair<std::size_t, Span>> inlined_;  ///< layers being inlined, and where they were used
    std::map<std::string, Span, std::less<>> measures_;
    std::map<std::string, TrainedRun, std::less<>> trained_;  ///< by the text after `from`
    std::deque<tree::Net> adopted_;                           ///< stand in for the trees of nets from runs
    std::map<std::size_t, Bound> bound_;                      ///< by where the name stands
    std::vector<const tree::Update*> sites_;
    std::vector<std::string> prefixes_;  ///< of the names each site logs
    Scope empty_scope_;
    Frame* frame_ = nullptr;
    Space train_space_;
    std::size_t batches_ = 0;
    std::size_t draws_ = 0;
    std::size_t instructions_ = 0;
    std::size_t work_ = 0;
    std::size_t recursion_ = 0;
};

/// A text that is equal for equal instructions, so that what is written twice is computed once.
std::string key_of(const Instruction& instruction);
/// Whether a log has a column of that name whatever the file says.
bool is_log_column(std::string_view name);
/// "a layer", "an optimizer", ...
std::string_view describe(EntryKind kind);
/// "an option", "data", ...
std::string_view describe(Global::Kind kind);
/// "the number 3", "the text "same"", "1 x 28 x 28", ...
std::string describe(const Operand& operand);
}  // namespace gandsl::dsl
