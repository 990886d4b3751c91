#include "models/descriptions.hpp"
#include "models/records.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

std::vector<Definition> define_stop_rules() {
    dsl::Argument measure;
    measure.name = "measure";
    measure.kind = dsl::ArgumentKind::name;
    measure.doc = "the measure that should go down";
    return {{.entry = {.name = "stalled",
                       .kind = dsl::EntryKind::stop_rule,
                       .doc = "Ends the run when a measure has not improved for some of its turns.",
                       .inputs = {},
                       .arguments = {measure, integer_argument("turns", "turns without a new lowest value")},
                       .type = {},
                       .example = "train(epochs = 100, stop = stalled(bits, 5)) { ... }"}}};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
