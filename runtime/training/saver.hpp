#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "runtime/terminal/progress.hpp"
#include "runtime/training/pace.hpp"
#include "runtime/training/run_context.hpp"
#include "runtime/training/run_files.hpp"

namespace gandsl::training {

/// Writes checkpoints and curves when they are due. A file that cannot be written does not end the training,
/// which is worth more: functions that take a display say so there, and the next that is due tries again.
/// The others throw Error(file).
class Saver {
  public:
    Saver(const RunContext& run, RunFiles& files) : run_(run), files_(files) {}

    /// From now on the time until the next checkpoint counts.
    void start_clock() { saved_at_ = now(); }
    /// Whether a checkpoint is due after the last step. A kill costs what was trained since the one before.
    bool checkpoint_due() const;

    /// Writes a checkpoint, and the curves where they are due or `draws`. False if the checkpoint could not
    /// be written.
    bool save(terminal::Progress& display, bool draws);
    /// Writes the best checkpoint. `keep_before`: as for runs::save_best_checkpoint.
    void save_best(terminal::Progress& display, bool keep_before);
    /// Whether the best checkpoint is the last that was to be written.
    bool best_saved() const;
    /// Writes a checkpoint and the curves, due or not.
    void save_all();
    /// The same after the last step: nothing comes after it that could try again. Its error says what is
    /// lost.
    void save_at_the_end();

    /// Draws the curves.
    void draw();
    /// Draws them unless they show the last step.
    void draw_if_stale(terminal::Progress& display);

    /// Calls `write`, which writes `what`. False if it could not be written, which is said once, until it can
    /// be written again.
    bool attempt(terminal::Progress& display, const std::string& what, const std::function<void()>& write);
    /// What could not be written when it was last due.
    const std::set<std::string>& failing() const { return failing_; }

  private:
    void save_checkpoint();

    const RunContext& run_;
    RunFiles& files_;
    double saved_at_ = 0;
    Pace checkpoints_pace_{longest_short_epochs};
    Pace drawings_pace_;
    std::optional<std::uint64_t> drawn_;  ///< step of the curves
    std::set<std::string> failing_;

    /// Of epochs that are shorter, in seconds, not every one may have a checkpoint.
    static constexpr double longest_short_epochs = 5;
};

}  // namespace gandsl::training
