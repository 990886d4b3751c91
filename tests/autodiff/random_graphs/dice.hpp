#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/autodiff/random_graphs/fill.hpp"

namespace gandsl_test {

/// Random choices that are the same with every standard library.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() { return split_mix(state_++ * 0xD1342543DE82EF95ULL); }
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }
    double unit() { return static_cast<double>(next() >> 11U) / 9007199254740992.0; }
    bool chance(double probability) { return unit() < probability; }

    template <typename Value>
    const Value& pick(const std::vector<Value>& values) {
        return values[below(values.size())];
    }

  private:
    std::uint64_t state_;
};

}  // namespace gandsl_test
