#pragma once

#include <cstdint>

/// Which random stream serves what. Streams of the same number give the same numbers at the same step.
namespace gandsl::runtime::streams {

/// The purpose is in the highest four bits, leaving 2^28 streams for each.
enum class Purpose : std::uint32_t {
    weights = 1,         ///< first values, one stream for each weight of the program
    draws = 2,           ///< of a training step, by slot
    layers = 3,          ///< dropout and draws inside nets, in the order they are recorded
    sample_draws = 4,    ///< by slot
    sample_layers = 5,   ///< draws inside nets
    measure_draws = 6,   ///< by slot
    measure_layers = 7,  ///< draws inside nets
};

constexpr std::uint32_t number(Purpose purpose, std::size_t index) {
    return (static_cast<std::uint32_t>(purpose) << 28) | static_cast<std::uint32_t>(index & 0x0fffffff);
}

}  // namespace gandsl::runtime::streams
