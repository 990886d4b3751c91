#include "autodiff/random.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "autodiff/error.hpp"
#include "autodiff/kernels/clones.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// One counter gives four words: index i is word i % 4 of counter i / 4.
constexpr std::size_t batch = 64;                              // counters at a time: enough to fill vectors
constexpr std::uint64_t last_counter = ~std::uint64_t{0} / 4;  // after which indices begin again
using Words = std::array<std::uint32_t, 4 * batch>;

// The words of `batch` counters from `counter` on.
GANDSL_CLONES void draw_words(Words& words, const RandomKey& key, std::uint64_t counter) {
    const r123::Philox4x32::key_type secret = {
        {static_cast<std::uint32_t>(key.seed),
         static_cast<std::uint32_t>(key.seed >> 32) ^ static_cast<std::uint32_t>(key.step >> 32)}};
    const std::uint32_t stream = key.stream;
    const auto step = static_cast<std::uint32_t>(key.step);
    GANDSL_VECTORIZE
    for (std::size_t i = 0; i < batch; ++i) {
        const std::uint64_t own = (counter + i) & last_counter;
        const r123::Philox4x32::ctr_type position = {
            {static_cast<std::uint32_t>(own), static_cast<std::uint32_t>(own >> 32), stream, step}};
        const r123::Philox4x32::ctr_type drawn = r123::Philox4x32{}(position, secret);
        words[4 * i] = drawn.v[0];
        words[4 * i + 1] = drawn.v[1];
        words[4 * i + 2] = drawn.v[2];
        words[4 * i + 3] = drawn.v[3];
    }
}

// 24 bits, so that float and double agree and 1 is never reached.
GANDSL_INLINE double to_unit(std::uint32_t word) {
    return static_cast<double>(word >> 8U) * 0x1p-24;
}

GANDSL_CLONES void to_units(Real* __restrict out, const std::uint32_t* __restrict words, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<Real>(words[i] >> 8U) * Real(0x1p-24);
    }
}

}  // namespace

void fill_uniform(std::span<Real> out, const RandomKey& key, std::uint64_t first) {
    Words words;
    std::size_t done = 0;
    while (done < out.size()) {
        const std::uint64_t index = first + done;
        draw_words(words, key, index / 4);
        const std::size_t begin = index % 4;
        const std::size_t count = std::min(words.size() - begin, out.size() - done);
        to_units(out.data() + done, words.data() + begin, count);
        done += count;
    }
}

void fill_normal(std::span<Real> out, const RandomKey& key, std::uint64_t first) {
    if (first % 2 != 0) {
        throw Error(ErrorCode::invalid_argument, "[fill_normal] the first index is " + std::to_string(first) +
                                                     "; expected an even one, as numbers come in pairs");
    }
    Words words;
    std::size_t done = 0;
    while (done < out.size()) {
        const std::uint64_t index = first + done;
        draw_words(words, key, index / 4);
        for (std::size_t pair = (index % 4) / 2; pair < words.size() / 2 && done < out.size(); ++pair) {
            const double radius = std::sqrt(-2 * std::log(1 - to_unit(words[2 * pair])));
            const double angle = 2 * std::numbers::pi * to_unit(words[2 * pair + 1]);
            out[done++] = static_cast<Real>(radius * std::cos(angle));
            if (done < out.size()) {
                out[done++] = static_cast<Real>(radius * std::sin(angle));
            }
        }
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
