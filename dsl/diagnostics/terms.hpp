#pragma once

#include <string>
#include <utility>
#include <vector>

/// What diagnostics call the things that they are about. Whoever reports a fault hands in which of them it
/// is, and the names, numbers and types of the case; the words stand here.
namespace gandsl::dsl::diagnostics {

/// What is found or expected somewhere. `{0}`, `{1}` stand for the facts of the case.
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
    X(the_truth, "`{0}`") \
    X(the_list, "the list [{0}]")                                                                         \
    X(the_values, "the {0} values of `{1}`")                                                              \
    X(the_recipe, "the recipe `{0}`, which waits for its input")                                          \
    X(model_value, "a value of the model")                                                                \
    X(model_value_of, "a value of the model, {0}")                                                        \
    X(number_or_model_value, "a number or a value of the model")                                          \
    X(something_else, "something else")                                                                   \
    X(true_or_false, "`true` or `false`")                                                                 \
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
    X(no_model, "its {0} is not a model to this version: {1}")

enum class Form {
#define GANDSL_FORM(form, words) form,
    GANDSL_FORMS(GANDSL_FORM)
#undef GANDSL_FORM
};

/// What to do about a fault.
#define GANDSL_REMEDIES(X)                                                                    \
    X(none, "")                                                                               \
    X(reshape_vector, "`reshape` makes a picture of a vector")                                \
    X(reshape_to_picture, "`reshape(1, 28, 28)` makes a picture of 784 numbers")              \
    X(rows_of_picture, "a picture of one channel becomes a sequence of its rows with `x[0]`") \
    X(not_causal, "pictures have no order in time: leave `causal` out")                       \
    X(one_class, "where the class is the same for all examples write `-log(p[3])`")

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

/// What stands there: as it is spelled, or a term for it.
struct Found {
    Found(std::string fact) : words(std::move(fact)) {}
    Found(const Term& term);
    Found(Form form) : Found(Term(form)) {}

    std::string words;
};

/// The words of a term, with its facts in it.
std::string wording(const Term& term);
std::string wording(Remedy remedy);

}  // namespace gandsl::dsl::diagnostics
