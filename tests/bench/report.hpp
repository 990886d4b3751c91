#pragma once

#include <string>
#include <vector>

#include "tests/bench/curves.hpp"
#include "tests/bench/measure.hpp"

namespace gandsl::bench {

/// A table as aligned Markdown, and how many of its bars were missed.
struct Table {
    std::string text;
    std::size_t missed = 0;
};

/// Against PyTorch: step time and memory. For results with a peer.
Table against_peer(const std::vector<Result>& results);

/// What gandsl must reach by itself: threads, replay, start, data.
Table alone(const std::vector<Result>& results);

/// The kinds of operation and the product that take most of a step, row by row.
std::string costs(const std::vector<Result>& results);

/// Exponents, curve by curve.
std::string growth(const std::vector<Curve>& curves);

/// When results counted, and how many of how many did not.
std::string taken(const Cores& cores);

/// What docs/benchmarks.md says.
std::string page(const Machine& machine, const std::string& command, double import_seconds,
                 const std::vector<Result>& results, const std::vector<Curve>& curves, const Options& options,
                 const Cores& cores);

}  // namespace gandsl::bench
