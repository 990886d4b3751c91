#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsl/check.hpp"
#include "dsl/program.hpp"
#include "runtime/data/dataset.hpp"

/// run.json: what a run was made from.
namespace gandsl::runs {

/// Where the weights of a `net F from "RUN"` came from.
struct LoadedNet {
    std::string name;
    std::string run;  ///< as the file has it
    std::filesystem::path checkpoint;
    std::string hash;  ///< of the weights: "crc32:9f3a01c2"
};

/// What a run goes on from that is another run.
struct Fork {
    std::filesystem::path checkpoint;
    std::uint64_t step = 0;
    std::vector<std::string> differences;  ///< as `differences` words them
};

struct RunFacts {
    std::filesystem::path file;
    std::uint64_t seed = 0;
    std::size_t batch = 0;
    std::uint64_t steps = 0;   ///< of the whole run
    std::uint64_t epochs = 0;  ///< 0: the run is given in steps
    std::size_t threads = 0;
    bool exact = false;           ///< convolutions as plain sums of products
    std::vector<LoadedNet> nets;  ///< from other runs
    std::optional<Fork> fork = {};
};

/// Options, seed, data with hashes, versions, processor, OpenBLAS's kernels and threads, as JSON.
std::string describe_run(const dsl::Program& program, const data::Datasets& datasets, const RunFacts& facts);

/// What must be the same for a run to go on: a line for each difference between a run's record and this one.
std::vector<std::string> differences(const std::string& recorded, const std::string& now);

/// The nets that a record says to have been taken from other runs.
std::vector<LoadedNet> recorded_nets(const std::string& recorded);

/// Of what does not keep a run from going on, but may change its last digits: the version, the compiler,
/// the processor and OpenBLAS's kernels. A line for each difference.
std::vector<std::string> machine_differences(const std::string& recorded, const std::string& now);

/// Where two texts first differ, in words, "line 3 was `a`, and is `b`"; nothing where they do not.
std::optional<std::string> text_difference(const std::string& before, const std::string& now);

/// `recorded` as it is for a run that is going on to another length.
std::string with_length(const std::string& recorded, std::uint64_t steps, std::uint64_t epochs);

/// A run's record, read back.
struct Record {
    std::filesystem::path folder;                              ///< of the .gan file, when it was run
    std::string file;                                          ///< the .gan file, as it was named
    std::vector<std::pair<std::string, std::string>> options;  ///< as --set would have them
    std::uint64_t seed = 0;
    std::size_t batch = 64;
    std::uint64_t steps = 0;                 ///< of the whole run
    std::uint64_t epochs = 0;                ///< 0: the run is given in steps
    std::vector<data::Description> data;     ///< without fields where the record has no types
    std::vector<dsl::RecordedData> sources;  ///< empty where the record has no types
};

/// Throws Error(format) naming the path.
Record read_record(const std::filesystem::path& path);

}  // namespace gandsl::runs
