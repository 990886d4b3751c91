#include <algorithm>

#include "autodiff/array.hpp"
#include "autodiff/operations.hpp"
#include "models/layers/layers.hpp"
#include "models/records.hpp"
#include "models/spatial.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

/// Far below any activation, and still finite: 0 * padding is 0.
constexpr double below_everything = -1e30;

Var patches(const Value& x, const Window& windows, double outside) {
    return unfold(to_spatial(x), windows.geometry, windows.kernel[0], windows.kernel[1], outside);
}

/// 1 / (number of places inside the picture) of each window: (rows, columns, 1).
Array inverse_counts(const Window& windows) {
    Array counts = make_array({windows.output[0], windows.output[1], 1});
    const auto inside = [&](int axis, Index position) {
        const Index first = position * windows.geometry.stride[axis] - windows.geometry.pad_before[axis];
        return std::min(first + windows.kernel[axis], windows.input[axis]) - std::max<Index>(first, 0);
    };
    for (Index row = 0; row < windows.output[0]; ++row) {
        for (Index column = 0; column < windows.output[1]; ++column) {
            counts.data()[row * windows.output[1] + column] =
                static_cast<Real>(1 / static_cast<double>(inside(0, row) * inside(1, column)));
        }
    }
    return counts;
}

Definition pooling(std::string name, std::string doc, std::string details,
                   Var (*apply)(BuildCall& call, const Value& x, const Window& windows)) {
    const auto type = [name](dsl::TypeCall& call) {
        const dsl::Type& input = call.inputs.front();
        spatial(name, input);
        return std::vector<dsl::Type>{
            spatial_type(input, channels_of(input), window(name, input, call.arguments).output)};
    };
    const auto build = [name, apply](BuildCall& call) {
        const Value& x = call.inputs.front();
        return std::vector<Value>{
            from_spatial(apply(call, x, window(name, x.type, call.arguments)), call.results[0])};
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
    const Value& input = call.inputs.front();
    const Index factor = integer(call.arguments, "factor");
    const Var x = to_spatial(input);
    const Shape shape = x.shape();  // a copy: recording moves the nodes
    const Index across = input.type.shape.size() == 3 ? factor : 1;
    const Var apart = reshape(x, {shape[0], shape[1], 1, shape[2], 1, shape[3]});
    const Var repeated = broadcast_to(apart, {shape[0], shape[1], factor, shape[2], across, shape[3]});
    return {from_spatial(reshape(repeated, {shape[0], shape[1] * factor, shape[2] * across, shape[3]}),
                         call.results[0])};
}

}  // namespace

Definition define_max_pool() {
    return pooling(
        "max_pool", "The largest number of each window, channel by channel.",
        "With `pad = same` places outside the picture do not count. Sequences (length x channels) are "
        "pooled along their length.",
        [](BuildCall&, const Value& x, const Window& windows) {
            return max(patches(x, windows, below_everything), {3});
        });
}

Definition define_avg_pool() {
    return pooling(
        "avg_pool", "The mean of each window, channel by channel.",
        "With `pad = same` places outside the picture do not count. Sequences (length x channels) are "
        "pooled along their length.",
        [](BuildCall& call, const Value& x, const Window& windows) {
            return sum(patches(x, windows, 0), {3}) * call.tape.constant(inverse_counts(windows));
        });
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
