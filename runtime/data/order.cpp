#include "runtime/data/order.hpp"

#include <bit>
#include <limits>

#include "autodiff/error.hpp"
#include "runtime/data/random.hpp"

namespace gandsl::data {

namespace {

constexpr unsigned rounds = 8;

std::uint64_t divide_rounding_up(std::uint64_t a, std::uint64_t b) {
    return a / b + (a % b != 0 ? 1 : 0);
}

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
    if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b) {
        throw Error(ErrorCode::invalid_argument,
                    "a run of " + std::to_string(a) + " times " + std::to_string(b) +
                        " examples is more than can be counted; ask for fewer epochs or steps");
    }
    return a * b;
}

void check_step(std::uint64_t count, std::uint64_t examples_per_step) {
    if (examples_per_step == 0 || count == 0) {
        throw Error(ErrorCode::invalid_argument, count == 0 ? "a data set without examples has no epochs"
                                                            : "a step without examples never ends an epoch");
    }
}

}  // namespace

std::uint64_t permuted(std::uint64_t index, std::uint64_t count, std::uint64_t key, std::uint64_t stream,
                       std::uint64_t epoch) {
    if (count <= 1) {
        return 0;
    }
    const auto half = static_cast<unsigned>(std::bit_width(count - 1) + 1) / 2;
    const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
    // One counter a (stream, epoch, round); the half that goes in joins the key's words through a first
    // scrambling.
    const auto scrambled = philox(key, stream, epoch);
    const std::uint64_t epoch_key = std::uint64_t{scrambled[0]} << 32 | scrambled[1];
    do {
        std::uint64_t left = index >> half;
        std::uint64_t right = index & mask;
        for (unsigned round = 0; round < rounds; ++round) {
            const std::uint64_t mixed = left ^ (philox(epoch_key, round, right)[0] & mask);
            left = right;
            right = mixed;
        }
        index = left << half | right;
    } while (index >= count);
    return index;
}

Order::ExampleReference Order::at(std::uint64_t position) const {
    const std::uint64_t epoch = position / count;
    return {epoch, permuted(position % count, count, seed, stream, epoch)};
}

std::uint64_t steps_for_epochs(std::uint64_t epochs, std::uint64_t count, std::uint64_t examples_per_step) {
    check_step(count, examples_per_step);
    return divide_rounding_up(product(epochs, count), examples_per_step);
}

std::uint64_t epochs_after(std::uint64_t steps, std::uint64_t count, std::uint64_t examples_per_step) {
    check_step(count, examples_per_step);
    return product(steps, examples_per_step) / count;
}

}  // namespace gandsl::data
