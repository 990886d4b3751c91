#include "runtime/training/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "runtime/build/gradient_reach.hpp"
#include "runtime/runs/checkpoint.hpp"
#include "runtime/terminal/format.hpp"
#include "runtime/terminal/progress.hpp"
#include "runtime/terminal/signals.hpp"
#include "runtime/training/divergence.hpp"
#include "runtime/training/evaluator.hpp"
#include "runtime/training/feeder.hpp"
#include "runtime/training/pace.hpp"
#include "runtime/training/report.hpp"
#include "runtime/training/run_context.hpp"
#include "runtime/training/run_files.hpp"
#include "runtime/training/run_start.hpp"
#include "runtime/training/samples.hpp"
#include "runtime/training/saver.hpp"

namespace gandsl::training {

namespace {

// One training run, from its beginning to its end.
class Session {
  public:
    Session(const loading::Loaded& loaded, const RunRequest& request)
        : run_(loaded, request),
          evaluator_(run_),
          files_(run_),
          saver_(run_, files_),
          values_(run_.value_names.size()) {}

    // Returns the program's exit code.
    int train() {
        const terminal::StopRequest stop;
        const RunStart start = begin_run(run_, files_, saver_, evaluator_);
        introduce(start.notes);
        try {
            return loop(start, stop) ? 0 : 1;
        } catch (...) {
            files_.discard_if_new();
            throw;
        }
    }

  private:
    void introduce(const std::vector<std::string>& notes) const {
        loading::report(runtime::unreached_by_gradients(run_.program, run_.graph), run_.loaded.path,
                        run_.loaded.text);
        print_data(run_.program, run_.datasets);
        print_nets(run_.program);
        print_samples(run_.program, run_.datasets);
        for (const std::string& warning : repeated_rows(run_.loaded, run_.graph)) {
            fmt::print(stderr, "{}\n", warning);
        }
        for (const std::string& note : notes) {
            fmt::print("run       {}\n", note);
        }
        // Whoever reads through a pipe sees this before the first epoch is over.
        std::fflush(stdout);
    }

    std::uint64_t step() const { return files_.progress().step; }
    bool ended() const { return evaluator_.ended(step()); }

    // False if training has diverged or something of the run could not be written, which has then been said.
    bool loop(const RunStart& start, const terminal::StopRequest& stop) {
        if (ended() && !start.ends_here) {
            nothing_left();
            return true;
        }
        TrainFeeder feeder(run_.program, run_.datasets, run_.graph, run_.program.train->batch,
                           run_.program.train->seed, step());
        const double seconds_before = files_.progress().seconds;
        const double begin = now() - seconds_before;
        terminal::Progress display(terminal::standard_output(),
                                   {run_.length.steps, run_.length.epochs, run_.length.per_step, step(),
                                    run_.value_names, seconds_before},
                                   now());
        saver_.start_clock();
        StateSnapshot watch(run_.graph.states, step(), now());
        if (start.ends_here) {
            evaluator_.evaluate(files_, saver_, display);
        } else if (start.epoch_renamed) {
            evaluator_.write_samples(files_, saver_, display);
        }
        while (!ended() && !stop.requested() && step() < run_.request.stop_at.value_or(run_.length.steps)) {
            feeder.feed(run_.plan);
            run_.plan.run(step());
            files_.advance(now() - begin);
            if (!read_values()) {
                display.finish(now());
                explain(watch, step() - 1);
                return false;
            }
            files_.log(values_);
            display.step(step(), run_.length.epoch_of(step()), values_, now());
            if (run_.length.ends_round(step())) {
                display.epoch_done(now());
            }
            // Before anything is made of the states, or kept of them, they are known to be numbers.
            const bool keep = watch.due(now());
            const bool asked = stop.take_checkpoint_request();
            const bool saves = asked || saver_.checkpoint_due();
            if ((keep || saves || evaluator_.is_due(step())) && !watch.all_finite()) {
                display.finish(now());
                explain(watch, step());
                return false;
            }
            if (keep) {
                watch.capture(step(), now());
            }
            evaluator_.evaluate(files_, saver_, display);
            if (saves && saver_.save(display, asked) && asked) {
                display.say(fmt::format("A checkpoint is written after step {}.", step()));
            }
        }
        return end(display, watch);
    }

    void nothing_left() {
        const StopRule& rule = evaluator_.stop_rule();
        fmt::print("Nothing is left to do: the run has had {} steps{}.\n", step(),
                   rule.stopped() ? fmt::format(", and {} has stalled", run_.measure_names[*rule.measure()])
                                  : "; a larger --epochs or --steps gives it more");
        saver_.draw();  // a run that was killed after its last checkpoint has not
    }

    // The loop is over. False as for loop().
    bool end(terminal::Progress& display, StateSnapshot& watch) {
        display.finish(now());
        if (files_.saved() != step()) {
            if (!watch.all_finite()) {
                explain(watch, step());
                return false;
            }
            saver_.save_at_the_end();
        } else {
            saver_.draw_if_stale(display);
        }
        if (ended()) {
            finish(display.seconds());
        } else {
            fmt::print("Stopped after step {} of {}; a checkpoint is written. Go on with:\n    {}\n", step(),
                       run_.length.steps, spell_command(run_.request, files_.folder().path()));
        }
        if (!saver_.failing().empty()) {
            std::fflush(stdout);
            fmt::print(stderr, "gandsl: error: {} could not be written to the end, as said above\n",
                       fmt::join(saver_.failing(), " and "));
        }
        return saver_.failing().empty();
    }

    // False if one of them is no number.
    bool read_values() {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            values_[i] = run_.plan.read(run_.graph.named[i].var)[0];
        }
        return std::all_of(values_.begin(), values_.end(), [](float value) { return std::isfinite(value); });
    }

    // Repeats what led to the numbers that are missing, and says where they were lost. `logged` is the last
    // step in the log. The plan is used up.
    void explain(StateSnapshot& watch, std::uint64_t logged) {
        const std::optional<std::uint64_t> saved = files_.saved();
        const runs::RunFolder& folder = files_.folder();
        const std::string checkpoint =
            saved ? fmt::format("the last good checkpoint, after step {}, is {}", *saved,
                                runs::checkpoint_path(folder.checkpoints(), *saved).string())
                  : std::string("there is no checkpoint yet");
        const BadStep bad = find_bad_step(
            watch, std::move(run_.plan),
            {run_.loaded, run_.datasets, run_.graph, run_.pool, step(), folder.log().string(), checkpoint});
        // A bad weight may have gone unnoticed for some steps: what they logged comes of it.
        const std::uint64_t good = bad.losses_good ? bad.step : bad.step - 1;
        if (good < logged) {
            files_.drop_logged(logged - good);
        }
        std::fflush(stdout);
        std::fputs(dsl::render(bad.diagnostic, run_.loaded.path.string(), run_.loaded.text).c_str(), stderr);
    }

    // `seconds` are those that the last line of progress shows.
    void finish(double seconds) const {
        const StopRule& rule = evaluator_.stop_rule();
        if (rule.stopped()) {
            fmt::print("{} has not improved for {} turn{}, and the file says to stop then.\n",
                       run_.measure_names[*rule.measure()], rule.turns(), rule.turns() == 1 ? "" : "s");
        }
        fmt::print("Done: {} step{} in {}.\n", step(), step() == 1 ? "" : "s",
                   terminal::human_duration(seconds));
        const char* title = "samples";
        for (const std::filesystem::path& sample : evaluator_.last_samples()) {
            if (!sample.empty()) {
                fmt::print("  {:<12} {}\n", std::exchange(title, ""), sample.string());
            }
        }
        const runs::RunFolder& folder = files_.folder();
        fmt::print("  curves       {}\n", folder.curves().string());
        fmt::print("  checkpoints  {}\n", folder.checkpoints().string());
        const BestRule& best = evaluator_.best();
        if (best.step() && saver_.best_saved()) {
            fmt::print("  best         {} ({} {} after step {})\n",
                       runs::best_checkpoint(folder.checkpoints()).filename().string(),
                       run_.measure_names[best.measure()], terminal::human_number(best.value()),
                       *best.step());
        }
    }

    RunContext run_;
    Evaluator evaluator_;
    RunFiles files_;
    Saver saver_;
    std::vector<float> values_;  ///< of the last step, in the order of their names
};

}  // namespace

int train(const loading::Loaded& loaded, const RunRequest& request) {
    return Session(loaded, request).train();
}

}  // namespace gandsl::training
