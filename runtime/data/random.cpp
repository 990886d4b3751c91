#include "runtime/data/random.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gandsl::data {

std::array<std::uint32_t, 4> philox(std::uint64_t key, std::uint64_t counter_high,
                                    std::uint64_t counter_low) {
    const auto low = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
    const auto high = [](std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); };
    const r123::Philox4x32::key_type k = {{low(key), high(key)}};
    const r123::Philox4x32::ctr_type c = {
        {low(counter_low), high(counter_low), low(counter_high), high(counter_high)}};
    const auto bits = r123::Philox4x32{}(c, k);
    return {bits[0], bits[1], bits[2], bits[3]};
}

RandomStream::RandomStream(std::uint64_t key, std::uint64_t purpose, std::uint64_t index)
    : key_(key), purpose_(purpose), index_(index) {}

std::uint32_t RandomStream::next() {
    if (used_ == bits_.size()) {
        bits_ = philox(key_, purpose_ << 32 | block_, index_);
        ++block_;
        used_ = 0;
    }
    return bits_[used_++];
}

float RandomStream::uniform() {
    return static_cast<float>(next() >> 8) * 0x1p-24f;
}

float RandomStream::uniform(float low, float high) {
    // A number close to the upper bound may be rounded up to it.
    return std::min(low + (high - low) * uniform(), std::nextafter(high, low));
}

float RandomStream::normal() {
    const float radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi_v<float> * uniform());
}

std::uint32_t RandomStream::below(std::uint32_t n) {
    return static_cast<std::uint32_t>((std::uint64_t{next()} * n) >> 32);
}

}  // namespace gandsl::data
