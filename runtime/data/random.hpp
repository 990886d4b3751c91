#pragma once

#include <array>
#include <cstdint>

namespace gandsl::data {

/// 128 random bits that depend on nothing but key and counter: Philox4x32-10 (Salmon et al., "Parallel random
/// numbers: as easy as 1, 2, 3", 2011).
std::array<std::uint32_t, 4> philox(std::uint64_t key, std::uint64_t counter_high, std::uint64_t counter_low);

/// A stream of random numbers: key and two numbers that say what it is for, and a counter of its own.
/// The purpose must be below 2^32.
class RandomStream {
  public:
    RandomStream(std::uint64_t key, std::uint64_t purpose, std::uint64_t index);

    float uniform();                       ///< in [0, 1)
    float uniform(float low, float high);  ///< in [low, high)
    float normal();                        ///< mean 0, standard deviation 1 (Box and Muller, 1958)
    std::uint32_t below(std::uint32_t n);  ///< 0 .. n - 1

  private:
    std::uint32_t next();

    std::uint64_t key_;
    std::uint64_t purpose_;
    std::uint64_t index_;
    std::uint32_t block_ = 0;
    unsigned used_ = 4;
    std::array<std::uint32_t, 4> bits_{};
};

/// In [low, high), in double precision though drawn as float.
inline double between(RandomStream& random, double low, double high) {
    return low + (high - low) * double{random.uniform()};
}

}  // namespace gandsl::data
