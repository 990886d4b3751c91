#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gandsl::terminal {

/// Where progress goes.
struct Screen {
    std::ostream* out = nullptr;
    bool terminal = false;               ///< false: one plain line an epoch
    std::function<std::size_t()> width;  ///< columns; asked before each line that is rewritten
};

/// Standard output, as it is now: whether it is a terminal, and its width.
Screen standard_output();

/// What does not change during a run.
struct ProgressPlan {
    std::uint64_t total_steps = 0;
    std::uint64_t total_epochs = 0;       ///< 0: the run is given in steps
    std::uint64_t examples_per_step = 1;  ///< 0: no data; steps are counted instead, and there are no epochs
    std::uint64_t first_step = 0;         ///< steps done before, in a resumed run
    std::vector<std::string> names;       ///< of the values
    double seconds = 0;                   ///< spent before, in a resumed run
};

/// Shows how far a run is: on a terminal one line that is rewritten at most ten times a second, elsewhere one
/// plain line an epoch. A narrow terminal gets fewer words, so that every value fits. Values are shown as
/// their mean over the epoch so far. The time is the caller's, in seconds from any fixed start, and must not
/// run backwards.
class Progress {
  public:
    Progress(Screen screen, ProgressPlan plan, double now);
    ~Progress();  ///< ends the line, as finish() does
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// After every step: how many are done, and the epoch it belongs to, from 1. Takes one value a name.
    void step(std::uint64_t steps_done, std::uint64_t epoch, std::span<const float> values, double now);

    /// After the last step of an epoch: where there is no terminal, prints its line.
    void epoch_done(double now);

    /// Prints a line of text, above the progress on a terminal.
    void say(const std::string& text);

    /// Ends the line: what is printed next begins on a line of its own. What has been counted since the last
    /// plain line is printed. Further calls do nothing.
    void finish(double now);

    /// How long the run has taken as its last line shows it, a resumed run's earlier part included.
    double seconds() const { return plan_.seconds + shown_at_ - start_; }

  private:
    /// From what a wide terminal has room for to what is still understood in a narrow one.
    enum class Wording { whole, short_words, bare };
    std::string line(double now, Wording wording) const;
    void redraw(double now);
    void clear();

    Screen screen_;
    ProgressPlan plan_;
    double start_;
    double drawn_at_;
    double last_now_;
    double shown_at_;  ///< when the last line was made
    std::uint64_t done_;
    std::uint64_t epoch_ = 0;    ///< the sums' epoch, from 1
    bool printed_ = false;       ///< the sums' epoch has had its line
    std::uint64_t counted_ = 0;  ///< steps in the sums
    std::vector<double> sums_;
    bool on_screen_ = false;
    bool finished_ = false;
};

}  // namespace gandsl::terminal
