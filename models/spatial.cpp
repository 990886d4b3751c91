#include "models/spatial.hpp"

#include "dsl/diagnostics.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

Var to_spatial(const Value& value) {
    const Value last = channels_last(value);
    Shape shape = last.var.shape();
    if (!value.type.batched) {
        shape.insert(shape.begin(), 1);
    }
    if (!is_picture(value.type)) {
        shape.insert(shape.begin() + 2, 1);
    }
    return shape == last.var.shape() ? last.var : reshape(last.var, shape);
}

Value from_spatial(Var var, const dsl::Type& type) {
    const Layout layout = is_picture(type) ? Layout::channels_last : Layout::channels_first;
    const Shape shape = tape_shape(type, var.shape()[0], layout);
    return {.var = shape == var.shape() ? var : reshape(var, shape), .type = type, .layout = layout};
}

Index channels_of(const dsl::Type& type) {
    return is_picture(type) ? type.shape[0] : type.shape[1];
}

dsl::Type spatial_type(const dsl::Type& input, Index channels, const Index (&size)[2]) {
    dsl::Type type;
    type.batched = input.batched;
    type.shape = is_picture(input) ? Shape{channels, size[0], size[1]} : Shape{size[0], channels};
    return type;
}

Window window_of(const dsl::Type& input, const dsl::Arguments& arguments) {
    const Index kernel = integer(arguments, "kernel");
    const Index stride = has(arguments, "stride") ? integer(arguments, "stride") : kernel;
    const Index dilation = arguments.contains("dilation") ? integer(arguments, "dilation") : 1;
    const bool causal = arguments.contains("causal") && boolean(arguments, "causal");
    const bool same = text(arguments, "pad") == "same";
    Window result{.padding = causal ? Padding::causal : same ? Padding::same : Padding::valid};
    for (int axis = 0; axis < (is_picture(input) ? 2 : 1); ++axis) {
        result.kernel[axis] = kernel;
        result.stride[axis] = stride;
        result.dilation[axis] = dilation;
    }
    return result;
}

Windows windows_over(const std::string& entry, const dsl::Type& input, const dsl::Arguments& arguments) {
    const Index size[2] = {input.shape[is_picture(input) ? 1 : 0], is_picture(input) ? input.shape[2] : 1};
    Windows result{.window = window_of(input, arguments), .output = {1, 1}};
    for (std::size_t axis = 0; axis < 2; ++axis) {
        result.output[axis] = window_count(result.window, size, axis);
        if (result.output[axis] < 1) {
            const Index reach = (result.window.kernel[axis] - 1) * result.window.dilation[axis] + 1;
            throw dsl::diagnostics::kernel_too_large(entry, reach, input);
        }
    }
    return result;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
