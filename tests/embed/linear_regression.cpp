#include <cmath>
#include <cstdio>
#include <gandsl/autodiff.hpp>

// Finds the weights of y = 2 a - b + c / 2 + 1/4 from 64 examples, by gradient descent.
int main() {
    gandsl::Array examples = gandsl::make_array({64, 3}), targets = gandsl::make_array({64, 1});
    for (int i = 0; i < 64; ++i) {
        for (int j = 0; j < 3; ++j) examples(i, j) = gandsl::Real(std::sin(5 * i + 2 * j + i * j));
        targets(i, 0) = 2 * examples(i, 0) - examples(i, 1) + examples(i, 2) / 2 + gandsl::Real(0.25);
    }

    gandsl::Tape tape;
    gandsl::Var x = tape.input({64, 3}, "x"), y = tape.input({64, 1}, "y");
    gandsl::Var w = tape.state(gandsl::make_array({3, 1}), "w"), b = tape.state(gandsl::make_array({1}), "b");
    gandsl::Var loss = mean(square(matmul(x, w) + b - y));
    auto slopes = gradient(loss, {w, b});

    gandsl::Plan plan({loss}, {{w, w - 0.2 * slopes[0]}, {b, b - 0.2 * slopes[1]}});
    plan.set(x, examples);
    plan.set(y, targets);
    for (int step = 0; step < 400; ++step) plan.run();
    for (double value : w.value()) std::printf("%.3f ", value);
    std::printf("%.3f\n", double(b.value()(0)));
}
