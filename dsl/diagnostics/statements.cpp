#include <utility>

#include "dsl/diagnostics.hpp"
#include "dsl/diagnostics/words.hpp"
#include "dsl/foreign.hpp"
#include "dsl/spelling.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl::diagnostics {

Diagnostic misplaced(Span span, Construct what, std::string_view name) {
    const auto words = [&]() -> std::pair<std::string, std::string_view> {
        switch (what) {
            case Construct::minimize:
                return {"`minimize`", "in an `update`"};
            case Construct::maximize:
                return {"`maximize`", "in an `update`"};
            case Construct::return_line:
                return {"`return`", "in nets and layers, and in the blocks of measures and samples"};
            case Construct::update:
                return {"`update`", "in `train` and its repeats, not in another update"};
            case Construct::average:
                return {"`average`", "in `train` and its repeats"};
            case Construct::repeat:
                return {"`repeat`",
                        "in nets and layers, in the blocks of measures and samples, and in `train` around "
                        "updates"};
            case Construct::schedule:
                return {"the schedule " + quote(name), "in `train` and its updates, which alone have steps"};
        }
        return {};
    }();
    // Elsewhere a layer may be called as a schedule is here.
    return helping(helping(error(Code::misplaced, span, words.first + " does not belong here"),
                           words.first + " stands " + std::string(words.second)),
                   foreign::name(name, "layer, function or net"));
}

Diagnostic no_effect(Span span, Idle where, std::string_view word) {
    Diagnostic result =
        error(Code::no_effect, span,
              where == Idle::in_block ? "this block has no effect" : "this line has no effect");
    const Names lines = {"minimize", "maximize", "update", "repeat", "average"};
    if (!word.empty() && meaning_word(result, word, lines)) {
        return result;
    }
    switch (where) {
        case Idle::in_train:
            return helping(std::move(result), "bind it to a name: `name = ...`");
        case Idle::in_update:
            return helping(std::move(result), "bind it to a name, or `minimize` it");
        case Idle::in_block:
            return helping(std::move(result), "end it with a line that is the value to show");
    }
    return result;
}

Diagnostic missing_objective(Span span) {
    return helping(error(Code::missing_objective, span, "this update has no objective"),
                   "say what it learns: `minimize e` or `maximize e`");
}

Diagnostic several_objectives(Span span, Span first) {
    return noting(
        helping(error(Code::several_objectives, span, "an update has one objective, and this is a second"),
                "add them up in one `minimize`, or write another `update`"),
        first, "the first one is here");
}

Diagnostic log_column(Span span, std::string_view name) {
    return helping(error(Code::log_column, span, "the log has a column " + quote(name) + " of its own"),
                   "give this value another name");
}

Diagnostic after_return(Span span) {
    return helping(error(Code::after_return, span, "nothing can follow `return`"),
                   "move `return` to the end of the body");
}

Diagnostic several_trains(Span span, Span first) {
    return noting(error(Code::several_trains, span, "a file has one `train`, and this is a second"), first,
                  "the first one is here");
}

Diagnostic empty_train(Span span) {
    return helping(error(Code::empty_train, span, "nothing is trained here"),
                   "write what learns: `update NET with adam(2e-4) { minimize e }`");
}

Diagnostic train_length_missing(Span span) {
    return helping(error(Code::train_length, span, "`train` does not say how long"),
                   "write `train(epochs = 25, batch = 64)` or `train(steps = 10000, batch = 64)`");
}

Diagnostic train_length_twice(Span span) {
    return helping(error(Code::train_length, span, "`train` says twice how long, in epochs and in steps"),
                   "keep one of them");
}

namespace {

Diagnostic without_epochs(Span span, std::string_view what) {
    return error(Code::no_epochs, span,
                 quote(what) +
                     " goes by epochs, and there are none: an epoch is one pass through the data, "
                     "and the file has no `data`");
}

}  // namespace

Diagnostic no_epochs(Span span) {
    return helping(without_epochs(span, "train"),
                   "say how long in steps: `train(steps = 10000, batch = 64)`");
}

Diagnostic no_epochs(Span span, std::string_view schedule) {
    return helping(without_epochs(span, schedule),
                   "write a schedule that goes by steps: `linear(1e-2, 0)` over the whole "
                   "run, or `linear(1e-2, 1e-3, steps = 1000)`");
}

Diagnostic period_without_epochs(Span span, std::string_view name) {
    return helping(
        warning(Code::no_epochs, span,
                quote(name) + " is due at the end of the run only: there are no epochs, as the file has no "
                              "`data`"),
        "write it in steps: `every 1000 steps`");
}

Diagnostic recursion(Span span, const Term& kind, const Names& cycle) {
    std::string chain;
    for (const std::string& name : cycle) {
        chain += (chain.empty() ? "" : " -> ") + name;
    }
    return helping(error(Code::recursion, span, wording(kind) + " cannot contain itself: " + chain),
                   "to apply it several times, write `repeat N { ... }`");
}

Diagnostic never_called(Span span, std::string_view net, std::string_view parameter) {
    return helping(
        error(Code::never_called, span,
              "the net " + quote(net) + " is never called, so the shapes of its inputs are not known"),
        "call it, or say them: `net " + std::string(net) + "(" + std::string(parameter) + ": 100)`");
}

Diagnostic not_in_objective(Span span, std::string_view net) {
    return helping(
        error(Code::not_in_objective, span, "the objective of this update does not depend on " + quote(net)),
        "what an update names must be called in what it minimizes");
}

Diagnostic nothing_to_learn(Span span, std::string_view net, const Names& inner) {
    return helping(
        error(Code::nothing_to_learn, span,
              "the net " + quote(net) + " has no parameters of its own, so there is nothing to update"),
        inner.empty() ? "give it a layer with weights, such as `dense(1)`"
                      : "those are in the nets that it calls: `update " + joined(inner) + " with ...`");
}

Diagnostic weights_outside_net(Span span, std::string_view layer) {
    return helping(
        error(Code::weights_outside_net, span, quote(layer) + " has parameters, which only a net can own"),
        "put it into a `net` and call that here");
}

Diagnostic nothing_to_wrap(Span span, std::string_view layer) {
    return helping(error(Code::nothing_to_wrap, span, "there are no weights here for " + quote(layer)),
                   "put it around a layer that has some, for example `" + std::string(layer) +
                       "(dense(128))`; what a net calls is that net's own");
}

Diagnostic repeat_count(Span span, std::string found, std::size_t max) {
    return expecting(error(Code::repeat_count, span, "this is no number of times to repeat"),
                     std::move(found), "a whole number from 1 to " + std::to_string(max));
}

Diagnostic program_too_large(Span span, std::size_t max) {
    return helping(expecting(error(Code::program_too_large, span, "the program becomes too large here"), "",
                             "at most " + std::to_string(max) + " operations once everything is unrolled"),
                   "repeat less often");
}

Diagnostic weights_too_large(Span span, std::string_view weight, const Shape& shape, std::string_view size,
                             std::string_view total) {
    return helping(expecting(error(Code::program_too_large, span,
                                   "the nets' weights do not fit into this machine's memory"),
                             quote(weight) + " of " + to_string(shape) + ", " + std::string(size) +
                                 "; all weights, with what is kept for each, " + std::string(total),
                             "weights that fit, whatever the batch"),
                   "take fewer units, filters or classes here");
}

Diagnostic value_too_large(Span span, const Shape& shape, std::uint64_t examples, std::string_view size) {
    return helping(
        expecting(
            error(Code::program_too_large, span, "a value here does not fit into any machine's memory"),
            to_string(shape) + " for each of " + std::to_string(examples) + " examples, " + std::string(size),
            "values that fit, a whole batch of them"),
        "make it smaller here, or take fewer examples at a time");
}

Diagnostic value_too_large(Span span, const Shape& shape) {
    double numbers = 1;
    for (const Index size : shape) {
        numbers *= static_cast<double>(size);
    }
    return helping(
        expecting(error(Code::program_too_large, span, "this does not fit into any machine's memory"),
                  to_string(shape) + ", " + spell(4 * numbers) + " bytes",
                  "at most " + spell(4 * static_cast<double>(max_elements)) + " bytes"),
        "make it smaller here");
}

Diagnostic no_running_value(Span span, std::string_view recipe) {
    return helping(error(Code::no_running_value, span, quote(recipe) + " has nothing to act on here"),
                   "lines act on a running value only in nets and layers; here write `value | " +
                       std::string(recipe) + "`");
}

Diagnostic recipe_as_value(Span span, std::string_view recipe) {
    return helping(error(Code::recipe_as_value, span,
                         quote(recipe) + " without its input is a recipe, where a value is wanted"),
                   "say what it acts on: `value | " + std::string(recipe) + "`");
}

Diagnostic not_a_recipe(Span span, std::string_view found) {
    return expecting(
        error(Code::not_a_recipe, span, "what stands after `|` is applied to what stands before it"),
        std::string(found), "a layer, a function or a net, without its first input");
}

Diagnostic full_call_after_pipe(Span span, std::string_view entry) {
    return helping(
        error(
            Code::full_call_after_pipe, span,
            quote(entry) + " is given all its inputs here, so that nothing is left for the value before `|`"),
        "leave out its first input, or drop what stands before `|`");
}

Diagnostic several_values(Span span, std::string_view callee, std::size_t count) {
    return helping(error(Code::several_values, span,
                         quote(callee) + " gives " + std::to_string(count) + " values, where one is wanted"),
                   "bind them first: `a, b = ...`");
}

Diagnostic several_values(Span span, std::size_t count) {
    return several_values(span, "the block", count);
}

Diagnostic value_count(Span span, std::size_t names, std::size_t values) {
    return expecting(error(Code::value_count, span,
                           names < values ? "there are more values here than names"
                                          : "there are more names here than values"),
                     counted(values, "value"), counted(names, "value") + ", one for each name");
}

Diagnostic wrong_operand(Span span, std::string_view operation, const Found& found, const Term& expected) {
    return expecting(error(Code::wrong_operand, span, quote(operation) + " cannot work on this"), found,
                     expected);
}

Diagnostic wrong_value(Span span, const Found& found, const Term& expected) {
    return expecting(error(Code::wrong_operand, span, "this must be " + wording(expected)), found, expected);
}

Diagnostic division_by_zero(Span span) {
    return error(Code::division_by_zero, span, "this divides by zero");
}

Diagnostic not_yet(Span span, std::string_view what, std::string_view why) {
    return helping(error(Code::not_yet, span, quote(what) + " does not run yet"), std::string(why));
}

Diagnostic not_yet(Span span, const Term& what) {
    return not_yet(span, wording(what), "");
}

}  // namespace gandsl::dsl::diagnostics
