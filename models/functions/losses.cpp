#include "autodiff/operations.hpp"
#include "autodiff/stability.hpp"
#include "dsl/diagnostics.hpp"
#include "models/functions/functions.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

/// t log(p), and 0 where both are 0: what never happens is no surprise where it is not foreseen.
Var times_log(Var t, Var p) {
    if (const auto stable = stable_log(p)) {
        return t * *stable;
    }
    // Not by a choice among products: the gradient of the one left out would be 0 * (0 / 0).
    const Var zero = p.tape().constant(0);
    const Var neither = equal(maximum(absolute(t), absolute(p)), zero);
    return t * log(where(neither, p.tape().constant(1), p));
}

std::vector<Value> build_bce(BuildCall& call) {
    const Aligned aligned = align(call.inputs);
    const Var p = aligned.operands[0];
    const Var t = aligned.operands[1];
    const std::optional<double> target = call.inputs[1].number;
    // Spelt so that `log` sees the sigmoid behind p; a term whose factor is 0 is not recorded at all.
    Var result;
    if (target == 1.0) {
        result = -log(p);
    } else if (target == 0.0) {
        result = -log(1.0 - p);
    } else if (const auto logit = logit_of(p)) {
        result = softplus(*logit) - t * *logit;  // the same, with half of the exponentials
    } else {
        result = -(times_log(t, p) + times_log(1.0 - t, 1.0 - p));
    }
    return {{.var = result, .type = call.results[0], .layout = aligned.layout}};
}

std::vector<dsl::Type> type_of_cross_entropy(dsl::TypeCall& call) {
    const dsl::Type& p = call.inputs[0];
    const dsl::Type& target = call.inputs[1];
    numbers_only("cross_entropy", p);
    if (p.shape.empty() || is_picture(p)) {
        throw dsl::diagnostics::wrong_rank("cross_entropy", p, dsl::diagnostics::Form::probabilities);
    }
    dsl::Type result = with_shape(p, Shape(p.shape.begin(), p.shape.end() - 1));
    result.batched = p.batched || target.batched;
    if (!target.batched && !target.classes && target.shape.empty()) {
        throw dsl::diagnostics::wrong_shape("cross_entropy", target,
                                            dsl::diagnostics::Form::labels_or_probabilities,
                                            dsl::diagnostics::Remedy::one_class);
    }
    if (target.classes) {
        if (target.shape != result.shape) {
            throw dsl::diagnostics::shapes_differ("cross_entropy", p, target,
                                                  dsl::diagnostics::Form::label_for_each);
        }
        if (target.classes->count != p.shape.back()) {
            throw dsl::diagnostics::shapes_differ("cross_entropy", p, target,
                                                  dsl::diagnostics::Form::probability_for_each);
        }
    } else if (target.shape != p.shape) {
        throw dsl::diagnostics::shapes_differ("cross_entropy", p, target,
                                              dsl::diagnostics::Form::target_of_same_shape);
    }
    return {result};
}

std::vector<Value> build_cross_entropy(BuildCall& call) {
    const Value& p = call.inputs[0];
    const Value& target = call.inputs[1];
    if (!target.type.classes) {
        const Aligned aligned = align({p, target});
        return {{.var = -sum(times_log(aligned.operands[1], aligned.operands[0]), {-1}),
                 .type = call.results[0]}};
    }
    const bool batched = call.results[0].batched;
    const Value labels = batched ? with_batch(target, call.batch) : target;
    const auto of_label = [&](Var rows) {
        return pick(batched ? with_batch({.var = rows, .type = p.type}, call.batch).var : rows, labels.var);
    };
    // The logarithm of the label's probability alone, so that one of 0 elsewhere has a gradient.
    const auto stable = stable_log(p.var);
    return {{.var = -(stable ? of_label(*stable) : log(of_label(p.var))), .type = call.results[0]}};
}

Definition weight_penalty(std::string name, std::string doc, std::string details, Var (*apply)(Var)) {
    const auto type = [](dsl::TypeCall&) {
        dsl::Type result;
        result.batched = false;
        return std::vector<dsl::Type>{result};
    };
    const auto build = [apply](BuildCall& call) {
        Var total = call.tape.constant(0);
        for (const Var weight : call.net_weights(net(call.arguments, "net"))) {
            total = total + sum(apply(weight));
        }
        return std::vector<Value>{{.var = total, .type = call.results[0]}};
    };
    dsl::Argument argument;
    argument.name = "net";
    argument.kind = dsl::ArgumentKind::net;
    argument.doc = "the net whose weights are meant";
    return {.entry = {.name = name,
                      .kind = dsl::EntryKind::function,
                      .doc = std::move(doc),
                      .details = std::move(details),
                      .inputs = {},
                      .arguments = {argument},
                      .type = type,
                      .example = "minimize mse(F(x), y) + 1e-4 * " + name + "(F)"},
            .build = build};
}

}  // namespace

std::vector<Definition> define_losses() {
    return {
        {.entry =
             {.name = "bce",
              .kind = dsl::EntryKind::function,
              .doc = "Binary cross-entropy of a probability and a target between 0 and 1, number by number.",
              .details = "-(t log(p) + (1 - t) log(1 - p)), where 0 log(0) is 0. Where p comes from a "
                         "sigmoid it is computed from what "
                         "went in there, and stays finite.",
              .inputs = {"prediction", "target"},
              .type = elementwise("bce"),
              .example = "sum(bce(decoder(z), x))",
              .compares_inputs = true,
              .takes_result_of = "sigmoid",
              .matches_classes = true,
              .takes_probability = true},
         .build = build_bce,
         .stepping = steps_alike()},
        {.entry = {.name = "cross_entropy",
                   .kind = dsl::EntryKind::function,
                   .doc = "Minus the logarithm of the probability given to the right class.",
                   .details =
                       "The prediction's last axis holds one probability for each class, as `softmax` gives "
                       "them. The target is a label, or a sequence of symbols (one number for each), or "
                       "probabilities of the prediction's shape: -sum(t log(p)), where 0 log(0) is 0. In "
                       "nats; divide by log(2) for "
                       "bits. Where p comes from a softmax it is computed from what went in there.",
                   .inputs = {"prediction", "target"},
                   .type = type_of_cross_entropy,
                   .example = "mean(cross_entropy(model(text), next(text)))",
                   .takes_result_of = "softmax",
                   .matches_classes = true},
         .build = build_cross_entropy,
         .stepping = vectors_alike()},
        {.entry = {.name = "mse",
                   .kind = dsl::EntryKind::function,
                   .doc = "The squared difference of prediction and target, number by number.",
                   .details = "`mean` or `sum` makes one number of a vector or picture.",
                   .inputs = {"prediction", "target"},
                   .type = elementwise("mse"),
                   .example = "mean(mse(decoder(z), x))",
                   .compares_inputs = true,
                   .matches_classes = true},
         .build =
             [](BuildCall& call) {
                 const Aligned aligned = align(call.inputs);
                 return std::vector<Value>{{.var = square(aligned.operands[0] - aligned.operands[1]),
                                            .type = call.results[0],
                                            .layout = aligned.layout}};
             },
         .stepping = steps_alike()},
        weight_penalty("l1", "The sum of the sizes of a net's learned weights.",
                       "Biases and scales included.", [](Var weight) { return absolute(weight); }),
        weight_penalty("l2", "The sum of the squares of a net's learned weights.",
                       "Biases and scales included.", [](Var weight) { return square(weight); }),
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
