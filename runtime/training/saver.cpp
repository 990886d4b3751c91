#include "runtime/training/saver.hpp"

#include <fmt/format.h>

#include <system_error>

#include "autodiff/error.hpp"
#include "runtime/training/report.hpp"

namespace gandsl::training {

namespace {

// An epoch may take hours: nobody should lose more than this, in seconds.
constexpr double longest_without_checkpoint = 600;
// After a checkpoint that could not be written, in seconds.
constexpr double until_next_attempt = 60;

constexpr const char* drawing = "the picture of the curves";
constexpr const char* best_checkpoint = "the best checkpoint";

}  // namespace

// Which steps have one depends on the time they take, but for the last one's: a run ends with the same two
// however often it was stopped.
bool Saver::checkpoint_due() const {
    const double at = now();
    const std::uint64_t step = files_.progress().step;
    return at - saved_at_ > longest_without_checkpoint || run_.length.ends_last_round(step) ||
           (run_.length.ends_round(step) && (step == run_.length.steps || checkpoints_pace_.due(at)));
}

bool Saver::save(terminal::Progress& display, bool draws) {
    const double begin = now();
    const bool saved = attempt(display, "the checkpoint", [&] { save_checkpoint(); });
    checkpoints_pace_.took(begin, now());
    if (!saved) {
        saved_at_ = now() - longest_without_checkpoint + until_next_attempt;
    } else if (draws || drawings_pace_.due(now())) {
        attempt(display, drawing, [&] { draw(); });
    }
    return saved;
}

void Saver::save_best(terminal::Progress& display, bool keep_before) {
    attempt(display, best_checkpoint, [&] { files_.write_best_checkpoint(keep_before); });
}

bool Saver::best_saved() const {
    return !failing_.contains(best_checkpoint);
}

void Saver::save_all() {
    save_checkpoint();
    draw();
}

void Saver::save_at_the_end() {
    try {
        save_all();
    } catch (const Error& error) {
        const std::uint64_t step = files_.progress().step;
        const std::optional<std::uint64_t> saved = files_.saved();
        if (saved == step) {
            throw;
        }
        throw Error(error.code(),
                    saved
                        ? fmt::format("{}\n  Training came to step {}, and what it learned after step {} is "
                                      "lost. See that {} can be written, and go on with:\n    {}",
                                      error.what(), step, *saved, files_.folder().checkpoints().string(),
                                      spell_command(run_.request, files_.folder().path()))
                        : fmt::format("{}\n  Training came to step {}, and what it learned is lost: no "
                                      "checkpoint could be written before.",
                                      error.what(), step));
    }
}

// Reads the whole log, which takes its time.
void Saver::draw() {
    const double begin = now();
    files_.draw_curves();
    drawings_pace_.took(begin, now());
    drawn_ = files_.progress().step;
}

void Saver::draw_if_stale(terminal::Progress& display) {
    if (drawn_ != files_.progress().step) {
        attempt(display, drawing, [&] { draw(); });
    }
}

bool Saver::attempt(terminal::Progress& display, const std::string& what,
                    const std::function<void()>& write) {
    std::string failed;
    try {
        write();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::file) {
            throw;
        }
        failed = error.what();
    } catch (const std::system_error& error) {
        failed = error.what();
    }
    if (!failed.empty()) {
        if (failing_.insert(what).second) {
            display.say(fmt::format(
                "warning: {}\n  Training goes on; {} is tried again when the next is due.", failed, what));
        }
        return false;
    }
    if (failing_.erase(what) > 0) {
        // A folder that turned read-only kept what was half written.
        files_.folder().remove_partial_files();
        display.say(fmt::format("After step {}, {} could be written again.", files_.progress().step, what));
    }
    return true;
}

void Saver::save_checkpoint() {
    files_.write_checkpoint();
    saved_at_ = now();
}

}  // namespace gandsl::training
