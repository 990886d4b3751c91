#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "autodiff/autodiff.hpp"
#include "autodiff/gradient_check.hpp"

/// The layers that an embedding program calls, held against plain loops and finite differences.
namespace gandsl_test::layers {

using namespace gandsl;

namespace {

Array drawn(const Shape& shape, std::uint32_t stream) {
    return normal_values(shape, 0.7, {.seed = 3, .stream = stream});
}

double sigmoid_of(double x) {
    return 1 / (1 + std::exp(-x));
}

void check_same(const Array& found, const Array& expected, double allowed = 1e-12) {
    BOOST_TEST_REQUIRE(to_string(shape_of(found)) == to_string(shape_of(expected)));
    for (std::size_t i = 0; i < found.size(); ++i) {
        BOOST_TEST(std::abs(found.data()[i] - expected.data()[i]) <= allowed,
                   "element " << i << " is " << found.data()[i] << ", expected " << expected.data()[i]);
    }
}

/// Gradients of first and second order by all inputs, which are numbers drawn for these shapes.
void check_gradients(const std::vector<Shape>& shapes, const GradientCheckFunction& function) {
    std::vector<Array> inputs;
    for (const Shape& shape : shapes) {
        inputs.push_back(drawn(shape, static_cast<std::uint32_t>(40 + inputs.size())));
    }
    for (const int order : {1, 2}) {
        const GradientReport report = check_gradient(function, inputs, {.order = order});
        BOOST_TEST(report.passed, "order " << order << ": " << report.message());
        BOOST_TEST(report.checked > std::size_t{0});
    }
}

void check_refused(const std::function<void()>& act, ErrorCode code, const std::vector<std::string>& words) {
    try {
        act();
    } catch (const Error& error) {
        BOOST_TEST((error.code() == code), error.message());
        for (const std::string& word : words) {
            BOOST_TEST(error.message().find(word) != std::string::npos,
                       "'" << word << "' is missing from: " << error.message());
        }
        return;
    }
    BOOST_ERROR("no error was thrown");
}

struct Fixture {
    Tape tape;
    WeightKeys keys{7};

    Var draw(const Shape& shape, std::uint32_t stream) { return tape.constant(drawn(shape, stream)); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(layer_functions, Fixture)

BOOST_AUTO_TEST_CASE(dense_is_a_product_on_the_last_axis) {
    const Dense layer = make_dense(tape, 3, 4, keys, {.name = "hidden"});
    const Var x = draw({2, 5, 3}, 1);
    Array expected = make_array({2, 5, 4});
    for (int i = 0; i < 2; ++i) {
        for (int j = 0; j < 5; ++j) {
            for (int k = 0; k < 4; ++k) {
                expected(i, j, k) = layer.bias.value()(k);
                for (int l = 0; l < 3; ++l) {
                    expected(i, j, k) += x.value()(i, j, l) * layer.weight.value()(l, k);
                }
            }
        }
    }
    check_same(dense(x, layer).value(), expected);
    BOOST_TEST(tape.name(layer.weight.id()) == "hidden.weight");
    BOOST_TEST(tape.name(layer.bias.id()) == "hidden.bias");
    BOOST_TEST(!make_dense(tape, 3, 4, keys, {.bias = false}).bias.valid());
    check_gradients({{2, 3}, {3, 4}, {4}}, [](Tape&, std::span<const Var> v) {
        return dense(v[0], {.weight = v[1], .bias = v[2]});
    });
}

BOOST_AUTO_TEST_CASE(embedding_and_position_read_rows) {
    const Embedding table = make_embedding(tape, 6, 3, keys);
    Array indices = make_array({2});
    indices(0) = 5;
    indices(1) = 2;
    const Array found = embedding(tape.constant(indices), table).value();
    const Var x = draw({2, 4, 3}, 1);
    const Array moved = position(x, table).value();
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(found(0, i) == table.weight.value()(5, i));
        BOOST_TEST(found(1, i) == table.weight.value()(2, i));
        BOOST_TEST(moved(1, 3, i) == x.value()(1, 3, i) + table.weight.value()(3, i));
    }
}

BOOST_AUTO_TEST_CASE(norms_divide_by_the_deviation_of_their_axes) {
    const Array x = drawn({2, 3, 4, 6}, 1);
    const Norm layer{.weight = draw({6}, 2), .bias = draw({6}, 3)};
    // The mean of `function` over the elements of x that `together` joins with (i, j, k, l).
    const auto expected = [&](const auto& together, bool centred) {
        Array result = make_array({2, 3, 4, 6});
        const auto each = [](const auto& act) {
            for (int i = 0; i < 2; ++i) {
                for (int j = 0; j < 3; ++j) {
                    for (int k = 0; k < 4; ++k) {
                        for (int l = 0; l < 6; ++l) act(i, j, k, l);
                    }
                }
            }
        };
        each([&](int i, int j, int k, int l) {
            double count = 0, total = 0, squares = 0;
            each([&](int a, int b, int c, int d) {
                if (together(i, a, j, b, k, c, l, d)) {
                    count += 1;
                    total += x(a, b, c, d);
                    squares += x(a, b, c, d) * x(a, b, c, d);
                }
            });
            const double mean = centred ? total / count : 0;
            const double deviation = std::sqrt(squares / count - mean * mean + 1e-5);
            result(i, j, k, l) =
                (x(i, j, k, l) - mean) / deviation * layer.weight.value()(l) + layer.bias.value()(l);
        });
        return result;
    };
    const Var input = tape.constant(x);
    const auto vector = [](int i, int a, int j, int b, int k, int c, int, int) {
        return i == a && j == b && k == c;
    };
    const auto image = [](int i, int a, int, int, int, int, int, int) { return i == a; };
    const auto channel = [](int i, int a, int, int, int, int, int l, int d) { return i == a && l == d; };
    const auto group = [](int i, int a, int, int, int, int, int l, int d) {
        return i == a && l / 2 == d / 2;
    };
    const auto rows = [](int i, int a, int j, int b, int, int, int l, int d) {
        return i == a && j == b && l == d;
    };
    check_same(layer_norm(input, layer).value(), expected(vector, true));
    check_same(layer_norm(input, layer, 3).value(), expected(image, true));
    check_same(rms_norm(input, layer).value(), expected(vector, false));
    check_same(instance_norm(input, layer).value(), expected(channel, true));
    check_same(instance_norm(input, layer, 1).value(), expected(rows, true));
    check_same(group_norm(input, layer, 3).value(), expected(group, true));
    for (const auto& norm : std::vector<Var (*)(Var, const Norm&)>{
             [](Var v, const Norm&n) { return layer_norm(v, n); }, rms_norm,
             [](Var v, const Norm&n) { return instance_norm(v, n, 1); },
             [](Var v, const Norm&n) { return group_norm(v, n, 2, 1); }}) {
        check_gradients({{2, 3, 4}, {4}, {4}}, [norm](Tape&, std::span<const Var> v) {
            return norm(v[0], {.weight = v[1], .bias = v[2]});
        });
    }
}

BOOST_AUTO_TEST_CASE(batch_norm_moves_its_running_statistics) {
    BatchNorm layer = make_batch_norm(tape, 2, "norm");
    BOOST_TEST(tape.name(layer.running_variance.id()) == "norm.running_variance");
    layer.momentum = 0.25;
    tape.assign(layer.weight, drawn({2}, 1));
    tape.assign(layer.bias, drawn({2}, 2));
    const Array x = drawn({4, 3, 2}, 3);
    const BatchNormStep step = batch_norm_in_training(tape.constant(x), layer);
    Array result = make_array({4, 3, 2});
    Array mean = make_array({2});
    Array variance = make_array({2});
    for (int f = 0; f < 2; ++f) {
        double total = 0, squares = 0;
        for (int i = 0; i < 12; ++i) {
            total += x(i / 3, i % 3, f) / 12;
            squares += x(i / 3, i % 3, f) * x(i / 3, i % 3, f) / 12;
        }
        const double found = squares - total * total;
        for (int i = 0; i < 12; ++i) {
            result(i / 3, i % 3, f) =
                (x(i / 3, i % 3, f) - total) / std::sqrt(found + 1e-5) * layer.weight.value()(f) +
                layer.bias.value()(f);
        }
        mean(f) = 0.25 * total;
        variance(f) = 0.75 + 0.25 * found * 12 / 11;
    }
    check_same(step.result.value(), result);
    check_same(step.running_mean.value(), mean);
    check_same(step.running_variance.value(), variance);

    tape.assign(layer.running_mean, step.running_mean.value());
    tape.assign(layer.running_variance, step.running_variance.value());
    const Array evaluated = batch_norm(tape.constant(x), layer).value();
    BOOST_TEST(evaluated(2, 1, 1) ==
                   (x(2, 1, 1) - mean(1)) / std::sqrt(variance(1) + 1e-5) * layer.weight.value()(1) +
                       layer.bias.value()(1),
               boost::test_tools::tolerance(1e-12));
    check_gradients({{3, 2}, {2}, {2}, {2}}, [](Tape& on, std::span<const Var> v) {
        const Var one = on.filled({2}, 1);
        return batch_norm_in_training(v[0], {v[1], v[2], v[3], one}).result +
               batch_norm(v[0], {v[1], v[2], v[3], one});
    });
}

BOOST_AUTO_TEST_CASE(conv_stands_its_window_where_its_padding_says) {
    const Array x = drawn({2, 7, 6, 2}, 1);
    struct Case {
        Padding padding;
        int rows, columns, before_row, before_column;
    };
    // Kernel (3, 2), stride (2, 1), dilation (1, 2): reaches over (3, 3).
    for (const Case& each : {Case{Padding::same, 4, 6, 1, 1}, Case{Padding::valid, 3, 4, 0, 0},
                             Case{Padding::causal, 4, 4, 2, 0}}) {
        const Conv layer = make_conv(
            tape, 2, 3, {.kernel = {3, 2}, .stride = {2, 1}, .dilation = {1, 2}, .padding = each.padding},
            keys);
        Array expected = make_array({2, each.rows, each.columns, 3});
        const Array& weight = layer.weight.value();
        for (int n = 0; n < 2; ++n) {
            for (int position = 0; position < each.rows * each.columns * 3; ++position) {
                const int row = position / 3 / each.columns, column = position / 3 % each.columns;
                const int out = position % 3;
                double total = layer.bias.value()(out);
                for (int tap = 0; tap < 3 * 2 * 2; ++tap) {
                    const int i = tap / 4, j = tap / 2 % 2, in = tap % 2;
                    const int y = row * 2 + i - each.before_row, z = column + 2 * j - each.before_column;
                    if (y >= 0 && y < 7 && z >= 0 && z < 6) {
                        total += x(n, y, z, in) * weight(i, j, in, out);
                    }
                }
                expected(n, row, column, out) = total;
            }
        }
        check_same(conv(tape.constant(x), layer).value(), expected);
    }
    const Conv along = make_conv(tape, 2, 3, {.kernel = {2, 1}, .padding = Padding::causal}, keys);
    const Var sequence = draw({2, 5, 2}, 2);
    check_same(conv(sequence, along).value(),
               reshape(conv(reshape(sequence, {2, 5, 1, 2}), along), {2, 5, 3}).value(), 0);
    check_gradients({{1, 4, 3, 2}, {2, 2, 2, 2}, {2}}, [](Tape&, std::span<const Var> v) {
        return conv(v[0], {.weight = v[1], .bias = v[2], .window = {.kernel = {2, 2}, .stride = {2, 1}}});
    });
}

BOOST_AUTO_TEST_CASE(conv_transpose_is_the_adjoint_of_conv) {
    for (const Padding padding : {Padding::same, Padding::valid}) {
        const Window window{.kernel = {3, 4}, .stride = {2, 3}, .padding = padding};
        const ConvTranspose layer = make_conv_transpose(tape, 3, 2, window, keys, {.bias = false});
        const Var x = draw({2, 3, 4, 3}, 1);
        const Var larger = conv_transpose(x, layer);
        BOOST_TEST(to_string(larger.shape()) ==
                   (padding == Padding::same ? "(2, 6, 12, 2)" : "(2, 7, 13, 2)"));
        const Var y = draw(larger.shape(), 2);
        const Var smaller = conv(y, {.weight = layer.weight, .window = window});
        BOOST_TEST(sum(larger * y).value()() == sum(x * smaller).value()(),
                   boost::test_tools::tolerance(1e-12));
        const ConvTranspose shifted{.weight = layer.weight, .bias = draw({2}, 3), .window = window};
        check_same(conv_transpose(x, shifted).value(), (larger + shifted.bias).value());
    }
    check_gradients({{1, 2, 2}, {3, 1, 2, 2}, {2}}, [](Tape&, std::span<const Var> v) {
        return conv_transpose(v[0],
                              {.weight = v[1], .bias = v[2], .window = {.kernel = {3, 1}, .stride = {2, 1}}});
    });
}

BOOST_AUTO_TEST_CASE(pools_leave_out_what_is_outside) {
    const Array x = drawn({1, 5, 3, 2}, 1);
    const Window window{.kernel = {3, 3}, .stride = {2, 2}};  // one position outside at each end
    Array largest = make_array({1, 3, 2, 2});
    Array means = make_array({1, 3, 2, 2});
    for (int at = 0; at < 12; ++at) {
        const int row = at / 4, column = at / 2 % 2, channel = at % 2;
        double count = 0, total = 0, most = -1e9;
        for (int y = std::max(2 * row - 1, 0); y < std::min(2 * row + 2, 5); ++y) {
            for (int z = std::max(2 * column - 1, 0); z < std::min(2 * column + 2, 3); ++z) {
                count += 1;
                total += x(0, y, z, channel);
                most = std::max(most, static_cast<double>(x(0, y, z, channel)));
            }
        }
        largest(0, row, column, channel) = most;
        means(0, row, column, channel) = total / count;
    }
    check_same(max_pool(tape.constant(x), window).value(), largest, 0);
    check_same(avg_pool(tape.constant(x), window).value(), means);
    check_gradients({{1, 5, 2}}, [](Tape&, std::span<const Var> v) {
        const Window pairs{.kernel = {2, 1}, .stride = {2, 1}};
        return max_pool(v[0], pairs) * avg_pool(v[0], pairs);
    });
    const Array twice = upsample(tape.constant(x), 2, 3).value();
    BOOST_TEST(to_string(shape_of(twice)) == "(1, 10, 9, 2)");
    BOOST_TEST(twice(0, 7, 5, 1) == x(0, 3, 1, 1));
}

BOOST_AUTO_TEST_CASE(cells_follow_their_formulas) {
    const Index n = 2, width = 3, units = 2;
    const Rnn plain = make_rnn(tape, width, units, keys);
    const Lstm lstm_layer = make_lstm(tape, width, units, keys);
    const Gru gru_layer = make_gru(tape, width, units, keys);
    const Array x = drawn({n, width}, 1);
    const Array h = drawn({n, units}, 2);
    const Array c = drawn({n, units}, 3);
    const auto affine = [&](const Array& rows, Var weight, Index i, Index column, Var bias) {
        double total = bias.value()(column);
        for (std::size_t k = 0; k < rows.shape()[1]; ++k) {
            total += rows(i, k) * weight.value()(k, column);
        }
        return total;
    };
    const Var none = tape.filled({4 * units}, 0);
    Array plain_after = make_array({n, units}), gru_after = plain_after;
    Array memory = plain_after, state = plain_after;
    for (Index i = 0; i < n; ++i) {
        for (Index u = 0; u < units; ++u) {
            plain_after(i, u) = std::tanh(affine(x, plain.weight_input, i, u, plain.bias) +
                                          affine(h, plain.weight_state, i, u, none));
            const auto drive = [&](Index gate) {
                return affine(x, lstm_layer.weight_input, i, gate * units + u, lstm_layer.bias) +
                       affine(h, lstm_layer.weight_state, i, gate * units + u, none);
            };
            memory(i, u) = sigmoid_of(drive(1)) * c(i, u) + sigmoid_of(drive(0)) * std::tanh(drive(2));
            state(i, u) = sigmoid_of(drive(3)) * std::tanh(memory(i, u));
            const auto input = [&](Index gate) {
                return affine(x, gru_layer.weight_input, i, gate * units + u, gru_layer.bias);
            };
            const auto before = [&](Index gate) {
                return affine(h, gru_layer.weight_state, i, gate * units + u, gru_layer.bias_state);
            };
            const double z = sigmoid_of(input(1) + before(1));
            const double candidate = std::tanh(input(2) + sigmoid_of(input(0) + before(0)) * before(2));
            gru_after(i, u) = (1 - z) * candidate + z * h(i, u);
        }
    }
    const Var at = tape.constant(x), from = tape.constant(h);
    check_same(rnn_cell(at, from, plain).value(), plain_after);
    const LstmState after = lstm_cell(at, {.state = from, .memory = tape.constant(c)}, lstm_layer);
    check_same(after.memory.value(), memory);
    check_same(after.state.value(), state);
    check_same(gru_cell(at, from, gru_layer).value(), gru_after);
    check_gradients({{2, 2}, {2, 2}, {2, 8}, {2, 8}, {8}, {2, 2}}, [](Tape&, std::span<const Var> v) {
        return lstm_cell(v[0], {v[1], v[5]}, {v[2], v[3], v[4]}).state;
    });
    check_gradients({{2, 2}, {2, 2}, {2, 6}, {2, 6}, {6}, {6}}, [](Tape&, std::span<const Var> v) {
        return gru_cell(v[0], v[1], {v[2], v[3], v[4], v[5]});
    });
}

BOOST_AUTO_TEST_CASE(sequences_are_cells_one_after_the_other) {
    const Index n = 2, steps = 5, width = 3, units = 4;
    const Rnn plain = make_rnn(tape, width, units, keys);
    const Lstm lstm_layer = make_lstm(tape, width, units, keys);
    const Gru gru_layer = make_gru(tape, width, units, keys);
    const Var x = draw({n, steps, width}, 1);
    const Var zero = tape.filled({n, units}, 0);
    const auto step_of = [&](Var sequence, Index step) {
        return reshape(slice(sequence, 1, step, step + 1), {n, sequence.shape()[2]});
    };
    Var rnn_state = zero, gru_state = zero;
    LstmState memory{zero, zero};
    const Var rnn_states = rnn(x, plain), lstm_states = lstm(x, lstm_layer), gru_states = gru(x, gru_layer);
    for (Index step = 0; step < steps; ++step) {
        rnn_state = rnn_cell(step_of(x, step), rnn_state, plain);
        memory = lstm_cell(step_of(x, step), memory, lstm_layer);
        gru_state = gru_cell(step_of(x, step), gru_state, gru_layer);
        check_same(step_of(rnn_states, step).value(), rnn_state.value());
        check_same(step_of(lstm_states, step).value(), memory.state.value());
        check_same(step_of(gru_states, step).value(), gru_state.value());
    }
    // In two parts, and one sequence alone.
    const Var begin = slice(x, 1, 0, 2), end = slice(x, 1, 2, steps);
    const LstmStatesAndLast part = lstm(begin, lstm_layer, {zero, zero});
    check_same(lstm(end, lstm_layer, part.last).states.value(), slice(lstm_states, 1, 2, steps).value());
    check_same(lstm(end, lstm_layer, part.last).last.memory.value(), memory.memory.value());
    check_same(gru(end, gru_layer, gru(begin, gru_layer, zero).last).last.value(), gru_state.value());
    check_same(rnn(end, plain, rnn(begin, plain, zero).last).last.value(), rnn_state.value());
    const Var first = reshape(slice(x, 0, 0, 1), {steps, width});
    check_same(lstm(first, lstm_layer).value(), reshape(slice(lstm_states, 0, 0, 1), {steps, units}).value());
    check_same(gru(first, gru_layer).value(), reshape(slice(gru_states, 0, 0, 1), {steps, units}).value());
}

BOOST_AUTO_TEST_CASE(attention_mixes_values_by_the_softmax_of_scores) {
    const int n = 2, steps = 3, width = 4, heads = 2, size = 2;
    Attention layer = make_attention(tape, width, heads, keys, {.name = "look"});
    BOOST_TEST(tape.name(layer.result.bias.id()) == "look.result_bias");
    const Var x = draw({n, steps, width}, 1);
    for (const bool causal : {false, true}) {
        layer.causal = causal;
        const Array query = dense(x, layer.query).value(), key = dense(x, layer.key).value();
        const Array value = dense(x, layer.value).value();
        Array mixed = make_array({n, steps, width});
        for (int at = 0; at < n * heads * steps; ++at) {
            const int i = at / heads / steps, head = at / steps % heads, step = at % steps;
            double total = 0;
            for (int other = 0; other < (causal ? step + 1 : steps); ++other) {
                double score = 0;
                for (int k = head * size; k < (head + 1) * size; ++k) {
                    score += query(i, step, k) * key(i, other, k);
                }
                const double share = std::exp(score / std::sqrt(2.0));
                total += share;
                for (int k = head * size; k < (head + 1) * size; ++k) {
                    mixed(i, step, k) += share * value(i, other, k);
                }
            }
            for (int k = head * size; k < (head + 1) * size; ++k) mixed(i, step, k) /= total;
        }
        check_same(attention(x, layer).value(), dense(tape.constant(mixed), layer.result).value());
        const Var one = reshape(slice(x, 0, 0, 1), {steps, width});
        check_same(attention(one, layer).value(),
                   reshape(slice(attention(x, layer), 0, 0, 1), {steps, width}).value());
    }
    layer.causal = false;
    const Var context = draw({n, 5, width}, 2);
    const Var across = attention(x, context, layer);
    check_same(attend(attention_heads(x, context, layer), layer).value(), across.value(), 0);
    check_gradients({{1, 3, 2}, {2, 2}, {2, 2}, {2, 2}, {2, 2}}, [](Tape&, std::span<const Var> v) {
        return attention(v[0], {{v[1]}, {v[2]}, {v[3]}, {v[4]}, 2, true});
    });
}

BOOST_AUTO_TEST_CASE(parameters_are_what_is_learned) {
    const Dense first = make_dense(tape, 2, 3, keys, {.bias = false});
    const BatchNorm norm = make_batch_norm(tape, 3);
    const Gru cell = make_gru(tape, 3, 2, keys);
    BOOST_TEST((parameters(first, norm, cell) == std::vector<Var>{first.weight, norm.weight, norm.bias,
                                                                  cell.weight_input, cell.weight_state,
                                                                  cell.bias, cell.bias_state}));
    BOOST_TEST(parameters(make_attention(tape, 4, 2, keys)).size() == std::size_t{8});
}

BOOST_AUTO_TEST_CASE(dropout_keeps_the_mean) {
    const Var x = tape.filled({20000}, 1);
    const Array dropped = dropout(x, 0.25, 3).value();
    double kept = 0;
    for (const Real number : dropped) {
        BOOST_TEST_REQUIRE((number == 0 || std::abs(number - 4.0 / 3) < 1e-12));
        kept += number > 0 ? 1 : 0;
    }
    BOOST_TEST(std::abs(kept / 20000 - 0.75) < 0.02);
    BOOST_TEST((dropout(x, 0.25, 3).value() == dropped));
    BOOST_TEST((dropout(x, 0.25, 4).value() != dropped));
    BOOST_TEST((dropout(x, 0, 3) == x));
}

BOOST_AUTO_TEST_CASE(spectral_norm_divides_by_the_largest_singular_value) {
    Array diagonal = make_array({3, 3});
    diagonal(0, 0) = 0.5;
    diagonal(1, 1) = -4;
    diagonal(2, 2) = 2;
    const Var weight = tape.constant(diagonal);
    const Var vector = tape.state(drawn({3}, 1));
    const SpectralNorm divided = spectral_norm(weight, vector, 40);
    check_same(divided.weight.value(), (weight / 4.0).value(), 1e-9);
    BOOST_TEST(std::abs(divided.singular_vector.value()(1)) == 1.0, boost::test_tools::tolerance(1e-9));
    tape.assign(vector, divided.singular_vector.value());
    check_same(spectral_norm(weight, vector).weight.value(), (weight / 4.0).value(), 1e-9);
}

BOOST_AUTO_TEST_CASE(initializers_draw_what_they_say) {
    const Shape shape = {60, 40};
    const RandomKey key = keys.next();
    const Array uniform = uniform_values(shape, -0.5, 0.25, key);
    BOOST_TEST((uniform_values(shape, -0.5, 0.25, key) == uniform));
    BOOST_TEST((uniform_values(shape, -0.5, 0.25, keys.next()) != uniform));
    BOOST_TEST(*std::min_element(uniform.begin(), uniform.end()) >= -0.5);
    BOOST_TEST(*std::min_element(uniform.begin(), uniform.end()) < -0.49);
    BOOST_TEST(*std::max_element(uniform.begin(), uniform.end()) < 0.25);
    const auto deviation = [](const Array& array) {
        double squares = 0;
        for (const Real number : array) squares += number * number;
        return std::sqrt(squares / static_cast<double>(array.size()));
    };
    const Fans fans = matrix_fans(shape);
    BOOST_TEST(fans.in == 60);
    BOOST_TEST(fans.out == 40);
    BOOST_TEST(std::abs(deviation(normal_values(shape, 0.3, key)) - 0.3) < 0.02);
    BOOST_TEST(std::abs(deviation(he_values(shape, fans, key)) - std::sqrt(2.0 / 60)) < 0.01);
    BOOST_TEST(std::abs(deviation(glorot_values(shape, fans, key)) - std::sqrt(2.0 / 100)) < 0.01);
    const Var columns = tape.constant(orthogonal_values(shape, 2, key));
    const Var products = matmul(columns, columns, true);
    for (int i = 0; i < 40; ++i) {
        for (int j = 0; j < 40; ++j) {
            BOOST_TEST(std::abs(products.value()(i, j) - (i == j ? 4 : 0)) < 1e-9);
        }
    }
    const Dense layer = make_dense(tape, 60, 40, keys, {.initializer = constant_initializer(0.5)});
    BOOST_TEST(layer.weight.value()(3, 3) == 0.5);
    BOOST_TEST(*std::max_element(layer.bias.value().begin(), layer.bias.value().end()) < 1 / std::sqrt(60.0));
}

BOOST_AUTO_TEST_CASE(no_draw_of_a_tape_repeats_a_weight) {
    Tape same(Evaluation::eager, 7);
    const Array weight = uniform_values({8}, 0, 1, keys.next());
    for (const std::uint32_t stream : {0U, 1U}) {
        BOOST_TEST((random_uniform(same, {8}, stream).value() != weight));
    }
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused_with_the_layer_and_its_shapes) {
    const Dense three = make_dense(tape, 3, 4, keys);
    const Var x = draw({2, 5}, 1);
    const Var image = draw({1, 4, 4, 2}, 2);
    check_refused([&] { dense(x, three); }, ErrorCode::shape, {"[dense]", "(2, 5)", "(3, 4)"});
    check_refused(
        [&] {
            dense(x, {.weight = draw({5, 4}, 1), .bias = x});
        },
        ErrorCode::shape, {"[dense]", "bias (2, 5)", "(4)"});
    check_refused([&] { dense(x, {}); }, ErrorCode::invalid_argument, {"[dense]", "weight"});
    Tape other;
    check_refused([&] { dense(other.filled({2, 3}, 1), three); }, ErrorCode::invalid_argument, {"[dense]"});
    check_refused(
        [&] {
            position(draw({7, 3}, 1), {draw({6, 3}, 1)});
        },
        ErrorCode::shape, {"[position]", "(7, 3)", "(6, 3)"});
    check_refused([&] { layer_norm(x, make_norm(tape, 4)); }, ErrorCode::shape,
                  {"[layer_norm]", "(2, 5)", "(4)"});
    check_refused([&] { batch_norm(x, make_batch_norm(tape, 4)); }, ErrorCode::shape,
                  {"[batch_norm]", "(2, 5)", "(4)"});
    check_refused([&] { group_norm(x, {}, 2, 1); }, ErrorCode::shape, {"[group_norm]", "(2, 5)", "2 groups"});
    const Conv filters = make_conv(tape, 3, 5, {.kernel = {3, 3}}, keys);
    check_refused([&] { conv(image, filters); }, ErrorCode::shape,
                  {"[conv]", "(1, 4, 4, 2)", "(3, 3, 3, 5)"});
    const Conv large = make_conv(tape, 2, 5, {.kernel = {5, 5}, .padding = Padding::valid}, keys);
    check_refused([&] { conv(image, large); }, ErrorCode::shape, {"[conv]", "(1, 4, 4, 2)", "(5, 5)"});
    check_refused([&] { max_pool(x, {.kernel = {2, 2}}); }, ErrorCode::shape, {"[max_pool]", "(2, 5)"});
    const Gru cell = make_gru(tape, 5, 3, keys);
    check_refused(
        [&] {
            gru_cell(x, draw({2, 4}, 1), cell);
        },
        ErrorCode::shape, {"[gru]", "(2, 5)", "(2, 4)", "(2, 3)"});
    check_refused(
        [&] {
            lstm(x, Lstm{cell.weight_input, cell.weight_state, cell.bias});
        },
        ErrorCode::shape, {"[lstm]", "(5, 9)", "(3, 9)"});
    check_refused([&] { make_attention(tape, 6, 4, keys); }, ErrorCode::invalid_argument,
                  {"[make_attention]", "4 heads", "6"});
    const Attention look = make_attention(tape, 4, 2, keys);
    check_refused([&] { attention(x, look); }, ErrorCode::shape, {"[attention]", "(2, 5)", "(4, 4)"});
    check_refused([&] { dropout(x, 1, 0); }, ErrorCode::invalid_argument, {"[dropout]", "rate 1"});
    check_refused([&] { spectral_norm(x, draw({2}, 1)); }, ErrorCode::shape,
                  {"[spectral_norm]", "(2, 5)", "(2)"});
    check_refused([&] { uniform_values({2}, 1, 1, keys.next()); }, ErrorCode::invalid_argument,
                  {"[uniform_values]"});
    const Var series = tape.filled({1, 4, 1}, 1);
    const Window wide{.kernel = {2, 2}};
    const auto shape = ErrorCode::shape;
    check_refused([&] { conv(series, make_conv(tape, 1, 1, wide, keys)); }, shape,
                  {"[conv]", "(2, 2)", "one column"});
    check_refused([&] { conv_transpose(series, make_conv_transpose(tape, 1, 1, wide, keys)); }, shape,
                  {"[conv_transpose]", "one column"});
    check_refused([&] { max_pool(series, wide); }, shape, {"[max_pool]", "one column"});
    check_refused([&] { make_lstm(tape, 3, 4, keys, {.bias = false}); }, ErrorCode::invalid_argument,
                  {"[make_lstm]", "bias"});
    const Initializer wrong = [](const Shape&, const Fans&, const RandomKey&) {
        return make_array({2, 1}, 1);
    };
    check_refused([&] { make_dense(tape, 2, 3, keys, {.initializer = wrong}); }, shape, {"(2, 1)", "(2, 3)"});
    check_refused([&] { make_dense(tape, 0, 4, keys); }, ErrorCode::shape, {"[make_dense]", "(0, 4)"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace gandsl_test::layers
