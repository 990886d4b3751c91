#include "autodiff/operations/geometry.hpp"

#include "autodiff/error.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

Attributes geometry_attributes(const ConvolutionGeometry& geometry, Index first, Index second) {
    const ConvolutionGeometry& g = geometry;
    return {.integers = {g.stride[0], g.stride[1], g.dilation[0], g.dilation[1], g.pad_before[0],
                         g.pad_before[1], g.pad_after[0], g.pad_after[1], first, second}};
}

ConvolutionGeometry geometry_of(const Attributes& attributes) {
    const std::vector<Index>& at = attributes.integers;
    return {{at[0], at[1]}, {at[2], at[3]}, {at[4], at[5]}, {at[6], at[7]}};
}

Index first_size(const Attributes& attributes) {
    return attributes.integers[8];
}
Index second_size(const Attributes& attributes) {
    return attributes.integers[9];
}

std::string describe(const ConvolutionGeometry& geometry) {
    const auto pair = [](const Index(&values)[2]) {
        return std::to_string(values[0]) + " " + std::to_string(values[1]);
    };
    return "stride " + pair(geometry.stride) + ", dilation " + pair(geometry.dilation) + ", padding " +
           pair(geometry.pad_before) + " before and " + pair(geometry.pad_after) + " after";
}

Index output_size(const ConvolutionGeometry& geometry, std::size_t axis, Index size, Index kernel,
                  const char* operation, const std::string& described) {
    const Index stride = geometry.stride[axis];
    const Index dilation = geometry.dilation[axis];
    const Index before = geometry.pad_before[axis];
    const Index after = geometry.pad_after[axis];
    const auto refuse = [&](const std::string& expected) {
        throw Error(ErrorCode::shape, std::string("[") + operation + "] " + described + ", " +
                                          describe(geometry) + ": " + expected);
    };
    if (stride < 1 || dilation < 1 || before < 0 || after < 0) {
        refuse("strides and dilations must be at least 1, paddings at least 0");
    }
    if (size < 1 || kernel < 1) {
        refuse("expected at least one pixel and one tap");
    }
    const Index span = add_sizes(multiply_sizes(dilation, kernel - 1, operation), 1, operation);
    const Index padded = add_sizes(add_sizes(size, before, operation), after, operation);
    if (padded < span) {
        refuse("the kernel spans " + std::to_string(span) + " pixels along " +
               (axis == 0 ? "the height" : "the width") + " and the padded image has " +
               std::to_string(padded));
    }
    return (padded - span) / stride + 1;
}

Patches input_patches(const ConvolutionSizes& sizes, const ConvolutionGeometry& geometry) {
    const auto axis = [&](std::size_t index) {
        return PatchAxis{.anchors = sizes.out[index],
                         .sources = sizes.in[index],
                         .taps = sizes.kernel[index],
                         .up = geometry.stride[index],
                         .down = 1,
                         .dilation = geometry.dilation[index],
                         .offset = geometry.pad_before[index]};
    };
    return {axis(0), axis(1), sizes.examples, sizes.in_channels};
}

Patches output_patches(const ConvolutionSizes& sizes, const ConvolutionGeometry& geometry) {
    // Output o meets input i at tap k where o * stride = i + pad - k * dilation; with k = last - tap the
    // right side grows with the tap, as in input_patches.
    const auto axis = [&](std::size_t index) {
        return PatchAxis{
            .anchors = sizes.in[index],
            .sources = sizes.out[index],
            .taps = sizes.kernel[index],
            .up = 1,
            .down = geometry.stride[index],
            .dilation = geometry.dilation[index],
            .offset = geometry.dilation[index] * (sizes.kernel[index] - 1) - geometry.pad_before[index]};
    };
    return {axis(0), axis(1), sizes.examples, sizes.out_channels};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
