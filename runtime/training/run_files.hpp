#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/files/csv_log.hpp"
#include "runtime/runs/checkpoint.hpp"
#include "runtime/runs/run_folder.hpp"
#include "runtime/training/run_context.hpp"

namespace gandsl::training {

/// A run's folder, and how far the run is that is kept in it. Functions that read or write files throw
/// Error(file) where they cannot, those that read also Error(format). Except for restore(), they work in the
/// folder of create() or open(), one of which comes first.
class RunFiles {
  public:
    explicit RunFiles(const RunContext& run) : run_(run) {}

    /// Makes the folder of a new run, with its model, `record` and empty logs. Leaves nothing where it fails.
    void create(const std::string& record);
    /// Removes the folder that create() made, if no step has been taken since: such a run leaves nothing.
    void discard_if_new();

    /// Takes the folder of a run that goes on.
    void open(const std::filesystem::path& folder);
    /// Restores states and progress from the newest whole checkpoint of a folder, or from the one that is
    /// named. `notes` receives a line for each that was skipped. Returns the checkpoint's path.
    std::filesystem::path restore(const std::filesystem::path& checkpoints, std::vector<std::string>& notes);
    /// Restores from this folder's checkpoints.
    void restore_own(std::vector<std::string>& notes);
    /// After restore_own(): brings logs, record and best checkpoint to where the run goes on. `recorded` is
    /// the record as it was, `shown` the last step whose measures count, `best` the step of the best of them.
    void resume_logs(const std::string& recorded, std::uint64_t shown, std::optional<std::uint64_t> best);

    const runs::RunFolder& folder() const { return *folder_; }
    std::filesystem::path measures() const { return folder_->path() / "measures.csv"; }
    const runs::RunProgress& progress() const { return progress_; }
    /// Step of the newest checkpoint of this folder.
    std::optional<std::uint64_t> saved() const { return saved_; }

    /// One more step is done, `seconds` of training after the run's beginning.
    void advance(double seconds);
    /// Logs the values of the last step, in the order of RunContext::value_names.
    void log(std::span<const float> values);
    /// Logs the measures after the last step, in the order of the program; NaN for those not taken.
    void log_measures(std::span<const float> values);
    /// Takes the last `rows` rows out of the log of values.
    void drop_logged(std::uint64_t rows);

    /// Writes a checkpoint after the last step.
    void write_checkpoint();
    /// The same as the best one. `keep_before`: as for runs::save_best_checkpoint.
    void write_best_checkpoint(bool keep_before);
    /// Draws the curves of the whole log.
    void draw_curves() const;

  private:
    void sync_logs();

    const RunContext& run_;
    std::optional<runs::RunFolder> folder_;
    std::optional<files::CsvLog> log_;
    std::optional<files::CsvLog> measure_log_;
    runs::RunProgress progress_;
    std::optional<std::uint64_t>
        created_after_;  ///< step after which create() made the folder: a fork's not 0
    std::optional<std::uint64_t> saved_;
};

}  // namespace gandsl::training
