#include <fmt/format.h>

#include "autodiff/error.hpp"
#include "runtime/build/estimate.hpp"
#include "runtime/build/gradient_reach.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/loading/memory_budget.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"
#include "runtime/terminal/format.hpp"
#include "runtime/training/brightness.hpp"

namespace gandsl::program {

namespace {

std::string listed_types(const std::vector<dsl::Type>& types) {
    std::string text;
    for (const dsl::Type& type : types) {
        text += (text.empty() ? "" : ", ") + dsl::to_string(type);
    }
    return text;
}

std::string bytes(std::size_t count) {
    return terminal::human_bytes(static_cast<double>(count));
}

void print_net(const runtime::NetDescription& net) {
    fmt::print("net {}: {} -> {}, {} parameters\n", net.name, listed_types(net.inputs),
               listed_types(net.results), terminal::human_count(static_cast<double>(net.parameters)));
    for (const runtime::LayerDescription& layer : net.layers) {
        if (layer.parameters == 0) {
            fmt::print("    {:<18} {}\n", layer.name, listed_types(layer.results));
        } else {
            fmt::print("    {:<18} {:<24} {:>12}\n", layer.name, listed_types(layer.results),
                       terminal::human_count(static_cast<double>(layer.parameters)));
        }
    }
    fmt::print("\n");
}

int check(const loading::FileRequest& request) {
    const std::optional<loading::Loaded> loaded = loading::load(request);
    if (!loaded) {
        return 1;
    }
    const dsl::Program& program = loaded->program;
    for (const runtime::NetDescription& net : runtime::describe_nets(program)) {
        print_net(net);
    }
    for (const std::string& line : training::brightness_lines(program)) {
        fmt::print("sample {}\n", line);
    }
    if (!program.train) {
        fmt::print("No train block.\n");
        return 0;
    }
    const runtime::Graph graph = runtime::build(program, {.batch = static_cast<Index>(program.train->batch),
                                                          .seed = program.train->seed,
                                                          .exact = request.exact,
                                                          .locate = loading::locator(*loaded)});
    for (const runtime::UpdateDescription& update : runtime::describe_updates(program, graph)) {
        fmt::print("{:<14} {} a step\n", fmt::format("update {}", fmt::join(update.nets, ", ")),
                   terminal::human_flops(update.flops));
    }
    loading::report(runtime::unreached_by_gradients(program, graph), loaded->path, loaded->text);
    loading::MemoryBudget memory(*loaded, graph, std::make_shared<ThreadPool>(request.threads));
    const PlanStatistics statistics = runtime::plan_of_step(graph, loading::step_options(memory, program));
    fmt::print("\n{:<14} {} a step in {} kernels ({} operations, {} of them merged or dropped)\n",
               fmt::format("batch {}", program.train->batch), terminal::human_flops(statistics.flops),
               statistics.steps, statistics.recorded, statistics.merged);
    fmt::print("{:<14} {} for weights and moments, and as much for a copy while it trains\n", "memory",
               bytes(statistics.state_bytes));
    fmt::print("{:<14} {} for one step ({} if no buffer were used twice)\n", "",
               bytes(statistics.arena_bytes), bytes(statistics.buffer_bytes));
    return 0;
}

}  // namespace

Command check_command() {
    return {"check", "lists all errors in a file, or its nets with shapes and costs",
            [](Options& options) -> Command::Action {
                const auto request = std::make_shared<loading::FileRequest>();
                options.file(*request);
                options.threads(request->threads);
                return [request](const Invocation&) { return check(*request); };
            }};
}

}  // namespace gandsl::program
