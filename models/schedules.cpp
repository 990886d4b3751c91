#include <algorithm>
#include <numbers>

#include "autodiff/operations.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/spelling.hpp"
#include "models/definitions.hpp"
#include "models/records.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

Definition schedule(std::string name, std::string doc, std::string details,
                    std::vector<dsl::Argument> arguments, std::string example, BuildRate rate) {
    return {.entry = {.name = std::move(name),
                      .kind = dsl::EntryKind::schedule,
                      .doc = std::move(doc),
                      .details = std::move(details),
                      .inputs = {},
                      .arguments = std::move(arguments),
                      .type = {},
                      .example = std::move(example)},
            .rate = std::move(rate)};
}

Definition by_epochs(Definition definition) {
    definition.entry.by_epochs = true;
    return definition;
}

/// "Falls from `lr` to `floor`".
Definition falling(Definition definition) {
    definition.entry.type = [](dsl::TypeCall& call) {
        if (call.number("floor") > call.number("lr")) {
            throw dsl::diagnostics::refused_argument(
                "cosine", "floor", dsl::spell(call.number("floor")),
                {dsl::diagnostics::Form::at_most_argument, {"lr", dsl::spell(call.number("lr"))}});
        }
        return std::vector<dsl::Type>{};
    };
    return definition;
}

Var clamped(Var x) {
    return minimum(maximum(x, x.tape().constant(0)), x.tape().constant(1));
}

}  // namespace

std::vector<Definition> define_schedules() {
    return {
        falling(schedule(
            "cosine", "Falls from `lr` to `floor` over the run along half a cosine, after a linear warm-up.",
            "Loshchilov & Hutter, 2017. Step number s of `warmup` steps (from 1) takes lr * s / warmup.",
            {number_argument("lr", "the highest learning rate", 1e-30, 1e30),
             by_name(integer_argument("warmup", "steps in which it rises from 0", value_of(0.0), 0)),
             by_name(number_argument("floor", "the learning rate at the end", value_of(0.0), 0, 1e30))},
            "cosine(2e-4, warmup = 500)",
            [](const dsl::Arguments& arguments, const Progress& progress) {
                const double peak = number(arguments, "lr");
                const double floor = number(arguments, "floor");
                const double warmup = number(arguments, "warmup");
                const double length = std::max(1.0, progress.total_steps - warmup);
                const Var share = clamped((progress.step - warmup) / length);
                const Var falling = (cos(share * std::numbers::pi) + 1.0) * ((peak - floor) / 2) + floor;
                if (warmup == 0) {
                    return falling;
                }
                const Var rising = (progress.step + 1.0) * (peak / warmup);
                return where(less(progress.step, progress.step.tape().constant(warmup)), rising, falling);
            })),
        schedule("linear", "Goes from one number to another in a straight line.",
                 "Over the whole run, or over its first `steps` steps, and stays there.",
                 {number_argument("from", "the number of the first step", 0, 1e30),
                  number_argument("to", "the number towards which it goes", 0, 1e30),
                  by_name(integer_argument("steps", "steps until it is there; the whole run if left out",
                                           absent(), 1))},
                 "linear(2e-4, 0)",
                 [](const dsl::Arguments& arguments, const Progress& progress) {
                     const double from = number(arguments, "from");
                     const double to = number(arguments, "to");
                     const double steps =
                         has(arguments, "steps") ? number(arguments, "steps") : double{progress.total_steps};
                     return clamped(progress.step / std::max(1.0, steps)) * (to - from) + from;
                 }),
        by_epochs(schedule(
            "decay", "Multiplies the learning rate by a factor after every epoch.",
            "Epochs end by the examples seen, so that batches larger than the data pass several in a step.",
            {number_argument("lr", "the learning rate of the first epoch", 1e-30, 1e30),
             number_argument("factor", "what each epoch multiplies it by", 1e-30, 1)},
            "decay(2e-4, 0.97)",
            [](const dsl::Arguments& arguments, const Progress& progress) {
                const Var factor = progress.step.tape().constant(number(arguments, "factor"));
                return power(factor, progress.epochs) * number(arguments, "lr");
            })),
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
