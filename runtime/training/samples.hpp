#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/plan.hpp"
#include "dsl/program.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/loading/memory_budget.hpp"
#include "runtime/training/autoregressive.hpp"
#include "runtime/training/feeder.hpp"

/// Draws a program's samples and takes its measures.
namespace gandsl::training {

/// Warnings, each a whole line with its place in the file, about samples with more rows than the
/// test split has examples.
std::vector<std::string> repeated_rows(const loading::Loaded& loaded, const runtime::Graph& graph);

/// The samples of a program, each with a plan of its own. The same draw every time.
class Samples {
  public:
    Samples(const loading::Loaded& loaded, const data::Datasets& datasets, const runtime::Graph& graph,
            loading::MemoryBudget& memory);

    std::size_t size() const { return plans_.size(); }

    /// Writes sample `index` as NAME-0001.png (.txt, .csv, .npy) into the folder, numbered as given. Returns
    /// the path. Throws Error(invalid_argument) where a `continue` cannot draw from what its net gives.
    std::filesystem::path write(std::size_t index, const std::filesystem::path& folder, std::uint64_t number);
    /// Writes it under a name of the caller's.
    void write_to(std::size_t index, const std::filesystem::path& path);
    /// What a reader should know of the sample's last file: that numbers in it are none. A whole line, with
    /// the sample's place in the file.
    std::optional<std::string> warning(std::size_t index) const;

  private:
    /// A `continue`, and what computes the value it goes on from.
    struct Written {
        Writer writer;
        std::optional<Plan> prompt;
        std::vector<Real> values;
    };

    void write_on(std::size_t index);
    std::string text_of(std::size_t index, std::span<const Real> values) const;

    const loading::Loaded& loaded_;
    const dsl::Program& program_;
    const data::Datasets& datasets_;
    const runtime::Graph& graph_;
    std::vector<Plan> plans_;
    std::vector<std::size_t> not_finite_;  ///< for each sample, of the numbers of its last file
    /// For each sample, the numbers that are black and white in it, where it has such.
    std::vector<std::optional<std::pair<float, float>>> brightness_;
    std::vector<std::optional<std::size_t>> units_;  ///< for each sample the scaled table it is rows of
    std::vector<std::vector<Written>> written_;      ///< for each sample
};

/// The measures of a program: means over a split, in evaluation mode. The graph must have been built with the
/// counts of the data, so that no example is looked at twice.
class Measures {
  public:
    Measures(const loading::Loaded& loaded, const data::Datasets& datasets, const runtime::Graph& graph,
             loading::MemoryBudget& memory);

    std::size_t size() const { return plans_.size(); }
    double take(std::size_t index);

  private:
    const dsl::Program& program_;
    const data::Datasets& datasets_;
    const runtime::Graph& graph_;
    struct Plans {
        Plan whole;
        std::optional<Plan> remainder;
    };
    std::vector<Plans> plans_;
};

}  // namespace gandsl::training
