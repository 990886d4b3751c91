#pragma once

/// Compiles a free kernel function once for each x86-64 level and picks at load time: one binary runs
/// everywhere and is fast where AVX2 or AVX-512 is. Off in double, which checks gradients and need not be
/// fast, and under sanitizers, whose run-time is not up yet when the choice is made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(GANDSL_DOUBLE) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GANDSL_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GANDSL_CLONES
#endif

/// Promises that iterations do not depend on one another (an output may be the same memory as an input).
#if defined(__clang__)
#define GANDSL_VECTORIZE _Pragma("clang loop vectorize(assume_safety)")
#else
#define GANDSL_VECTORIZE _Pragma("GCC ivdep")
#endif

#define GANDSL_INLINE inline __attribute__((always_inline))
