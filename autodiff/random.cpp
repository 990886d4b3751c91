#include "autodiff/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// One counter gives four words. The words of index i are word i % 4 of counter i / 4.
r123::Philox4x32::ctr_type words_at(const RandomKey& key, std::uint64_t counter) {
    const r123::Philox4x32::ctr_type position = {{static_cast<std::uint32_t>(counter),
                                                  static_cast<std::uint32_t>(counter >> 32), key.stream,
                                                  static_cast<std::uint32_t>(key.step)}};
    const r123::Philox4x32::key_type secret = {
        {static_cast<std::uint32_t>(key.seed),
         static_cast<std::uint32_t>(key.seed >> 32) ^ static_cast<std::uint32_t>(key.step >> 32)}};
    return r123::Philox4x32{}(position, secret);
}

// 24 bits, so that float and double agree and 1 is never reached.
double to_unit(std::uint32_t word) { return static_cast<double>(word >> 8U) * 0x1p-24; }

}  // namespace

void fill_uniform(std::span<Real> out, const RandomKey& key, std::uint64_t first) {
    std::size_t place = 0;
    while (place < out.size()) {
        const std::uint64_t index = first + place;
        const auto words = words_at(key, index / 4);
        for (std::size_t lane = index % 4; lane < 4 && place < out.size(); ++lane, ++place) {
            out[place] = static_cast<Real>(to_unit(words.v[lane]));
        }
    }
}

void fill_normal(std::span<Real> out, const RandomKey& key, std::uint64_t first) {
    std::size_t place = 0;
    while (place < out.size()) {
        const std::uint64_t index = first + place;
        const auto words = words_at(key, index / 4);
        for (std::size_t pair = (index % 4) / 2; pair < 2 && place < out.size(); ++pair) {
            const double radius = std::sqrt(-2 * std::log(1 - to_unit(words.v[2 * pair])));
            const double angle = 2 * std::numbers::pi * to_unit(words.v[2 * pair + 1]);
            out[place++] = static_cast<Real>(radius * std::cos(angle));
            if (place < out.size()) {
                out[place++] = static_cast<Real>(radius * std::sin(angle));
            }
        }
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
