#pragma once

#include <string>
#include <utility>
#include <vector>

/// What diagnostics call the things that they are about. Whoever reports a fault hands in which of them it
/// is, and the names, numbers and types of the case; the words stand here.
namespace gandsl::dsl::diagnostics {

/// What is found or expected somewhere. `{0}`, `{1}` stand for the facts of the case, `{*}` for all of them.
#define GANDSL_FORMS(X)                                                                                   \
    /* what a name may stand for */                                                                       \
    X(layer, "a layer")                                                                                   \
    X(function, "a function")                                                                             \
    X(operation, "an operation")                                                                          \
    X(distribution, "a distribution")                                                                     \
    X(source, "a data source")                                                                            \
    X(optimizer, "an optimizer")                                                                          \
    X(schedule, "a schedule")                                                                             \
    X(initializer, "an initializer")                                                                      \
    X(sink, "a sink")                                                                                     \
    X(stop_rule, "a stop rule")                                                                           \
    X(option, "an option")                                                                                \
    X(data, "data")                                                                                       \
    X(latent, "a latent")                                                                                 \
    X(net, "a net")                                                                                       \
    X(measure, "a measure")                                                                               \
    X(split, "a split")                                                                                   \
    X(layer_function_or_net, "a layer, a function or a net")                                              \
    X(value_layer_or_function, "a value, a layer or a function")                                          \
    X(data_of_numbers, "data that gives numbers")                                                         \
    X(size_of_shape,                                                                                      \
      "a number or the name of an option; the name of data stands alone, as the shape of what it gives")  \
    X(number_of_classes, "a number, an option, or data that gives labels or symbols")                     \
    X(input_of_net, "`{0}` of the net `{1}`")                                                             \
    X(result_of_net, "the result of the net `{0}`")                                                       \
    X(one_result_of_net, "a result of the net `{0}`")                                                     \
    /* values */                                                                                          \
    X(value, "a value")                                                                                   \
    X(the_number, "the number {0}")                                                                       \
    X(the_text, "the text \"{0}\"")                                                                       \
    X(the_list, "the list [{0}]")                                                                         \
    X(the_values, "the {0} values of `{1}`")                                                              \
    X(the_recipe, "the recipe `{0}`, which waits for its input")                                          \
    X(model_value, "a value of the model")                                                                \
    X(model_value_of, "a value of the model, {0}")                                                        \
    X(number_or_model_value, "a number or a value of the model")                                          \
    X(something_else, "something else")                                                                   \
    X(true_or_false, "`true` or `false`")                                                                 \
    X(code, "`{0}`")                                                                                      \
    X(comparison, "a comparison")                                                                         \
    X(call, "a `{0}`")                                                                                    \
    X(number_of_other_axes, "one number of other axes")                                                   \
    /* numbers */                                                                                         \
    X(number, "a number")                                                                                 \
    X(whole_number, "a whole number")                                                                     \
    X(whole_from, "a whole number, at least {0}")                                                         \
    X(whole_between, "a whole number from {0} to {1}")                                                    \
    X(number_between, "a number between {0} and {1}")                                                     \
    X(number_above, "a number above the lower bound, {0}")                                                \
    X(number_further_above,                                                                               \
      "a number further above the lower bound, as numbers have 24 binary digits: both bounds are {0} to " \
      "them")                                                                                             \
    X(at_most_argument, "at most `{0}`, {1}")                                                             \
    X(number_defined, "a number it is defined for")                                                       \
    X(probability, "a probability, above 0 and below 1")                                                  \
    X(real_power, "a power that is a real number")                                                        \
    X(two_numbers, "a list of two numbers, such as [-1, 1]")                                              \
    X(two_in_order, "two numbers, the smaller one first, such as [-1, 1]")                                \
    X(two_that_differ, "two numbers that differ as 32-bit numbers too, such as [-1, 1]")                  \
    X(two_within_reach, "two numbers that differ by at most 3.4e38, such as [-1, 1]")                     \
    X(grey_or_colour, "1 (grey) or 3 (colour)")                                                           \
    X(the_size, "the size {0}")                                                                           \
    X(open_sizes, "{0} sizes of -1")                                                                      \
    X(sizes, "sizes of at least 1, or -1 for the one to be worked out")                                   \
    X(one_open_size, "at most one size to be worked out")                                                 \
    X(sequence_length, "at least the length of the sequence, {0}")                                        \
    /* shapes */                                                                                          \
    X(axes, "a value with axes")                                                                          \
    X(one_axis, "a value with at least one axis")                                                         \
    X(vectors, "a vector, or vectors along the last axis")                                                \
    X(vector_sequence, "a sequence of vectors (length x width)")                                          \
    X(channel_sequence, "a sequence (length x channels)")                                                 \
    X(vector_sequence_or_picture, "a vector, a sequence of vectors or a picture")                         \
    X(picture_or_sequence, "a picture (channels x height x width) or a sequence (length x channels)")     \
    X(grey_or_colour_picture, "a picture with 1 or 3 channels (channels x height x width)")               \
    X(true_for_picture, "true for a picture")                                                             \
    X(probabilities, "probabilities along the last axis, as `softmax` gives them")                        \
    X(labels_or_probabilities, "labels, or probabilities of the prediction's shape")                      \
    X(label_for_each,                                                                                     \
      "the target has one label for each row of probabilities: the same axes, without the last")          \
    X(probability_for_each, "there is one probability for each class")                                    \
    X(target_of_same_shape, "the target is labels, or probabilities of the same shape")                   \
    X(same_but_joined, "all sizes but that of the joined axis must be the same")                          \
    /* texts */                                                                                           \
    X(text, "a text")                                                                                     \
    X(empty_text, "an empty text")                                                                        \
    X(end_of_line, "the end of the line")                                                                 \
    X(end_of_file, "the end of the file")                                                                 \
    X(symbol, "at least one symbol")                                                                      \
    X(value_such_as, "a value, such as {0}")                                                              \
    X(input_such_as, "what the net reads, such as {0}")                                                   \
    X(separator, "one character that numbers and names do not have, such as \";\", \"|\" or \"\\t\"")     \
    X(column_names,                                                                                       \
      "names with commas between them; a name with a comma stands in single quotes: \"'a, b', c\"")       \
    /* why data or a run cannot be had */                                                                 \
    X(too_much_memory, "it takes more memory than there is")                                              \
    X(runs_unreadable, "runs cannot be read here")                                                        \
    X(net_never_called, "its net `{0}` is never called, and so never learned")                            \
    X(too_many_runs, "more than {0} runs take nets from one another")                                     \
    X(no_model, "its {0} is not a model to this version: {1}")                                            \
    /* what training came to */                                                                           \
    X(objective, "the objective")                                                                         \
    X(gradient_of, "the gradient of {0}")                                                                 \
    X(data_called, "the data `{0}`")                                                                      \
    X(new_state, "the new `{0}`")                                                                         \
    X(number_range, "from {0} to {1}")                                                                    \
    X(sum_of, "a sum of numbers {0}")                                                                     \
    X(sum_of_products, "a sum of products of numbers {0} with numbers {1}")                               \
    X(operation_of, "{0} of numbers {1}")                                                                 \
    X(unnamed_operation_of, "what it makes of numbers {0}")                                               \
    X(one_is_no_number, "1 of {0} ({1}) is no number, the first at {2}")                                  \
    X(some_are_no_number, "{0} of {1} ({2}) are no number, the first at {3}")                             \
    X(what_goes_in, "what goes in: {*}")                                                                  \
    X(takes_numbers, "{0} takes numbers {1}")                                                             \
    X(gradient_is_that_of, "the gradient is that of `{0}`")                                               \
    X(numbers, "numbers")                                                                                 \
    X(states_that_are_numbers, "a run whose states are numbers")                                          \
    X(prediction, "a prediction between 0 and 1")                                                         \
    X(divisor, "a divisor that is not 0")                                                                 \
    X(log_above, "`log` of a number above 0")                                                             \
    X(sqrt_from, "`sqrt` of a number from 0 on")                                                          \
    X(base_from, "a number from 0 on, where the power is not whole")                                      \
    X(base_other_than_zero, "a number other than 0, where the power is below 0")                          \
    X(exp_at_most, "`exp` of at most 88.7, as numbers end at 3.4e+38")                                    \
    X(numbers_within, "numbers within 3.4e+38, where they end")

enum class Form {
#define GANDSL_FORM(form, words) form,
    GANDSL_FORMS(GANDSL_FORM)
#undef GANDSL_FORM
};

/// What to do about a fault, with facts as above.
#define GANDSL_REMEDIES(X)                                                                             \
    X(none, "")                                                                                        \
    X(reshape_vector, "`reshape` makes a picture of a vector")                                         \
    X(reshape_to_picture, "`reshape(1, 28, 28)` makes a picture of 784 numbers")                       \
    X(rows_of_picture, "a picture of one channel becomes a sequence of its rows with `x[0]`")          \
    X(not_causal, "pictures have no order in time: leave `causal` out")                                \
    X(one_class, "where the class is the same for all examples write `-log(p[3])`")                    \
    X(steps_before, "the steps before are in {0}; {1}")                                                \
    X(leave_out, "leave out of the data what is no number")                                            \
    X(end_in, "end the net that makes it in `{0}`, whose logarithm is computed safely")                \
    X(eps_above, "`eps` is there to keep it from 0: let it be above 0, such as 1e-8")                  \
    X(safe_log,                                                                                        \
      "where it takes what is never below 0, write `log(x + 1e-6)`; the `log` of a `sigmoid`, "        \
      "`1 - sigmoid` or `softmax` is computed safely as it stands")                                    \
    X(square, "see that it cannot fall below 0, as a square cannot")                                   \
    X(add_to_divisor, "add something small to it that keeps it from 0, such as 1e-6")                  \
    X(whole_power, "take `abs(x)`, or a whole power")                                                  \
    X(steep_power, "`x ^ a` rises infinitely steeply at 0 where a is below 1: write `(x + 1e-6) ^ a`") \
    X(add_to_base, "add something small that keeps it from 0, such as 1e-6")                           \
    X(bound_exponent, "bound what it takes, for instance by `tanh`")                                   \
    X(smaller_rate,                                                                                    \
      "a smaller learning rate, or `clip = 1` in the optimizer, may keep training from getting there")

enum class Remedy {
#define GANDSL_REMEDY(remedy, words) remedy,
    GANDSL_REMEDIES(GANDSL_REMEDY)
#undef GANDSL_REMEDY
};

/// A form with the facts of a case: names, spelled numbers and types. A sentence is no fact.
struct Term {
    Term(Form what, std::vector<std::string> of = {}) : form(what), facts(std::move(of)) {}

    Form form;
    std::vector<std::string> facts;
};

/// A remedy with the facts of a case.
struct Advice {
    Advice(Remedy what, std::vector<std::string> of = {}) : remedy(what), facts(std::move(of)) {}

    Remedy remedy;
    std::vector<std::string> facts;
};

/// What stands there: as it is spelled, or a term for it.
struct Found {
    Found(std::string fact) : words(std::move(fact)) {}
    Found(const Term& term);
    Found(Form form) : Found(Term(form)) {}

    std::string words;
};

/// The words, with the facts in them.
std::string wording(const Term& term);
std::string wording(const Advice& advice);

}  // namespace gandsl::dsl::diagnostics
