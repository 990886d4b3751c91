#include <fmt/format.h>

#include "autodiff/error.hpp"
#include "runtime/build/estimate.hpp"
#include "runtime/program/commands.hpp"
#include "runtime/program/load.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::program {

namespace {

std::string spell(const std::vector<dsl::Type>& types) {
    std::string text;
    for (const dsl::Type& type : types) {
        text += (text.empty() ? "" : ", ") + dsl::to_string(type);
    }
    return text;
}

std::string megabytes(std::size_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

void print_net(const runtime::NetDescription& net) {
    fmt::print("net {}: {} -> {}, {} parameters\n", net.name, spell(net.inputs), spell(net.results),
               terminal::human_count(static_cast<double>(net.parameters)));
    for (const runtime::LayerDescription& layer : net.layers) {
        const std::string parameters =
            layer.parameters == 0 ? "" : terminal::human_count(static_cast<double>(layer.parameters));
        fmt::print("    {:<18} {:<24} {:>12}\n", layer.name, spell(layer.results), parameters);
    }
    fmt::print("\n");
}

}  // namespace

int check(const CheckRequest& request) {
    const std::optional<Loaded> loaded = load(request.file);
    if (!loaded) {
        return 1;
    }
    const dsl::Program& program = loaded->program;
    for (const runtime::NetDescription& net : runtime::describe_nets(program)) {
        print_net(net);
    }
    if (!program.train) {
        fmt::print("No train block.\n");
        return 0;
    }
    const runtime::Graph graph = runtime::build(program, {.batch = static_cast<Index>(program.train->batch),
                                                          .seed = program.train->seed});
    for (const runtime::UpdateDescription& update : runtime::describe_updates(program, graph)) {
        fmt::print("update {:<12} {:.3f} GFLOP a step\n", fmt::format("{}", fmt::join(update.nets, ", ")),
                   update.flops / 1e9);
    }
    const PlanStatistics statistics =
        runtime::plan_of_step(graph, {std::make_shared<ThreadPool>(request.file.threads), {}});
    fmt::print("step with batch {}: {:.3f} GFLOP in {} kernels, {} of {} recorded operations were merged or dropped\n",
               program.train->batch, statistics.flops / 1e9, statistics.steps, statistics.merged,
               statistics.recorded);
    fmt::print("memory: {} for weights and moments, {} for one step (its buffers one by one would take {})\n",
               megabytes(statistics.state_bytes), megabytes(statistics.arena_bytes),
               megabytes(statistics.buffer_bytes));
    return 0;
}

}  // namespace gandsl::program
