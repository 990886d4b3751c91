#include <boost/test/unit_test.hpp>
#include <cmath>

#include "autodiff/operations.hpp"
#include "models/layouts.hpp"
#include "tests/models/apply.hpp"

BOOST_AUTO_TEST_SUITE(sequences)

using namespace gandsl;
using namespace gandsl::test;

namespace {

double logistic(double x) {
    return 1 / (1 + std::exp(-x));
}

/// A recurrent layer by loops: `step` gets the projections of input and state (gates x units each, biases
/// added) and returns the new state in place.
template <typename Cell>
Array recur(const Array& x, const Array& weight_input, const Array& weight_state, const Array& bias,
            const Array* bias_state, Index units, const Cell& cell) {
    const Shape shape = shape_of(x);
    const Index gates = shape_of(weight_input)[1] / units;
    Array states = make_array({shape[0], shape[1], units});
    for (Index n = 0; n < shape[0]; ++n) {
        std::vector<double> h(static_cast<std::size_t>(units), 0), c = h;
        for (Index t = 0; t < shape[1]; ++t) {
            std::vector<double> from_input, from_state;
            for (Index i = 0; i < gates * units; ++i) {
                double a = bias(i);
                double b = bias_state == nullptr ? 0 : (*bias_state)(i);
                for (Index k = 0; k < shape[2]; ++k) {
                    a += x(n, t, k) * weight_input(k, i);
                }
                for (Index k = 0; k < units; ++k) {
                    b += h[static_cast<std::size_t>(k)] * weight_state(k, i);
                }
                from_input.push_back(a);
                from_state.push_back(b);
            }
            const auto width = static_cast<std::size_t>(units);
            for (std::size_t unit = 0; unit < width; ++unit) {
                const auto input = [&](std::size_t gate) { return from_input[gate * width + unit]; };
                const auto state = [&](std::size_t gate) { return from_state[gate * width + unit]; };
                cell(input, state, h[unit], c[unit]);
            }
            for (Index unit = 0; unit < units; ++unit) {
                states(n, t, unit) = h[static_cast<std::size_t>(unit)];
            }
        }
    }
    return states;
}

}  // namespace

BOOST_AUTO_TEST_CASE(recurrent_layers_against_loops) {
    Tape tape;
    const Array x = random({3, 5, 2});
    const Given given{.numbers = {{"units", 4}}};
    {
        const Application rnn = apply(tape, "rnn", given, {value(tape, x)});
        require_close(
            numbers(rnn.results[0]),
            recur(x, rnn.weights[0].value(), rnn.weights[1].value(), rnn.weights[2].value(), nullptr, 4,
                  [](auto input, auto state, double& h, double&) { h = std::tanh(input(0) + state(0)); }));
    }
    {
        const Application lstm = apply(tape, "lstm", given, {value(tape, x)});
        require_close(numbers(lstm.results[0]),
                      recur(x, lstm.weights[0].value(), lstm.weights[1].value(), lstm.weights[2].value(),
                            nullptr, 4, [](auto input, auto state, double& h, double& c) {
                                const auto gate = [&](std::size_t place) {
                                    return input(place) + state(place);
                                };
                                c = logistic(gate(1)) * c + logistic(gate(0)) * std::tanh(gate(2));
                                h = logistic(gate(3)) * std::tanh(c);
                            }));
    }
    {
        const Application gru = apply(tape, "gru", given, {value(tape, x)});
        require_close(numbers(gru.results[0]),
                      recur(x, gru.weights[0].value(), gru.weights[1].value(), gru.weights[2].value(),
                            &gru.weights[3].value(), 4, [](auto input, auto state, double& h, double&) {
                                const double reset = logistic(input(0) + state(0));
                                const double keep = logistic(input(1) + state(1));
                                h = (1 - keep) * std::tanh(input(2) + reset * state(2)) + keep * h;
                            }));
    }
}

BOOST_AUTO_TEST_CASE(attention_against_loops) {
    for (const bool causal : {false, true}) {
        Tape tape;
        const Index length = 4, width = 6, heads = 2, size = 3;
        const Array x = random({2, length, width});
        const Application applied = apply(
            tape, "attention", {.numbers = {{"heads", 2}}, .flags = {{"causal", causal}}}, {value(tape, x)});
        const auto project = [&](const Array& from, Index n, Index t, std::size_t part, Index place) {
            double total = applied.weights[2 * part + 1].value()(place);
            for (Index k = 0; k < width; ++k) {
                total += from(n, t, k) * applied.weights[2 * part].value()(k, place);
            }
            return total;
        };
        Array mixed = make_array({2, length, width});
        for (Index n = 0; n < 2; ++n) {
            for (Index head = 0; head < heads; ++head) {
                for (Index t = 0; t < length; ++t) {
                    const Index last = causal ? t + 1 : length;
                    std::vector<double> shares;
                    double total = 0;
                    for (Index s = 0; s < last; ++s) {
                        double score = 0;
                        for (Index k = 0; k < size; ++k) {
                            score +=
                                project(x, n, t, 0, head * size + k) * project(x, n, s, 1, head * size + k);
                        }
                        shares.push_back(std::exp(score / std::sqrt(3.0)));
                        total += shares.back();
                    }
                    for (Index s = 0; s < last; ++s) {
                        for (Index k = 0; k < size; ++k) {
                            mixed(n, t, head * size + k) += shares[static_cast<std::size_t>(s)] / total *
                                                            project(x, n, s, 2, head * size + k);
                        }
                    }
                }
            }
        }
        Array expected = make_array({2, length, width});
        for (Index n = 0; n < 2; ++n) {
            for (Index t = 0; t < length; ++t) {
                for (Index i = 0; i < width; ++i) {
                    expected(n, t, i) = project(mixed, n, t, 3, i);
                }
            }
        }
        require_close(numbers(applied.results[0]), expected);
    }
}

BOOST_AUTO_TEST_CASE(gradients) {
    const Given units{.numbers = {{"units", 2}}};
    for (const char* name : {"rnn", "lstm", "gru"}) {
        check_gradients(name, units, {random({2, 3, 2})}, models::Mode::train, 0.5);
    }
    check_gradients("attention", {.numbers = {{"heads", 2}}, .flags = {{"causal", true}}},
                    {random({2, 3, 4})}, models::Mode::train, 0.5);
    check_gradients("position", {.numbers = {{"length", 5}}}, {random({2, 3, 2})});
}

BOOST_AUTO_TEST_CASE(embedding_looks_rows_up) {
    Tape tape;
    Array symbols = make_array({2, 3});
    for (std::size_t i = 0; i < 6; ++i) {
        symbols.data()[i] = static_cast<double>((i * 5) % 7);
    }
    const Application applied =
        apply(tape, "embedding", {.numbers = {{"width", 4}}}, {value(tape, symbols, 7)});
    const Array y = numbers(applied.results[0]);
    BOOST_TEST(to_string(shape_of(y)) == "(2, 3, 4)");
    for (Index n = 0; n < 2; ++n) {
        for (Index t = 0; t < 3; ++t) {
            BOOST_TEST(y(n, t, 2) == applied.weights[0].value()(static_cast<Index>(symbols(n, t)), 2));
        }
    }
    BOOST_TEST(refusal("embedding", {.numbers = {{"width", 4}}}, {type_of({3})}) != "");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit) {
    BOOST_TEST(refusal("lstm", {.numbers = {{"units", 4}}}, {type_of({64}, 86)}) != "");
    BOOST_TEST(refusal("lstm", {.numbers = {{"units", 4}}}, {type_of({64})}) != "");
    BOOST_TEST(refusal("attention", {.numbers = {{"heads", 5}}}, {type_of({64, 128})}) != "");
    BOOST_TEST(refusal("position", {.numbers = {{"length", 5}}}, {type_of({6, 128})}) != "");
}

BOOST_AUTO_TEST_SUITE_END()
