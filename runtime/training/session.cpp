#include "runtime/training/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <set>
#include <system_error>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/build/unlearned.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/files/csv_log.hpp"
#include "runtime/loading/imported_nets.hpp"
#include "runtime/loading/memory_budget.hpp"
#include "runtime/render/curves.hpp"
#include "runtime/runs/checkpoint.hpp"
#include "runtime/runs/measure_log.hpp"
#include "runtime/runs/record.hpp"
#include "runtime/runs/run_folder.hpp"
#include "runtime/runs/saved_run.hpp"
#include "runtime/terminal/format.hpp"
#include "runtime/terminal/progress.hpp"
#include "runtime/terminal/signals.hpp"
#include "runtime/training/divergence.hpp"
#include "runtime/training/early_stopping.hpp"
#include "runtime/training/pace.hpp"
#include "runtime/training/report.hpp"
#include "runtime/training/samples.hpp"

namespace gandsl::training {

namespace {

double now() {
    using Clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

// An epoch may take hours: nobody should lose more than this, in seconds.
constexpr double longest_without_checkpoint = 600;
// Of epochs that are shorter, in seconds, not every one may have a checkpoint.
constexpr double longest_short_epochs = 5;
// After a checkpoint that could not be written, in seconds.
constexpr double until_next_attempt = 60;

constexpr const char* drawing = "the picture of the curves";

// Everything one run works with.
class Session {
  public:
    Session(const loading::Loaded& loaded, const RunRequest& request)
        : loaded_(loaded),
          request_(request),
          program_(loaded.program),
          datasets_(open_datasets(loaded)),
          length_(length_of(loaded, datasets_)),
          pool_(std::make_shared<ThreadPool>(request.file.threads)),
          graph_(runtime::build(program_, {.batch = static_cast<Index>(program_.train->batch),
                                           .examples = example_counts(datasets_),
                                           .seed = program_.train->seed,
                                           .total_steps = length_.steps,
                                           .examples_per_step = length_.per_step,
                                           .examples_per_epoch = std::max<std::uint64_t>(1, length_.examples),
                                           .exact = request.file.exact,
                                           .locate = loading::locator(loaded)})),
          memory_(loaded_, graph_, pool_),
          plan_(graph_.outputs(), graph_.assignments, loading::step_options(memory_, program_)),
          samples_(loaded_, datasets_, graph_, memory_),
          measures_(loaded_, datasets_, graph_, memory_),
          stop_rule_(program_),
          best_(program_, stop_rule_) {
        for (const runtime::NamedOutput& output : graph_.named) {
            names_.push_back(output.name);
        }
        for (const dsl::Measure& measure : program_.measures) {
            measure_names_.push_back(measure.name);
        }
        values_.resize(names_.size());
        last_samples_.resize(samples_.size());
    }

    int run() {
        const terminal::StopRequest stop;
        if (request_.fork) {
            begin_fork();
        } else if (request_.resume) {
            resume();
        } else {
            start();
        }
        loading::report(runtime::unlearned(program_, graph_), loaded_.path, loaded_.text);
        print_data(program_, datasets_);
        print_nets(program_);
        print_samples(program_, datasets_);
        for (const std::string& warning : repeated_rows(loaded_, graph_)) {
            fmt::print(stderr, "{}\n", warning);
        }
        for (const std::string& note : notes_) {
            fmt::print("run       {}\n", note);
        }
        // Whoever reads through a pipe sees this before the first epoch is over.
        std::fflush(stdout);
        try {
            return loop(stop) ? 0 : 1;
        } catch (...) {
            if (made_ && place_.step == first_step_) {
                discard();
            }
            throw;
        }
    }

  private:
    void start() {
        loaded_nets_ = loading::load_nets(loaded_, graph_, notes_);
        make_folder();
        notes_.push_back(folder_->path().string());
    }

    void make_folder() {
        folder_.emplace(runs::RunFolder::create(request_.out, loaded_.path.stem().string()));
        made_ = true;
        try {
            files::write_atomically(folder_->model(), loaded_.text);
            loading::copy_models(loaded_, folder_->path());
            files::write_atomically(folder_->record(), record());
            log_.emplace(files::CsvLog::create(folder_->log(), names_));
            if (!measure_names_.empty()) {
                measure_log_.emplace(files::CsvLog::create(measures(), measure_names_));
            }
        } catch (...) {
            discard();
            throw;
        }
    }

    // A run that failed before its first step leaves nothing.
    void discard() {
        log_.reset();
        measure_log_.reset();
        folder_->remove();
    }

    // What must be the same for a run to go on as if nothing had been.
    std::vector<std::string> differences_from(const std::string& recorded, const std::filesystem::path& run,
                                              const std::string& text) const {
        std::vector<std::string> different;
        if (const auto found = runs::text_difference(text, loaded_.text)) {
            different.push_back(fmt::format("the file: {} is not what the run keeps in {}: {}",
                                            loaded_.path.string(), (run / "model.gan").string(), *found));
        }
        for (std::string& each : runs::differences(recorded, record())) {
            different.push_back(std::move(each));
        }
        const std::uint64_t steps = runs::read_record(run / "run.json").steps;
        if (steps != 0 && steps != length_.steps) {
            for (const runtime::LengthSchedule& schedule : graph_.length_schedules) {
                different.push_back(fmt::format(
                    "length: {} steps then, {} now, and `{}` in line {} goes over the whole run", steps,
                    length_.steps, schedule.name, dsl::line_column(loaded_.text, schedule.offset).line));
            }
        }
        return different;
    }

    void resume() {
        folder_.emplace(runs::RunFolder::open(*request_.resume));
        if (folder_->crashed_process()) {
            notes_.push_back(
                fmt::format("process {} ended without finishing this run", *folder_->crashed_process()));
        }
        if (std::error_code unknown; !std::filesystem::exists(folder_->record(), unknown)) {
            throw Error(
                ErrorCode::file,
                fmt::format("{}: this run ended before it began: it has no run.json; begin anew, without "
                            "--resume",
                            folder_->path().string()));
        }
        const runs::Record before = runs::read_record(folder_->record());
        const std::string recorded = files::read_whole(folder_->record());
        const std::vector<std::string> different =
            differences_from(recorded, folder_->path(), files::read_whole(folder_->model()));
        if (!different.empty()) {
            throw Error(
                ErrorCode::invalid_argument,
                fmt::format(
                    "{}: cannot go on with this run, as it was made with other settings:\n    {}\n"
                    "  Give them as they were then; or add --fork, which goes on from it in a new run with "
                    "these settings;\n  or begin anew, without --resume.",
                    folder_->path().string(), fmt::join(different, "\n    ")));
        }
        for (const std::string& each : runs::machine_differences(recorded, record())) {
            notes_.push_back("other last digits are possible than where it was begun: " + each);
        }
        // An older one is still wanted where those after it are broken.
        const std::filesystem::path loaded = load_newest(folder_->checkpoints());
        if (loaded == runs::checkpoints_in(folder_->checkpoints()).front()) {
            runs::drop_old_checkpoints(folder_->checkpoints());
        }
        saved_ = place_.step;
        if (request_.stop_at && *request_.stop_at < place_.step) {
            notes_.push_back(fmt::format("--stop-at {} lies behind", *request_.stop_at));
        }
        // A run that was to be longer when it came here has not shown what is shown at the end.
        // Nor has one that counts the epochs otherwise which the last step ends.
        Length length_before = length_;
        length_before.epochs = before.epochs;
        renamed_ = place_.step > 0 && length_before.epoch_of(place_.step) != length_.epoch_of(place_.step);
        ends_here_ = place_.step == length_.steps && (before.steps > length_.steps || renamed_);
        const std::uint64_t shown = place_.step - (ends_here_ ? 1 : 0);
        if (!measure_names_.empty()) {
            runs::replay_measures(measures(), shown, due_after_,
                                  [this](std::size_t measure, double value, std::uint64_t step) {
                                      stop_rule_.observe(measure, value);
                                      best_.observe(measure, value, step);
                                  });
        }
        if (ended() && !ends_here_) {
            return;
        }
        runs::set_epoch(folder_->log(), place_.log_rows, length_.epoch_of(place_.step));
        log_.emplace(files::CsvLog::resume(folder_->log(), names_, place_.log_rows));
        if (place_.log_rows > 0) {
            place_.seconds = files::read_log(folder_->log()).seconds.at(place_.log_rows - 1);
        }
        files::write_atomically(folder_->record(),
                                runs::with_length(recorded, length_.steps, length_.epochs));
        if (!measure_names_.empty()) {
            measure_log_.emplace(
                files::CsvLog::resume(measures(), measure_names_,
                                      runs::truncate_measures(measures(), shown, due_after_, epoch_of_)));
            runs::restore_best_checkpoint(folder_->checkpoints(), best_.step());
        }
        notes_.push_back(fmt::format("{}, going on after step {}", folder_->path().string(), place_.step));
    }

    std::filesystem::path load_newest(const std::filesystem::path& checkpoints) {
        std::vector<std::string> broken;
        runs::Restored restored = runs::load_newest_checkpoint(checkpoints, graph_.states, broken);
        for (const std::string& message : broken) {
            notes_.push_back("skipped a broken checkpoint: " + message);
        }
        place_ = restored.progress;
        return std::move(restored.file);
    }

    // A run of its own that begins with another's weights, moments and step.
    void begin_fork() {
        const runs::SavedRun from = runs::open_trained(*request_.resume);
        const std::string recorded = files::read_whole(from.folder / "run.json");
        fork_.emplace(runs::Fork{{}, 0, differences_from(recorded, from.folder, from.text)});
        try {
            fork_->checkpoint = load_newest(from.checkpoint.value_or(from.folder / "checkpoints"));
        } catch (const Error& error) {
            throw error.code() != ErrorCode::shape
                ? error
                : Error(error.code(), error.message() +
                                          "\n  A fork has the same nets and optimizers; `net F from \"RUN\"` "
                                          "takes one net from a run.");
        }
        fork_->step = place_.step;
        place_.log_rows = 0;
        first_step_ = place_.step;
        if (ended()) {
            throw Error(ErrorCode::invalid_argument,
                        fmt::format("{} has had {} steps, and the fork would have {} in all; give a larger "
                                    "--epochs or --steps",
                                    request_.resume->string(), place_.step, length_.steps));
        }
        loaded_nets_ = runs::recorded_nets(recorded);
        make_folder();
        notes_.push_back(fmt::format("{}, forked from {} after step {}", folder_->path().string(),
                                     request_.resume->string(), place_.step));
        for (const std::string& each : fork_->differences) {
            notes_.push_back("differs in " + each);
        }
        try {
            save_now();
            draw();
        } catch (...) {
            discard();
            throw;
        }
    }

    std::filesystem::path measures() const { return folder_->path() / "measures.csv"; }

    std::string record() const {
        return runs::describe_run(program_, datasets_,
                                  {loaded_.path, program_.train->seed, program_.train->batch, length_.steps,
                                   length_.epochs, pool_->size(), request_.file.exact, loaded_nets_, fork_});
    }

    bool ended() const { return place_.step >= length_.steps || stop_rule_.stopped(); }

    // False if training has diverged or something of the run could not be written, which has then been said.
    bool loop(const terminal::StopRequest& stop) {
        if (ended() && !ends_here_) {
            fmt::print("Nothing is left to do: the run has had {} steps{}.\n", place_.step,
                       stop_rule_.stopped()
                           ? fmt::format(", and {} has stalled", measure_names_[*stop_rule_.measure()])
                           : "; a larger --epochs or --steps gives it more");
            draw();  // a run that was killed after its last checkpoint has not
            return true;
        }
        TrainFeeder feeder(program_, datasets_, graph_, program_.train->batch, program_.train->seed,
                           place_.step);
        const double begin = now() - place_.seconds;
        terminal::Progress progress(
            terminal::standard_output(),
            {length_.steps, length_.epochs, length_.per_step, place_.step, names_, place_.seconds}, now());
        saved_at_ = now();
        StateSnapshot watch(graph_.states, place_.step, now());
        if (ends_here_) {
            show(progress);
        } else if (renamed_) {
            write_samples(progress);
        }
        while (!ended() && !stop.requested() && place_.step < request_.stop_at.value_or(length_.steps)) {
            feeder.feed(plan_);
            plan_.run(place_.step);
            ++place_.step;
            place_.seconds = now() - begin;
            const std::uint64_t epoch = length_.epoch_of(place_.step);
            const bool turn_ended = length_.ends_turn(place_.step);
            if (!read_values()) {
                progress.finish(now());
                explain(watch, place_.step - 1);
                return false;
            }
            log_->append(place_.step, epoch, place_.seconds, values_);
            progress.step(place_.step, epoch, values_, now());
            if (turn_ended) {
                progress.epoch_done(now());
            }
            // Before anything is made of the states, or kept of them, they are known to be numbers.
            const bool keep = watch.due(now());
            const bool asked = stop.take_checkpoint_request();
            const bool saves = asked || checkpoint_due();
            if ((keep || saves || shows()) && !watch.all_finite()) {
                progress.finish(now());
                explain(watch, place_.step);
                return false;
            }
            if (keep) {
                watch.capture(place_.step, now());
            }
            show(progress);
            if (saves && save(progress, asked) && asked) {
                progress.say(fmt::format("A checkpoint is written after step {}.", place_.step));
            }
        }
        progress.finish(now());
        if (saved_ != place_.step) {
            if (!watch.all_finite()) {
                explain(watch, place_.step);
                return false;
            }
            save_at_the_end();
        } else if (drawn_ != place_.step) {
            attempt(progress, drawing, [&] { draw(); });
        }
        if (ended()) {
            finish(progress.seconds());
        } else {
            fmt::print("Stopped after step {} of {}; a checkpoint is written. Go on with:\n    {}\n",
                       place_.step, length_.steps, spell_command(request_, folder_->path()));
        }
        if (!failing_.empty()) {
            std::fflush(stdout);
            fmt::print(stderr, "gandsl: error: {} could not be written to the end, as said above\n",
                       fmt::join(failing_, " and "));
        }
        return failing_.empty();
    }

    // False if one of them is no number.
    bool read_values() {
        for (std::size_t i = 0; i < names_.size(); ++i) {
            values_[i] = plan_.read(graph_.named[i].var)[0];
        }
        return std::all_of(values_.begin(), values_.end(), [](float value) { return std::isfinite(value); });
    }

    // Repeats what led to the numbers that are missing, and says where they were lost. `logged` is the last
    // step in the log. The plan is used up.
    void explain(StateSnapshot& watch, std::uint64_t logged) {
        const std::string checkpoint =
            saved_ ? fmt::format("the last good checkpoint, after step {}, is {}", *saved_,
                                 runs::checkpoint_path(folder_->checkpoints(), *saved_).string())
                   : std::string("there is no checkpoint yet");
        const BadStep bad = find_bad_step(
            watch, std::move(plan_),
            {loaded_, datasets_, graph_, pool_, place_.step, folder_->log().string(), checkpoint});
        // A bad weight may have gone unnoticed for some steps: what they logged comes of it.
        const std::uint64_t good = bad.losses_good ? bad.step : bad.step - 1;
        if (good < logged) {
            log_.emplace(files::CsvLog::resume(folder_->log(), names_, log_->rows() - (logged - good)));
        }
        std::fflush(stdout);
        std::fputs(dsl::render(bad.diagnostic, loaded_.path.string(), loaded_.text).c_str(), stderr);
    }

    // A kill costs what was trained since the last one. Which steps have one depends on the time they take,
    // but for the last turn's: a run ends with the same two however often it was stopped.
    bool checkpoint_due() const {
        const double at = now();
        return at - saved_at_ > longest_without_checkpoint || length_.ends_last_turn(place_.step) ||
               (length_.ends_turn(place_.step) &&
                (place_.step == length_.steps || checkpoints_pace_.due(at)));
    }

    // Whether a sample or a measure is due.
    bool shows() const {
        const auto is_due = [&](const auto& each) { return due(each.period, length_, place_.step); };
        return place_.step == length_.steps ||
               std::any_of(program_.measures.begin(), program_.measures.end(), is_due) ||
               std::any_of(program_.samples.begin(), program_.samples.end(), is_due);
    }

    // Samples and measures that are due.
    void show(terminal::Progress& progress) {
        const bool last = place_.step == length_.steps;
        bool measured = false;
        bool best = false;
        bool best_in_turn = false;
        std::vector<float> taken(measures_.size(), std::nanf(""));
        for (std::size_t i = 0; i < measures_.size(); ++i) {
            const bool in_turn = due(program_.measures[i].period, length_, place_.step);
            if (in_turn || last) {
                const double value = measures_.take(i);
                taken[i] = static_cast<float>(value);
                if (in_turn) {
                    stop_rule_.observe(i, double{taken[i]});
                }
                if (best_.observe(i, double{taken[i]}, place_.step)) {
                    best = true;
                    best_in_turn = in_turn;
                }
                measured = true;
                progress.say(fmt::format("{} on {} after step {}: {}", measure_names_[i],
                                         program_.measures[i].split, place_.step,
                                         terminal::human_number(value)));
                warn_once(progress, not_finite(program_.measures[i], double{taken[i]}), measure_names_[i]);
            }
        }
        if (measured) {
            measure_log_->append(place_.step, length_.epoch_of(place_.step), place_.seconds, taken);
        }
        if (best) {
            attempt(progress, "the best checkpoint", [&] {
                fill_place();
                runs::save_best_checkpoint(folder_->checkpoints(), place_, graph_.states, !best_in_turn);
            });
        }
        write_samples(progress);
    }

    // A measure that is no number is never the lowest.
    std::optional<std::string> not_finite(const dsl::Measure& measure, double value) const {
        if (std::isfinite(value)) {
            return std::nullopt;
        }
        const SourceLocation at = loading::locate(loaded_, measure.span);
        return fmt::format("{}:{}:{}: warning: the measure '{}' is {}: it counts as not improved", at.file,
                           at.line, at.column, measure.name, value);
    }

    void warn_once(terminal::Progress& progress, const std::optional<std::string>& warning,
                   const std::string& subject) {
        if (warning && warned_.insert(subject).second) {
            progress.say(*warning);
        }
    }

    void write_samples(terminal::Progress& progress) {
        for (std::size_t i = 0; i < samples_.size(); ++i) {
            const dsl::Period& period = program_.samples[i].period;
            if (due(period, length_, place_.step) || ended()) {
                const bool by_step = period.unit == dsl::Period::Unit::step;
                const std::uint64_t number = by_step ? place_.step : length_.epoch_of(place_.step);
                attempt(progress, "a sample",
                        [&] { last_samples_[i] = samples_.write(i, folder_->samples(), number); });
                warn_once(progress, samples_.warning(i), program_.samples[i].name);
            }
        }
    }

    // What a checkpoint counts on is on the disk before it.
    void fill_place() {
        log_->sync();
        if (measure_log_) {
            measure_log_->sync();
        }
        place_.log_rows = log_->rows();
        place_.seed = program_.train->seed;
        place_.batch = program_.train->batch;
    }

    // A file that cannot be written does not end the training, which is worth more: it goes on in memory, and
    // tries again when the next is due. Said once, until it can be written again.
    template <typename Write>
    bool attempt(terminal::Progress& progress, const std::string& what, const Write& write) {
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
                progress.say(
                    fmt::format("warning: {}\n  Training goes on; {} is tried again when the next is due.",
                                failed, what));
            }
            return false;
        }
        if (failing_.erase(what) > 0) {
            // A folder that turned read-only kept what was half written.
            folder_->remove_partial_files();
            progress.say(fmt::format("After step {}, {} could be written again.", place_.step, what));
        }
        return true;
    }

    bool save(terminal::Progress& progress, bool draws) {
        const double begin = now();
        const bool saved = attempt(progress, "the checkpoint", [&] { save_now(); });
        checkpoints_pace_.took(begin, now());
        if (!saved) {
            saved_at_ = now() - longest_without_checkpoint + until_next_attempt;
        } else if (draws || drawings_pace_.due(now())) {
            attempt(progress, drawing, [&] { draw(); });
        }
        return saved;
    }

    void save_now() {
        fill_place();
        runs::save_checkpoint(folder_->checkpoints(), place_, graph_.states);
        saved_ = place_.step;
        saved_at_ = now();
    }

    // Reads the whole log.
    void draw() {
        const double begin = now();
        files::write_atomically(folder_->curves(), render::draw_curves(files::read_log(folder_->log()),
                                                                       loaded_.path.stem().string()));
        drawings_pace_.took(begin, now());
        drawn_ = place_.step;
    }

    // Nothing comes after it that could try again.
    void save_at_the_end() {
        try {
            save_now();
            draw();
        } catch (const Error& error) {
            if (saved_ == place_.step) {
                throw;
            }
            throw Error(
                error.code(),
                saved_ ? fmt::format("{}\n  Training came to step {}, and what it learned after step {} is "
                                     "lost. See that {} can be written, and go on with:\n    {}",
                                     error.what(), place_.step, *saved_, folder_->checkpoints().string(),
                                     spell_command(request_, folder_->path()))
                       : fmt::format("{}\n  Training came to step {}, and what it learned is lost: no "
                                     "checkpoint could be written before.",
                                     error.what(), place_.step));
        }
    }

    /// `seconds` are those that the last line of progress shows.
    void finish(double seconds) {
        if (stop_rule_.stopped()) {
            fmt::print("{} has not improved for {} turn{}, and the file says to stop then.\n",
                       measure_names_[*stop_rule_.measure()], stop_rule_.turns(),
                       stop_rule_.turns() == 1 ? "" : "s");
        }
        fmt::print("Done: {} step{} in {}.\n", place_.step, place_.step == 1 ? "" : "s",
                   terminal::human_duration(seconds));
        const char* title = "samples";
        for (const std::filesystem::path& sample : last_samples_) {
            if (!sample.empty()) {
                fmt::print("  {:<12} {}\n", std::exchange(title, ""), sample.string());
            }
        }
        fmt::print("  curves       {}\n", folder_->curves().string());
        fmt::print("  checkpoints  {}\n", folder_->checkpoints().string());
        if (best_.step() && !failing_.contains("the best checkpoint")) {
            fmt::print("  best         {} ({} {} after step {})\n",
                       runs::best_checkpoint(folder_->checkpoints()).filename().string(),
                       measure_names_[best_.measure()], terminal::human_number(best_.value()), *best_.step());
        }
    }

    const loading::Loaded& loaded_;
    const RunRequest& request_;
    const dsl::Program& program_;
    data::Datasets datasets_;
    Length length_;
    std::shared_ptr<ThreadPool> pool_;
    runtime::Graph graph_;
    loading::MemoryBudget memory_;
    Plan plan_;
    Samples samples_;
    Measures measures_;
    StopRule stop_rule_;
    BestRule best_;
    std::vector<std::string> names_;
    std::vector<std::string> measure_names_;
    std::vector<float> values_;
    std::optional<runs::RunFolder> folder_;
    std::optional<files::CsvLog> log_;
    std::optional<files::CsvLog> measure_log_;
    runs::RunProgress place_;
    const runs::MeasureDue due_after_ = [this](std::size_t measure, std::uint64_t step) {
        return due(program_.measures[measure].period, length_, step);
    };
    const runs::EpochOf epoch_of_ = [this](std::uint64_t step) { return length_.epoch_of(step); };
    std::uint64_t first_step_ = 0;  ///< of this folder: a fork's is not 0
    bool made_ = false;             ///< the folder is new
    std::optional<runs::Fork> fork_;
    std::vector<runs::LoadedNet> loaded_nets_;
    std::vector<std::string> notes_;  ///< about the run's folder, said once it is open
    bool ends_here_ = false;          ///< all steps are done, what follows the last is not
    bool renamed_ = false;  ///< the step that the run goes on after belongs to another epoch than before
    std::optional<std::uint64_t> saved_;  ///< step of the newest checkpoint
    double saved_at_ = 0;
    Pace checkpoints_pace_{longest_short_epochs};
    Pace drawings_pace_;
    std::optional<std::uint64_t> drawn_;               ///< step of the curves
    std::set<std::string> failing_;                    ///< what could not be written when it was last due
    std::set<std::string> warned_;                     ///< samples and measures whose numbers were none
    std::vector<std::filesystem::path> last_samples_;  ///< of each sample; empty before its first file
};

}  // namespace

data::Datasets open_datasets(const loading::Loaded& loaded) {
    data::Datasets datasets;
    for (const dsl::Data& data : loaded.program.data) {
        datasets.push_back(sources::open(loaded.sources, data.source->name, data.arguments));
        if (datasets.back()->description().fields.size() < data.names.size()) {
            throw Error(ErrorCode::format, fmt::format("{} has no labels, but '{}' wants them",
                                                       data.source->name, fmt::join(data.names, ", ")));
        }
    }
    return datasets;
}

int train(const loading::Loaded& loaded, const RunRequest& request) {
    return Session(loaded, request).run();
}

}  // namespace gandsl::training
