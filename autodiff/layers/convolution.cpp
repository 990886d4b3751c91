#include <algorithm>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/layers/support.hpp"

// Layers with windows on images; a sequence is an image of width 1 whose height is its length.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

/// (n, length, channels) as (n, length, 1, channels).
Var as_image(const char* layer, Var x) {
    require_parts(layer, {{"x", x}});
    const Shape shape = x.shape();
    if (shape.size() == 3) {
        return reshape(x, {shape[0], shape[1], 1, shape[2]});
    }
    if (shape.size() != 4) {
        refuse_shapes(layer, {{"x", x}},
                      "images (n, height, width, channels) or sequences (n, length, channels)");
    }
    return x;
}

/// An image that is a result, of the rank that the layer's input had.
Var as_given(Var image, Var x) {
    if (x.shape().size() == 4) {
        return image;
    }
    const Shape shape = image.shape();
    return reshape(image, {shape[0], shape[1], shape[3]});
}

struct ImageSize {
    Index size[2];
};

ImageSize size_of(Var image) {
    const Shape shape = image.shape();
    return {{shape[1], shape[2]}};
}

std::string kernel_of(const Window& window) {
    return to_string(Shape{window.kernel[0], window.kernel[1]});
}

/// A sequence has one column, beside which the rest of a wider kernel would meet nothing but zeros.
void require_columns(const char* layer, Var x, const Window& window) {
    if (x.shape().size() == 3 &&
        (window.kernel[1] != 1 || window.stride[1] != 1 || window.dilation[1] != 1)) {
        refuse_shapes(layer, {{"x", x}},
                      "images, or for a sequence a window of one column, such as {.kernel = {" +
                          std::to_string(window.kernel[0]) + ", 1}}; found the kernel " + kernel_of(window));
    }
}

void require_window(const char* layer, Var x, Var image, const Window& window) {
    require_columns(layer, x, window);
    const ImageSize input = size_of(image);
    for (const std::size_t axis : {std::size_t{0}, std::size_t{1}}) {
        if (window_count(window, input.size, axis) < 1) {
            refuse_shapes(layer, {{"x", x}},
                          "a kernel that fits in, found " + kernel_of(window) + " of dilation " +
                              to_string(Shape{window.dilation[0], window.dilation[1]}));
        }
    }
}

void require_weight(const char* layer, Var x, Var weight, const Window& window, std::size_t input_axis) {
    require_parts(layer, {{"x", x}, {"the weight", weight}});
    const Shape shape = weight.shape();
    if (shape.size() != 4 || shape[0] != window.kernel[0] || shape[1] != window.kernel[1] ||
        shape[input_axis] != x.shape().back()) {
        refuse_shapes(layer, {{"x", x}, {"weight", weight}},
                      std::string("x (n, height, width, in) and a weight (kernel height, kernel width, ") +
                          (input_axis == 2 ? "in, out)" : "out, in)") + ", the window's kernel being " +
                          kernel_of(window));
    }
}

void refuse_causal(const char* layer, const Window& window) {
    require_setting(window.padding != Padding::causal, layer, "padding causal", "same or valid");
}

/// 1 / (number of positions inside the image) of each window: (rows, columns, 1).
Array inverse_window_sizes(const Window& window, const Index (&input)[2]) {
    const ConvolutionGeometry geometry = geometry_of(window, input);
    const Index rows = window_count(window, input, 0);
    const Index columns = window_count(window, input, 1);
    Array result = make_array({rows, columns, 1});
    const auto inside = [&](int axis, Index position) {
        const Index first = position * geometry.stride[axis] - geometry.pad_before[axis];
        return std::min(first + window.kernel[axis], input[axis]) - std::max<Index>(first, 0);
    };
    for (Index row = 0; row < rows; ++row) {
        for (Index column = 0; column < columns; ++column) {
            result.data()[row * columns + column] =
                static_cast<Real>(1 / static_cast<double>(inside(0, row) * inside(1, column)));
        }
    }
    return result;
}

Var windows_of(const char* layer, Var x, Var image, const Window& window, double outside) {
    refuse_causal(layer, window);
    require_window(layer, x, image, window);
    const ImageSize input = size_of(image);
    return unfold(image, geometry_of(window, input.size), window.kernel[0], window.kernel[1], outside);
}

}  // namespace

ConvolutionGeometry geometry_of(const Window& window, const Index (&input)[2]) {
    if (window.padding == Padding::same) {
        return same_geometry(input, window.kernel, window.stride, window.dilation);
    }
    ConvolutionGeometry geometry;
    for (const std::size_t axis : {std::size_t{0}, std::size_t{1}}) {
        require_sizes("geometry_of",
                      {input[axis], window.kernel[axis], window.stride[axis], window.dilation[axis]});
        geometry.stride[axis] = window.stride[axis];
        geometry.dilation[axis] = window.dilation[axis];
    }
    if (window.padding == Padding::causal) {
        geometry.pad_before[0] = multiply_sizes(window.kernel[0] - 1, window.dilation[0], "geometry_of");
    }
    return geometry;
}

Index window_count(const Window& window, const Index (&input)[2], std::size_t axis) {
    const ConvolutionGeometry geometry = geometry_of(window, input);
    const char* const name = "window_count";
    const Index reach = multiply_sizes(window.kernel[axis] - 1, window.dilation[axis], name);
    const Index size =
        add_sizes(add_sizes(input[axis], geometry.pad_before[axis], name), geometry.pad_after[axis], name);
    return reach >= size ? 0 : (size - 1 - reach) / window.stride[axis] + 1;
}

Var conv(Var x, const Conv& layer) {
    const Var image = as_image("conv", x);
    require_weight("conv", x, layer.weight, layer.window, 2);
    require_window("conv", x, image, layer.window);
    const Var result = convolution(image, layer.weight, geometry_of(layer.window, size_of(image).size));
    return as_given(with_bias(result, layer.bias, "conv"), x);
}

Conv make_conv(Tape& tape, Index in, Index out, const Window& window, WeightKeys& keys,
               const LayerOptions& options) {
    require_sizes("make_conv", {in, out, window.kernel[0], window.kernel[1], window.stride[0],
                                window.stride[1], window.dilation[0], window.dilation[1]});
    const auto kernel = static_cast<double>(window.kernel[0] * window.kernel[1]);
    const auto strides = static_cast<double>(window.stride[0] * window.stride[1]);
    const Fans fans{.in = kernel * static_cast<double>(in),
                    .out = kernel * static_cast<double>(out) / strides};
    const Initializer own = fan_initializer(fans.in);
    Conv layer{.window = window};
    layer.weight = make_weight(tape, options, "weight", {window.kernel[0], window.kernel[1], in, out},
                               options.initializer ? options.initializer : own, fans, keys);
    if (options.bias) {
        layer.bias = make_weight(tape, options, "bias", {out}, own, keys);
    }
    return layer;
}

Index transposed_size(const Window& window, Index size, std::size_t axis) {
    const char* const name = "transposed_size";
    require_sizes(name, {size, window.kernel[axis], window.stride[axis]});
    return window.padding == Padding::same
               ? multiply_sizes(size, window.stride[axis], name)
               : add_sizes(multiply_sizes(size - 1, window.stride[axis], name), window.kernel[axis], name);
}

Var conv_transpose(Var x, const ConvTranspose& layer) {
    const Window& window = layer.window;
    const Var image = as_image("conv_transpose", x);
    refuse_causal("conv_transpose", window);
    require_setting(window.dilation[0] == 1 && window.dilation[1] == 1, "conv_transpose",
                    "dilation " + to_string(Shape{window.dilation[0], window.dilation[1]}), "(1, 1)");
    require_columns("conv_transpose", x, window);
    require_weight("conv_transpose", x, layer.weight, window, 3);
    const ImageSize input = size_of(image);
    const Index size[2] = {transposed_size(window, input.size[0], 0),
                           transposed_size(window, input.size[1], 1)};
    const Var result = convolution_by_input(image, layer.weight, geometry_of(window, size), size[0], size[1]);
    return as_given(with_bias(result, layer.bias, "conv_transpose"), x);
}

ConvTranspose make_conv_transpose(Tape& tape, Index in, Index out, const Window& window, WeightKeys& keys,
                                  const LayerOptions& options) {
    require_sizes("make_conv_transpose",
                  {in, out, window.kernel[0], window.kernel[1], window.stride[0], window.stride[1]});
    const auto kernel = static_cast<double>(window.kernel[0] * window.kernel[1]);
    const auto strides = static_cast<double>(window.stride[0] * window.stride[1]);
    const Fans fans{.in = kernel * static_cast<double>(in) / strides,
                    .out = kernel * static_cast<double>(out)};
    const Initializer own = fan_initializer(fans.out);
    ConvTranspose layer{.window = window};
    layer.weight = make_weight(tape, options, "weight", {window.kernel[0], window.kernel[1], out, in},
                               options.initializer ? options.initializer : own, fans, keys);
    if (options.bias) {
        layer.bias = make_weight(tape, options, "bias", {out}, own, keys);
    }
    return layer;
}

Var max_pool(Var x, const Window& window) {
    const Var image = as_image("max_pool", x);
    // Far below any activation, and still finite: 0 * padding is 0.
    return as_given(max(windows_of("max_pool", x, image, window, -1e30), {3}), x);
}

Var avg_pool(Var x, const Window& window) {
    const Var image = as_image("avg_pool", x);
    require_setting(window.dilation[0] == 1 && window.dilation[1] == 1, "avg_pool",
                    "dilation " + to_string(Shape{window.dilation[0], window.dilation[1]}), "(1, 1)");
    const ImageSize input = size_of(image);
    const Var total = sum(windows_of("avg_pool", x, image, window, 0), {3});
    return as_given(total * x.tape().constant(inverse_window_sizes(window, input.size)), x);
}

Var upsample(Var x, Index rows, Index columns) {
    require_setting(rows >= 1 && columns >= 1, "upsample", "factors " + to_string(Shape{rows, columns}),
                    "each to be at least 1");
    const Var image = as_image("upsample", x);
    require_setting(columns == 1 || x.shape().size() == 4, "upsample",
                    std::to_string(columns) + " columns for the sequences x " + to_string(x.shape()), "1");
    const Shape shape = image.shape();
    const Var apart = reshape(image, {shape[0], shape[1], 1, shape[2], 1, shape[3]});
    const Var repeated = broadcast_to(apart, {shape[0], shape[1], rows, shape[2], columns, shape[3]});
    return as_given(reshape(repeated, {shape[0], shape[1] * rows, shape[2] * columns, shape[3]}), x);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
