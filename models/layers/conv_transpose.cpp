#include "autodiff/layers.hpp"
#include "models/layers/layers.hpp"
#include "models/records.hpp"
#include "models/spatial.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Type> type_of_conv_transpose(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    const bool picture = spatial("conv_transpose", input) == Spatial::picture;
    const Window window = window_of(input, call.arguments);
    const Index size[2] = {transposed_size(window, input.shape[picture ? 1 : 0], 0),
                           transposed_size(window, picture ? input.shape[2] : 1, 1)};
    const Index filters = call.integer("filters");
    const auto kernel = static_cast<double>(window.kernel[0] * window.kernel[1]);
    const auto strides = static_cast<double>(window.stride[0] * window.stride[1]);
    const double fan_out = kernel * static_cast<double>(filters);
    // The layer's own scheme counts as PyTorch's does, which is by what one number of the input goes into.
    call.weight("weight", {window.kernel[0], window.kernel[1], filters, channels_of(input)},
                initializer_or(call, uniform_by_fan_in(fan_out)))
        .fans = {kernel * static_cast<double>(channels_of(input)) / strides, fan_out};
    if (call.boolean("bias")) {
        call.weight("bias", {filters}, uniform_by_fan_in(fan_out));
    }
    return {spatial_type(input, filters, size)};
}

std::vector<Value> build_conv_transpose(BuildCall& call) {
    const Value& x = call.inputs.front();
    const ConvTranspose layer{.weight = call.weights[0],
                              .bias = weight_or_none(call, 1),
                              .window = window_of(x.type, call.arguments)};
    return {from_spatial(conv_transpose(to_spatial(x), layer), call.results[0])};
}

}  // namespace

Definition define_conv_transpose() {
    return {
        .entry =
            {.name = "conv_transpose",
             .kind = dsl::EntryKind::layer,
             .doc = "The adjoint of a convolution: enlarges a picture or a sequence with learned filters.",
             .details =
                 "With `pad = same` a picture of c x h x w becomes `filters` x (h * stride) x (w * stride); "
                 "with "
                 "`pad = valid` the sizes are (h - 1) * stride + kernel (Zeiler et al., 2010; Dumoulin & "
                 "Visin, 2016). Sequences (length x channels) grow along their length. Weights and bias "
                 "begin "
                 "uniform between -1/sqrt(n) and 1/sqrt(n), n = filters * kernel height * kernel width.",
             .inputs = {"x"},
             .arguments = {integer_argument("filters", "channels of the result"),
                           by_name(factor_argument("kernel", "height and width of a filter", value_of(3.0))),
                           by_name(factor_argument("stride", "factor by which the result is larger",
                                                   value_of(1.0))),
                           choice_argument("pad", "what happens at the border", "same", {"same", "valid"}),
                           boolean_argument("bias", "whether each filter adds a learned number", true),
                           initializer_argument()},
             .type = type_of_conv_transpose,
             .example = "conv_transpose(64, kernel = 5, stride = 2, bias = false)"},
        .build = build_conv_transpose,
        .stepping = [](const dsl::Arguments& arguments, const std::vector<dsl::Type>& inputs) {
            return integer(arguments, "kernel") == 1 && integer(arguments, "stride") == 1 &&
                           inputs.front().shape.size() == 2
                       ? Stepping::alike
                       : Stepping::looks_along;
        }};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
