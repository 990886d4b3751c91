#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsl/catalogue.hpp"
#include "dsl/diagnostics/terms.hpp"
#include "dsl/span.hpp"

/// Everything gandsl says about a .gan file. Each diagnostic is one named constructor of
/// gandsl::dsl::diagnostics; the text of messages lives in dsl/diagnostics/ and nowhere else.
namespace gandsl::dsl {

/// Each kind of diagnostic: its name in the code, and as printed in brackets at the end of a diagnostic's
/// first line.
#define GANDSL_DIAGNOSTIC_CODES(X)                        \
    /* the text */                                        \
    X(file_too_large, "file-too-large")                   \
    X(invalid_utf8, "invalid-utf8")                       \
    X(control_character, "control-character")             \
    X(unclosed_text, "unclosed-text")                     \
    X(unclosed_bracket, "unclosed-bracket")               \
    X(unmatched_bracket, "unmatched-bracket")             \
    X(nesting_too_deep, "nesting-too-deep")               \
    X(number_too_large, "number-too-large")               \
    X(number_too_small, "number-too-small")               \
    X(syntax, "syntax")                                   \
    /* names */                                           \
    X(unknown_name, "unknown-name")                       \
    X(unknown_statement, "unknown-statement")             \
    X(duplicate_name, "duplicate-name")                   \
    X(built_in_name, "built-in-name")                     \
    X(wrong_kind_of_name, "wrong-kind-of-name")           \
    X(outside_value, "outside-value")                     \
    X(cell_outside_grid, "cell-outside-grid")             \
    X(unused_net, "unused-net")                           \
    X(unused_layer, "unused-layer")                       \
    X(unused_latent, "unused-latent")                     \
    X(unused_option, "unused-option")                     \
    X(unused_data, "unused-data")                         \
    X(unused_name, "unused-name")                         \
    /* what runs, but hardly as it was meant */           \
    X(batch_norm_penalty, "batch-norm-penalty")           \
    X(unreachable_range, "unreachable-range")             \
    X(no_gradient, "no-gradient")                         \
    X(never_updated, "never-updated")                     \
    X(losses_broadcast, "losses-broadcast")               \
    X(lone_example, "lone-example")                       \
    /* arguments */                                       \
    X(unknown_argument, "unknown-argument")               \
    X(missing_argument, "missing-argument")               \
    X(repeated_argument, "repeated-argument")             \
    X(too_many_arguments, "too-many-arguments")           \
    X(wrong_argument, "wrong-argument")                   \
    X(not_whole, "not-whole")                             \
    X(out_of_range, "out-of-range")                       \
    X(unknown_choice, "unknown-choice")                   \
    X(not_static, "not-static")                           \
    X(missing_input, "missing-input")                     \
    /* what stands where */                               \
    X(misplaced, "misplaced")                             \
    X(no_effect, "no-effect")                             \
    X(missing_objective, "missing-objective")             \
    X(several_objectives, "several-objectives")           \
    X(log_column, "log-column")                           \
    X(after_return, "after-return")                       \
    X(several_trains, "several-trains")                   \
    X(empty_train, "empty-train")                         \
    X(train_length, "train-length")                       \
    X(no_epochs, "no-epochs")                             \
    X(recursion, "recursion")                             \
    X(never_called, "never-called")                       \
    X(not_in_objective, "not-in-objective")               \
    X(nothing_to_learn, "nothing-to-learn")               \
    X(weights_outside_net, "weights-outside-net")         \
    X(nothing_to_wrap, "nothing-to-wrap")                 \
    X(repeat_count, "repeat-count")                       \
    X(program_too_large, "program-too-large")             \
    X(no_running_value, "no-running-value")               \
    X(recipe_as_value, "recipe-as-value")                 \
    X(not_a_recipe, "not-a-recipe")                       \
    X(full_call_after_pipe, "full-call-after-pipe")       \
    X(several_values, "several-values")                   \
    X(value_count, "value-count")                         \
    X(wrong_operand, "wrong-operand")                     \
    X(division_by_zero, "division-by-zero")               \
    X(next_of_other, "next-of-other")                     \
    X(no_next, "no-next")                                 \
    X(continue_outside_sample, "continue-outside-sample") \
    X(cannot_continue, "cannot-continue")                 \
    X(wrong_prompt, "wrong-prompt")                       \
    X(source_absent, "source-absent")                     \
    X(source_fields, "source-fields")                     \
    X(broken_source, "broken-source")                     \
    X(source_warning, "source-warning")                   \
    X(not_yet, "not-yet")                                 \
    X(run_absent, "run-absent")                           \
    X(net_not_in_run, "net-not-in-run")                   \
    /* types */                                           \
    X(calls_disagree, "calls-disagree")                   \
    X(other_classes, "other-classes")                     \
    X(classes_unknown, "classes-unknown")                 \
    X(annotation_mismatch, "annotation-mismatch")         \
    X(does_not_broadcast, "does-not-broadcast")           \
    X(not_one_number, "not-one-number")                   \
    X(independent_gradient, "independent-gradient")       \
    X(wrong_rank, "wrong-rank")                           \
    X(needs_flatten, "needs-flatten")                     \
    X(wrong_element_count, "wrong-element-count")         \
    X(kernel_too_large, "kernel-too-large")               \
    X(not_divisible, "not-divisible")                     \
    X(needs_labels, "needs-labels")                       \
    X(not_labels, "not-labels")                           \
    X(unknown_axis, "unknown-axis")                       \
    X(index_out_of_range, "index-out-of-range")           \
    X(shapes_differ, "shapes-differ")                     \
    X(wrong_shape, "wrong-shape")                         \
    /* the command line */                                \
    X(unknown_option, "unknown-option")                   \
    X(option_type, "option-type")                         \
    /* while it trains */                                 \
    X(diverged, "diverged")                               \
    /* all */                                             \
    X(more, "more")

/// The kind of a diagnostic, printed in brackets at the end of its first line: `[unknown-name]`.
enum class Code {
#define GANDSL_CODE(code, name) code,
    GANDSL_DIAGNOSTIC_CODES(GANDSL_CODE)
#undef GANDSL_CODE
};

std::string_view name(Code code);
/// Every code there is; the tests hold each to a golden file.
std::vector<Code> codes();

enum class Severity { error, warning };

/// A second span that belongs to a diagnostic.
struct Note {
    Span span;
    std::string text;
};

/// One thing that is wrong with a file, for whoever reads it. Type rules throw it without a span; the checker
/// fills in that of the argument named `about`, else of the call.
struct Diagnostic : std::exception {
    Severity severity = Severity::error;
    Code code = Code::syntax;
    std::optional<Span> span = {};  ///< none: a fact of the command line
    std::string message;
    std::string found = {};
    std::string expected = {};
    std::vector<std::string> help = {};  ///< how to mend it
    std::vector<Note> notes = {};
    std::string about = {};  ///< the argument of the call that is at fault

    const char* what() const noexcept override { return message.c_str(); }
};

/// `path:line:column: error: ...`, the source line with the span underlined, what was found and expected, and
/// how to mend it. Ends with a line end. Columns count code points from 1.
std::string render(const Diagnostic& diagnostic, std::string_view path, std::string_view text);

/// More than these at once help nobody.
inline constexpr std::size_t max_diagnostics = 100;

/// Line and column (in code points), both from 1, of a byte offset.
struct LineColumn {
    std::size_t line = 1;
    std::size_t column = 1;
};
LineColumn line_column(std::string_view text, std::size_t offset);

/// Whole numbers beyond this have no exact double and overflow sizes.
inline constexpr double max_whole = 1e15;

/// What numbers of 32 bits hold, in which all is computed.
inline constexpr double max_number = 3.4e38;

/// Whatever is nearer to 0 there is taken for 0.
inline constexpr double min_number = 1.2e-38;

}  // namespace gandsl::dsl

namespace gandsl::dsl::diagnostics {

using Names = std::vector<std::string>;

// The text of the file.

Diagnostic file_too_large(std::size_t bytes, std::size_t max);
Diagnostic invalid_utf8(Span span, unsigned char byte);
Diagnostic control_character(Span span, unsigned char byte);
Diagnostic unclosed_text(Span span);
Diagnostic unclosed_bracket(Span span, char bracket);
Diagnostic unmatched_bracket(Span span, char bracket);
Diagnostic nesting_too_deep(Span span, std::size_t max);
Diagnostic number_too_large(Span span, std::string_view text);
Diagnostic number_too_small(Span span, std::string_view text);
/// `found` is what stands there in the author's words, `expected` what the grammar wanted.
/// `written` is a word that may be one of `words` misspelt; `begins`: it is the first of its line, which goes
/// on.
Diagnostic syntax(Span span, const Found& found, std::string expected, std::string_view written = {},
                  const Names& words = {}, bool begins = false);
Diagnostic reserved_word(Span span, std::string_view word, std::string expected);
Diagnostic unknown_statement(Span span, std::string_view word, const Names& statements);

// Names.

/// `wanted` is what was looked for.
Diagnostic unknown_name(Span span, std::string_view name, const Term& wanted, const Names& candidates);
Diagnostic duplicate_name(Span span, std::string_view name, Span first);
Diagnostic built_in_name(Span span, std::string_view name, const Term& what);
/// A name that exists, as something else: `adam` where a layer is wanted.
Diagnostic wrong_kind_of_name(Span span, std::string_view name, const Found& is, const Term& wanted);
/// A net or layer uses a data, latent or training value that is not one of its inputs.
Diagnostic outside_value(Span span, std::string_view name, const Term& is, std::string_view function);
Diagnostic cell_outside_grid(Span span, std::string_view name);
Diagnostic unused_net(Span span, std::string_view name);
Diagnostic unused_layer(Span span, std::string_view name);
Diagnostic unused_latent(Span span, std::string_view name);
Diagnostic unused_option(Span span, std::string_view name);
Diagnostic unused_data(Span span, std::string_view name);
Diagnostic unused_name(Span span, std::string_view name);

// What runs, but hardly as it was meant.

/// batch_norm in a net through which an objective takes a gradient; `penalty` is where.
Diagnostic batch_norm_penalty(Span span, std::string_view layer, std::string_view net, Span penalty);
/// An activation at a generator's end whose numbers lie elsewhere than the data's. Pairs are low and high.
Diagnostic unreachable_range(Span span, std::string_view activation, std::pair<double, double> made,
                             std::string_view name, std::pair<double, double> data, Span source);
/// An update whose objective depends on a net only through what stops gradients.
Diagnostic no_gradient(Span span, std::string_view net);
/// A layer whose weights no update of the file reaches.
Diagnostic no_gradient_layer(Span span, std::string_view net, std::string_view layer);
/// A net that an objective depends on and no update names; `updated` are those that its update does.
Diagnostic never_updated(Span span, std::string_view net, std::string_view updated);
/// A loss of two values whose shapes differ; `result` is what it gives.
Diagnostic losses_broadcast(Span span, std::string_view loss, const Type& left, const Type& right,
                            const Type& result);
/// batch_norm of vectors where a batch is one example.
Diagnostic lone_example(Span span, std::string_view layer, std::string_view net);

// Arguments of calls. `entry` is the callee's name.

Diagnostic unknown_argument(Span span, std::string_view name, std::string_view entry,
                            const Names& candidates);
Diagnostic missing_argument(Span span, std::string_view entry, std::string_view argument,
                            std::string_view doc, std::string_view example);
Diagnostic repeated_argument(Span span, std::string_view name, std::string_view entry);
/// `named`: an argument that is given by its name alone, or empty.
Diagnostic too_many_arguments(Span span, std::string_view entry, std::size_t max,
                              std::string_view named = {});
/// An argument of another kind.
Diagnostic wrong_argument(Span span, std::string_view entry, const Argument& argument, const Found& found);
Diagnostic not_whole(Span span, std::string_view entry, std::string_view argument, double found);
Diagnostic out_of_range(Span span, std::string_view entry, const Argument& argument, double found);
Diagnostic unknown_choice(Span span, std::string_view entry, const Argument& argument,
                          std::string_view found);
/// A call where one of the argument's kinds is wanted, of a name that is none of them.
Diagnostic unknown_nested(Span span, std::string_view name, const Argument& argument,
                          const Names& candidates);
/// A value of the model where a number is wanted before the run.
Diagnostic not_static(Span span, const Term& wanted);
Diagnostic not_static(Span span, const Argument& argument);
Diagnostic missing_input(Span span, std::string_view entry, const Names& missing);

// What stands where.

/// What may stand in some bodies and not in others.
enum class Construct { minimize, maximize, return_line, update, average, repeat, schedule };
/// `name`: the schedule's.
Diagnostic misplaced(Span span, Construct what, std::string_view name = {});
/// Where a line stands that computes a value which nothing uses.
enum class Idle { in_train, in_update, in_block };
/// `word`: what the line begins with, where that is no name; it may have been meant as a word of the
/// language.
Diagnostic no_effect(Span span, Idle where, std::string_view word = {});
Diagnostic missing_objective(Span span);
Diagnostic several_objectives(Span span, Span first);
/// A value that would be logged in a column the log has already.
Diagnostic log_column(Span span, std::string_view name);
Diagnostic after_return(Span span);
Diagnostic several_trains(Span span, Span first);
Diagnostic empty_train(Span span);
Diagnostic train_length_missing(Span span);
Diagnostic train_length_twice(Span span);
/// `train` is told how many epochs in a file without data.
Diagnostic no_epochs(Span span);
/// A schedule that goes by epochs, in such a file.
Diagnostic no_epochs(Span span, std::string_view schedule);
/// A warning: the period of a measure or a sample.
Diagnostic period_without_epochs(Span span, std::string_view name);
/// `cycle` is the chain of names that comes back to its first: {"a", "b", "a"}; `kind`: what they are.
Diagnostic recursion(Span span, const Term& kind, const Names& cycle);
Diagnostic never_called(Span span, std::string_view net, std::string_view parameter);
Diagnostic not_in_objective(Span span, std::string_view net);
/// `inner`: the nets that it calls and that have some.
Diagnostic nothing_to_learn(Span span, std::string_view net, const Names& inner);
Diagnostic weights_outside_net(Span span, std::string_view layer);
/// A layer around one that has no weights of its own.
Diagnostic nothing_to_wrap(Span span, std::string_view layer);
Diagnostic repeat_count(Span span, std::string found, std::size_t max);
Diagnostic program_too_large(Span span, std::size_t max);
/// `size` is how much memory the weight takes, in words; `total` that of all weights, with what optimizers
/// keep.
Diagnostic weights_too_large(Span span, std::string_view weight, const Shape& shape, std::string_view size,
                             std::string_view total);
/// A value that takes more memory than any machine has, for so many examples.
Diagnostic value_too_large(Span span, const Shape& shape, std::uint64_t examples, std::string_view size);
/// A value of one example, or a weight, of more than `max_elements`.
Diagnostic value_too_large(Span span, const Shape& shape);
Diagnostic no_running_value(Span span, std::string_view recipe);
Diagnostic recipe_as_value(Span span, std::string_view recipe);
Diagnostic not_a_recipe(Span span, std::string_view found);
Diagnostic full_call_after_pipe(Span span, std::string_view entry);
/// A call that gives several values where one is wanted.
Diagnostic several_values(Span span, std::string_view callee, std::size_t count);
/// A block that does.
Diagnostic several_values(Span span, std::size_t count);
/// `a, b = e` where e gives another number of values.
Diagnostic value_count(Span span, std::size_t names, std::size_t values);
Diagnostic wrong_operand(Span span, std::string_view operation, const Found& found, const Term& expected);
/// A number known before the run that is none, or none that would do.
Diagnostic wrong_value(Span span, const Found& found, const Term& expected);
Diagnostic division_by_zero(Span span);
Diagnostic next_of_other(Span span);
Diagnostic no_next(Span span, std::string_view data, std::string_view source);
Diagnostic continue_outside_sample(Span span);
/// A net whose output is not what comes after its input. `signature`: what the net takes and gives.
Diagnostic cannot_continue(Span span, std::string_view net, std::string_view signature);
/// A net that nothing has called, so that its shapes are not known.
Diagnostic continue_uncalled(Span span, std::string_view net);
/// Why one step alone of a net cannot be computed.
enum class Unsteppable {
    several_values,
    whole_sequence,
    looks_along,
    meets_all_steps,
    other_length,
    independent
};
/// `continued` is where the net is fed with its output; `met` is where a value with all steps comes from.
Diagnostic cannot_step(Span span, std::string_view net, std::string_view entry, Unsteppable why,
                       Span continued, std::optional<Span> met = {});
/// `found`: what stands as the prompt; `expected`: what the net reads.
Diagnostic wrong_prompt(Span span, const Found& found, const Term& expected);
/// `reasons` has a line for each source that was tried; `sequential`: they yield sequences.
/// `instead` is a source that is always there and gives the same, or empty.
Diagnostic source_absent(Span span, const Names& reasons, std::string_view instead);
Diagnostic source_fields(Span span, std::string_view source, std::size_t names, std::size_t fields);
/// `net F from "RUN"`: why the run cannot be had.
Diagnostic run_absent(Span span, std::string_view run, const Found& why);
Diagnostic net_not_in_run(Span span, std::string_view net, std::string_view run, const Names& nets);
/// A source whose files are there, but not what they should be; for type rules to throw.
Diagnostic broken_source(const Found& why);
/// The first line of `what` is the message, the others say what was found.
Diagnostic source_warning(Span span, std::string_view source, std::string what);
/// `why`: the record's own words.
Diagnostic not_yet(Span span, std::string_view what, std::string_view why);
Diagnostic not_yet(Span span, const Term& what);

// Types. Those without a span are for type rules to throw.

Diagnostic calls_disagree(Span span, std::string_view net, std::string_view parameter, const Type& found,
                          const Type& expected, Span first);
/// A number given for a label.
/// Labels, symbols or probabilities of a net that stand for other classes than before. `slot`: an
/// input or a result of a net; `run`: the run that the net is from, or empty; `first`: what said before what
/// they stand for.
Diagnostic other_classes(Span span, const Term& slot, std::string_view run, const Names& found,
                         const Names& expected, Span first);
/// A warning: a net from a run whose record does not say what its classes are called.
Diagnostic classes_unknown(Span span, std::string_view net, std::string_view run);

Diagnostic no_such_class(Span span, std::string_view parameter, double number, Index classes);
/// A net that gives something else than its head says.
Diagnostic annotation_mismatch(Span span, std::string_view net, const Type& found, const Type& expected);
Diagnostic does_not_broadcast(std::string_view operation, const Type& left, const Type& right);
/// What has to be one number for each example.
enum class Scalar { objective, measure, gradient };
Diagnostic not_one_number(Span span, Scalar what, const Type& found);
/// `stop`: what lets no gradient through from the first argument to the second; none where the one does not
/// depend on the other.
Diagnostic independent_gradient(Span span, const std::optional<Term>& stop, std::string_view net);
/// `expected` says which shapes would do.
Diagnostic wrong_rank(std::string_view entry, const Type& found, const Term& expected,
                      Remedy help = Remedy::none);
/// A value of three axes or more for a layer that acts on vectors.
Diagnostic needs_flatten(std::string_view entry, const Type& found);
/// "reshape: 100 numbers do not make 256 x 7 x 7, which has 12544"
Diagnostic wrong_element_count(std::string_view entry, const Type& found, const Shape& wanted);
/// A kernel or pooling window that is larger than its input with its padding.
Diagnostic kernel_too_large(std::string_view entry, Index kernel, const Type& input,
                            std::string_view about = "kernel");
/// "attention: 5 heads do not divide a width of 128"
Diagnostic not_divisible(std::string_view entry, std::string_view argument, Index divisor,
                         std::string_view what, Index size);
/// embedding, cross_entropy's target, classes(x): wants labels, got numbers.
Diagnostic needs_labels(std::string_view entry, std::string_view input, const Type& found);
/// dense of a label: wants numbers, got labels.
Diagnostic not_labels(std::string_view entry, const Type& found);
Diagnostic unknown_axis(std::string_view entry, Index axis, const Type& input,
                        std::string_view about = "axis");
Diagnostic index_out_of_range(Span span, Index index, Index size, const Type& input);
/// `begin`, counted from the start, is the first position that the slice takes.
Diagnostic slice_end_out_of_range(Span span, Index end, Index begin, Index size, const Type& input);
/// Two values that must agree exactly, or but for one axis (concat): `rule` says how.
Diagnostic shapes_differ(std::string_view entry, const Type& left, const Type& right, const Term& rule);
/// Any other shape that a rule refuses; `expected` and `help` say what would do.
Diagnostic wrong_shape(std::string_view entry, const Type& found, const Term& expected,
                       Remedy help = Remedy::none);
/// A value of an argument that a rule refuses for reasons of its own.
Diagnostic refused_argument(std::string_view entry, std::string_view argument, const Found& found,
                            const Term& expected, Remedy help = Remedy::none);

// Notes that say how a fault inside a net or layer came about.

Note net_called(Span span, std::string_view net);
Note layer_used(Span span, std::string_view layer);

// The command line.

Diagnostic unknown_option(std::string_view name, const Names& options);
/// Said in place of the errors and warnings after the first `max_diagnostics`.
Diagnostic more(std::size_t max);
Diagnostic option_type(std::string_view name, std::string_view given, const Term& expected);

// While it trains.

/// The first operation that gives no number, and what suffers from it.
struct Divergence {
    Span span;
    std::optional<Term>
        inside;         ///< "`bce`", "the gradient of `^`"; none where `computed` is what the file has
    Term computed;      ///< "`log(-1)`"; "the data `x`"
    std::string value;  ///< "nan", "inf"
    Term result;        ///< "`D.loss`", "the new `G.dense_1.weight`"
    std::uint64_t step = 0;
    std::vector<Term> found;  ///< more about the numbers
    Term expected;            ///< what it can work on
    std::vector<Advice> help;
};
Diagnostic diverged(const Divergence& divergence);
Note reached_through(Span span, std::string_view net);

}  // namespace gandsl::dsl::diagnostics
