#include "autodiff/layers.hpp"
#include "dsl/diagnostics.hpp"
#include "models/layers/layers.hpp"
#include "models/records.hpp"
#include "models/spatial.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Type> type_of_conv(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    const bool picture = spatial("conv", input) == Spatial::picture;
    if (picture && call.boolean("causal")) {
        throw dsl::diagnostics::refused_argument("conv", "causal", dsl::diagnostics::Form::true_for_picture,
                                                 dsl::diagnostics::Form::channel_sequence,
                                                 dsl::diagnostics::Remedy::not_causal);
    }
    const Windows windows = windows_over("conv", input, call.arguments);
    const Window& window = windows.window;
    const Index channels = channels_of(input);
    const Index filters = call.integer("filters");
    const double fan_in =
        static_cast<double>(window.kernel[0] * window.kernel[1]) * static_cast<double>(channels);
    const auto strides = static_cast<double>(window.stride[0] * window.stride[1]);
    const double fan_out =
        static_cast<double>(window.kernel[0] * window.kernel[1]) * static_cast<double>(filters) / strides;
    call.weight("weight", {window.kernel[0], window.kernel[1], channels, filters},
                initializer_or(call, uniform_by_fan_in(fan_in)))
        .fans = {fan_in, fan_out};
    if (call.boolean("bias")) {
        call.weight("bias", {filters}, uniform_by_fan_in(fan_in));
    }
    return {spatial_type(input, filters, windows.output)};
}

/// One place of a causal convolution, the earlier places it looks at carried along.
Var conv_step(BuildCall& call, Conv layer) {
    const Value& x = call.inputs.front();
    const Index channels = x.type.shape[1];
    const Index earlier = (layer.window.kernel[0] - 1) * layer.window.dilation[0];
    const Index examples = x.type.batched ? call.batch : 1;
    Var places = reshape(x.var, {examples, 1, channels});
    if (earlier > 0) {
        const Var before = call.steps->state({examples, earlier, channels});
        places = concatenate({before, places}, 1);
        call.steps->carry(before, slice(places, 1, 1, earlier + 1));
    }
    layer.window.padding = Padding::valid;
    return conv(reshape(places, {examples, earlier + 1, 1, channels}), layer);
}

std::vector<Value> build_conv(BuildCall& call) {
    const Value& x = call.inputs.front();
    const Conv layer{.weight = call.weights[0],
                     .bias = weight_or_none(call, 1),
                     .window = window_of(x.type, call.arguments)};
    const Var result = call.steps != nullptr ? conv_step(call, layer) : conv(to_spatial(x), layer);
    return {from_spatial(result, call.results[0])};
}

}  // namespace

Definition define_conv() {
    return {
        .entry =
            {.name = "conv",
             .kind = dsl::EntryKind::layer,
             .doc = "A convolution of a picture or a sequence with learned filters.",
             .details =
                 "A picture of c x h x w becomes one of `filters` x h' x w'. With `pad = same` h' is h / "
                 "stride "
                 "rounded up, zeros standing outside; with `pad = valid` the filters stay inside the "
                 "picture. A "
                 "sequence (length x channels) is convolved along its length; with `causal = true` a place "
                 "sees itself and earlier ones only (van den Oord et al., WaveNet, 2016). Weights and bias "
                 "begin "
                 "uniform between -1/sqrt(n) and 1/sqrt(n), n the numbers a filter looks at.",
             .inputs = {"x"},
             .arguments = {integer_argument("filters", "channels of the result"),
                           by_name(factor_argument("kernel", "height and width of a filter", value_of(3.0))),
                           by_name(factor_argument("stride", "places a filter moves on", value_of(1.0))),
                           choice_argument("pad", "what happens at the border", "same", {"same", "valid"}),
                           by_name(factor_argument(
                               "dilation", "distance between the places a filter looks at", value_of(1.0))),
                           boolean_argument("bias", "whether each filter adds a learned number", true),
                           boolean_argument("causal", "sequences: look at no later place", false),
                           initializer_argument()},
             .type = type_of_conv,
             .example = "conv(64, kernel = 5, stride = 2)"},
        .build = build_conv,
        .stepping = [](const dsl::Arguments& arguments, const std::vector<dsl::Type>& inputs) {
            // A filter of one place looks at no other.
            const bool backwards = boolean(arguments, "causal") || integer(arguments, "kernel") == 1;
            return backwards && integer(arguments, "stride") == 1 && inputs.front().shape.size() == 2
                       ? Stepping::carries
                       : Stepping::looks_along;
        }};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
