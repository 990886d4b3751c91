#include "autodiff/layers.hpp"
#include "models/layers/layers.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/spatial.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

Definition pooling(std::string name, std::string doc, std::string details,
                   Var (*apply)(Var x, const Window& window)) {
    const auto type = [name](dsl::TypeCall& call) {
        const dsl::Type& input = call.inputs.front();
        spatial(name, input);
        return std::vector<dsl::Type>{
            spatial_type(input, channels_of(input), windows_over(name, input, call.arguments).output)};
    };
    const auto build = [apply](BuildCall& call) {
        const Value& x = call.inputs.front();
        return std::vector<Value>{
            from_spatial(apply(to_spatial(x), window_of(x.type, call.arguments)), call.results[0])};
    };
    return {
        .entry = {.name = name,
                  .kind = dsl::EntryKind::layer,
                  .doc = std::move(doc),
                  .details = std::move(details),
                  .inputs = {"x"},
                  .arguments = {factor_argument("kernel", "height and width of a window", value_of(2.0)),
                                by_name(factor_argument(
                                    "stride", "places a window moves on; `kernel` if left out", absent())),
                                choice_argument("pad", "what happens at the border", "same",
                                                {"same", "valid"})},
                  .type = type,
                  .example = name + "(2)"},
        .build = build};
}

std::vector<dsl::Type> type_of_upsample(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    const bool picture = spatial("upsample", input) == Spatial::picture;
    const Index factor = call.integer("factor");
    const Index size[2] = {factor * (picture ? input.shape[1] : input.shape[0]),
                           picture ? factor * input.shape[2] : 1};
    return {spatial_type(input, channels_of(input), size)};
}

std::vector<Value> build_upsample(BuildCall& call) {
    const Value& x = call.inputs.front();
    const Index factor = integer(call.arguments, "factor");
    return {from_spatial(upsample(to_spatial(x), factor, is_picture(x.type) ? factor : 1), call.results[0])};
}

}  // namespace

Definition define_max_pool() {
    return pooling(
        "max_pool", "The largest number of each window, channel by channel.",
        "With `pad = same` places outside the picture do not count. Sequences (length x channels) are "
        "pooled along their length.",
        max_pool);
}

Definition define_avg_pool() {
    return pooling(
        "avg_pool", "The mean of each window, channel by channel.",
        "With `pad = same` places outside the picture do not count. Sequences (length x channels) are "
        "pooled along their length.",
        avg_pool);
}

Definition define_upsample() {
    return {.entry = {.name = "upsample",
                      .kind = dsl::EntryKind::layer,
                      .doc = "Repeats each place of a picture `factor` times in height and width.",
                      .details =
                          "Nearest neighbour. Sequences (length x channels) are repeated along their length.",
                      .inputs = {"x"},
                      .arguments = {factor_argument("factor", "how many times", value_of(2.0))},
                      .type = type_of_upsample,
                      .example = "upsample(2)",
                      .rearranges = true},
            .build = build_upsample};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
