#include "runtime/loading/memory_budget.hpp"

#include <fmt/format.h>

#include <utility>

#include "autodiff/error.hpp"
#include "autodiff/machine.hpp"
#include "autodiff/shape.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::loading {

struct MemoryBudget::State {
    const Loaded& loaded;
    const runtime::Graph& graph;
    std::shared_ptr<ThreadPool> pool;
    std::size_t room = available_memory();
    std::size_t taken = 0;
};

namespace {

std::string bytes(double count) {
    return fmt::format("{} ({:.0f} bytes)", terminal::human_bytes(count), count);
}

}  // namespace

MemoryBudget::MemoryBudget(const Loaded& loaded, const runtime::Graph& graph,
                           std::shared_ptr<ThreadPool> pool)
    : state_(std::make_shared<State>(State{loaded, graph, std::move(pool)})) {}

PlanOptions MemoryBudget::options(std::string what, std::string mend, const Beside& beside) {
    const auto check = [state = state_, what = std::move(what), mend = std::move(mend),
                        beside](const PlanStatistics& plan) {
        // Each of these is below 2^52 by far, or the plan has refused it.
        const double wanted = static_cast<double>(plan.arena_bytes) +
                              static_cast<double>(plan.feed_bytes) * static_cast<double>(beside.batches) +
                              static_cast<double>(plan.state_bytes) * static_cast<double>(beside.copies);
        const auto left = static_cast<double>(state->room - state->taken);
        if (wanted <= left) {
            state->taken += static_cast<std::size_t>(wanted);
            return;
        }
        const double largest = static_cast<double>(element_count(plan.largest)) * sizeof(Real);
        const std::string message = fmt::format(
            "not enough memory: {} takes {}, and there is room for {}\n"
            "  The largest value, {} of {}, is made here. {} takes less.",
            what, bytes(wanted), bytes(left), to_string(plan.largest), terminal::human_bytes(largest), mend);
        if (plan.largest.empty() || plan.largest_origin == 0) {
            throw Error(ErrorCode::memory, message);
        }
        throw Error(ErrorCode::memory, message,
                    locate(state->loaded, state->graph.origins.at(plan.largest_origin).span));
    };
    return {.pool = state_->pool, .without = {}, .before_memory = check};
}

PlanOptions step_options(MemoryBudget& memory, const dsl::Program& program) {
    // The data's batches wait in a queue: as many as data::Reader is told to keep, in units of what a step
    // takes.
    constexpr std::size_t batches = 7;
    // training::StateSnapshot copies the states, to repeat what led to a number that was lost.
    constexpr std::size_t copies = 1;
    return memory.options(fmt::format("a training step of batch {}", program.train->batch),
                          "A smaller batch, or a smaller net,", {batches, copies});
}

}  // namespace gandsl::loading
