#include "tests/bench/planning.hpp"

#include <fmt/format.h>

#include <chrono>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/unrolled.hpp"
#include "tests/bench/median.hpp"

namespace gandsl::bench {

namespace {

template <class Body>
double seconds_of(const Body& body) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void add_point(Curve& curve, double size, const std::vector<double>& times) {
    curve.sizes.push_back(size);
    curve.own.push_back(median_of(times));
    fmt::print(stderr, "  {} {}: {:.3g}\n", curve.size, size, curve.own.back());
}

Curve planning(std::size_t rounds) {
    Curve curve{"planning", "An unrolled differential equation: s of planning against nodes", "nodes", {}, {},
                {}};
    fmt::print(stderr, "{}\n", curve.title);
    for (const std::size_t steps : {175U, 350U, 700U, 1400U, 2800U}) {
        Tape tape(Evaluation::planned);
        const std::vector<Var> outputs = gandsl_test::unrolled_equation(tape, steps);
        std::vector<double> times;
        for (std::size_t round = 0; round < rounds; ++round) {
            times.push_back(seconds_of([&] { const Plan plan(outputs); }));
        }
        add_point(curve, static_cast<double>(tape.size()), times);
    }
    return curve;
}

Curve short_gradient(std::size_t rounds) {
    constexpr int repeats = 100;
    Curve curve{"gradient", "The gradient of one operation: us against nodes recorded before it",
                "earlier",  {},
                {},         {}};
    fmt::print(stderr, "{}\n", curve.title);
    for (const std::size_t earlier : {1000U, 10000U, 100000U, 1000000U}) {
        Tape tape(Evaluation::planned);
        const Var x = tape.input({});
        Var sum = x;
        while (tape.size() < earlier) {
            sum = sum + x;
        }
        const Var value = square(x);
        std::vector<double> times;
        for (std::size_t round = 0; round < rounds; ++round) {
            times.push_back(1e6 / repeats * seconds_of([&] {
                                for (int repeat = 0; repeat < repeats; ++repeat) {
                                    gradient(value, x);
                                }
                            }));
        }
        add_point(curve, static_cast<double>(earlier), times);
    }
    return curve;
}

}  // namespace

std::vector<Curve> planning_curves(std::size_t rounds) {
    return {planning(rounds), short_gradient(rounds)};
}

}  // namespace gandsl::bench
