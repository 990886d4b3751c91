#include "tests/autodiff/unrolled.hpp"

#include "autodiff/autodiff.hpp"

namespace gandsl_test {

using namespace gandsl;

std::vector<Var> unrolled_equation(Tape& tape, std::size_t steps) {
    const Var a = tape.state(make_array({4, 4}, Real(0.1)), "a");
    const Var b = tape.state(make_array({4}, Real(0.1)), "b");
    const Var c = tape.state(make_array({4}, Real(0.5)), "c");
    Var y = tape.input({8, 4});
    const auto slope = [&](Var at) { return tanh(matmul(at, a) + b) * c; };
    const double step = 0.01;
    for (std::size_t count = 0; count < steps; ++count) {
        const Var k1 = slope(y);
        const Var k2 = slope(y + k1 * (step / 2));
        const Var k3 = slope(y + k2 * (step / 2));
        const Var k4 = slope(y + k3 * step);
        y = y + (k1 + k2 * 2.0 + k3 * 2.0 + k4) * (step / 6);
    }
    const Var loss = sum(square(y));
    std::vector<Var> all = gradient(loss, {a, b, c});
    all.push_back(loss);
    return all;
}

}  // namespace gandsl_test
