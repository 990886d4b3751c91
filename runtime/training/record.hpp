#pragma once

#include <filesystem>
#include <string>

#include "dsl/program.hpp"
#include "runtime/training/feeder.hpp"

/// run.json: what a run was made from.
namespace gandsl::training {

struct RunFacts {
    std::filesystem::path file;
    std::uint64_t seed = 0;
    std::size_t batch = 0;
    std::uint64_t steps = 0;   ///< of the whole run
    std::uint64_t epochs = 0;  ///< 0: the run is given in steps
    std::size_t threads = 0;
};

/// Options, seed, data with hashes, versions, processor and threads, as JSON.
std::string describe_run(const dsl::Program& program, const Datasets& datasets, const RunFacts& facts);

/// What must be the same for a run to go on: a line for each difference between a run's record and this one.
std::vector<std::string> differences(const std::string& recorded, const std::string& now);

}  // namespace gandsl::training
