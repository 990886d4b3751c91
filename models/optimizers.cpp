#include "autodiff/optimizer.hpp"
#include "models/definitions.hpp"
#include "models/records.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Argument> with_common(std::vector<dsl::Argument> arguments, double weight_decay,
                                       std::string weight_decay_doc) {
    arguments.insert(arguments.begin(), rate_argument());
    dsl::Argument clip = by_name(number_argument(
        "clip", "scales the gradients so that their common length is at most this", absent(), 0, 1e30));
    clip.min_excluded = true;
    arguments.push_back(clip);
    arguments.push_back(by_name(
        number_argument("weight_decay", std::move(weight_decay_doc), value_of(weight_decay), 0, 1e30)));
    return arguments;
}

UpdateRule rule(const dsl::Arguments& arguments) {
    UpdateRule result;
    if (has(arguments, "clip")) {
        result.clip = number(arguments, "clip");
    }
    result.weight_decay = number(arguments, "weight_decay");
    return result;
}

dsl::Argument share(std::string name, std::string doc, double fallback) {
    return by_name(number_argument(std::move(name), std::move(doc), value_of(fallback), 0, 0.999999));
}

dsl::Argument root_epsilon_argument() {
    return by_name(number_argument("eps", "added to the root of the squares' average", value_of(1e-8), 0, 1));
}

Definition optimizer(std::string name, std::string doc, std::string details,
                     std::vector<dsl::Argument> arguments, std::vector<std::string> slots, BuildStep step) {
    return {.entry = {.name = name,
                      .kind = dsl::EntryKind::optimizer,
                      .doc = std::move(doc),
                      .details = std::move(details),
                      .inputs = {},
                      .arguments = std::move(arguments),
                      .type = {},
                      .example = "update G with " + name + "(2e-4) { ... }"},
            .step = std::move(step),
            .slots = std::move(slots)};
}

Definition adam(std::string name, std::string doc, std::string details, bool decoupled, double weight_decay,
                std::string weight_decay_doc) {
    return optimizer(
        std::move(name), std::move(doc), std::move(details),
        with_common({share("beta1", "memory of the gradient's average", 0.9),
                     share("beta2", "memory of its square's average", 0.999), root_epsilon_argument()},
                    weight_decay, std::move(weight_decay_doc)),
        {"m", "v"},
        [decoupled](const dsl::Arguments& arguments, std::span<const Var> variables,
                    std::span<const Var> gradients, Var rate, OptimizerState& state) {
            Adam settings;
            settings.beta1 = number(arguments, "beta1");
            settings.beta2 = number(arguments, "beta2");
            settings.epsilon = number(arguments, "eps");
            settings.decoupled = decoupled;
            settings.rule = rule(arguments);
            return gandsl::step(settings, variables, gradients, rate, state);
        });
}

}  // namespace

std::vector<Definition> define_optimizers() {
    const std::string added = "this times each weight is added to its gradient";
    return {
        optimizer("sgd", "Steps against the gradient, with or without momentum.",
                  "v <- momentum * v + g; w <- w - lr * v (Polyak, 1964), or with `nesterov = true` "
                  "w <- w - lr * (g + momentum * v) (Nesterov, 1983; Sutskever et al., 2013).",
                  with_common({share("momentum", "share of the last step that is kept", 0),
                               boolean_argument("nesterov", "looks one step ahead", false)},
                              0, added),
                  {"velocity"},
                  [](const dsl::Arguments& arguments, std::span<const Var> variables,
                     std::span<const Var> gradients, Var rate, OptimizerState& state) {
                      Sgd settings;
                      settings.momentum = number(arguments, "momentum");
                      settings.nesterov = boolean(arguments, "nesterov");
                      settings.rule = rule(arguments);
                      return gandsl::step(settings, variables, gradients, rate, state);
                  }),
        adam("adam", "Steps by the average gradient over the root of the average square.",
             "Kingma & Ba, 2015, algorithm 1.", false, 0, added),
        adam("adamw", "Adam whose weight decay does not go through the gradient.",
             "Loshchilov & Hutter, 2019.", true, 0.01, "lr times this times each weight is taken off it"),
        optimizer(
            "rmsprop", "Steps by the gradient over the root of the average square.",
            "Hinton, Coursera lecture 6e, 2012.",
            with_common({share("decay", "memory of the squares' average", 0.9), root_epsilon_argument()}, 0,
                        added),
            {"square"},
            [](const dsl::Arguments& arguments, std::span<const Var> variables,
               std::span<const Var> gradients, Var rate, OptimizerState& state) {
                RmsProp settings;
                settings.decay = number(arguments, "decay");
                settings.epsilon = number(arguments, "eps");
                settings.rule = rule(arguments);
                return gandsl::step(settings, variables, gradients, rate, state);
            }),
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
