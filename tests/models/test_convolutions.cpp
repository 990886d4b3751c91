#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "autodiff/operation.hpp"
#include "autodiff/operations.hpp"
#include "models/layouts.hpp"
#include "tests/models/apply.hpp"

// Convolutions and pooling against loops over channels-first arrays.
BOOST_AUTO_TEST_SUITE(convolutions)

using namespace gandsl;
using namespace gandsl::test;

namespace {

/// Where a window of `kernel` places lies over an axis.
struct Axis {
    Index input, kernel, stride, dilation, before, output;
};

Axis same(Index input, Index kernel, Index stride, Index dilation = 1) {
    const Index output = (input + stride - 1) / stride;
    const Index reach = (kernel - 1) * dilation + 1;
    const Index missing = std::max<Index>((output - 1) * stride + reach - input, 0);
    return {input, kernel, stride, dilation, missing / 2, output};
}

Axis valid(Index input, Index kernel, Index stride, Index dilation = 1) {
    return {input, kernel, stride, dilation, 0, (input - ((kernel - 1) * dilation + 1)) / stride + 1};
}

/// Calls visit(row, column, input row, input column, kernel row, kernel column) for all that meet inside the
/// input.
template <typename Visit>
void meet(const Axis& rows, const Axis& columns, const Visit& visit) {
    for (Index row = 0; row < rows.output; ++row) {
        for (Index column = 0; column < columns.output; ++column) {
            for (Index down = 0; down < rows.kernel; ++down) {
                for (Index right = 0; right < columns.kernel; ++right) {
                    const Index y = row * rows.stride + down * rows.dilation - rows.before;
                    const Index x = column * columns.stride + right * columns.dilation - columns.before;
                    if (y >= 0 && y < rows.input && x >= 0 && x < columns.input) {
                        visit(row, column, y, x, down, right);
                    }
                }
            }
        }
    }
}

/// x (n, c, h, w), weight (kh, kw, c, f), bias (f).
Array convolve(const Array& x, const Array& weight, const Array* bias, const Axis& rows,
               const Axis& columns) {
    const Shape in = shape_of(x);
    const Index filters = shape_of(weight)[3];
    Array y = make_array({in[0], filters, rows.output, columns.output});
    for (Index n = 0; n < in[0]; ++n) {
        for (Index f = 0; f < filters; ++f) {
            for (Index row = 0; row < rows.output && bias != nullptr; ++row) {
                for (Index column = 0; column < columns.output; ++column) {
                    y(n, f, row, column) = (*bias)(f);
                }
            }
            for (Index c = 0; c < in[1]; ++c) {
                meet(rows, columns, [&](Index row, Index column, Index i, Index j, Index down, Index right) {
                    y(n, f, row, column) += x(n, c, i, j) * weight(down, right, c, f);
                });
            }
        }
    }
    return y;
}

void check_conv(const Given& given, const Shape& shape, const Axis& rows, const Axis& columns) {
    Tape tape;
    const Array x = random(shape);
    const Application applied = apply(tape, "conv", given, {value(tape, x)});
    const Array* bias = applied.weights.size() > 1 ? &applied.weights[1].value() : nullptr;
    require_close(numbers(applied.results[0]), convolve(x, applied.weights[0].value(), bias, rows, columns));
}

}  // namespace

BOOST_AUTO_TEST_CASE(conv_same) {
    check_conv({.numbers = {{"filters", 5}}}, {2, 3, 6, 7}, same(6, 3, 1), same(7, 3, 1));
    check_conv({.numbers = {{"filters", 4}, {"kernel", 5}, {"stride", 2}}}, {3, 2, 7, 8}, same(7, 5, 2),
               same(8, 5, 2));
    check_conv({.numbers = {{"filters", 2}, {"kernel", 3}, {"dilation", 2}}, .flags = {{"bias", false}}},
               {1, 2, 5, 5}, same(5, 3, 1, 2), same(5, 3, 1, 2));
}

BOOST_AUTO_TEST_CASE(conv_valid) {
    check_conv({.numbers = {{"filters", 3}, {"kernel", 4}, {"stride", 3}}, .texts = {{"pad", "valid"}}},
               {2, 1, 8, 11}, valid(8, 4, 3), valid(11, 4, 3));
}

BOOST_AUTO_TEST_CASE(conv_of_a_sequence) {
    // A causal filter sees its own place and earlier ones.
    const Given given{.numbers = {{"filters", 3}, {"kernel", 3}, {"dilation", 2}},
                      .flags = {{"causal", true}}};
    Tape tape;
    const Array x = random({2, 9, 4});  // length 9, 4 channels
    const Application applied = apply(tape, "conv", given, {value(tape, x)});
    const Array& weight = applied.weights[0].value();
    Array expected = make_array({2, 9, 3});
    for (Index n = 0; n < 2; ++n) {
        for (Index t = 0; t < 9; ++t) {
            for (Index f = 0; f < 3; ++f) {
                expected(n, t, f) = applied.weights[1].value()(f);
                for (Index k = 0; k < 3; ++k) {
                    const Index from = t - 2 * (2 - k);
                    for (Index c = 0; from >= 0 && c < 4; ++c) {
                        expected(n, t, f) += x(n, from, c) * weight(k, 0, c, f);
                    }
                }
            }
        }
    }
    require_close(numbers(applied.results[0]), expected);
}

BOOST_AUTO_TEST_CASE(conv_transpose_is_the_adjoint) {
    for (const bool padded : {true, false}) {
        for (const Index stride : {1, 2, 3}) {
            const Given given{
                .numbers = {{"filters", 2}, {"kernel", 5}, {"stride", static_cast<double>(stride)}},
                .texts = {{"pad", padded ? "same" : "valid"}}};
            Tape tape;
            const Array x = random({2, 3, 4, 3});
            const Application applied = apply(tape, "conv_transpose", given, {value(tape, x)});
            const Shape size = applied.results[0].type.shape;
            const Shape expected_size =
                padded ? Shape{2, 4 * stride, 3 * stride} : Shape{2, 3 * stride + 5, 2 * stride + 5};
            BOOST_TEST(to_string(size) == to_string(expected_size));
            // Every place of x spreads over the places whose convolution would see it.
            const Axis rows = padded ? same(size[1], 5, stride) : valid(size[1], 5, stride);
            const Axis columns = padded ? same(size[2], 5, stride) : valid(size[2], 5, stride);
            BOOST_REQUIRE_EQUAL(rows.output, 4);
            BOOST_REQUIRE_EQUAL(columns.output, 3);
            const Array& weight = applied.weights[0].value();
            Array expected = make_array({2, size[0], size[1], size[2]});
            for (Index n = 0; n < 2; ++n) {
                for (Index f = 0; f < 2; ++f) {
                    for (Index i = 0; i < size[1]; ++i) {
                        for (Index j = 0; j < size[2]; ++j) {
                            expected(n, f, i, j) = applied.weights[1].value()(f);
                        }
                    }
                    for (Index c = 0; c < 3; ++c) {
                        meet(rows, columns,
                             [&](Index row, Index column, Index i, Index j, Index down, Index right) {
                                 expected(n, f, i, j) += x(n, c, row, column) * weight(down, right, f, c);
                             });
                    }
                }
            }
            require_close(numbers(applied.results[0]), expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(pooling) {
    struct Case {
        Given given;
        Axis rows, columns;
    };
    const std::vector<Case> cases = {
        {{}, same(5, 2, 2), same(6, 2, 2)},
        {{.numbers = {{"kernel", 3}, {"stride", 2}}}, same(5, 3, 2), same(6, 3, 2)},
        {{.numbers = {{"kernel", 3}, {"stride", 1}}, .texts = {{"pad", "valid"}}},
         valid(5, 3, 1),
         valid(6, 3, 1)},
    };
    for (const Case& each : cases) {
        Tape tape;
        Array x = random({2, 3, 5, 6});
        for (std::size_t i = 0; i < x.size(); ++i) {
            x.data()[i] -= 3;  // all below 0, so that padding would win if it counted
        }
        Array largest = make_array({2, 3, each.rows.output, each.columns.output}, -1e9);
        Array average = make_array(shape_of(largest));
        for (Index n = 0; n < 2; ++n) {
            for (Index c = 0; c < 3; ++c) {
                Array count = make_array({each.rows.output, each.columns.output});
                meet(each.rows, each.columns, [&](Index row, Index column, Index i, Index j, Index, Index) {
                    largest(n, c, row, column) = std::max(largest(n, c, row, column), x(n, c, i, j));
                    average(n, c, row, column) += x(n, c, i, j);
                    count(row, column) += 1;
                });
                for (Index row = 0; row < each.rows.output; ++row) {
                    for (Index column = 0; column < each.columns.output; ++column) {
                        average(n, c, row, column) /= count(row, column);
                    }
                }
            }
        }
        require_close(numbers(apply(tape, "max_pool", each.given, {value(tape, x)}).results[0]), largest);
        require_close(numbers(apply(tape, "avg_pool", each.given, {value(tape, x)}).results[0]), average);
    }
}

BOOST_AUTO_TEST_CASE(upsample_repeats) {
    Tape tape;
    const Array x = random({2, 3, 2, 4});
    const Array y =
        numbers(apply(tape, "upsample", {.numbers = {{"factor", 3}}}, {value(tape, x)}).results[0]);
    BOOST_REQUIRE_EQUAL(to_string(shape_of(y)), "(2, 3, 6, 12)");
    for (Index c = 0; c < 3; ++c) {
        for (Index i = 0; i < 6; ++i) {
            for (Index j = 0; j < 12; ++j) {
                BOOST_REQUIRE_EQUAL(y(1, c, i, j), x(1, c, i / 3, j / 3));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(gradients) {
    check_gradients("conv", {.numbers = {{"filters", 2}, {"stride", 2}}}, {random({2, 3, 5, 4})});
    check_gradients("conv", {.numbers = {{"filters", 2}, {"kernel", 2}}, .flags = {{"causal", true}}},
                    {random({2, 5, 3})});
    check_gradients("conv_transpose", {.numbers = {{"filters", 2}, {"stride", 2}}}, {random({2, 3, 3, 2})});
    check_gradients("max_pool", {}, {random({2, 2, 5, 4})});
    check_gradients("avg_pool", {.numbers = {{"kernel", 3}, {"stride", 2}}}, {random({2, 2, 5, 4})});
    check_gradients("upsample", {}, {random({2, 2, 3, 2})});
}

BOOST_AUTO_TEST_CASE(layouts_cost_nothing_that_is_not_needed) {
    const auto transposes = [](Tape& tape) {
        std::size_t count = 0;
        for (NodeId id = 0; id < tape.size(); ++id) {
            count += tape.node(id).operation->name == "transpose" ? 1 : 0;
        }
        return count;
    };
    Tape tape;
    // One channel: a picture becomes channels last by a reshape. Between convolutions nothing is turned.
    models::Value h = value(tape, random({2, 1, 8, 8}));
    h = apply(tape, "conv", {.numbers = {{"filters", 4}}}, {h}).results[0];
    BOOST_TEST((h.layout == models::Layout::channels_last));
    h = apply(tape, "batch_norm", {}, {h}).results[0];
    h = apply(tape, "leaky_relu", {}, {h}).results[0];
    h = apply(tape, "dropout", {.numbers = {{"rate", 0.5}}}, {h}).results[0];
    h = apply(tape, "add", {}, {h, value(tape, random({2}))}).results[0];
    h = apply(tape, "max_pool", {}, {h}).results[0];
    h = apply(tape, "conv_transpose", {.numbers = {{"filters", 3}, {"stride", 2}}}, {h}).results[0];
    BOOST_TEST((h.layout == models::Layout::channels_last));
    BOOST_TEST(transposes(tape) == 0u);
    // Two pictures in different layouts meet in one.
    const models::Value first = value(tape, random({2, 3, 8, 8}));
    const models::Value sum = apply(tape, "add", {}, {h, first}).results[0];
    BOOST_TEST(transposes(tape) == 1u);
    Array expected = numbers(h);
    expected += first.var.value();
    require_close(numbers(sum), expected);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit) {
    BOOST_TEST(refusal("conv", {.numbers = {{"filters", 3}}}, {type_of({100})}) != "");
    BOOST_TEST(refusal("conv", {.numbers = {{"filters", 3}, {"kernel", 9}}, .texts = {{"pad", "valid"}}},
                       {type_of({1, 8, 8})}) != "");
    BOOST_TEST(refusal("conv", {.numbers = {{"filters", 3}, {"kernel", 9}}}, {type_of({1, 8, 8})}) == "");
    BOOST_TEST(refusal("conv", {.numbers = {{"filters", 3}}, .flags = {{"causal", true}}},
                       {type_of({1, 8, 8})}) != "");
    BOOST_TEST(refusal("max_pool", {}, {type_of({8, 8}, 10)}) != "");
    BOOST_TEST(refusal("conv_transpose", {.numbers = {{"filters", 3}}}, {type_of({7})}) != "");
}

BOOST_AUTO_TEST_SUITE_END()
