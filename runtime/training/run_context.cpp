#include "runtime/training/run_context.hpp"

#include <algorithm>
#include <cstdint>

namespace gandsl::training {

RunContext::RunContext(const loading::Loaded& file, const RunRequest& asked)
    : loaded(file),
      request(asked),
      program(file.program),
      datasets(open_datasets(file)),
      length(length_of(file, datasets)),
      pool(std::make_shared<ThreadPool>(asked.file.threads)),
      graph(runtime::build(program, {.batch = static_cast<Index>(program.train->batch),
                                     .examples = example_counts(datasets),
                                     .seed = program.train->seed,
                                     .total_steps = length.steps,
                                     .examples_per_step = length.per_step,
                                     .examples_per_epoch = std::max<std::uint64_t>(1, length.examples),
                                     .exact = asked.file.exact,
                                     .locate = loading::locator(file)})),
      memory(file, graph, pool),
      plan(graph.outputs(), graph.assignments, loading::step_options(memory, program)) {
    for (const runtime::NamedOutput& output : graph.named) {
        value_names.push_back(output.name);
    }
    for (const dsl::Measure& measure : program.measures) {
        measure_names.push_back(measure.name);
    }
}

runs::MeasureDue measure_due(const RunContext& run) {
    return [&run](std::size_t measure, std::uint64_t step) {
        return due(run.program.measures[measure].period, run.length, step);
    };
}

}  // namespace gandsl::training
