#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "dsl/program.hpp"

/// Holds the gradient of every update of a program against finite differences of its objective, in double.
/// What this header declares does not depend on the precision of who includes it.
namespace gandsl::gradcheck {

struct Options {
    std::size_t batch = 4;
    std::size_t entries = 5;  ///< of each weight, at random; half of them among those whose gradient is not 0
    std::uint64_t seed = 0;   ///< of first weights, draws and the choice of entries
    double tolerance = 1e-5;  ///< allowed difference, as a share of the gradient
    std::size_t threads = 0;  ///< 0: as many as there are processors
};

/// Which batch is wanted, as runtime::DataInput has it.
struct Wanted {
    std::size_t data = 0;
    std::size_t field = 0;
    std::size_t slot = 0;
    bool next = false;
};
/// Writes one.
using Feed = std::function<void(const Wanted&, std::span<double>)>;

/// What was found about a weight in an update.
struct WeightReport {
    std::string update;  ///< the nets it learns: "G", "encoder, decoder"
    std::string weight;  ///< "G.dense_1.weight"
    std::size_t checked = 0;
    std::size_t unsure = 0;  ///< of these: the differences do not settle, as at the kink of a relu
    std::size_t failed = 0;
    double error = 0;  ///< the largest among those that are settled, as a share of the gradient
    /// The worst that failed.
    std::size_t entry = 0;
    double recorded = 0;
    double expected = 0;
};

/// Called as each weight is done.
using Progress = std::function<void(const WeightReport&)>;

/// Every update once, the first iteration of those in a `repeat`. First weights are moved a little, as zeros
/// sit on the kinks of relu; draws are those of step 0. What is behind stop_gradient stays at its value, as
/// the gradient takes it to.
std::vector<WeightReport> check(const dsl::Program& program, const Options& options, const Feed& feed,
                                const Progress& progress = {});

}  // namespace gandsl::gradcheck
