#include "runtime/terminal/progress.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

#include "dsl/utf8.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::terminal {

namespace {

constexpr double shortest_pause = 0.1;  // seconds between two drawings
constexpr std::string_view clear_to_end = "\x1b[K";

std::size_t standard_output_width() {
    winsize size{};
    constexpr std::size_t usual = 80;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

/// At most `columns` characters of UTF-8 text, the last of them an ellipsis where some are left out.
std::string shortened(const std::string& text, std::size_t columns) {
    std::size_t count = 0;
    std::size_t end = 0;  // of the first columns - 1 characters
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = !utf8::continues(text[i]);
        if (begins) {
            end = count + 1 == columns ? i : end;
            ++count;
        }
    }
    return count <= columns ? text : text.substr(0, end) + "\u2026";
}

}  // namespace

Screen standard_output() {
    const char* kind =
        std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nothing in gandsl sets variables
    const bool can_rewrite = kind != nullptr && std::string_view(kind) != "dumb";
    return {&std::cout, can_rewrite && isatty(STDOUT_FILENO) == 1, standard_output_width};
}

Progress::Progress(Screen screen, ProgressPlan plan, double now)
    : screen_(std::move(screen)),
      plan_(std::move(plan)),
      start_(now),
      drawn_at_(now - 1),
      last_now_(now),
      shown_at_(now),
      done_(plan_.first_step),
      sums_(plan_.names.size()) {}

Progress::~Progress() {
    try {
        finish(last_now_);
    } catch (...) {  // NOLINT(bugprone-empty-catch): nobody is left to tell
    }
}

void Progress::step(std::uint64_t steps_done, std::uint64_t epoch, std::span<const float> values,
                    double now) {
    if (epoch != epoch_ || printed_) {
        epoch_ = epoch;
        printed_ = false;
        counted_ = 0;
        std::fill(sums_.begin(), sums_.end(), 0.0);
    }
    done_ = steps_done;
    last_now_ = now;
    ++counted_;
    for (std::size_t i = 0; i < std::min(sums_.size(), values.size()); ++i) {
        sums_[i] += double{values[i]};
    }
    if (screen_.terminal && now - drawn_at_ >= shortest_pause) {
        redraw(now);
    }
}

void Progress::epoch_done(double now) {
    last_now_ = now;
    if (counted_ == 0 || std::exchange(printed_, true)) {
        return;
    }
    if (screen_.terminal) {
        redraw(now);
    } else {
        shown_at_ = now;
        *screen_.out << line(now, Wording::whole) << '\n' << std::flush;
    }
}

void Progress::say(const std::string& text) {
    clear();
    *screen_.out << text << '\n';
    if (screen_.terminal && counted_ > 0 && !finished_) {
        redraw(last_now_);
    }
    screen_.out->flush();
}

void Progress::finish(double now) {
    if (std::exchange(finished_, true)) {
        return;
    }
    if (screen_.terminal && counted_ > 0) {
        redraw(now);
        *screen_.out << '\n';
    } else if (counted_ > 0 && !printed_) {
        shown_at_ = now;
        *screen_.out << line(now, Wording::whole) << '\n';
    }
    on_screen_ = false;
    screen_.out->flush();
}

std::string Progress::line(double now, Wording wording) const {
    const bool whole = wording == Wording::whole;
    const bool bare = wording == Wording::bare;
    const char* const comma = bare ? " " : ", ";
    // Without examples there are no epochs either.
    const bool examples = plan_.examples_per_step > 0;
    std::string text = examples ? fmt::format("{}{}", bare ? "" : "epoch ", epoch_) : "";
    if (plan_.total_epochs > 0) {
        text += fmt::format("/{}", plan_.total_epochs);
    }
    text += fmt::format("{}{}{}/{}", examples ? comma : "", whole || !examples ? "step " : "", done_,
                        plan_.total_steps);
    const double seconds = now - start_;
    const auto steps = static_cast<double>(done_ - std::min(done_, plan_.first_step));
    if (seconds > 0 && steps > 0) {
        const auto left = static_cast<double>(plan_.total_steps - std::min(plan_.total_steps, done_));
        const std::string time = left > 0 ? human_duration(seconds / steps * left) + (bare ? "" : " left")
                                          : human_duration(plan_.seconds + seconds);
        const double each = examples ? static_cast<double>(plan_.examples_per_step) : 1;
        text += fmt::format("{}{}{}{}{}/s", comma, time, comma, human_count(steps * each / seconds),
                            whole ? (examples ? " examples" : " steps") : "");
    }
    for (std::size_t i = 0; i < sums_.size(); ++i) {
        text += fmt::format("{}{} {}", comma, plan_.names[i],
                            human_number(sums_[i] / static_cast<double>(counted_)));
    }
    return text;
}

void Progress::redraw(double now) {
    drawn_at_ = now;
    shown_at_ = now;
    on_screen_ = true;
    // The last column stays free: some terminals begin a new line when it is written.
    const std::size_t width = std::max<std::size_t>(screen_.width(), 2);
    std::string text;
    for (const Wording wording : {Wording::whole, Wording::short_words, Wording::bare}) {
        text = line(now, wording);
        if (utf8::length(text) < width) {
            break;
        }
    }
    *screen_.out << '\r' << shortened(text, width - 1) << clear_to_end << std::flush;
}

void Progress::clear() {
    if (std::exchange(on_screen_, false)) {
        *screen_.out << '\r' << clear_to_end;
    }
}

}  // namespace gandsl::terminal
