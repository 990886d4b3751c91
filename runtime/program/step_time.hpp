#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "autodiff/plan.hpp"
#include "runtime/loading/load.hpp"

namespace gandsl::program {

/// How long to measure, and what.
struct StepTimeOptions {
    std::size_t threads = 0;             ///< 0: as many as there are processors
    double seconds = 3;                  ///< at least five steps are measured
    std::optional<std::uint64_t> steps;  ///< instead of `seconds`
    bool exact = false;                  ///< convolutions as plain sums of products
    bool profile = true;                 ///< false: whole steps one after the other, and nothing else
};

/// Where the time of some steps went.
struct StepProfile {
    std::vector<OperationTime> times;  ///< sums over the steps
    double whole = 0;                  ///< sum over the steps
    double outside = 0;                ///< of `whole`, what no kernel took; reading the clock included
    double fork_join = 0;   ///< least time in which every thread got one part of a loop and was done
    double peak_flops = 0;  ///< a second, of a product of 1024 x 1024: the best of the run
};

/// What a training step takes. Times are in seconds, memory in bytes.
struct StepTime {
    std::size_t batch = 0;
    std::size_t examples = 0;  ///< that one step looks at: batch times the iterations of a `repeat`
    std::size_t threads = 0;
    std::size_t parameters = 0;  ///< numbers that the updates learn
    std::vector<double> steps;   ///< each measured step, on examples read before
    double reading = 0;          ///< of one step's examples, by the one thread that reads ahead
    double peak_memory = 0;      ///< of the process, before anything but steps was measured
    PlanStatistics statistics;

    std::optional<StepProfile> profile;  ///< of as many steps more, which took turns with the whole ones

    double median() const;  ///< of `steps`
};

/// Trains on the program's own data and measures. Throws what opening the data throws.
StepTime measure_step(const loading::Loaded& loaded, const StepTimeOptions& options);

}  // namespace gandsl::program
