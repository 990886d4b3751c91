// A generative adversarial network (Goodfellow et al., 2014) of points on a circle: two nets, two optimizers, each
// step of each a plan.
#include <cmath>
#include <cstdio>
#include <gandsl/autodiff.hpp>

using namespace gandsl;

namespace {

struct Net {
    std::vector<Var> weights;

    // Layers of these sizes, their weights drawn with the variance that keeps that of what passes (He et al., 2015).
    Net(Tape& tape, const std::vector<Index>& sizes, std::uint32_t& stream) {
        for (std::size_t layer = 0; layer + 1 < sizes.size(); ++layer) {
            const Var drawn = random_normal(tape, {sizes[layer], sizes[layer + 1]}, stream++);
            weights.push_back(tape.state((drawn * std::sqrt(2.0 / double(sizes[layer]))).value()));
            weights.push_back(tape.state(make_array({sizes[layer + 1]})));
        }
    }

    Var operator()(Var x) const {
        for (std::size_t i = 0; i < weights.size(); i += 2) {
            x = matmul(x, weights[i]) + weights[i + 1];
            x = i + 2 < weights.size() ? leaky_relu(x, 0.2) : x;
        }
        return x;
    }
};

// softplus(-x) is -log sigmoid(x), without the logarithm of 0.
Var says_real(Var score) { return mean(softplus(-score)); }
Var says_generated(Var score) { return mean(softplus(score)); }

}  // namespace

int main() {
    constexpr Index batch = 128;
    Tape tape(Evaluation::eager, 1);
    std::uint32_t stream = 0;
    const Net generator(tape, {4, 64, 64, 2}, stream);
    const Net discriminator(tape, {2, 64, 64, 1}, stream);

    const Var real = tape.input({batch, 2}, "real");
    const Var generated = generator(random_normal(tape, {batch, 4}, stream++));
    Optimizer of_generator(Adam{.beta1 = 0.5}, generator.weights, 0.001);
    Optimizer of_discriminator(Adam{.beta1 = 0.5}, discriminator.weights, 0.001);
    PlannedStep learn_to_tell = plan_step(
        says_real(discriminator(real)) + says_generated(discriminator(stop_gradient(generated))), of_discriminator);
    PlannedStep learn_to_make = plan_step(says_real(discriminator(generated)), of_generator);

    Array circle = make_array({batch, 2});
    for (int step = 0; step < 1500; ++step) {
        for (Index i = 0; i < batch; ++i) {
            const double angle = 6.283185307 * std::fmod(0.618033989 * double(step * batch + i), 1.0);
            circle(i, 0) = Real(std::cos(angle));
            circle(i, 1) = Real(std::sin(angle));
        }
        learn_to_tell.set(real, circle);
        learn_to_tell();
        learn_to_make();
    }

    Plan draw({generated});
    draw.run(1);
    const Array points = draw.value(generated);
    double error = 0;
    double x = 0;
    double y = 0;
    for (Index i = 0; i < batch; ++i) {
        error += std::abs(std::hypot(points(i, 0), points(i, 1)) - 1) / double(batch);
        x += points(i, 0) / double(batch);
        y += points(i, 1) / double(batch);
    }
    std::printf("points lie %.2f from the circle, their middle %.2f from its middle\n", error, std::hypot(x, y));
    return error < 0.15 && std::hypot(x, y) < 0.4 ? 0 : 1;
}
