// Fits y = 2 a - b + c / 2 + 1/4 from 64 examples with Adam, on an eager tape.
#include <cmath>
#include <cstdio>
#include <gandsl/autodiff.hpp>

using namespace gandsl;

int main() {
    Array examples = make_array({64, 3});
    Array targets = make_array({64, 1});
    for (int i = 0; i < 64; ++i) {
        for (int k = 0; k < 3; ++k) {
            examples(i, k) = Real(std::sin(5 * i + 2 * k + i * k));
        }
        targets(i, 0) = 2 * examples(i, 0) - examples(i, 1) + examples(i, 2) / 2 + Real(0.25);
    }

    Tape tape;
    const Var weight = tape.state(make_array({3, 1}), "weight");
    const Var bias = tape.state(make_array({1}), "bias");
    const Var x = tape.constant(examples);
    const Var y = tape.constant(targets);

    Optimizer adam(Adam{}, {weight, bias}, 0.05);
    for (int step = 0; step < 500; ++step) {
        const Scope scope(tape);  // forgets what this step records
        adam.step(mean(square(matmul(x, weight) + bias - y)));
    }
    for (const Real value : weight.value()) {
        std::printf("%.3f ", double(value));
    }
    std::printf("%.3f\n", double(bias.value()(0)));
}
