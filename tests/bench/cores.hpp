#pragma once

#include <chrono>
#include <cstddef>

#include "autodiff/threads.hpp"

namespace gandsl::bench {

/// How many times as many products a second the machine computes on the pool's threads as on one, at this
/// moment: of small matrices, which stay in each thread's nearest cache. The two processors of a virtual
/// machine may for a while be the two threads of one core, which gives little more than 1.
double cores_for(ThreadPool& pool);

/// Holds measurements to moments at which the machine gives each thread a core, whatever is measured.
class Cores {
  public:
    /// Of the threads, what `cores_for` must find: well above what two threads of one core give.
    static constexpr double min_share = 0.8;

    explicit Cores(std::size_t threads) : pool_(threads) {}

    /// The result of the first run() with enough of the machine right before and right after it. After some
    /// tries, or when all the waiting comes to ten minutes, of any.
    template <typename Run>
    auto with(const Run& run) {
        ++runs_;
        for (int turn = 1;; ++turn) {
            const bool before = wait();
            auto result = run();
            const bool enough = before && given();
            if (enough || turn == max_turns || waited_ >= max_waiting) {
                regardless_ += enough ? 0 : 1;
                return result;
            }
            ++repeated_;
        }
    }

    double least() const { return min_share * static_cast<double>(pool_.size()); }
    std::size_t runs() const { return runs_; }
    std::size_t repeated() const { return repeated_; }      ///< times that a result was not taken
    std::size_t regardless() const { return regardless_; }  ///< results taken without enough of the machine

  private:
    using Seconds = std::chrono::duration<double>;
    static constexpr int max_turns = 5;
    static constexpr Seconds max_waiting{600};

    bool given();
    bool wait();  ///< until enough is given, or false after a minute

    ThreadPool pool_;
    std::size_t runs_ = 0;
    std::size_t repeated_ = 0;
    std::size_t regardless_ = 0;
    Seconds waited_{0};
};

}  // namespace gandsl::bench
