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

Window window(const std::string& entry, const dsl::Type& input, const dsl::Arguments& arguments) {
    const bool picture = is_picture(input);
    Window result{.input = {picture ? input.shape[1] : input.shape[0], picture ? input.shape[2] : 1},
                  .output = {1, 1},
                  .kernel = {1, 1},
                  .geometry = {}};
    const Index kernel = integer(arguments, "kernel");
    const Index stride = has(arguments, "stride") ? integer(arguments, "stride") : kernel;
    const Index dilation = arguments.contains("dilation") ? integer(arguments, "dilation") : 1;
    const bool causal = arguments.contains("causal") && boolean(arguments, "causal");
    for (int axis = 0; axis < (picture ? 2 : 1); ++axis) {
        result.kernel[axis] = kernel;
        result.geometry.stride[axis] = stride;
        result.geometry.dilation[axis] = dilation;
    }
    ConvolutionGeometry& geometry = result.geometry;
    if (causal) {
        geometry.pad_before[0] = (kernel - 1) * dilation;
    } else if (text(arguments, "pad") == "same") {
        geometry = same_geometry(result.input, result.kernel, geometry.stride, geometry.dilation);
    }
    for (int axis = 0; axis < 2; ++axis) {
        const Index reach = (result.kernel[axis] - 1) * geometry.dilation[axis] + 1;
        const Index room = result.input[axis] + geometry.pad_before[axis] + geometry.pad_after[axis] - reach;
        if (room < 0) {
            throw dsl::diagnostics::kernel_too_large(entry, reach, input);
        }
        result.output[axis] = room / geometry.stride[axis] + 1;
    }
    return result;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
