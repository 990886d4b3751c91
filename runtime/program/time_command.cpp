#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operations.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/program/commands.hpp"
#include "runtime/program/load.hpp"
#include "runtime/terminal/format.hpp"
#include "runtime/training/feeder.hpp"
#include "runtime/training/session.hpp"

namespace gandsl::program {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// A large square product, as often as fits in the time: what the machine can do.
class Peak {
  public:
    explicit Peak(const std::shared_ptr<ThreadPool>& pool)
        : tape_(Evaluation::planned), plan_(make(tape_, pool)) {
        plan_.run();
    }
    void measure() {
        const auto begin = Clock::now();
        plan_.run();
        best_ = std::max(best_, 2.0 * side * side * side / seconds_since(begin));
    }
    double flops() const { return best_; }

  private:
    static constexpr Index side = 1024;
    static Plan make(Tape& tape, const std::shared_ptr<ThreadPool>& pool) {
        const Var a = tape.state(make_array({side, side}, 1));
        const Var b = tape.state(make_array({side, side}, 1));
        return Plan({matmul(a, b)}, {}, {pool, {}});
    }
    Tape tape_;
    Plan plan_;
    double best_ = 0;
};

double peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;  // given in KiB
}

}  // namespace

int time(const TimeRequest& request) {
    const std::optional<Loaded> loaded = load(request.file);
    if (!loaded) {
        return 1;
    }
    const dsl::Program& program = loaded->program;
    if (!program.train) {
        throw Error(ErrorCode::invalid_argument,
                    request.file.file.string() + " has no `train` block to measure");
    }
    const training::Datasets datasets = training::open_datasets(*loaded);
    const auto pool = std::make_shared<ThreadPool>(request.file.threads);
    const runtime::Graph graph = runtime::build(
        program, {.batch = static_cast<Index>(program.train->batch), .seed = program.train->seed});
    Plan plan(graph.outputs(), graph.assignments, PlanOptions{pool, {}});
    training::TrainFeeder feeder(program, datasets, graph, program.train->batch, program.train->seed, 0);
    feeder.feed(plan);
    constexpr std::uint64_t warm_up = 3;
    for (std::uint64_t step = 0; step < warm_up; ++step) {
        plan.run(step);
    }
    const double memory = peak_memory();
    Peak peak(pool);
    std::vector<double> steps;
    std::vector<OperationTime> times;
    const auto begin = Clock::now();
    // Whole steps, profiled steps and the peak take turns, so that all meet the same machine.
    for (std::uint64_t step = warm_up; steps.size() < 5 || seconds_since(begin) < request.seconds; ++step) {
        feeder.feed(plan);
        const auto start = Clock::now();
        plan.run(step);
        steps.push_back(seconds_since(start));
        plan.profile(++step, times);
        peak.measure();
    }
    double total = 0;
    for (const OperationTime& time : times) {
        total += time.seconds;
    }
    std::sort(times.begin(), times.end(),
              [](const OperationTime& a, const OperationTime& b) { return a.seconds > b.seconds; });
    const double typical = median(steps);
    fmt::print("{:.2f} ms a step (median of {}), {:.0f} examples a second, batch {}, {} thread{}\n\n",
               typical * 1e3, steps.size(),
               static_cast<double>(program.train->batch * program.train->batch_slots) / typical,
               program.train->batch, pool->size(), pool->size() == 1 ? "" : "s");
    fmt::print("{:<24} {:>7} {:>10} {:>7} {:>10}\n", "operation", "share", "ms a step", "calls", "GFLOP/s");
    const double profiled = static_cast<double>(steps.size());
    for (const OperationTime& time : times) {
        fmt::print("{:<24} {:>6.1f}% {:>10.3f} {:>7.0f}", time.operation, 100 * time.seconds / total,
                   1e3 * time.seconds / profiled, static_cast<double>(time.calls) / profiled);
        if (time.flops > 0 && time.seconds > 0) {
            fmt::print(" {:>10.1f}", time.flops / time.seconds / 1e9);
        }
        fmt::print("\n");
    }
    const PlanStatistics& statistics = plan.statistics();
    fmt::print("\nwhole step: {:.1f} GFLOP/s; sgemm of 1024 x 1024 in the same run: {:.1f} GFLOP/s\n",
               statistics.flops / typical / 1e9, peak.flops() / 1e9);
    fmt::print("memory: {} at most; {} for one step, {} for weights and moments\n",
               terminal::human_bytes(memory),
               terminal::human_bytes(static_cast<double>(statistics.arena_bytes)),
               terminal::human_bytes(static_cast<double>(statistics.state_bytes)));
    return 0;
}

}  // namespace gandsl::program
