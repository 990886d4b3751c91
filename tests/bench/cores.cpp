#include "tests/bench/cores.hpp"

#include <fmt/format.h>

#include <atomic>
#include <numeric>
#include <thread>
#include <vector>

#include "autodiff/blas.hpp"

namespace gandsl::bench {

namespace {

using Clock = std::chrono::steady_clock;

// Products a second that the calling thread computes in some milliseconds.
double rate() {
    constexpr Index side = 48;
    constexpr std::chrono::milliseconds min_time{10};
    const std::vector<Real> operand(side * side, Real(0.5));
    std::vector<Real> result(side * side);
    std::size_t products = 0;
    const auto begin = Clock::now();
    auto now = begin;
    while (now - begin < min_time) {
        for (int turn = 0; turn < 16; ++turn, ++products) {
            gemm(side, side, side, {operand.data(), side}, {operand.data(), side}, {result.data(), side});
        }
        now = Clock::now();
    }
    return static_cast<double>(products) / std::chrono::duration<double>(now - begin).count();
}

}  // namespace

double cores_for(ThreadPool& pool) {
    const double one = rate();
    std::vector<double> rates(pool.size());
    std::atomic<std::size_t> begun{0};
    pool.parallel(pool.size(), [&](std::size_t part, std::size_t) {
        ++begun;
        while (begun.load() < pool.size()) {
            std::this_thread::yield();
        }
        rates[part] = rate();
    });
    return std::accumulate(rates.begin(), rates.end(), 0.0) / one;
}

// Of some tries the best, as threads that have slept may find themselves on one processor for a moment.
bool Cores::given() {
    constexpr int tries = 4;
    for (int turn = 0; turn < tries; ++turn) {
        if (cores_for(pool_) >= least()) {
            return true;
        }
    }
    return false;
}

bool Cores::wait() {
    constexpr Seconds most{60};
    const auto begin = Clock::now();
    bool enough = given();
    if (!enough) {
        fmt::print(stderr, "  waiting for a core for each thread\n");
    }
    while (!enough && Clock::now() - begin < most && waited_ + (Clock::now() - begin) < max_waiting) {
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        enough = given();
    }
    waited_ += Clock::now() - begin;
    return enough;
}

}  // namespace gandsl::bench
