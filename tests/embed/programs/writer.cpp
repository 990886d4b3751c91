// A long short-term memory that learns a sentence letter by letter, and writes it.
#include <cmath>
#include <cstdio>
#include <gandsl/autodiff.hpp>
#include <string>

using namespace gandsl;

int main() {
    const std::string text = "the net reads a letter and writes the next. ";
    const std::string letters = "abcdefghijklmnopqrstuvwxyz. ";
    const auto count = Index(letters.size());
    const auto steps = Index(text.size());
    constexpr Index units = 64;

    Tape tape(Evaluation::eager, 5);
    const auto drawn = [&](Shape shape, std::uint32_t stream) {
        return tape.state((random_normal(tape, shape, stream) * 0.15).value());
    };
    const Var into = drawn({count, 4 * units}, 0), bias = tape.state(make_array({4 * units}));
    const Var within = drawn({units, 4 * units}, 1);
    const Var out = drawn({units, count}, 2), out_bias = tape.state(make_array({count}));

    // Scores of the next letter after each one: (length, count).
    const auto scores = [&](Var symbols, Index length) {
        const Var reached = reshape(gather(into, symbols) + bias, {length, 1, 4 * units});
        return matmul(reshape(lstm(reached, within), {length, units}), out) + out_bias;
    };
    Array symbols = make_array({steps});
    Array next = make_array({steps});
    for (Index i = 0; i < steps; ++i) {
        symbols(i) = Real(letters.find(text[std::size_t(i)]));
        next(i) = Real(letters.find(text[std::size_t((i + 1) % steps)]));
    }
    const Var loss = -mean(pick(log_softmax(scores(tape.constant(symbols), steps)), tape.constant(next)));
    Optimizer adam(Adam{}, {into, bias, within, out, out_bias}, 0.01);
    PlannedStep step = plan_step(loss, adam);
    for (int i = 0; i < 300; ++i) {
        step();
    }

    std::string written = "t";
    while (Index(written.size()) < steps) {
        const Scope scope(tape);
        Array so_far = make_array({Index(written.size())});
        for (std::size_t i = 0; i < written.size(); ++i) {
            so_far(i) = Real(letters.find(written[i]));
        }
        const Var last = scores(tape.constant(so_far), Index(written.size()))[-1];
        written += letters[std::size_t(argmax(last).value()())];
    }
    std::printf("%s\n", written.c_str());
    return written == text ? 0 : 1;
}
