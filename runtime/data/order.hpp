#pragma once

#include <cstdint>

namespace gandsl::data {

/// The order in which examples are shown: one permutation of all examples after another, each from the seed
/// and its epoch. A pure function of the position, so a place in the data is one number.
struct Order {
    std::uint64_t seed = 0;
    std::uint64_t count = 1;   ///< examples in the split, at least 1
    std::uint64_t stream = 0;  ///< told apart where one run reads several sets

    struct ExampleReference {
        std::uint64_t epoch = 0;  ///< from 0
        std::uint64_t index = 0;  ///< of the example, below count
    };

    /// The example at a position; positions 0 .. count - 1 are epoch 0.
    ExampleReference at(std::uint64_t position) const;
};

/// Where `index` goes in a permutation of 0 .. count - 1 chosen by (key, stream, epoch): a Feistel network
/// over the smallest even number of bits, walked until it lands below count (Black and Rogaway, 2002).
std::uint64_t permuted(std::uint64_t index, std::uint64_t count, std::uint64_t key, std::uint64_t stream,
                       std::uint64_t epoch);

/// Steps after which `epochs` epochs are over, for steps of `examples_per_step` examples: the last of them is
/// the first step that has shown epochs * count examples or more. Throws invalid_argument if that overflows
/// or a step has no examples.
std::uint64_t steps_for_epochs(std::uint64_t epochs, std::uint64_t count, std::uint64_t examples_per_step);

/// Epochs that are over after `steps` steps; the inverse of steps_for_epochs.
std::uint64_t epochs_after(std::uint64_t steps, std::uint64_t count, std::uint64_t examples_per_step);

}  // namespace gandsl::data
