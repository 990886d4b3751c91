#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/bench/cores.hpp"
#include "tests/bench/sides.hpp"

namespace gandsl::bench {

/// A model with the figures it must reach.
struct Row {
    std::string name;
    Model model;
    double times_as_fast = 0;  ///< as PyTorch, at least
    double memory_share = 0;   ///< of PyTorch's, at most
    std::size_t steps = 0;     ///< in each round
};

/// Bars that hold for every row.
inline constexpr double min_speedup = 1.7;  ///< of two threads over one
inline constexpr double max_replay = 0.05;  ///< share of a step
inline constexpr double max_start = 0.3;    ///< seconds

inline constexpr std::size_t max_starts = 5;

/// Every row there is.
std::span<const Row> rows();

struct Options {
    bool peer = false;
    std::size_t rounds = 9;
    std::size_t threads = 2;
};

struct Range {
    double low = 0;
    double high = 0;
};

/// Of PyTorch, medians over the rounds.
struct PeerResult {
    PeerSettings settings;  ///< the fastest
    double step = 0;
    double memory = 0;
    double ratio = 0;  ///< of PyTorch's step to gandsl's in the same round
    Range ratios;      ///< lowest and highest
};

/// Medians over the rounds, but for the start and the profile.
struct Result {
    Row row;
    double step = 0;     ///< milliseconds
    double single = 0;   ///< milliseconds, on one thread
    double speedup = 0;  ///< by the other threads, in the same round
    double memory = 0;   ///< bytes
    double reading = 0;  ///< milliseconds a step
    double start = 0;    ///< seconds; median of up to `max_starts`
    Profile profile;     ///< of one process
    std::optional<PeerResult> peer;
};

/// In every round each row has its turn, in which one side follows the other: they meet the same machine, and
/// a minute in which that is slow spoils no row's median. Throws if the sides' models differ.
std::vector<Result> measure(std::span<const Row> list, const Options& options, Cores& cores);

/// The fastest way to run PyTorch here: the least of two medians over both flavours of OpenBLAS and up to
/// `threads` threads.
PeerSettings fastest_peer(const Model& model, std::size_t threads, std::size_t steps, Cores& cores);

}  // namespace gandsl::bench
