#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "autodiff/plan.hpp"
#include "dsl/program.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/data/reader.hpp"
#include "runtime/loading/load.hpp"

/// Brings data to a graph's inputs.
namespace gandsl::training {

/// Opens what each `data` statement names. Throws Error where a file is broken.
data::Datasets open_datasets(const loading::Loaded& loaded);

/// Feeds training steps, reading ahead. Each step consumes `slots` batches of each data set it uses.
class TrainFeeder {
  public:
    TrainFeeder(const dsl::Program& program, const data::Datasets& datasets, const runtime::Graph& graph,
                std::size_t batch, std::uint64_t seed, std::uint64_t first_step);

    /// Waits for the next step's batches and copies them into the plan.
    void feed(Plan& plan);

  private:
    struct Stream {
        std::size_t data;
        std::unique_ptr<data::Reader> reader;
        std::vector<data::Batch> slots;
    };
    const runtime::Graph& graph_;
    std::vector<Stream> streams_;
};

/// The counts of all data, for what is to be built for them.
std::vector<runtime::ExampleCounts> example_counts(const data::Datasets& datasets);

/// Feeds the examples first, first + 1, ... of a split to an evaluation graph. There must be as many as it
/// takes.
void feed_in_order(const dsl::Program& program, const data::Datasets& datasets,
                   const runtime::EvaluationGraph& graph, data::Split split, std::size_t first, Plan& plan);

}  // namespace gandsl::training
