#include <cmath>
#include <limits>

#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/misuse.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

constexpr Index beyond_blas = Index{1} << 31;
constexpr Index huge = std::numeric_limits<Index>::max();
constexpr Index large = Index{1} << 62;
const double nan = std::numeric_limits<double>::quiet_NaN();

// On a tape that only records, so that no memory is asked for.
std::function<void()> recorded(std::vector<Shape> shapes, std::function<void(std::span<const Var>)> act) {
    return [shapes = std::move(shapes), act = std::move(act)] {
        Tape tape(Evaluation::planned);
        std::vector<Var> vars;
        for (const Shape& shape : shapes) {
            vars.push_back(tape.input(shape));
        }
        act(vars);
    };
}

using Vars = std::span<const Var>;

std::vector<Misuse> axes_and_shapes() {
    const ErrorCode shape = ErrorCode::shape;
    return {
        {"sum_axis_huge", recorded({{2, 3}}, [](Vars x) { sum(x[0], {huge}); }), shape, {"[sum]"}},
        {"sum_axis_lowest", recorded({{2, 3}}, [](Vars x) { sum(x[0], {-huge - 1}); }), shape, {"[sum]"}},
        {"mean_axis", recorded({{2, 3}}, [](Vars x) { mean(x[0], {2}); }), shape, {"axis 2"}},
        {"mean_and_variance_axis",
         recorded({{2, 3}}, [](Vars x) { mean_and_variance(x[0], {-3}); }),
         shape,
         {"[mean_and_variance]", "axis -3"}},
        {"max_axis", recorded({{2, 3}}, [](Vars x) { max(x[0], {2}); }), shape, {"[max]", "axis 2"}},
        {"min_axis", recorded({{2, 3}}, [](Vars x) { min(x[0], {2}); }), shape, {"[min]", "axis 2"}},
        {"norm_axis", recorded({{2, 3}}, [](Vars x) { norm(x[0], {2}); }), shape, {"axis 2"}},
        {"max_axis_twice",
         recorded({{2, 3}},
                  [](Vars x) {
                      max(x[0], {0, 0});
                  }),
         shape,
         {"twice"}},
        {"sum_many_axes", recorded({Shape(17, 1)}, [](Vars x) { sum(x[0]); }), shape, {"[sum]"}},
        {"sum_to_more_axes",
         recorded({{2, 3}},
                  [](Vars x) {
                      sum_to(x[0], {1, 2, 3});
                  }),
         shape,
         {"[sum_to]"}},
        {"sum_to_negative", recorded({{2, 3}}, [](Vars x) { sum_to(x[0], {-3}); }), shape, {"[sum_to]"}},
        {"reshape_negative",
         recorded({{2, 3}},
                  [](Vars x) {
                      reshape(x[0], {-2, -3});
                  }),
         shape,
         {"[reshape]"}},
        {"reshape_uncountable",
         recorded({{2, 3}},
                  [](Vars x) {
                      reshape(x[0], {large, 4});
                  }),
         ErrorCode::memory,
         {}},
        {"transpose_nine_axes",
         recorded({Shape(9, 2)},
                  [](Vars x) {
                      transpose(x[0], {8, 1, 2, 3, 4, 5, 6, 7, 0});
                  }),
         shape,
         {"[transpose]", "8 axes"}},
        {"transpose_axis_lowest",
         recorded({{2, 3}},
                  [](Vars x) {
                      transpose(x[0], {-huge - 1, 0});
                  }),
         shape,
         {"[transpose]"}},
        {"broadcast_to_negative", recorded({{1}}, [](Vars x) { broadcast_to(x[0], {-3}); }), shape, {"(-3)"}},
        {"slice_axis_huge", recorded({{2, 3}}, [](Vars x) { slice(x[0], huge, 0, 1); }), shape, {"[slice]"}},
        {"slice_negative",
         recorded({{5}}, [](Vars x) { slice(x[0], 0, -1, 2); }),
         shape,
         {"[slice]", "-1 to 2"}},
        {"slice_end_huge", recorded({{5}}, [](Vars x) { slice(x[0], 0, 0, huge); }), shape, {"[slice]"}},
        {"slice_stride_0",
         recorded({{5}}, [](Vars x) { slice(x[0], 0, 0, 2, 0); }),
         shape,
         {"[slice]", "steps of 0"}},
        {"pad_axis", recorded({{5}}, [](Vars x) { pad(x[0], 1, 1, 1); }), shape, {"[pad]", "axis 1"}},
        {"pad_stride_huge",
         recorded({{5}}, [](Vars x) { pad(x[0], 0, 0, 0, large); }),
         shape,
         {"[pad]", "2^63"}},
        {"pad_before_huge", recorded({{5}}, [](Vars x) { pad(x[0], 0, huge, 1); }), shape, {"[pad]", "2^63"}},
        {"pad_after_huge", recorded({{5}}, [](Vars x) { pad(x[0], 0, 1, huge); }), shape, {"[pad]", "2^63"}},
        {"pad_no_numbers", recorded({{0}}, [](Vars x) { pad(x[0], 0, 1, 1); }), shape, {"[pad]"}},
        {"concatenate_axis",
         recorded({{2}, {2}}, [](Vars x) { concatenate(x, 1); }),
         shape,
         {"[concatenate]"}},
        {"concatenate_huge",
         recorded({{large, 0}, {large, 0}}, [](Vars x) { concatenate(x, 0); }),
         shape,
         {"[concatenate]", "2^63"}},
        {"lstm_units_huge",
         recorded({{1, 1, 1}, {large, 1}}, [](Vars x) { lstm(x[0], x[1]); }),
         shape,
         {"units"}},
        {"lstm_shapes",
         recorded({{2, 1, 4}, {2, 8}}, [](Vars x) { lstm(x[0], x[1]); }),
         shape,
         {"(2, 1, 4)", "(2, 8)"}},
        {"where_shapes",
         recorded({{2}, {3}, {3}}, [](Vars x) { where(x[0], x[1], x[2]); }),
         shape,
         {"[where]"}},
        {"blend_shapes", recorded({{2}, {3}}, [](Vars x) { blend(x[0], x[1], 0.5); }), shape, {"[blend]"}},
        {"add_uncountable",
         recorded({{large, 1}, {1, 4}}, [](Vars x) { add(x[0], x[1]); }),
         ErrorCode::memory,
         {}},
        {"matmul_uncountable",
         recorded({{large, 1}, {1, 4}}, [](Vars x) { matmul(x[0], x[1]); }),
         ErrorCode::memory,
         {}},
    };
}

std::vector<Misuse> images() {
    const ErrorCode shape = ErrorCode::shape;
    const Shape image{1, 8, 8, 1};
    const Shape kernel{2, 2, 1, 4};
    const auto convolved = [&](ConvolutionGeometry geometry) {
        return recorded({image, kernel}, [geometry](Vars x) { convolution(x[0], x[1], geometry); });
    };
    const auto same = [](Index size, Index kernel_size, Index stride, Index dilation) {
        return [=] { same_geometry({size, 4}, {kernel_size, 3}, {stride, 1}, {dilation, 1}); };
    };
    return {
        {"convolution_dilation_huge", convolved({.dilation = {huge, 1}}), shape, {"[convolution]"}},
        {"convolution_dilation_0", convolved({.dilation = {0, 1}}), shape, {"[convolution]", "dilation 0 1"}},
        {"convolution_stride_negative",
         convolved({.stride = {1, -1}}),
         shape,
         {"[convolution]", "stride 1 -1"}},
        {"convolution_padding_negative", convolved({.pad_before = {-1, 0}}), shape, {"[convolution]"}},
        {"convolution_padding_huge", convolved({.pad_before = {huge, 0}}), shape, {"[convolution]", "2^63"}},
        {"convolution_paddings_huge",
         convolved({.pad_before = {large, 0}, .pad_after = {large, 0}}),
         shape,
         {"[convolution]", "2^63"}},
        {"convolution_no_pixels",
         recorded({{1, 0, 8, 1}, kernel}, [](Vars x) { convolution(x[0], x[1], {}); }),
         shape,
         {"[convolution]", "at least one pixel"}},
        {"convolution_no_taps",
         recorded({image, {0, 2, 1, 4}}, [](Vars x) { convolution(x[0], x[1], {}); }),
         shape,
         {"[convolution]", "one tap"}},
        {"convolution_by_input_huge",
         recorded({{1, 7, 7, 4}, kernel}, [](Vars x) { convolution_by_input(x[0], x[1], {}, huge, 8); }),
         shape,
         {"[convolution_by_input]"}},
        {"convolution_by_input_negative",
         recorded({{1, 7, 7, 4}, kernel}, [](Vars x) { convolution_by_input(x[0], x[1], {}, -8, 8); }),
         shape,
         {"[convolution_by_input]"}},
        {"convolution_by_weight_huge",
         recorded({image, {1, 7, 7, 4}}, [](Vars x) { convolution_by_weight(x[0], x[1], {}, huge, 2); }),
         shape,
         {"[convolution_by_weight]"}},
        {"unfold_kernel_huge",
         recorded({image}, [](Vars x) { unfold(x[0], {}, huge, 2); }),
         shape,
         {"[unfold]"}},
        {"unfold_kernel_0", recorded({image}, [](Vars x) { unfold(x[0], {}, 0, 2); }), shape, {"[unfold]"}},
        {"unfold_padding_huge",
         recorded({image},
                  [](Vars x) {
                      unfold(x[0], {.pad_after = {0, huge}}, 2, 2);
                  }),
         shape,
         {"[unfold]", "2^63"}},
        {"unfold_taps_huge",
         recorded({image},
                  [](Vars x) {
                      unfold(x[0], {.pad_after = {large, large}}, Index{1} << 40, Index{1} << 40);
                  }),
         shape,
         {"[unfold]", "2^63"}},
        {"fold_axes",
         recorded({{1, 4, 4, 1}}, [](Vars x) { fold(x[0], {}, 2, 2, 5, 5); }),
         shape,
         {"[fold]"}},
        {"fold_size_huge",
         recorded({{1, 4, 4, 4, 1}}, [](Vars x) { fold(x[0], {}, 2, 2, huge, 5); }),
         shape,
         {"[fold]"}},
        {"same_geometry_stride_0", same(5, 3, 0, 1), shape, {"[same_geometry]", "stride 0"}},
        {"same_geometry_size_0", same(0, 3, 1, 1), shape, {"[same_geometry]"}},
        {"same_geometry_dilation_huge", same(5, 3, 1, huge), shape, {"[same_geometry]", "2^63"}},
        {"same_geometry_kernel_huge", same(5, huge, 1, 2), shape, {"[same_geometry]", "2^63"}},
    };
}

std::vector<Misuse> indices_and_numbers() {
    const ErrorCode shape = ErrorCode::shape;
    constexpr Index countable = Index{1} << std::numeric_limits<Real>::digits;
    return {
        {"gather_uncountable",
         recorded({{countable + 3}, {1}}, [](Vars x) { gather(x[0], x[1]); }),
         shape,
         {"[gather]", std::to_string(countable)}},
        {"scatter_add_uncountable",
         recorded({{1}, {1}}, [](Vars x) { scatter_add(x[0], x[1], huge); }),
         shape,
         {"[scatter_add]", std::to_string(countable)}},
        {"scatter_add_negative",
         recorded({{1}, {1}}, [](Vars x) { scatter_add(x[0], x[1], -1); }),
         shape,
         {"[scatter_add]", "-1 rows"}},
        {"pick_uncountable",
         recorded({{1, countable + 1}, {1}}, [](Vars x) { pick(x[0], x[1]); }),
         shape,
         {"[pick]", std::to_string(countable)}},
        {"one_hot_uncountable",
         recorded({{1}}, [](Vars x) { one_hot(x[0], countable + 1); }),
         shape,
         {"[one_hot]", std::to_string(countable)}},
        {"one_hot_negative", recorded({{1}}, [](Vars x) { one_hot(x[0], -5); }), shape, {"[one_hot]", "-5"}},
        {"pick_number", recorded({{}, {}}, [](Vars x) { pick(x[0], x[1]); }), shape, {"[pick]"}},
        {"gather_of_no_rows",
         [] {
             Tape tape;
             gather(tape.constant(make_array({0, 2})), tape.constant(0));
         },
         ErrorCode::invalid_argument,
         {"[gather]"}},
        {"random_negative_size",
         [] {
             Tape tape;
             random_uniform(tape, {-1}, 1);
         },
         shape,
         {"(-1)"}},
        {"random_uncountable",
         [] {
             Tape tape;
             random_normal(tape, {large, 4}, 1);
         },
         ErrorCode::memory,
         {}},
        {"fill_normal_odd",
         [] {
             std::vector<Real> out(4);
             fill_normal(out, {}, 3);
         },
         ErrorCode::invalid_argument,
         {"[fill_normal]", "3", "even"}},
        {"matmul_rows_beyond_blas",
         recorded({{beyond_blas, 1}, {1, 1}}, [](Vars x) { matmul(x[0], x[1]); }),
         shape,
         {"[matmul]", "2147483648", "2147483647"}},
        {"matmul_terms_beyond_blas",
         recorded({{1, beyond_blas}, {beyond_blas, 1}}, [](Vars x) { matmul(x[0], x[1]); }),
         shape,
         {"[matmul]", "2147483648"}},
        {"matmul_columns_beyond_blas",
         recorded({{1, 1}, {beyond_blas, 1}}, [](Vars x) { matmul(x[0], x[1], false, true); }),
         shape,
         {"[matmul]", "2147483648"}},
        {"max_of_nothing", recorded({{0, 3}}, [](Vars x) { max(x[0], {0}); }), shape, {"[max]", "(0, 3)"}},
        {"min_of_nothing", recorded({{0}}, [](Vars x) { min(x[0]); }), shape, {"[min]", "(0)"}},
    };
}

Var zeros(Tape& tape, Shape shape) {
    return tape.constant(make_array(shape));
}

}  // namespace

std::vector<Misuse> misused_sizes() {
    std::vector<Misuse> rows = axes_and_shapes();
    for (const auto& more : {images(), indices_and_numbers()}) {
        rows.insert(rows.end(), more.begin(), more.end());
    }
    return rows;
}

std::vector<Allowed> allowed_sizes() {
    const auto on_tape = [](std::function<Var(Tape&)> build) {
        return [build = std::move(build)] {
            Tape tape;
            return Array(build(tape).value());
        };
    };
    return {
        {"sum_of_nothing",
         on_tape([](Tape& t) {
             return sum(zeros(t, {0, 3}), {0});
         }),
         {3},
         {0, 0, 0}},
        {"sum_of_all_of_nothing",
         on_tape([](Tape& t) {
             return sum(zeros(t, {0, 3}));
         }),
         {},
         {0}},
        {"mean_of_nothing",
         on_tape([](Tape& t) {
             return mean(zeros(t, {0, 2}), {0});
         }),
         {2},
         {nan, nan}},
        {"mean_and_variance_of_nothing",
         on_tape([](Tape& t) {
             return mean_and_variance(zeros(t, {0, 3}), {0}).variance;
         }),
         {3},
         {nan, nan, nan}},
        {"norm_of_nothing", on_tape([](Tape& t) { return norm(zeros(t, {0})); }), {}, {0}},
        {"max_for_no_rows",
         on_tape([](Tape& t) {
             return max(zeros(t, {0, 3}), {1});
         }),
         {0},
         {}},
        {"matmul_without_terms",
         on_tape([](Tape& t) {
             return matmul(zeros(t, {2, 0}), zeros(t, {0, 3}));
         }),
         {2, 3},
         {0, 0, 0, 0, 0, 0}},
        {"matmul_without_rows",
         on_tape([](Tape& t) {
             return matmul(zeros(t, {0, 2}), zeros(t, {2, 3}));
         }),
         {0, 3},
         {}},
        {"matmul_without_columns",
         on_tape([](Tape& t) {
             return matmul(zeros(t, {2, 2}), zeros(t, {2, 0}));
         }),
         {2, 0},
         {}},
        {"convolution_without_channels",
         on_tape([](Tape& t) {
             return convolution(zeros(t, {1, 2, 2, 0}), zeros(t, {2, 1, 0, 2}), {});
         }),
         {1, 1, 2, 2},
         {0, 0, 0, 0}},
        {"convolution_without_examples",
         on_tape([](Tape& t) {
             return convolution(zeros(t, {0, 2, 2, 1}), zeros(t, {2, 1, 1, 2}), {});
         }),
         {0, 1, 2, 2},
         {}},
        {"convolution_by_weight_without_examples",
         on_tape([](Tape& t) {
             return convolution_by_weight(zeros(t, {0, 2, 2, 1}), zeros(t, {0, 1, 2, 1}), {}, 2, 1);
         }),
         {2, 1, 1, 1},
         {0, 0}},
        {"softmax_of_nothing",
         on_tape([](Tape& t) {
             return softmax(zeros(t, {2, 0}));
         }),
         {2, 0},
         {}},
        {"transpose_of_nothing",
         on_tape([](Tape& t) {
             return transpose(zeros(t, {2, 0, 3}), {2, 1, 0});
         }),
         {3, 0, 2},
         {}},
        {"concatenate_with_nothing",
         on_tape([](Tape& t) {
             const Var x = t.constant(to_array({1}, {5}));
             return concatenate({zeros(t, {0}), x}, 0);
         }),
         {1},
         {5}},
        {"gradient_of_concatenate_with_nothing",
         on_tape([](Tape& t) {
             const Var none = zeros(t, {0, 2});
             return gradient(sum(concatenate({none, t.filled({1, 2}, 3)}, 0)), none);
         }),
         {0, 2},
         {}},
        {"scatter_add_of_nothing",
         on_tape([](Tape& t) {
             return scatter_add(zeros(t, {0, 2}), zeros(t, {0}), 1);
         }),
         {1, 2},
         {0, 0}},
        {"second_gradient_of_lstm_without_steps",
         on_tape([](Tape& t) {
             const Var drive = zeros(t, {0, 2, 4});
             const Var weight = zeros(t, {1, 4});
             const std::vector<Var> first = gradient(sum(lstm(drive, weight)), {drive, weight});
             return gradient(sum(square(first[0])) + sum(square(first[1])), weight);
         }),
         {1, 4},
         {0, 0, 0, 0}},
        {"slice_of_any_stride",
         on_tape([](Tape& t) {
             return slice(t.constant(to_array({3}, {7, 8, 9})), 0, 0, 2, huge);
         }),
         {1},
         {7}},
        {"broadcast_to_nothing", on_tape([](Tape& t) { return broadcast_to(zeros(t, {1}), {0}); }), {0}, {}},
        {"add_nothing",
         on_tape([](Tape& t) {
             return zeros(t, {0, 2}) + zeros(t, {2});
         }),
         {0, 2},
         {}},
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
