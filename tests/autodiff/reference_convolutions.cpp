#include "tests/autodiff/reference_support.hpp"

namespace gandsl_test {

namespace {

// position_at for four axes, as convolutions ask it often.
std::size_t position_of_four(const Shape& shape, Index a, Index b, Index c, Index d) {
    return static_cast<std::size_t>(((a * shape[1] + b) * shape[2] + c) * shape[3] + d);
}

// integers of a geometry: stride, dilation, padding before, padding after, each by height and width.
template <typename Body>
void for_each_tap(const std::vector<Index>& at, const Shape& in, Index rows, Index columns,
                  Index kernel_height, Index kernel_width, const Body& body) {
    for (Index n = 0; n < in[0]; ++n) {
        for (Index row = 0; row < rows; ++row) {
            for (Index column = 0; column < columns; ++column) {
                for (Index ky = 0; ky < kernel_height; ++ky) {
                    for (Index kx = 0; kx < kernel_width; ++kx) {
                        const Index y = row * at[0] + ky * at[2] - at[4];
                        const Index x = column * at[1] + kx * at[3] - at[5];
                        const bool inside = y >= 0 && y < in[1] && x >= 0 && x < in[2];
                        body(n, row, column, ky, kx, y, x, inside);
                    }
                }
            }
        }
    }
}

enum class Target { output, input, weight };

template <Target target>
Numbers convolution(const Call& call) {
    const Shape in = target == Target::input ? call.output : call.inputs[0].shape;
    const Shape weight = target == Target::weight ? call.output : call.inputs[1].shape;
    const Shape out = target == Target::output  ? call.output
                      : target == Target::input ? call.inputs[0].shape
                                                : call.inputs[1].shape;
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), 0.0);
    for_each_tap(call.integers, in, out[1], out[2], weight[0], weight[1],
                 [&](Index n, Index row, Index column, Index ky, Index kx, Index y, Index x, bool inside) {
                     for (Index a = 0; inside && a < weight[2]; ++a) {
                         for (Index b = 0; b < weight[3]; ++b) {
                             const std::size_t at_in = position_of_four(in, n, y, x, a);
                             const std::size_t at_weight = position_of_four(weight, ky, kx, a, b);
                             const std::size_t at_out = position_of_four(out, n, row, column, b);
                             const Numbers& first = call.inputs[0].numbers;
                             const Numbers& second = call.inputs[1].numbers;
                             if (target == Target::output) {
                                 result[at_out] += first[at_in] * second[at_weight];
                             } else if (target == Target::input) {
                                 result[at_in] += first[at_out] * second[at_weight];
                             } else {
                                 result[at_weight] += first[at_in] * second[at_out];
                             }
                         }
                     }
                 });
    return result;
}

Numbers unfold(const Call& call) {
    const Shape& in = call.inputs[0].shape;
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), call.numbers[0]);
    for_each_tap(call.integers, in, call.output[1], call.output[2], call.integers[8], call.integers[9],
                 [&](Index n, Index row, Index column, Index ky, Index kx, Index y, Index x, bool inside) {
                     for (Index c = 0; inside && c < in[3]; ++c) {
                         result[position_at(call.output, {n, row, column, ky * call.integers[9] + kx, c})] =
                             call.inputs[0].numbers[position_at(in, {n, y, x, c})];
                     }
                 });
    return result;
}

Numbers fold(const Call& call) {
    const Shape& patches = call.inputs[0].shape;
    Numbers result(static_cast<std::size_t>(gandsl::element_count(call.output)), 0.0);
    for_each_tap(call.integers, call.output, patches[1], patches[2], call.integers[8], call.integers[9],
                 [&](Index n, Index row, Index column, Index ky, Index kx, Index y, Index x, bool inside) {
                     for (Index c = 0; inside && c < patches[4]; ++c) {
                         result[position_at(call.output, {n, y, x, c})] += call.inputs[0].numbers[position_at(
                             patches, {n, row, column, ky * call.integers[9] + kx, c})];
                     }
                 });
    return result;
}

}  // namespace

References convolution_references() {
    return {
        {"convolution", convolution<Target::output>},
        {"convolution_by_input", convolution<Target::input>},
        {"convolution_by_weight", convolution<Target::weight>},
        {"unfold", unfold},
        {"fold", fold},
    };
}

}  // namespace gandsl_test
