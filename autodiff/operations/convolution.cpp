#include "autodiff/kernels/convolution.hpp"

#include <string>

#include "autodiff/error.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/geometry.hpp"

/// Convolutions by columns of patches (im2col; Chellapilla et al., 2006, "High Performance Convolutional
/// Neural Networks for Document Processing"). A convolution and its two adjoints relate an input, an output
/// and a weight; in each of the three either image can be the one that is unfolded, and the cheaper one is,
/// mostly that with fewer channels.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

[[noreturn]] void refuse(const char* operation, const std::string& described, const std::string& expected) {
    throw Error(ErrorCode::shape, std::string("[") + operation + "] " + described + ": " + expected);
}

std::string describe(const char* first, const Shape& a, const char* second, const Shape& b) {
    return std::string(first) + " of shape " + to_string(a) + ", " + second + " of shape " + to_string(b);
}

void need_four_axes(const char* operation, const std::string& described, const Shape& a, const Shape& b) {
    if (a.size() != 4 || b.size() != 4) {
        refuse(operation, described, "both must have four axes");
    }
}

ConvolutionSizes convolution_sizes(const Attributes& attributes, std::span<const Shape> inputs) {
    const Shape& x = inputs[0];
    const Shape& weight = inputs[1];
    const std::string described = describe("input", x, "weight", weight);
    need_four_axes("convolution", described, x, weight);
    if (x[3] != weight[2]) {
        refuse(
            "convolution", described,
            "the input's last axis and the weight's third are both the input's channels and must be equal");
    }
    ConvolutionSizes sizes{x[0], {x[1], x[2]}, {}, {weight[0], weight[1]}, x[3], weight[3]};
    for (std::size_t axis = 0; axis < 2; ++axis) {
        sizes.out[axis] = places(geometry_of(attributes), axis, sizes.in[axis], sizes.kernel[axis],
                                 "convolution", described);
    }
    return sizes;
}

void check_places(const char* operation, const std::string& described, const Attributes& attributes,
                  const ConvolutionSizes& sizes, const char* sizes_given) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const Index expected =
            places(geometry_of(attributes), axis, sizes.in[axis], sizes.kernel[axis], operation, described);
        if (expected != sizes.out[axis]) {
            refuse(operation, described + ", " + describe(geometry_of(attributes)),
                   std::string(sizes_given) + " (" + std::to_string(first_size(attributes)) + ", " +
                       std::to_string(second_size(attributes)) + ") would need " + std::to_string(expected) +
                       " places along axis " + std::to_string(axis + 1));
        }
    }
}

ConvolutionSizes by_input_sizes(const Attributes& attributes, std::span<const Shape> inputs) {
    const Shape& cotangent = inputs[0];
    const Shape& weight = inputs[1];
    const std::string described = describe("cotangent", cotangent, "weight", weight);
    need_four_axes("convolution_by_input", described, cotangent, weight);
    if (cotangent[3] != weight[3]) {
        refuse("convolution_by_input", described,
               "the last axes are both the output's channels and must be equal");
    }
    const ConvolutionSizes sizes{cotangent[0],
                                 {first_size(attributes), second_size(attributes)},
                                 {cotangent[1], cotangent[2]},
                                 {weight[0], weight[1]},
                                 weight[2],
                                 weight[3]};
    check_places("convolution_by_input", described, attributes, sizes, "a result of height and width");
    return sizes;
}

ConvolutionSizes by_weight_sizes(const Attributes& attributes, std::span<const Shape> inputs) {
    const Shape& x = inputs[0];
    const Shape& cotangent = inputs[1];
    const std::string described = describe("input", x, "cotangent", cotangent);
    need_four_axes("convolution_by_weight", described, x, cotangent);
    if (x[0] != cotangent[0]) {
        refuse("convolution_by_weight", described, "the first axes are both the examples and must be equal");
    }
    const ConvolutionSizes sizes{
        x[0], {x[1], x[2]}, {cotangent[1], cotangent[2]}, {first_size(attributes), second_size(attributes)},
        x[3], cotangent[3]};
    check_places("convolution_by_weight", described, attributes, sizes, "a kernel of height and width");
    return sizes;
}

Shape convolution_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const ConvolutionSizes sizes = convolution_sizes(attributes, inputs);
    return {sizes.examples, sizes.out[0], sizes.out[1], sizes.out_channels};
}

Shape by_input_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const ConvolutionSizes sizes = by_input_sizes(attributes, inputs);
    return {sizes.examples, sizes.in[0], sizes.in[1], sizes.in_channels};
}

Shape by_weight_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const ConvolutionSizes sizes = by_weight_sizes(attributes, inputs);
    return {sizes.kernel[0], sizes.kernel[1], sizes.in_channels, sizes.out_channels};
}

// Without checks and their messages, which allocate: for shapes that were checked when recorded.
ConvolutionSizes sizes_of(const Shape& in, const Shape& weight, const Shape& out) {
    return {in[0], {in[1], in[2]}, {out[1], out[2]}, {weight[0], weight[1]}, weight[2], weight[3]};
}

// How one of the three products is computed.
struct Method {
    ConvolutionSizes sizes;
    Patches patches;
    Index channels;        ///< of the anchors
    bool output_unfolded;  ///< the weight is then reversed

    std::size_t weight_size() const { return static_cast<std::size_t>(patches.width() * channels); }
    Index taps() const { return sizes.kernel[0] * sizes.kernel[1]; }
};

enum class Product { forward, by_input, by_weight };

Method method_of(Product product, const ConvolutionSizes& sizes, const ConvolutionGeometry& geometry) {
    const Patches by_in = input_patches(sizes, geometry);
    const Patches by_out = output_patches(sizes, geometry);
    const double in_cost = product_cost(by_in, sizes.out_channels, product == Product::by_input);
    // Reversing the weight is cheap but not free.
    const double out_cost = product_cost(by_out, sizes.in_channels, product == Product::forward) +
                            static_cast<double>(by_out.width() * sizes.in_channels);
    if (out_cost < in_cost) {
        return {sizes, by_out, sizes.in_channels, true};
    }
    return {sizes, by_in, sizes.out_channels, false};
}

Method forward_method(const Attributes& attributes, std::span<const Shape> inputs, const Shape& output) {
    return method_of(Product::forward, sizes_of(inputs[0], inputs[1], output), geometry_of(attributes));
}
Method by_input_method(const Attributes& attributes, std::span<const Shape> inputs, const Shape& output) {
    return method_of(Product::by_input, sizes_of(output, inputs[1], inputs[0]), geometry_of(attributes));
}
Method by_weight_method(const Attributes& attributes, std::span<const Shape> inputs, const Shape& output) {
    return method_of(Product::by_weight, sizes_of(inputs[0], output, inputs[1]), geometry_of(attributes));
}

// The weight as `method` wants it; takes what it needs from the front of `scratch`.
const Real* weight_for(const Method& method, const Real* weight, std::span<Real>& scratch, ThreadPool& pool) {
    if (!method.output_unfolded) {
        return weight;
    }
    Real* const reversed = scratch.data();
    reverse_weight(reversed, weight, method.taps(), method.sizes.in_channels, method.sizes.out_channels,
                   pool);
    scratch = scratch.subspan(method.weight_size());
    return reversed;
}

void convolution_forward(const Call& call) {
    const ConvolutionSizes sizes = sizes_of(call.inputs[0].shape, call.inputs[1].shape, call.output.shape);
    const Method method = method_of(Product::forward, sizes, geometry_of(call.attributes));
    std::span<Real> scratch = call.workspace;
    ThreadPool& pool = call.execution.pool;
    const Real* const weight = weight_for(method, call.inputs[1].data, scratch, pool);
    if (method.output_unfolded) {
        scatter_product(call.output.data, call.inputs[0].data, method.channels, weight, method.patches,
                        scratch, pool);
    } else {
        gather_product(call.output.data, method.channels, call.inputs[0].data, weight, method.patches,
                       scratch, pool);
    }
}

std::size_t convolution_workspace(const Attributes& attributes, std::span<const Shape> inputs,
                                  const Shape& output, std::size_t threads) {
    const Method method = forward_method(attributes, inputs, output);
    return method.output_unfolded
               ? method.weight_size() + scatter_scratch(method.patches, method.channels, threads)
               : gather_scratch(method.patches, method.channels, threads);
}

void by_input_forward(const Call& call) {
    const ConvolutionSizes sizes = sizes_of(call.output.shape, call.inputs[1].shape, call.inputs[0].shape);
    const Method method = method_of(Product::by_input, sizes, geometry_of(call.attributes));
    std::span<Real> scratch = call.workspace;
    ThreadPool& pool = call.execution.pool;
    const Real* const weight = weight_for(method, call.inputs[1].data, scratch, pool);
    if (method.output_unfolded) {
        gather_product(call.output.data, method.channels, call.inputs[0].data, weight, method.patches,
                       scratch, pool);
    } else {
        scatter_product(call.output.data, call.inputs[0].data, method.channels, weight, method.patches,
                        scratch, pool);
    }
}

std::size_t by_input_workspace(const Attributes& attributes, std::span<const Shape> inputs,
                               const Shape& output, std::size_t threads) {
    const Method method = by_input_method(attributes, inputs, output);
    return method.output_unfolded
               ? method.weight_size() + gather_scratch(method.patches, method.channels, threads)
               : scatter_scratch(method.patches, method.channels, threads);
}

void by_weight_forward(const Call& call) {
    const ConvolutionSizes sizes = sizes_of(call.inputs[0].shape, call.output.shape, call.inputs[1].shape);
    const Method method = method_of(Product::by_weight, sizes, geometry_of(call.attributes));
    ThreadPool& pool = call.execution.pool;
    if (method.output_unfolded) {
        Real* const reversed = call.workspace.data();
        weight_product(reversed, call.inputs[1].data, call.inputs[0].data, method.channels, method.patches,
                       call.workspace.subspan(method.weight_size()), pool);
        reverse_weight(call.output.data, reversed, method.taps(), sizes.out_channels, sizes.in_channels,
                       pool);
    } else {
        weight_product(call.output.data, call.inputs[0].data, call.inputs[1].data, method.channels,
                       method.patches, call.workspace, pool);
    }
}

std::size_t by_weight_workspace(const Attributes& attributes, std::span<const Shape> inputs,
                                const Shape& output, std::size_t threads) {
    const Method method = by_weight_method(attributes, inputs, output);
    return (method.output_unfolded ? method.weight_size() : 0) +
           weight_scratch(method.patches, method.channels, threads);
}

double flops_of(const ConvolutionSizes& sizes) {
    double flops = 2;
    for (const Index factor : {sizes.examples, sizes.out[0], sizes.out[1], sizes.kernel[0], sizes.kernel[1],
                               sizes.in_channels, sizes.out_channels}) {
        flops *= static_cast<double>(factor);
    }
    return flops;
}

double convolution_flops(const Attributes&, std::span<const Shape> inputs, const Shape& output) {
    return flops_of(sizes_of(inputs[0], inputs[1], output));
}
double by_input_flops(const Attributes&, std::span<const Shape> inputs, const Shape& output) {
    return flops_of(sizes_of(output, inputs[1], inputs[0]));
}
double by_weight_flops(const Attributes&, std::span<const Shape> inputs, const Shape& output) {
    return flops_of(sizes_of(inputs[0], output, inputs[1]));
}

std::vector<Var> convolution_vjp(const VjpCall& call) {
    const ConvolutionGeometry geometry = geometry_of(call.attributes);
    const Shape x = call.inputs[0].shape();
    const Shape weight = call.inputs[1].shape();
    std::vector<Var> gradients(2);
    if (call.wanted[0]) {
        gradients[0] = convolution_by_input(call.cotangent, call.inputs[1], geometry, x[1], x[2]);
    }
    if (call.wanted[1]) {
        gradients[1] = convolution_by_weight(call.inputs[0], call.cotangent, geometry, weight[0], weight[1]);
    }
    return gradients;
}

std::vector<Var> by_input_vjp(const VjpCall& call) {
    const ConvolutionGeometry geometry = geometry_of(call.attributes);
    const Shape weight = call.inputs[1].shape();
    std::vector<Var> gradients(2);
    if (call.wanted[0]) {
        gradients[0] = convolution(call.cotangent, call.inputs[1], geometry);
    }
    if (call.wanted[1]) {
        gradients[1] = convolution_by_weight(call.cotangent, call.inputs[0], geometry, weight[0], weight[1]);
    }
    return gradients;
}

std::vector<Var> by_weight_vjp(const VjpCall& call) {
    const ConvolutionGeometry geometry = geometry_of(call.attributes);
    const Shape x = call.inputs[0].shape();
    std::vector<Var> gradients(2);
    if (call.wanted[0]) {
        gradients[0] = convolution_by_input(call.inputs[1], call.cotangent, geometry, x[1], x[2]);
    }
    if (call.wanted[1]) {
        gradients[1] = convolution(call.inputs[0], call.cotangent, geometry);
    }
    return gradients;
}

// Geometries that every sample set goes through.
struct Case {
    const char* name;
    ConvolutionSizes sizes;
    ConvolutionGeometry geometry;
};

std::vector<Case> cases() {
    const std::vector<Case> given{
        {"kernel 1", {2, {3, 2}, {}, {1, 1}, 3, 2}, {}},
        {"kernel 1 stride 2", {1, {5, 4}, {}, {1, 1}, 2, 3}, {.stride = {2, 2}}},
        {"kernel 2 stride 2", {2, {4, 6}, {}, {2, 2}, 1, 3}, {.stride = {2, 2}}},
        {"kernel 3 same", {2, {4, 3}, {}, {3, 3}, 3, 2}, {.pad_before = {1, 1}, .pad_after = {1, 1}}},
        {"kernel 3 without padding", {1, {5, 3}, {}, {3, 3}, 1, 1}, {}},
        {"kernel 3 stride 2, odd size",
         {1, {5, 7}, {}, {3, 3}, 2, 1},
         {.stride = {2, 2}, .pad_before = {1, 1}, .pad_after = {1, 1}}},
        {"kernel 3 stride 3 dilation 2",
         {1, {7, 8}, {}, {3, 3}, 1, 2},
         {.stride = {3, 3}, .dilation = {2, 2}}},
        {"kernel 4 stride 2, uneven padding",
         {1, {6, 5}, {}, {4, 4}, 1, 3},
         {.stride = {2, 2}, .pad_before = {1, 0}, .pad_after = {2, 1}}},
        {"kernel 5 stride 2 same",
         {1, {6, 6}, {}, {5, 5}, 1, 2},
         {.stride = {2, 2}, .pad_before = {1, 1}, .pad_after = {2, 2}}},
        {"kernel 5, padding beyond the image",
         {1, {2, 1}, {}, {5, 5}, 1, 1},
         {.pad_before = {4, 4}, .pad_after = {4, 4}}},
        {"kernel 1 by 3, causal and dilated",
         {2, {1, 7}, {}, {1, 3}, 2, 3},
         {.dilation = {1, 2}, .pad_before = {0, 4}}},
        {"unequal strides and dilations",
         {1, {5, 7}, {}, {2, 3}, 2, 1},
         {.stride = {1, 3}, .dilation = {2, 1}, .pad_before = {1, 2}, .pad_after = {0, 1}}},
        {"pixels that no tap meets", {1, {6, 6}, {}, {2, 2}, 1, 1}, {.stride = {3, 3}}},
        {"dilation 3 stride 2, many to few",
         {1, {8, 7}, {}, {3, 2}, 5, 1},
         {.stride = {2, 2}, .dilation = {3, 3}, .pad_before = {2, 1}, .pad_after = {0, 3}}},
        {"many channels to one", {1, {4, 4}, {}, {3, 3}, 7, 1}, {.pad_before = {1, 1}, .pad_after = {1, 1}}},
        {"one channel to many", {1, {4, 4}, {}, {3, 3}, 1, 7}, {.pad_before = {1, 1}, .pad_after = {1, 1}}},
    };
    std::vector<Case> result = given;
    for (Case& one : result) {
        for (std::size_t axis = 0; axis < 2; ++axis) {
            one.sizes.out[axis] = places(one.geometry, axis, one.sizes.in[axis], one.sizes.kernel[axis],
                                         "convolution", one.name);
        }
    }
    return result;
}

Shape in_shape(const ConvolutionSizes& sizes) {
    return {sizes.examples, sizes.in[0], sizes.in[1], sizes.in_channels};
}
Shape out_shape(const ConvolutionSizes& sizes) {
    return {sizes.examples, sizes.out[0], sizes.out[1], sizes.out_channels};
}
Shape kernel_shape(const ConvolutionSizes& sizes) {
    return {sizes.kernel[0], sizes.kernel[1], sizes.in_channels, sizes.out_channels};
}

std::vector<Sample> convolution_samples() {
    std::vector<Sample> samples;
    for (const Case& one : cases()) {
        samples.push_back({.name = one.name,
                           .shapes = {in_shape(one.sizes), kernel_shape(one.sizes)},
                           .build = [geometry = one.geometry](std::span<const Var> x) {
                               return convolution(x[0], x[1], geometry);
                           }});
    }
    return samples;
}

std::vector<Sample> by_input_samples() {
    std::vector<Sample> samples;
    for (const Case& one : cases()) {
        samples.push_back({.name = one.name,
                           .shapes = {out_shape(one.sizes), kernel_shape(one.sizes)},
                           .build = [one](std::span<const Var> x) {
                               return convolution_by_input(x[0], x[1], one.geometry, one.sizes.in[0],
                                                           one.sizes.in[1]);
                           }});
    }
    return samples;
}

std::vector<Sample> by_weight_samples() {
    std::vector<Sample> samples;
    for (const Case& one : cases()) {
        samples.push_back({.name = one.name,
                           .shapes = {in_shape(one.sizes), out_shape(one.sizes)},
                           .build = [one](std::span<const Var> x) {
                               return convolution_by_weight(x[0], x[1], one.geometry, one.sizes.kernel[0],
                                                            one.sizes.kernel[1]);
                           }});
    }
    return samples;
}

}  // namespace

extern const Operation convolution_operation{
    .name = "convolution",
    .doc = "Slides a kernel over pictures with channels last.",
    .arity = 2,
    .shape = convolution_shape,
    .forward = convolution_forward,
    .vjp = convolution_vjp,
    .workspace = convolution_workspace,
    .flops = convolution_flops,
    .samples = convolution_samples,
};

extern const Operation convolution_by_input_operation{
    .name = "convolution_by_input",
    .doc = "A convolution's adjoint by its input: the transposed convolution.",
    .arity = 2,
    .shape = by_input_shape,
    .forward = by_input_forward,
    .vjp = by_input_vjp,
    .workspace = by_input_workspace,
    .flops = by_input_flops,
    .samples = by_input_samples,
};

extern const Operation convolution_by_weight_operation{
    .name = "convolution_by_weight",
    .doc = "A convolution's adjoint by its weight.",
    .arity = 2,
    .shape = by_weight_shape,
    .forward = by_weight_forward,
    .vjp = by_weight_vjp,
    .workspace = by_weight_workspace,
    .flops = by_weight_flops,
    .samples = by_weight_samples,
};

ConvolutionGeometry same_geometry(const Index (&input)[2], const Index (&kernel)[2], const Index (&stride)[2],
                                  const Index (&dilation)[2]) {
    ConvolutionGeometry geometry;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        if (stride[axis] < 1 || dilation[axis] < 1 || input[axis] < 1 || kernel[axis] < 1) {
            throw Error(ErrorCode::shape, "[same_geometry] size " + std::to_string(input[axis]) +
                                              ", kernel " + std::to_string(kernel[axis]) + ", stride " +
                                              std::to_string(stride[axis]) + ", dilation " +
                                              std::to_string(dilation[axis]) + ": each must be at least 1");
        }
        const Index out = (input[axis] + stride[axis] - 1) / stride[axis];
        const Index reach = (out - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1;
        const Index padding = std::max(Index{0}, reach - input[axis]);
        geometry.stride[axis] = stride[axis];
        geometry.dilation[axis] = dilation[axis];
        geometry.pad_before[axis] = padding / 2;
        geometry.pad_after[axis] = padding - padding / 2;
    }
    return geometry;
}

Var convolution(Var x, Var weight, const ConvolutionGeometry& geometry) {
    return record(convolution_operation, {x, weight}, geometry_attributes(geometry, 0, 0));
}

Var convolution_by_input(Var cotangent, Var weight, const ConvolutionGeometry& geometry, Index height,
                         Index width) {
    return record(convolution_by_input_operation, {cotangent, weight},
                  geometry_attributes(geometry, height, width));
}

Var convolution_by_weight(Var x, Var cotangent, const ConvolutionGeometry& geometry, Index kernel_height,
                          Index kernel_width) {
    return record(convolution_by_weight_operation, {x, cotangent},
                  geometry_attributes(geometry, kernel_height, kernel_width));
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
