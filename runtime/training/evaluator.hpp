#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/terminal/progress.hpp"
#include "runtime/training/early_stopping.hpp"
#include "runtime/training/run_context.hpp"
#include "runtime/training/run_files.hpp"
#include "runtime/training/samples.hpp"
#include "runtime/training/saver.hpp"

namespace gandsl::training {

/// Takes the measures of a run and writes its samples when they are due; judges by the measures whether the
/// run is over, and which checkpoint is the best.
class Evaluator {
  public:
    /// Makes the plans of all samples and measures. Throws Error where one does not fit into memory.
    explicit Evaluator(RunContext& run);

    /// The value of a measure that was due after `step`, before the run was resumed.
    void observe(std::size_t measure, double value, std::uint64_t step);

    /// Whether a run that has had so many steps is over: by its length, or by its stop rule.
    bool ended(std::uint64_t step) const;
    /// Whether a sample or a measure is due after a step.
    bool is_due(std::uint64_t step) const;
    /// Takes the measures and writes the samples that are due after the last step. The log of measures
    /// cannot be done without: throws Error(file) for it.
    void evaluate(RunFiles& files, Saver& saver, terminal::Progress& display);
    /// Writes the samples that are due after the last step.
    void write_samples(const RunFiles& files, Saver& saver, terminal::Progress& display);

    const StopRule& stop_rule() const { return stop_rule_; }
    const BestRule& best() const { return best_; }
    /// The newest file of each sample; empty before its first.
    const std::vector<std::filesystem::path>& last_samples() const { return last_samples_; }

  private:
    void warn_once(terminal::Progress& display, const std::optional<std::string>& warning,
                   const std::string& subject);

    const RunContext& run_;
    Samples samples_;
    Measures measures_;
    StopRule stop_rule_;
    BestRule best_;
    std::vector<std::filesystem::path> last_samples_;
    std::set<std::string> warned_;  ///< samples and measures whose numbers were none
};

}  // namespace gandsl::training
