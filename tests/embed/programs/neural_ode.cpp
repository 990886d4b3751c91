// A neural ordinary differential equation (Chen et al., 2018): finds the field of a spiral from points on it, through
// 40 steps of the classical Runge-Kutta method.
#include <cmath>
#include <cstdio>
#include <gandsl/autodiff.hpp>

using namespace gandsl;

namespace {

Array points_of_spiral(Index count) {
    Array points = make_array({count, 2});
    for (Index i = 0; i < count; ++i) {
        const double time = 0.1 * double(i);
        points(i, 0) = Real(std::exp(-0.1 * time) * std::cos(2 * time));
        points(i, 1) = Real(std::exp(-0.1 * time) * std::sin(2 * time));
    }
    return points;
}

}  // namespace

int main() {
    constexpr Index count = 41;
    Tape tape(Evaluation::planned);
    const Var field = tape.state(make_array({2, 2}), "field");
    const auto moved = [&](Var x) { return matmul(x, field); };

    const Var points = tape.constant(points_of_spiral(count));
    Var x = points[0];
    x = reshape(x, {1, 2});
    std::vector<Var> path{x};
    for (Index i = 1; i < count; ++i) {
        const Var k1 = moved(x);
        const Var k2 = moved(x + 0.05 * k1);
        const Var k3 = moved(x + 0.05 * k2);
        const Var k4 = moved(x + 0.1 * k3);
        x = x + (0.1 / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
        path.push_back(x);
    }
    Optimizer adam(Adam{}, {field}, 0.02);
    PlannedStep step = plan_step(mean(square(concatenate(path, 0) - points)), adam);
    Real loss = 1;
    for (int i = 0; i < 1500; ++i) {
        loss = step();
    }
    const Array& found = field.value();
    std::printf("field %.2f %.2f / %.2f %.2f, loss %.1e\n", double(found(0, 0)), double(found(0, 1)),
                double(found(1, 0)), double(found(1, 1)), double(loss));
    return std::abs(found(0, 1) - 2) < 0.02 && std::abs(found(0, 0) + 0.1) < 0.02 ? 0 : 1;
}
