#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace gandsl::training {

/// Seconds of a clock that runs on evenly, from a fixed start.
inline double now() {
    using Clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

/// How often something is done that would be due more often than it is worth: so seldom that it takes at most
/// a twentieth of the time, but never put off for longer than `longest`. Times are in seconds, from any fixed
/// start.
class Pace {
  public:
    explicit Pace(double longest = std::numeric_limits<double>::infinity()) : longest_(longest) {}

    /// At once where it has not been done.
    bool due(double now) const { return now - ended_ >= std::min(longest_, times * cost_); }

    /// It was done, well or not.
    void took(double begin, double end) {
        cost_ = end - begin;
        ended_ = end;
    }

  private:
    static constexpr double times = 20;

    double longest_;
    double cost_ = 0;
    double ended_ = -std::numeric_limits<double>::infinity();
};

}  // namespace gandsl::training
