#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "autodiff/kernels/clones.hpp"

/// Elementary functions that compilers can vectorise: branch-free in float, within about two units in the
/// last place (held by a test); in double they are the C library's. NaN stays NaN.
namespace gandsl::math {

GANDSL_INLINE float exp(float x) {
    // Beyond these bounds the result is infinity, or zero.
    x = x > 89.0F ? 89.0F : x;
    x = x < -104.0F ? -104.0F : x;
    // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
    constexpr float rounder = 12582912.0F;
    const float shifted = x * 1.44269504F + rounder;
    const auto power = static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(shifted) - 0x4B400000U);
    const float whole = shifted - rounder;
    // ln 2 in two parts: the first has few bits, so whole * 0.693359375 is exact.
    const float rest = (x - whole * 0.693359375F) + whole * 2.12194440e-4F;
    float sum = 1.0F / 5040.0F;
    sum = sum * rest + 1.0F / 720.0F;
    sum = sum * rest + 1.0F / 120.0F;
    sum = sum * rest + 1.0F / 24.0F;
    sum = sum * rest + 1.0F / 6.0F;
    sum = sum * rest + 0.5F;
    sum = sum * rest + 1.0F;
    sum = sum * rest + 1.0F;
    // 2^power in two factors, as one alone may not be a float.
    const std::int32_t half = power >> 1;
    const auto first = std::bit_cast<float>(static_cast<std::uint32_t>(half + 127) << 23U);
    const auto second = std::bit_cast<float>(static_cast<std::uint32_t>(power - half + 127) << 23U);
    return sum * first * second;
}

/// 2 artanh(s) for |s| <= 1/3: the logarithm of (1 + s) / (1 - s).
GANDSL_INLINE float log_ratio(float s) {
    const float square = s * s;
    float sum = 1.0F / 15.0F;
    sum = sum * square + 1.0F / 13.0F;
    sum = sum * square + 1.0F / 11.0F;
    sum = sum * square + 1.0F / 9.0F;
    sum = sum * square + 1.0F / 7.0F;
    sum = sum * square + 1.0F / 5.0F;
    sum = sum * square + 1.0F / 3.0F;
    return 2.0F * s + 2.0F * s * square * sum;
}

GANDSL_INLINE float log(float x) {
    const bool tiny = x < std::numeric_limits<float>::min();
    const float scaled = tiny ? x * 8388608.0F : x;
    const auto bits = std::bit_cast<std::uint32_t>(scaled);
    // Splits so that the mantissa lies in [sqrt(1/2), sqrt(2)).
    const std::uint32_t moved = bits - 0x3F3504F3U;
    const auto exponent = static_cast<float>(static_cast<std::int32_t>(moved) >> 23) - (tiny ? 23.0F : 0.0F);
    const auto mantissa = std::bit_cast<float>((moved & 0x007FFFFFU) + 0x3F3504F3U);
    const float part = log_ratio((mantissa - 1.0F) / (mantissa + 1.0F));
    float result = exponent * 0.693359375F + (part - exponent * 2.12194440e-4F);
    constexpr float infinity = std::numeric_limits<float>::infinity();
    result = x == 0.0F ? -infinity : result;
    result = x == infinity ? infinity : result;
    return x < 0.0F || x != x ? std::numeric_limits<float>::quiet_NaN() : result;
}

/// exp(x) - 1 without the cancellation near 0.
GANDSL_INLINE float expm1(float x) {
    float sum = 1.0F / 40320.0F;
    sum = sum * x + 1.0F / 5040.0F;
    sum = sum * x + 1.0F / 720.0F;
    sum = sum * x + 1.0F / 120.0F;
    sum = sum * x + 1.0F / 24.0F;
    sum = sum * x + 1.0F / 6.0F;
    sum = sum * x + 0.5F;
    const float near = x + x * x * sum;
    return x > -0.5F && x < 0.5F ? near : exp(x) - 1.0F;
}

/// log(1 + x) for x in [-1/2, 1].
GANDSL_INLINE float log1p_unit(float x) {
    return log_ratio(x / (2.0F + x));
}

GANDSL_INLINE float log1p(float x) {
    const float near = log1p_unit(x);
    return x >= -0.5F && x <= 1.0F ? near : log(1.0F + x);
}

GANDSL_INLINE float sigmoid(float x) {
    return 1.0F / (1.0F + exp(-x));
}

GANDSL_INLINE float tanh(float x) {
    const float size = x < 0.0F ? -x : x;
    const float far = 1.0F - 2.0F / (exp(2.0F * size) + 1.0F);
    // Near 0 the form above cancels; Lambert's continued fraction does not.
    const float square = x * x;
    const float near = size * (10395.0F + square * (1260.0F + square * 21.0F)) /
                       (10395.0F + square * (4725.0F + square * (210.0F + square)));
    const float result = size < 0.7F ? near : far;
    return x < 0.0F ? -result : result;
}

/// The standard normal distribution function. Behind the density's exp(-x^2 / 2) it is a smooth function of
/// 1 / (1 + 0.27 |x|), here a polynomial through 9 Chebyshev nodes (relative error 5e-8 up to |x| = 14).
GANDSL_INLINE float normal_distribution(float x) {
    const float size = x < 0.0F ? -x : x;
    const float t = 1.0F / (1.0F + 0.27F * size);
    float sum = 0.02920583263039589F;
    sum = sum * t - 0.12772256135940552F;
    sum = sum * t + 0.17243610322475433F;
    sum = sum * t - 0.07234456390142441F;
    sum = sum * t + 0.11005421727895737F;
    sum = sum * t + 0.07107758522033691F;
    sum = sum * t + 0.10206355154514313F;
    sum = sum * t + 0.10750709474086761F;
    sum = sum * t + 0.10772275924682617F;
    // x^2 / 2 in two parts, the first exact: rounded as a whole it would cost x^2 units of the result.
    const float head = std::bit_cast<float>(std::bit_cast<std::uint32_t>(size) & 0xFFFFF000U);
    const float rest = 0.5F * (size - head) * (size + head);
    const float density =
        exp(-0.5F * head * head) * (1.0F - rest * (1.0F - rest * (0.5F - rest * (1.0F / 6.0F))));
    const float tail = size > 14.5F ? 0.0F : sum * t * density;
    return x > 0.0F ? 1.0F - tail : x != x ? x : tail;
}

GANDSL_INLINE double normal_distribution(double x) {
    return 0.5 * std::erfc(-x * 0.70710678118654752440);
}
GANDSL_INLINE double exp(double x) {
    return std::exp(x);
}
GANDSL_INLINE double expm1(double x) {
    return std::expm1(x);
}
GANDSL_INLINE double log(double x) {
    return std::log(x);
}
GANDSL_INLINE double log1p_unit(double x) {
    return std::log1p(x);
}
GANDSL_INLINE double log1p(double x) {
    return std::log1p(x);
}
GANDSL_INLINE double tanh(double x) {
    return std::tanh(x);
}
GANDSL_INLINE double sigmoid(double x) {
    return 1.0 / (1.0 + std::exp(-x));
}

/// log(1 + exp(x)) without overflow.
template <typename T>
GANDSL_INLINE T softplus(T x) {
    const T size = x < T(0) ? -x : x;
    return (x > T(0) ? x : (x != x ? x : T(0))) + log1p_unit(exp(-size));
}

}  // namespace gandsl::math
