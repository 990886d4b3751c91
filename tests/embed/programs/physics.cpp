// A physics-informed net (Raissi, Perdikaris & Karniadakis, 2019): learns u with u'' = -u, u(0) = 0, u'(0) = 1, whose
// solution is the sine, from the equation alone.
#include <cmath>
#include <cstdio>
#include <gandsl/autodiff.hpp>

using namespace gandsl;

int main() {
    Tape tape(Evaluation::eager, 3);
    const auto drawn = [&](Shape shape, double scale, std::uint32_t stream) {
        return tape.state((random_normal(tape, shape, stream) * scale).value());
    };
    const Var w1 = drawn({1, 32}, 1, 0), b1 = drawn({32}, 1, 1);
    const Var w2 = drawn({32, 32}, 0.2, 2), b2 = tape.state(make_array({32}));
    const Var w3 = drawn({32, 1}, 0.2, 3), b3 = tape.state(make_array({1}));
    const auto u = [&](Var t) {
        return matmul(tanh(matmul(tanh(matmul(t, w1) + b1), w2) + b2), w3) + b3;
    };

    const Var t = reshape(linspace(tape, 0, 3, 40), {40, 1});
    const Var start = tape.constant(make_array({1, 1}));
    // Each row of u(t) depends on its own t alone, so the gradient of the sum is the derivative of each.
    const Var slope = gradient(sum(u(t)), t);
    const Var curvature = gradient(sum(slope), t);
    const Var start_value = u(start);
    const Var start_slope = gradient(sum(start_value), start);
    const Var loss = mean(square(curvature + u(t))) + mean(square(start_value)) + mean(square(start_slope - 1));

    Optimizer adam(Adam{}, {w1, b1, w2, b2, w3, b3}, 0.005);
    PlannedStep step = plan_step(loss, adam);
    for (int i = 0; i < 3000; ++i) {
        adam.set_rate(i < 2000 ? 0.005 : 0.0005);
        step();
    }
    const Var result = u(t);
    Plan look({result});
    look.run();
    double largest = 0;
    for (Index i = 0; i < 40; ++i) {
        largest = std::max(largest, std::abs(double(look.value(result)(i, 0)) - std::sin(3.0 * double(i) / 39)));
    }
    std::printf("at most %.3f from the sine\n", largest);
    return largest < 0.05 ? 0 : 1;
}
