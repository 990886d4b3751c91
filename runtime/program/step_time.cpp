#include "runtime/program/step_time.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <thread>

#include "autodiff/array.hpp"
#include "autodiff/operations.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/loading/memory_budget.hpp"
#include "runtime/training/feeder.hpp"
#include "runtime/training/session.hpp"

namespace gandsl::program {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median_of(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// A large square product: what the machine can do.
class Peak {
  public:
    explicit Peak(const std::shared_ptr<ThreadPool>& pool)
        : tape_(Evaluation::planned), plan_(make(tape_, pool)) {
        plan_.run();
    }
    double measure() {
        const auto begin = Clock::now();
        plan_.run();
        return 2.0 * side * side * side / seconds_since(begin);
    }

  private:
    static constexpr Index side = 1024;
    static Plan make(Tape& tape, const std::shared_ptr<ThreadPool>& pool) {
        const Var a = tape.state(make_array({side, side}, 1));
        const Var b = tape.state(make_array({side, side}, 1));
        return Plan({matmul(a, b)}, {}, {pool, {}});
    }
    Tape tape_;
    Plan plan_;
};

double peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;  // given in KiB
}

// From giving each thread one part until all know that all are done; a part waits until every thread has its
// own, or one would take them all. The least of some turns: on a machine that is busy otherwise the rest
// measures how busy.
double fork_join_time(ThreadPool& pool) {
    constexpr int max_turns = 100;
    constexpr double max_seconds = 2e-3;  // where threads have to take turns on a processor
    double min = std::numeric_limits<double>::infinity();
    const auto first = Clock::now();
    for (int round = 0; round < max_turns && (round == 0 || seconds_since(first) < max_seconds); ++round) {
        std::atomic<std::size_t> begun{0};
        const auto begin = Clock::now();
        pool.parallel(pool.size(), [&](std::size_t, std::size_t) {
            ++begun;
            while (begun.load() < pool.size()) {
                std::this_thread::yield();
            }
        });
        min = std::min(min, seconds_since(begin));
    }
    return min;
}

// The inputs of some steps, read beforehand: what is measured then is the step alone, whatever else the
// processors had to read meanwhile.
class PreparedSteps {
  public:
    PreparedSteps(training::TrainFeeder& feeder, const runtime::Graph& graph, Plan& plan) : graph_(graph) {
        const auto begin = Clock::now();
        for (std::vector<std::vector<Real>>& step : steps_) {
            feeder.feed(plan);
            for (const runtime::DataInput& input : graph.inputs) {
                const std::span<Real> values = plan.feed(input.var);
                step.emplace_back(values.begin(), values.end());
            }
        }
        reading_ = seconds_since(begin) / static_cast<double>(steps_.size());
    }

    void feed(Plan& plan, std::uint64_t step) const {
        for (std::size_t index = 0; index < graph_.inputs.size(); ++index) {
            const std::vector<Real>& values = steps_[step % steps_.size()][index];
            std::copy(values.begin(), values.end(), plan.feed(graph_.inputs[index].var).begin());
        }
    }

    /// Seconds that reading one step's examples took, one thread reading ahead.
    double reading() const { return reading_; }

  private:
    const runtime::Graph& graph_;
    std::array<std::vector<std::vector<Real>>, 4> steps_;
    double reading_ = 0;
};

std::size_t parameters_of(const runtime::Graph& graph) {
    std::set<std::string> learned;  // more than one update may learn a weight
    for (const runtime::UpdateRecord& update : graph.updates) {
        for (const runtime::LearnedWeight& weight : update.learned) {
            learned.insert(weight.name);
        }
    }
    std::size_t count = 0;
    for (const runtime::NamedState& state : graph.states) {
        count +=
            learned.contains(state.name) ? static_cast<std::size_t>(element_count(state.var.shape())) : 0;
    }
    return count;
}

}  // namespace

double StepTime::median() const {
    return median_of(steps);
}

StepTime measure_step(const loading::Loaded& loaded, const StepTimeOptions& options) {
    const dsl::Program& program = loaded.program;
    const dsl::Train& train = *program.train;
    const data::Datasets datasets = training::open_datasets(loaded);
    const auto pool = std::make_shared<ThreadPool>(options.threads);
    const runtime::Graph graph = runtime::build(program, {.batch = static_cast<Index>(train.batch),
                                                          .seed = train.seed,
                                                          .exact = options.exact,
                                                          .locate = loading::locator(loaded)});
    loading::MemoryBudget memory(loaded, graph, pool);
    Plan plan(graph.outputs(), graph.assignments, loading::step_options(memory, program));
    training::TrainFeeder feeder(program, datasets, graph, train.batch, train.seed, 0);

    StepTime result;
    result.batch = train.batch;
    result.examples = train.batch * train.batch_slots;
    result.threads = pool->size();
    result.parameters = parameters_of(graph);
    result.statistics = plan.statistics();

    constexpr std::uint64_t warm_up = 3;
    std::uint64_t step = 0;
    const PreparedSteps prepared(feeder, graph, plan);
    result.reading = prepared.reading();
    for (; step < warm_up; ++step) {
        prepared.feed(plan, step);
        plan.run(step);
    }
    result.peak_memory = peak_memory();
    std::optional<Peak> peak;
    if (options.profile) {
        peak.emplace(pool);
        result.profile.emplace();
        result.profile->fork_join = fork_join_time(*pool);
    }
    constexpr std::size_t fewest = 5;
    const auto begin = Clock::now();
    const auto enough = [&] {
        return options.steps ? result.steps.size() >= *options.steps
                             : result.steps.size() >= fewest && seconds_since(begin) >= options.seconds;
    };
    // Whole steps, profiled steps and the peak take turns, so that all meet the same machine.
    while (!enough()) {
        prepared.feed(plan, step);
        auto start = Clock::now();
        plan.run(step++);
        result.steps.push_back(seconds_since(start));
        if (options.profile) {
            start = Clock::now();
            plan.profile(step++, result.profile->times);
            result.profile->whole += seconds_since(start);
            result.profile->peak_flops = std::max(result.profile->peak_flops, peak->measure());
            result.profile->fork_join = std::min(result.profile->fork_join, fork_join_time(*pool));
        }
    }
    if (options.profile) {
        StepProfile& profile = *result.profile;
        profile.outside =
            std::accumulate(profile.times.begin(), profile.times.end(), profile.whole,
                            [](double rest, const OperationTime& time) { return rest - time.seconds; });
    } else {
        result.peak_memory = peak_memory();
    }
    return result;
}

}  // namespace gandsl::program
