#pragma once

#include <string_view>
#include <vector>

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

}  // namespace gandsl::dsl
