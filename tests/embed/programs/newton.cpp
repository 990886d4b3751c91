// Newton's method on Rosenbrock's function in ten dimensions, with its Hessian and a linear system.
#include <cmath>
#include <cstdio>
#include <gandsl/autodiff.hpp>

using namespace gandsl;

int main() {
    constexpr Index n = 10;
    Tape tape;
    const Var x = tape.state(make_array({n}, Real(1.1)));
    int steps = 0;
    double slope = 1;
    while (slope > 1e-4 && steps < 50) {
        const Scope scope(tape);
        const Var head = slice(x, 0, 0, n - 1);
        const Var tail = slice(x, 0, 1, n);
        const Var value = sum(100 * square(tail - square(head)) + square(1 - head));
        const Var g = gradient(value, x);
        slope = double(norm(g).value()());
        tape.assign(x, (x - solve(hessian(value, x), g)).value());
        ++steps;
    }
    std::printf("after %d steps x = (%.4f, ..., %.4f)\n", steps, double(x.value()(0)), double(x.value()(n - 1)));
    return std::abs(x.value()(n - 1) - 1) < 1e-3 ? 0 : 1;
}
