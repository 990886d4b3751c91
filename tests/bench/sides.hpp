#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

/// The two programs that are compared, each run as its own process.
namespace gandsl::bench {

/// One model at one size, on both sides.
struct Model {
    std::string file;  ///< below the project's root
    std::string peer;  ///< what peer.py calls it
    std::size_t batch = 0;
    std::vector<std::pair<std::string, std::size_t>> settings = {};  ///< of the file: --set window=64
    std::vector<std::pair<std::string, std::size_t>> sizes = {};     ///< of the peer: --length 64
};

/// What one process measured.
struct Measured {
    double median = 0;       ///< milliseconds a step
    double peak_memory = 0;  ///< bytes
    double reading = 0;      ///< milliseconds a step
    std::size_t parameters = 0;
};

/// Where the time goes, from a profiled run.
struct Profile {
    double replay = 0;    ///< share of a step that is the replay's own
    double sgemm = 0;     ///< GFLOP/s
    std::string kernels;  ///< OpenBLAS's, by its name
    struct Part {
        std::string name;
        double share = 0;
        double gflops = 0;
    };
    std::vector<Part> operations;  ///< most time first
    std::vector<Part> products;
};

/// How PyTorch is run.
struct PeerSettings {
    std::string blas;  ///< "openmp" or "pthread"
    std::size_t threads = 1;
    std::string spell() const {
        return std::to_string(threads) + (threads == 1 ? " thread, " : " threads, ") + blas;
    }
};

struct Machine {
    std::string processor;
    std::size_t cores = 0;
    double memory = 0;  ///< bytes
    std::string compiler;
    std::string openblas;
    std::string torch;  ///< empty without the peer
};

std::filesystem::path project_root();

/// Whole steps of gandsl. Throws std::runtime_error with what the program said if it fails; so do all below.
Measured run_gandsl(const Model& model, std::size_t threads, std::size_t steps);
Profile profile_gandsl(const Model& model, std::size_t threads, std::size_t steps);

/// Seconds from the start of `gandsl run` to that of its first step.
double start_gandsl(const Model& model);

/// Throws too where PyTorch did not run with the BLAS and threads asked for, or without oneDNN. Stops early,
/// though not before three steps, when the steps have taken so many seconds.
Measured run_peer(const Model& model, const PeerSettings& settings, std::size_t steps, double seconds = 1e9);

/// Seconds that importing PyTorch takes.
double import_peer();

Machine describe_machine(bool with_peer);

}  // namespace gandsl::bench
