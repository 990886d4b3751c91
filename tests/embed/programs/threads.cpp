// Several threads train nets of their own, on one pool of threads for the loops inside: the same bits as one after
// another.
#include <cmath>
#include <cstdio>
#include <gandsl/autodiff.hpp>
#include <thread>

using namespace gandsl;

namespace {

Array trained(std::uint64_t seed, std::shared_ptr<ThreadPool> pool) {
    Tape tape(Evaluation::planned, seed);
    Array start = make_array({64, 64});
    for (std::size_t i = 0; i < start.size(); ++i) {
        start.data()[i] = Real(0.1 * std::sin(double(i + seed)));
    }
    const Var weight = tape.state(start);
    const Var x = random_normal(tape, {256, 64}, 0);
    Optimizer adam(Adam{}, {weight}, 0.01);
    PlannedStep step = plan_step(mean(square(tanh(matmul(x, weight)) - x)), adam, {.pool = std::move(pool)});
    for (int i = 0; i < 50; ++i) {
        step();
    }
    return weight.value();
}

}  // namespace

int main() {
    const auto pool = std::make_shared<ThreadPool>(2);
    std::vector<Array> together(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < together.size(); ++i) {
        threads.emplace_back([&, i] { together[i] = trained(i, pool); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (std::size_t i = 0; i < together.size(); ++i) {
        if (together[i] != trained(i, nullptr)) {
            std::printf("net %zu differs\n", i);
            return 1;
        }
    }
    std::printf("four nets, trained at the same time, are the same to the bit\n");
}
