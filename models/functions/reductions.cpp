#include "autodiff/operations.hpp"
#include "models/functions/functions.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

using Reduce = Var (*)(Var, std::vector<Index>, bool);

Value reduce(const BuildCall& call, Reduce apply) {
    const Value& input = call.inputs.front();
    const std::size_t rank = input.type.shape.size();
    if (has(call.arguments, "axis")) {
        const Value x = channels_first(input);
        const Index given = integer(call.arguments, "axis");
        const auto axis = static_cast<std::size_t>(given < 0 ? given + static_cast<Index>(rank) : given);
        return {.var = apply(x.var, {tape_axis(x, axis)}, false), .type = call.results[0]};
    }
    // Every axis of the example, in whichever layout.
    std::vector<Index> axes;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        axes.push_back(tape_axis(input, axis));
    }
    if (!axes.empty()) {
        return {.var = apply(input.var, axes, false), .type = call.results[0]};
    }
    // One number: give it an axis, so that the norm of a number is its size.
    Shape shape = input.var.shape();
    shape.push_back(1);
    return {.var = apply(reshape(input.var, shape), {static_cast<Index>(shape.size()) - 1}, false),
            .type = call.results[0]};
}

Definition reduction_definition(std::string name, std::string doc, std::string details, Reduce apply) {
    return {.entry = {.name = name,
                      .kind = dsl::EntryKind::function,
                      .doc = std::move(doc),
                      .details = std::move(details),
                      .inputs = {"x"},
                      .arguments = {axis_argument(
                          "the axis to reduce, from the end where negative; the whole example "
                          "if left out")},
                      .type = reduction(name),
                      .example = name + "(x, axis = 0)"},
            .build = [apply](BuildCall& call) { return std::vector<Value>{reduce(call, apply)}; },
            .stepping = along_axis(false)};
}

/// max and min: of one value a reduction, of several number by number.
Definition extreme(std::string name, std::string which, Reduce apply, Var (*pairwise)(Var, Var)) {
    Definition definition = reduction_definition(
        name, "The " + which + " number of a value, or of several values number by number.",
        "With one value it reduces the whole example, or one axis of it; with several it is taken number by "
        "number, "
        "shapes meeting as in arithmetic. Equal numbers share the gradient evenly.",
        apply);
    definition.entry.variadic = true;
    definition.entry.type = [name](dsl::TypeCall& call) {
        return call.inputs.size() == 1 ? reduction(name)(call) : elementwise(name)(call);
    };
    definition.stepping = [](const dsl::Arguments& arguments, const std::vector<dsl::Type>& inputs) {
        return inputs.size() > 1 ? Stepping::alike : along_axis(false)(arguments, inputs);
    };
    definition.entry.example = name + "(x, 0)";
    definition.build = [apply, pairwise](BuildCall& call) {
        if (call.inputs.size() == 1) {
            return std::vector<Value>{reduce(call, apply)};
        }
        const Aligned aligned = align(call.inputs);
        Var result = aligned.operands.front();
        for (std::size_t i = 1; i < aligned.operands.size(); ++i) {
            result = pairwise(result, aligned.operands[i]);
        }
        return std::vector<Value>{{.var = result, .type = call.results[0], .layout = aligned.layout}};
    };
    return definition;
}

std::vector<dsl::Type> over_the_batch(dsl::TypeCall& call) {
    dsl::Type result = with_shape(call.inputs.front(), call.inputs.front().shape);
    result.batched = false;
    return {result};
}

Definition batch_function(std::string name, std::string doc, std::string details, Var (*apply)(Var)) {
    return {.entry = {.name = name,
                      .kind = dsl::EntryKind::function,
                      .doc = std::move(doc),
                      .details = std::move(details),
                      .inputs = {"x"},
                      .type = over_the_batch,
                      .example = name + "(h)"},
            .build = [apply](BuildCall& call) {
                Value value = with_batch(call.inputs.front(), call.batch);
                value.var = apply(value.var);
                value.type = call.results[0];
                return std::vector<Value>{value};
            }};
}

Definition sum_definition() {
    Definition definition =
        reduction_definition("sum", "The sum of a value's numbers.", "",
                             [](Var x, std::vector<Index> axes, bool keep) { return sum(x, axes, keep); });
    definition.entry.role = dsl::Role::total;
    return definition;
}

}  // namespace

std::vector<Definition> define_reductions() {
    return {
        sum_definition(),
        reduction_definition("mean", "The mean of a value's numbers.", "",
                             [](Var x, std::vector<Index> axes, bool keep) { return mean(x, axes, keep); }),
        reduction_definition("norm", "The Euclidean length: the square root of the sum of squares.",
                             "Its gradient at 0 is taken as 0.",
                             [](Var x, std::vector<Index> axes, bool keep) { return norm(x, axes, keep); }),
        extreme(
            "max", "largest", [](Var x, std::vector<Index> axes, bool keep) { return max(x, axes, keep); },
            [](Var a, Var b) { return maximum(a, b); }),
        extreme(
            "min", "smallest", [](Var x, std::vector<Index> axes, bool keep) { return min(x, axes, keep); },
            [](Var a, Var b) { return minimum(a, b); }),
        batch_function("batch_mean", "The mean over the examples of the batch, number by number.",
                       "The result is the same for every example.", [](Var x) { return mean(x, {0}); }),
        batch_function(
            "batch_std", "The standard deviation over the examples of the batch, number by number.",
            "Divided by the number of examples, as in minibatch standard deviation (Karras et al., 2018). "
            "The result is the same for every example.",
            [](Var x) { return root_mean_square(x - mean(x, {0}), {0}); }),
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
