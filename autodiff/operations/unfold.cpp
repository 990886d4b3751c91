#include <algorithm>
#include <string>

#include "autodiff/error.hpp"
#include "autodiff/kernels/partition.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/geometry.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr double min_unfolded_elements = 16384;

// unfold: attributes geometry, kernel height, kernel width; number: what lies outside.

Shape unfold_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const Shape& x = inputs[0];
    const Index kernel[2] = {first_size(attributes), second_size(attributes)};
    const std::string described = "shape " + to_string(x) + ", kernel " + std::to_string(kernel[0]) + " by " +
                                  std::to_string(kernel[1]);
    if (x.size() != 4) {
        throw Error(ErrorCode::shape, "[unfold] " + described + ": expected four axes, channels last");
    }
    const ConvolutionGeometry geometry = geometry_of(attributes);
    return {x[0], output_size(geometry, 0, x[1], kernel[0], "unfold", described),
            output_size(geometry, 1, x[2], kernel[1], "unfold", described),
            multiply_sizes(kernel[0], kernel[1], "unfold"), x[3]};
}

// `image` is (n, height, width, c), `patches` the shape that unfold makes of it.
Patches patches_of(const Attributes& attributes, const Shape& image, const Shape& patches) {
    const ConvolutionSizes sizes{image[0],
                                 {image[1], image[2]},
                                 {patches[1], patches[2]},
                                 {first_size(attributes), second_size(attributes)},
                                 image[3],
                                 1};
    return input_patches(sizes, geometry_of(attributes));
}

void unfold_forward(const Call& call) {
    const Patches patches = patches_of(call.attributes, call.inputs[0].shape, call.output.shape);
    const Partition cut =
        partition(patches.rows(), static_cast<double>(patches.width()), min_unfolded_elements);
    call.execution.pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        unfold_rows(call.output.data + cut.begin(part) * patches.width(), call.inputs[0].data, patches,
                    cut.begin(part), cut.end(part), static_cast<Real>(call.attributes.numbers[0]));
    });
}

std::vector<Var> unfold_vjp(const VjpCall& call) {
    const Shape image = call.inputs[0].shape();
    return {fold(call.cotangent, geometry_of(call.attributes), first_size(call.attributes),
                 second_size(call.attributes), image[1], image[2])};
}

// fold: attributes geometry, kernel height, kernel width, height, width.

Shape fold_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    const Shape& patches = inputs[0];
    const Index kernel[2] = {first_size(attributes), second_size(attributes)};
    const Index image[2] = {attributes.integers[10], attributes.integers[11]};
    const std::string described = "patches of shape " + to_string(patches) + ", kernel " +
                                  std::to_string(kernel[0]) + " by " + std::to_string(kernel[1]) +
                                  ", image " + std::to_string(image[0]) + " by " + std::to_string(image[1]);
    if (patches.size() != 5) {
        throw Error(
            ErrorCode::shape,
            "[fold] " + described + ": expected patches with five axes (n, rows, columns, taps, channels)");
    }
    const ConvolutionGeometry geometry = geometry_of(attributes);
    const Shape expected{patches[0], output_size(geometry, 0, image[0], kernel[0], "fold", described),
                         output_size(geometry, 1, image[1], kernel[1], "fold", described),
                         multiply_sizes(kernel[0], kernel[1], "fold"), patches[4]};
    if (expected != patches) {
        throw Error(ErrorCode::shape,
                    "[fold] " + described + ": expected patches of shape " + to_string(expected));
    }
    return {patches[0], image[0], image[1], patches[4]};
}

void fold_forward(const Call& call) {
    const Patches patches = patches_of(call.attributes, call.output.shape, call.inputs[0].shape);
    const Index rows = patches.y.anchors * patches.x.anchors;
    // Whole examples: what they add to is theirs alone.
    const Partition cut =
        partition(patches.examples, static_cast<double>(rows * patches.width()), min_unfolded_elements);
    call.execution.pool.parallel(cut.parts(), [&](std::size_t part, std::size_t) {
        const Index begin = cut.begin(part);
        const Index end = cut.end(part);
        std::fill(call.output.data + begin * patches.source_size(),
                  call.output.data + end * patches.source_size(), Real(0));
        fold_rows(call.output.data, call.inputs[0].data + begin * rows * patches.width(), patches,
                  begin * rows, end * rows);
    });
}

std::vector<Var> fold_vjp(const VjpCall& call) {
    return {unfold(call.cotangent, geometry_of(call.attributes), first_size(call.attributes),
                   second_size(call.attributes))};
}

struct UnfoldCase {
    const char* name;
    Shape image;
    Index kernel[2];
    ConvolutionGeometry geometry;
};

std::vector<UnfoldCase> unfold_cases() {
    return {
        {"kernel 1", {2, 2, 3, 2}, {1, 1}, {}},
        {"kernel 2 stride 2", {1, 4, 6, 3}, {2, 2}, {.stride = {2, 2}}},
        {"kernel 3 stride 2, odd size",
         {2, 5, 7, 1},
         {3, 3},
         {.stride = {2, 2}, .pad_before = {1, 1}, .pad_after = {1, 1}}},
        {"kernel 3 stride 3 dilation 2", {1, 7, 8, 2}, {3, 3}, {.stride = {3, 3}, .dilation = {2, 2}}},
        {"kernel 4 by 5, uneven padding", {1, 3, 4, 1}, {4, 5}, {.pad_before = {1, 0}, .pad_after = {2, 4}}},
        {"padding beyond the image", {1, 1, 2, 3}, {3, 3}, {.pad_before = {2, 2}, .pad_after = {2, 2}}},
    };
}

std::vector<Sample> unfold_samples() {
    std::vector<Sample> samples;
    for (const double outside : {0.0, -3.0}) {
        for (const UnfoldCase& one : unfold_cases()) {
            samples.push_back({.name = one.name + std::string(outside == 0 ? "" : ", outside -3"),
                               .shapes = {one.image},
                               .build = [one, outside](std::span<const Var> x) {
                                   return unfold(x[0], one.geometry, one.kernel[0], one.kernel[1], outside);
                               }});
        }
    }
    return samples;
}

std::vector<Sample> fold_samples() {
    std::vector<Sample> samples;
    for (const UnfoldCase& one : unfold_cases()) {
        const Shape patches{
            one.image[0],
            output_size(one.geometry, 0, one.image[1], one.kernel[0], "fold", one.name),
            output_size(one.geometry, 1, one.image[2], one.kernel[1], "fold", one.name),
            one.kernel[0] * one.kernel[1],
            one.image[3],
        };
        samples.push_back({.name = one.name, .shapes = {patches}, .build = [one](std::span<const Var> x) {
                               return fold(x[0], one.geometry, one.kernel[0], one.kernel[1], one.image[1],
                                           one.image[2]);
                           }});
    }
    return samples;
}

}  // namespace

const Operation unfold_operation{
    .name = "unfold",
    .doc = "The patches of pictures that a kernel meets, channels last.",
    .arity = 1,
    .shape = unfold_shape,
    .forward = unfold_forward,
    .vjp = unfold_vjp,
    .samples = unfold_samples,
};

const Operation fold_operation{
    .name = "fold",
    .doc = "Adds patches up where they overlap: the adjoint of unfold.",
    .arity = 1,
    .shape = fold_shape,
    .forward = fold_forward,
    .vjp = fold_vjp,
    .samples = fold_samples,
};

Var unfold(Var x, const ConvolutionGeometry& geometry, Index kernel_height, Index kernel_width,
           double outside) {
    Attributes attributes = geometry_attributes(geometry, kernel_height, kernel_width);
    attributes.numbers = {outside};
    return record(unfold_operation, {x}, std::move(attributes));
}

Var fold(Var patches, const ConvolutionGeometry& geometry, Index kernel_height, Index kernel_width,
         Index height, Index width) {
    Attributes attributes = geometry_attributes(geometry, kernel_height, kernel_width);
    attributes.integers.push_back(height);
    attributes.integers.push_back(width);
    return record(fold_operation, {patches}, std::move(attributes));
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
