#include "autodiff/layers.hpp"
#include "models/layers/layers.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Type> type_of_dropout(dsl::TypeCall& call) {
    numbers_only("dropout", call.inputs.front());
    return {call.inputs.front()};
}

std::vector<Value> build_dropout(BuildCall& call) {
    Value value = call.inputs.front();
    const double rate = number(call.arguments, "rate");
    if (call.mode == Mode::evaluate || rate == 0) {
        return {value};
    }
    value.number = {};
    value.var = dropout(value.var, rate, call.stream());
    return {value};
}

dsl::Argument rate_of_dropout() {
    return number_argument("rate", "share of the numbers that are set to 0", 0, 0.999);
}

}  // namespace

Definition define_dropout() {
    return {.entry = {.name = "dropout",
                      .kind = dsl::EntryKind::layer,
                      .doc = "Sets a random share of the numbers to 0 in training, and scales the others up.",
                      .details =
                          "What is kept is divided by 1 - rate, so `sample` and `measure`, where nothing is "
                          "dropped, see the same mean (Srivastava et al., 2014).",
                      .inputs = {"x"},
                      .arguments = {rate_of_dropout()},
                      .type = type_of_dropout,
                      .example = "dropout(0.3)",
                      .draws = true},
            .build = build_dropout,
            .stepping = steps_alike()};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
