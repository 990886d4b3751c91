#include "runtime/training/session.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/build/unlearned.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/files/csv_log.hpp"
#include "runtime/files/run_folder.hpp"
#include "runtime/program/plan_memory.hpp"
#include "runtime/render/curves.hpp"
#include "runtime/terminal/format.hpp"
#include "runtime/terminal/progress.hpp"
#include "runtime/terminal/signals.hpp"
#include "runtime/training/checkpoint.hpp"
#include "runtime/training/record.hpp"
#include "runtime/training/samples.hpp"
#include "runtime/training/stop.hpp"
#include "runtime/training/trained_nets.hpp"

namespace gandsl::training {

namespace {

double now() {
    using Clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

// A model without data has no epochs; this many steps take their place for progress and checkpoints.
constexpr std::uint64_t turn_without_data = 1000;
// An epoch may take hours: nobody should lose more than this, in seconds.
constexpr double longest_without_checkpoint = 600;

// As a word of a shell's command line.
std::string quoted(const std::string& word) {
    constexpr const char* plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./=:,+-@%";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
        return word;
    }
    std::string result = "'";
    for (const char letter : word) {
        result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    }
    return result + "'";
}

// The command that goes on with a run.
std::string spell_command(const program::RunRequest& request, const std::filesystem::path& run) {
    std::string words =
        quoted(request.program) + " run " +
        quoted((request.file.file.native().starts_with('-') ? "./" : "") + request.file.file.string());
    for (const auto& [name, value] : request.file.set) {
        words += " --set " + quoted(name + "=" + value);
    }
    if (request.file.batch) {
        words += fmt::format(" --batch {}", *request.file.batch);
    }
    if (request.file.seed) {
        words += fmt::format(" --seed {}", *request.file.seed);
    }
    if (request.file.epochs) {
        words += fmt::format(" --epochs {}", *request.file.epochs);
    }
    if (request.file.steps) {
        words += fmt::format(" --steps {}", *request.file.steps);
    }
    if (request.file.data) {
        words += " --data " + quoted(request.file.data->string());
    }
    if (request.file.threads != 0) {
        words += fmt::format(" --threads {}", request.file.threads);
    }
    return words + " --resume " + quoted(run.string());
}

void print_data(const dsl::Program& program, const Datasets& datasets) {
    for (std::size_t place = 0; place < datasets.size(); ++place) {
        const data::Description& description = datasets[place]->description();
        for (const std::string& reason : program.data[place].skipped) {
            fmt::print("data      skipped {}\n", reason);
        }
        fmt::print("data      {} = {}, {}\n          {} training and {} test examples\n",
                   fmt::join(program.data[place].names, ", "), description.source,
                   terminal::printable_lines(description.origin),
                   terminal::human_count(static_cast<double>(description.train_count)),
                   terminal::human_count(static_cast<double>(description.test_count)));
    }
}

void print_nets(const dsl::Program& program) {
    for (const dsl::Net& net : program.nets) {
        Index parameters = 0;
        for (const dsl::NetWeight& weight : net.weights) {
            parameters += weight.learned ? element_count(weight.shape) : 0;
        }
        fmt::print("net       {}: {} parameters\n", net.name,
                   terminal::human_count(static_cast<double>(parameters)));
    }
}

// Everything one run works with.
class Session {
  public:
    Session(const program::Loaded& loaded, const program::RunRequest& request)
        : loaded_(loaded),
          request_(request),
          program_(loaded.program),
          datasets_(open_datasets(loaded)),
          length_(length_of(loaded, datasets_)),
          pool_(std::make_shared<ThreadPool>(request.file.threads)),
          graph_(runtime::build(program_, {.batch = static_cast<Index>(program_.train->batch),
                                           .seed = program_.train->seed,
                                           .total_steps = length_.steps,
                                           .epoch_steps = std::max<std::uint64_t>(1, length_.epoch_steps),
                                           .exact = request.file.exact,
                                           .locate = program::locator(loaded)})),
          memory_(loaded_, pool_),
          plan_(graph_.outputs(), graph_.assignments, program::step_options(memory_, program_)),
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
        if (request_.resume) {
            resume();
        } else {
            start();
        }
        program::report(runtime::unlearned(program_, graph_), loaded_.path, loaded_.text);
        print_data(program_, datasets_);
        print_nets(program_);
        for (const std::string& warning : repeated_rows(loaded_, datasets_, graph_)) {
            fmt::print(stderr, "{}\n", warning);
        }
        for (const std::string& note : notes_) {
            fmt::print("run       {}\n", note);
        }
        // Whoever reads through a pipe sees this before the first epoch is over.
        std::fflush(stdout);
        try {
            loop(stop);
        } catch (...) {
            if (place_.step == 0) {
                discard();
            }
            throw;
        }
        return 0;
    }

  private:
    void start() {
        const std::string model = loaded_.path.stem().string();
        loaded_nets_ = load_nets(loaded_, graph_, notes_);
        folder_.emplace(files::RunFolder::create(request_.out, model));
        try {
            files::write_atomically(folder_->model(), loaded_.text);
            keep_models(loaded_, folder_->path());
            files::write_atomically(folder_->record(), record());
            log_.emplace(files::CsvLog::create(folder_->log(), names_));
            if (!measure_names_.empty()) {
                measure_log_.emplace(files::CsvLog::create(folder_->path() / "measures.csv", measure_names_));
            }
        } catch (...) {
            discard();
            throw;
        }
        notes_.push_back(folder_->path().string());
    }

    // A run that failed before its first step leaves nothing.
    void discard() {
        log_.reset();
        measure_log_.reset();
        folder_->remove();
    }

    void resume() {
        folder_.emplace(files::RunFolder::open(*request_.resume));
        if (folder_->crashed_process()) {
            notes_.push_back(
                fmt::format("process {} ended without finishing this run", *folder_->crashed_process()));
        }
        const std::string recorded = files::read_whole(folder_->record());
        std::vector<std::string> different = differences(recorded, record());
        if (files::read_whole(folder_->model()) != loaded_.text) {
            different.insert(different.begin(),
                             fmt::format("the file: {} is not what the run keeps in {}",
                                         loaded_.path.string(), folder_->model().string()));
        }
        if (!different.empty()) {
            throw Error(
                ErrorCode::invalid_argument,
                fmt::format("{}: cannot go on with this run, as it was made with other settings:\n    {}\n"
                            "  Give the same file, options, seed, batch and data, or start a new run without "
                            "--resume.",
                            folder_->path().string(), fmt::join(different, "\n    ")));
        }
        std::vector<std::string> broken;
        place_ = load_newest_checkpoint(folder_->checkpoints(), graph_.states, broken);
        for (const std::string& message : broken) {
            notes_.push_back("skipped a broken checkpoint: " + message);
        }
        saved_ = place_.step;
        log_.emplace(files::CsvLog::resume(folder_->log(), names_, place_.log_rows));
        if (place_.log_rows > 0) {
            place_.seconds = files::read_log(folder_->log()).seconds.at(place_.log_rows - 1);
        }
        files::write_atomically(folder_->record(), with_length(recorded, length_.steps, length_.epochs));
        if (!measure_names_.empty()) {
            const std::filesystem::path path = folder_->path() / "measures.csv";
            const files::LogTable table = files::read_log(path);
            std::uint64_t rows = 0;
            while (rows < table.step.size() && table.step[rows] <= static_cast<double>(place_.step)) {
                for (std::size_t measure = 0; measure < table.values.size(); ++measure) {
                    if (!std::isnan(table.values[measure][rows])) {
                        stop_rule_.observe(measure, table.values[measure][rows]);
                        best_.observe(measure, table.values[measure][rows],
                                      static_cast<std::uint64_t>(table.step[rows]));
                    }
                }
                ++rows;
            }
            measure_log_.emplace(files::CsvLog::resume(path, measure_names_, rows));
        }
        notes_.push_back(fmt::format("{}, going on after step {}", folder_->path().string(), place_.step));
    }

    std::string record() const {
        return describe_run(program_, datasets_,
                            {loaded_.path, program_.train->seed, program_.train->batch, length_.steps,
                             length_.epochs, pool_->size(), request_.file.exact, loaded_nets_});
    }

    std::uint64_t epochs_after(std::uint64_t step) const {
        return length_.examples == 0 ? 0 : data::epochs_after(step, length_.examples, length_.per_step);
    }

    bool ended() const { return place_.step >= length_.steps || stop_rule_.stopped(); }

    void loop(const terminal::StopRequest& stop) {
        if (ended()) {
            fmt::print("Nothing is left to do: the run has had {} steps{}.\n", place_.step,
                       stop_rule_.stopped() ? "" : "; a larger --epochs or --steps gives it more");
            return;
        }
        TrainFeeder feeder(program_, datasets_, graph_, program_.train->batch, program_.train->seed,
                           place_.step);
        const double begin = now() - place_.seconds;
        terminal::Progress progress(
            terminal::standard_output(),
            {length_.steps, length_.epochs, length_.per_step, place_.step, names_, place_.seconds}, now());
        saved_at_ = now();
        while (!ended() && !stop.requested()) {
            const std::uint64_t epochs_before = epochs_after(place_.step);
            feeder.feed(plan_);
            plan_.run(place_.step);
            ++place_.step;
            place_.seconds = now() - begin;
            read_values(progress);
            log_->append(place_.step, epochs_before + 1, place_.seconds, values_);
            progress.step(place_.step, epochs_before + 1, values_, now());
            const std::uint64_t epochs_done = epochs_after(place_.step);
            const bool epoch_ended = epochs_done > epochs_before;
            const bool turn_ended =
                length_.examples == 0 ? place_.step % turn_without_data == 0 : epoch_ended;
            if (turn_ended) {
                progress.epoch_done(now());
            }
            show(progress, epoch_ended, epochs_done);
            if (turn_ended || now() - saved_at_ > longest_without_checkpoint) {
                save();
            }
        }
        progress.finish(now());
        if (saved_ != place_.step) {
            save();
        }
        if (ended()) {
            finish(progress.seconds());
        } else {
            fmt::print("Stopped after step {} of {}; a checkpoint is written. Go on with:\n    {}\n",
                       place_.step, length_.steps, spell_command(request_, folder_->path()));
        }
    }

    void read_values(terminal::Progress& progress) {
        for (std::size_t place = 0; place < names_.size(); ++place) {
            values_[place] = plan_.read(graph_.named[place].var)[0];
        }
        for (std::size_t place = 0; place < names_.size(); ++place) {
            if (!std::isfinite(values_[place])) {
                progress.finish(now());
                throw not_finite(place);
            }
        }
    }

    // What stands in the log's column `place` has no value.
    Error not_finite(std::size_t place) const {
        const dsl::Update& update = std::get<dsl::Update>(program_.train->items[graph_.named[place].item]);
        std::vector<std::string> nets;
        for (const std::size_t net : update.nets) {
            nets.push_back(program_.nets[net].name);
        }
        // Columns are in the order of the updates: what is before another's was made with fewer steps
        // learned.
        const bool learned = place_.step > 1 || graph_.named[place].item != graph_.named[0].item;
        return {
            ErrorCode::not_finite,
            fmt::format("{} of the update of {} is {} in step {}: {}\n"
                        "  The steps before are in {}; {}.",
                        names_[place], fmt::join(nets, ", "), values_[place], place_.step,
                        learned ? "training has diverged\n"
                                  "  A smaller learning rate, or `clip` in the optimizer, may help."
                                : "it had no value before anything was learned\n"
                                  "  Look for a division by 0, or `log` or `sqrt` of what can be 0 or less.",
                        folder_->log().string(),
                        saved_ ? fmt::format("the checkpoint after step {} is kept", *saved_)
                               : std::string("there is no checkpoint yet")),
            program::locate(loaded_, update.span)};
    }

    // Samples and measures that are due.
    void show(terminal::Progress& progress, bool epoch_ended, std::uint64_t epochs_done) {
        const bool last = place_.step == length_.steps;
        bool measured = false;
        bool best = false;
        std::vector<float> taken(measures_.size(), std::nanf(""));
        for (std::size_t place = 0; place < measures_.size(); ++place) {
            if (due(program_.measures[place].period, place_.step, epoch_ended, epochs_done) || last) {
                const double value = measures_.take(place);
                taken[place] = static_cast<float>(value);
                stop_rule_.observe(place, double{taken[place]});
                best = best_.observe(place, double{taken[place]}, place_.step) || best;
                measured = true;
                progress.say(fmt::format("{} on {} after step {}: {}", measure_names_[place],
                                         program_.measures[place].split, place_.step,
                                         terminal::human_number(value)));
            }
        }
        if (measured) {
            measure_log_->append(place_.step, epochs_done + (epoch_ended ? 0 : 1), place_.seconds, taken);
        }
        if (best) {
            fill_place();
            save_best_checkpoint(folder_->checkpoints(), place_, graph_.states);
        }
        for (std::size_t place = 0; place < samples_.size(); ++place) {
            const dsl::Period& period = program_.samples[place].period;
            if (due(period, place_.step, epoch_ended, epochs_done) || ended()) {
                const bool by_step = period.unit == dsl::Period::Unit::step;
                const std::uint64_t number = by_step ? place_.step : epochs_done + (epoch_ended ? 0 : 1);
                last_samples_[place] = samples_.write(place, folder_->samples(), number);
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

    void save() {
        fill_place();
        save_checkpoint(folder_->checkpoints(), place_, graph_.states);
        saved_ = place_.step;
        saved_at_ = now();
        files::write_atomically(folder_->curves(), render::draw_curves(files::read_log(folder_->log()),
                                                                       loaded_.path.stem().string()));
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
        if (best_.step()) {
            fmt::print("  best         {} ({} {} after step {})\n",
                       best_checkpoint(folder_->checkpoints()).filename().string(),
                       measure_names_[best_.measure()], terminal::human_number(best_.value()), *best_.step());
        }
    }

    const program::Loaded& loaded_;
    const program::RunRequest& request_;
    const dsl::Program& program_;
    Datasets datasets_;
    Length length_;
    std::shared_ptr<ThreadPool> pool_;
    runtime::Graph graph_;
    program::PlanMemory memory_;
    Plan plan_;
    Samples samples_;
    Measures measures_;
    StopRule stop_rule_;
    BestRule best_;
    std::vector<std::string> names_;
    std::vector<std::string> measure_names_;
    std::vector<float> values_;
    std::optional<files::RunFolder> folder_;
    std::optional<files::CsvLog> log_;
    std::optional<files::CsvLog> measure_log_;
    RunPlace place_;
    std::vector<LoadedNet> loaded_nets_;
    std::vector<std::string> notes_;      ///< about the run's folder, said once it is open
    std::optional<std::uint64_t> saved_;  ///< step of the newest checkpoint
    double saved_at_ = 0;
    std::vector<std::filesystem::path> last_samples_;  ///< of each sample; empty before its first file
};

}  // namespace

Datasets open_datasets(const program::Loaded& loaded) {
    Datasets datasets;
    for (const dsl::Data& data : loaded.program.data) {
        datasets.push_back(sources::open(loaded.sources, data.source->name, data.arguments));
        if (datasets.back()->description().fields.size() < data.names.size()) {
            throw Error(ErrorCode::format, fmt::format("{} has no labels, but '{}' wants them",
                                                       data.source->name, fmt::join(data.names, ", ")));
        }
    }
    return datasets;
}

Length length_of(const program::Loaded& loaded, const Datasets& datasets) {
    const dsl::Train& train = *loaded.program.train;
    Length length;
    if (!datasets.empty()) {
        length.examples = datasets[0]->description().train_count;
        length.per_step = train.batch * train.batch_slots;
        length.epoch_steps = data::steps_for_epochs(1, length.examples, length.per_step);
    }
    if (train.steps) {
        length.steps = *train.steps;
    } else if (datasets.empty()) {
        throw Error(ErrorCode::invalid_argument,
                    loaded.path.string() +
                        ": a model without data has no epochs; give train(steps = ...) or --steps instead");
    } else {
        length.epochs = train.epochs.value_or(1);
        length.steps = data::steps_for_epochs(length.epochs, length.examples, length.per_step);
    }
    return length;
}

int train(const program::Loaded& loaded, const program::RunRequest& request) {
    return Session(loaded, request).run();
}

}  // namespace gandsl::training
