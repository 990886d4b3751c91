#include "autodiff/kernels/convolution.hpp"

#include <string>

#include "autodiff/error.hpp"
#include "autodiff/kernels/copy.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/geometry.hpp"
#include "autodiff/operations/records.hpp"

/// A convolution and its two adjoints, closed under differentiation; kernels/convolution.hpp has the
/// algorithms.
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
        sizes.out[axis] = output_size(geometry_of(attributes), axis, sizes.in[axis], sizes.kernel[axis],
                                      "convolution", described);
    }
    return sizes;
}

void check_places(const char* operation, const std::string& described, const Attributes& attributes,
                  const ConvolutionSizes& sizes, const char* sizes_given) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const Index expected = output_size(geometry_of(attributes), axis, sizes.in[axis], sizes.kernel[axis],
                                           operation, described);
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

// The convolution that an operation's record and shapes stand for.
Convolution forward_job(const Attributes& attributes, const Shape& x, const Shape& weight,
                        const Shape& result) {
    return {Product::forward, sizes_of(x, weight, result), geometry_of(attributes)};
}
Convolution by_input_job(const Attributes& attributes, const Shape& cotangent, const Shape& weight,
                         const Shape& result) {
    return {Product::by_input, sizes_of(result, weight, cotangent), geometry_of(attributes)};
}
Convolution by_weight_job(const Attributes& attributes, const Shape& x, const Shape& cotangent,
                          const Shape& result) {
    return {Product::by_weight, sizes_of(x, result, cotangent), geometry_of(attributes)};
}
using Job = Convolution (*)(const Attributes&, const Shape&, const Shape&, const Shape&);

// What a tape was told when the convolution was recorded (Recording::exact).
constexpr std::size_t exact_place = 10;
bool is_exact(const Attributes& attributes) {
    return attributes.integers[exact_place] != 0;
}
Attributes attributes_of(Var first_input, const Operation& operation, const ConvolutionGeometry& geometry,
                         Index first, Index second) {
    require_var(first_input, operation.name, "input 0");
    Attributes attributes = geometry_attributes(geometry, first, second);
    attributes.integers.push_back(first_input.tape().recording.exact ? 1 : 0);
    return attributes;
}

// Without examples or channels there are no products, and the algorithms count on some.
bool is_empty(const ConvolutionSizes& sizes) {
    return sizes.examples == 0 || sizes.in_channels == 0 || sizes.out_channels == 0;
}

template <Job job>
void forward_convolution(const Call& call) {
    const Convolution convolution =
        job(call.attributes, call.inputs[0].shape, call.inputs[1].shape, call.output.shape);
    if (is_empty(convolution.sizes)) {
        fill(call.output.data, call.output.size(), 0, call.execution.pool);
        return;
    }
    choose_algorithm(convolution, is_exact(call.attributes))
        .run(convolution, call.output.data, call.inputs[0].data, call.inputs[1].data, call.workspace,
             call.execution.pool);
}

template <Job job>
std::size_t workspace_of_convolution(const Attributes& attributes, std::span<const Shape> inputs,
                                     const Shape& output, std::size_t threads) {
    const Convolution convolution = job(attributes, inputs[0], inputs[1], output);
    if (is_empty(convolution.sizes)) {
        return 0;
    }
    return choose_algorithm(convolution, is_exact(attributes)).workspace(convolution, threads);
}

template <Job job>
double flops_of_convolution(const Attributes& attributes, std::span<const Shape> inputs,
                            const Shape& output) {
    return convolution_flops(job(attributes, inputs[0], inputs[1], output).sizes);
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
            one.sizes.out[axis] = output_size(one.geometry, axis, one.sizes.in[axis], one.sizes.kernel[axis],
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

const Operation convolution_operation{
    .name = "convolution",
    .doc = "Slides a kernel over pictures with channels last.",
    .arity = 2,
    .shape = convolution_shape,
    .forward = forward_convolution<forward_job>,
    .vjp = convolution_vjp,
    .workspace = workspace_of_convolution<forward_job>,
    .flops = flops_of_convolution<forward_job>,
    .samples = convolution_samples,
};

const Operation convolution_by_input_operation{
    .name = "convolution_by_input",
    .doc = "A convolution's adjoint by its input: the transposed convolution.",
    .arity = 2,
    .shape = by_input_shape,
    .forward = forward_convolution<by_input_job>,
    .vjp = by_input_vjp,
    .workspace = workspace_of_convolution<by_input_job>,
    .flops = flops_of_convolution<by_input_job>,
    .samples = by_input_samples,
};

const Operation convolution_by_weight_operation{
    .name = "convolution_by_weight",
    .doc = "A convolution's adjoint by its weight.",
    .arity = 2,
    .shape = by_weight_shape,
    .forward = forward_convolution<by_weight_job>,
    .vjp = by_weight_vjp,
    .workspace = workspace_of_convolution<by_weight_job>,
    .flops = flops_of_convolution<by_weight_job>,
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
        const char* const name = "same_geometry";
        const Index last = (input[axis] - 1) / stride[axis] * stride[axis];  // where the last kernel begins
        const Index span = add_sizes(multiply_sizes(dilation[axis], kernel[axis] - 1, name), 1, name);
        const Index reach = add_sizes(last, span, name);
        const Index padding = std::max(Index{0}, reach - input[axis]);
        geometry.stride[axis] = stride[axis];
        geometry.dilation[axis] = dilation[axis];
        geometry.pad_before[axis] = padding / 2;
        geometry.pad_after[axis] = padding - padding / 2;
    }
    return geometry;
}

Var convolution(Var x, Var weight, const ConvolutionGeometry& geometry) {
    return record(convolution_operation, {x, weight},
                  attributes_of(x, convolution_operation, geometry, 0, 0));
}

Var convolution_by_input(Var cotangent, Var weight, const ConvolutionGeometry& geometry, Index height,
                         Index width) {
    return record(convolution_by_input_operation, {cotangent, weight},
                  attributes_of(cotangent, convolution_by_input_operation, geometry, height, width));
}

Var convolution_by_weight(Var x, Var cotangent, const ConvolutionGeometry& geometry, Index kernel_height,
                          Index kernel_width) {
    return record(convolution_by_weight_operation, {x, cotangent},
                  attributes_of(x, convolution_by_weight_operation, geometry, kernel_height, kernel_width));
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
