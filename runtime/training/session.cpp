#include "runtime/training/session.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>

#include "autodiff/error.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/files/csv_log.hpp"
#include "runtime/files/run_folder.hpp"
#include "runtime/render/curves.hpp"
#include "runtime/terminal/format.hpp"
#include "runtime/terminal/progress.hpp"
#include "runtime/terminal/signals.hpp"
#include "runtime/training/checkpoint.hpp"
#include "runtime/training/record.hpp"
#include "runtime/training/samples.hpp"

namespace gandsl::training {

namespace {

double now() {
    using Clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

std::string spell_options(const program::RunRequest& request) {
    std::string words;
    for (const auto& [name, value] : request.file.set) {
        words += fmt::format(" --set {}={}", name, value);
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
        words += fmt::format(" --data {}", request.file.data->string());
    }
    return words;
}

void print_data(const dsl::Program& program, const Datasets& datasets) {
    for (std::size_t place = 0; place < datasets.size(); ++place) {
        const data::Description& description = datasets[place]->description();
        for (const std::string& reason : program.data[place].skipped) {
            fmt::print("data      not there: {}\n", reason);
        }
        fmt::print("data      {} = {}: {} training and {} test examples, {}\n",
                   fmt::join(program.data[place].names, ", "), description.source,
                   terminal::human_count(static_cast<double>(description.train_count)),
                   terminal::human_count(static_cast<double>(description.test_count)), description.origin);
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
          length_(length_of(program_, datasets_)),
          pool_(std::make_shared<ThreadPool>(request.file.threads)),
          graph_(runtime::build(program_, {.batch = static_cast<Index>(program_.train->batch),
                                           .seed = program_.train->seed,
                                           .total_steps = length_.steps,
                                           .epoch_steps = std::max<std::uint64_t>(1, length_.epoch_steps)})),
          plan_(graph_.outputs(), graph_.assignments, PlanOptions{pool_, {}}),
          samples_(program_, datasets_, graph_, pool_),
          measures_(program_, datasets_, graph_, pool_) {
        for (const runtime::NamedOutput& output : graph_.named) {
            names_.push_back(output.name);
        }
        for (const dsl::Measure& measure : program_.measures) {
            measure_names_.push_back(measure.name);
        }
        values_.resize(names_.size());
    }

    int run() {
        print_data(program_, datasets_);
        print_nets(program_);
        if (request_.resume) {
            resume();
        } else {
            start();
        }
        const int code = loop();
        return code;
    }

  private:
    void start() {
        const std::string model = loaded_.path.stem().string();
        folder_.emplace(files::RunFolder::create(request_.out, model));
        try {
            files::write_atomically(folder_->model(), loaded_.text);
            files::write_atomically(folder_->record(), record());
            log_.emplace(files::CsvLog::create(folder_->log(), names_));
            if (!measure_names_.empty()) {
                measure_log_.emplace(files::CsvLog::create(folder_->path() / "measures.csv", measure_names_));
            }
        } catch (...) {
            log_.reset();
            measure_log_.reset();
            std::move(*folder_).remove();
            throw;
        }
        fmt::print("run       {}\n", folder_->path().string());
    }

    void resume() {
        folder_.emplace(files::RunFolder::open(*request_.resume));
        if (folder_->crashed_process()) {
            fmt::print("run       process {} ended without finishing this run\n", *folder_->crashed_process());
        }
        std::vector<std::string> different =
            differences(files::read_whole(folder_->record()), record());
        if (files::read_whole(folder_->model()) != loaded_.text) {
            different.insert(different.begin(),
                             fmt::format("the file: {} is not what the run keeps in {}", loaded_.path.string(),
                                         folder_->model().string()));
        }
        if (!different.empty()) {
            throw Error(ErrorCode::invalid_argument,
                        fmt::format("{}: cannot go on with this run, as it was made with other settings:\n    {}\n"
                                    "  Give the same file, options and data, or start a new run without --resume.",
                                    folder_->path().string(), fmt::join(different, "\n    ")));
        }
        std::vector<std::string> broken;
        place_ = load_newest_checkpoint(folder_->checkpoints(), graph_.states, broken);
        for (const std::string& message : broken) {
            fmt::print("run       skipped a broken checkpoint: {}\n", message);
        }
        log_.emplace(files::CsvLog::resume(folder_->log(), names_, place_.log_rows));
        if (!measure_names_.empty()) {
            const std::filesystem::path path = folder_->path() / "measures.csv";
            const files::LogTable table = files::read_log(path);
            std::uint64_t rows = 0;
            while (rows < table.step.size() && table.step[rows] <= static_cast<double>(place_.step)) {
                ++rows;
            }
            measure_log_.emplace(files::CsvLog::resume(path, measure_names_, rows));
        }
        fmt::print("run       {}, going on after step {}\n", folder_->path().string(), place_.step);
    }

    std::string record() const {
        return describe_run(program_, datasets_,
                            {loaded_.path, program_.train->seed, program_.train->batch, length_.steps,
                             length_.epochs, pool_->size()});
    }

    std::uint64_t epochs_after(std::uint64_t step) const {
        return length_.examples == 0 ? 0 : data::epochs_after(step, length_.examples, length_.per_step);
    }

    int loop() {
        const terminal::StopRequest stop;
        TrainFeeder feeder(program_, datasets_, graph_, program_.train->batch, program_.train->seed, place_.step);
        const double begin = now() - place_.seconds;
        terminal::Progress progress(terminal::standard_output(),
                                    {length_.steps, length_.epochs, length_.per_step, place_.step, names_}, now());
        const std::uint64_t first = place_.step;
        while (place_.step < length_.steps && !stop.requested()) {
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
            if (epoch_ended) {
                progress.epoch_done(now());
            }
            show(progress, epoch_ended, epochs_done);
            if (epoch_ended) {
                save();
            }
        }
        progress.finish(now());
        if (saved_ != place_.step || first == place_.step) {
            save();
        }
        if (stop.requested()) {
            fmt::print("Stopped after step {} of {}; a checkpoint is written. Go on with:\n    gandsl run {}{} --resume {}\n",
                       place_.step, length_.steps, loaded_.path.string(), spell_options(request_),
                       folder_->path().string());
            return 0;
        }
        finish();
        return 0;
    }

    void read_values(terminal::Progress& progress) {
        for (std::size_t place = 0; place < names_.size(); ++place) {
            values_[place] = plan_.read(graph_.named[place].var)[0];
        }
        for (std::size_t place = 0; place < names_.size(); ++place) {
            if (!std::isfinite(values_[place])) {
                progress.finish(now());
                throw Error(ErrorCode::not_finite,
                            fmt::format("{} is {} after step {}: training has diverged. {}; a smaller learning rate "
                                        "or `clip` in the optimizer may help.",
                                        names_[place], values_[place], place_.step,
                                        saved_ == 0 ? std::string("There is no checkpoint yet")
                                                    : fmt::format("The checkpoint after step {} is kept in {}", saved_,
                                                                  folder_->checkpoints().string())));
            }
        }
    }

    // Samples and measures that are due.
    void show(terminal::Progress& progress, bool epoch_ended, std::uint64_t epochs_done) {
        const bool last = place_.step == length_.steps;
        for (std::size_t place = 0; place < samples_.size(); ++place) {
            const dsl::Period& period = program_.samples[place].period;
            if (due(period, place_.step, epoch_ended, epochs_done) || last) {
                const bool by_step = period.unit == dsl::Period::Unit::step;
                const std::uint64_t number = by_step ? place_.step : epochs_done + (epoch_ended ? 0 : 1);
                last_sample_ = samples_.write(place, folder_->samples(), number);
            }
        }
        bool measured = false;
        std::vector<float> taken(measures_.size(), std::nanf(""));
        for (std::size_t place = 0; place < measures_.size(); ++place) {
            if (due(program_.measures[place].period, place_.step, epoch_ended, epochs_done) || last) {
                const double value = measures_.take(place);
                taken[place] = static_cast<float>(value);
                measured = true;
                progress.say(fmt::format("{} on {} after step {}: {}", measure_names_[place],
                                         program_.measures[place].split, place_.step,
                                         terminal::human_number(value)));
            }
        }
        if (measured) {
            measure_log_->append(place_.step, epochs_done, place_.seconds, taken);
        }
    }

    void save() {
        log_->sync();
        place_.log_rows = log_->rows();
        place_.seed = program_.train->seed;
        place_.batch = program_.train->batch;
        save_checkpoint(folder_->checkpoints(), place_, graph_.states);
        saved_ = place_.step;
        files::write_atomically(folder_->curves(),
                                render::draw_curves(files::read_log(folder_->log()), loaded_.path.stem().string()));
    }

    void finish() {
        fmt::print("Done: {} steps in {}.\n", place_.step, terminal::human_duration(place_.seconds));
        if (!last_sample_.empty()) {
            fmt::print("  samples      {}\n", last_sample_.string());
        }
        fmt::print("  curves       {}\n", folder_->curves().string());
        fmt::print("  checkpoints  {}\n", folder_->checkpoints().string());
    }

    const program::Loaded& loaded_;
    const program::RunRequest& request_;
    const dsl::Program& program_;
    Datasets datasets_;
    Length length_;
    std::shared_ptr<ThreadPool> pool_;
    runtime::Graph graph_;
    Plan plan_;
    Samples samples_;
    Measures measures_;
    std::vector<std::string> names_;
    std::vector<std::string> measure_names_;
    std::vector<float> values_;
    std::optional<files::RunFolder> folder_;
    std::optional<files::CsvLog> log_;
    std::optional<files::CsvLog> measure_log_;
    RunPlace place_;
    std::uint64_t saved_ = 0;
    std::filesystem::path last_sample_;
};

}  // namespace

Datasets open_datasets(const program::Loaded& loaded) {
    Datasets datasets;
    for (const dsl::Data& data : loaded.program.data) {
        datasets.push_back(sources::open(loaded.sources, data.source->name, data.arguments));
        if (datasets.back()->description().fields.size() < data.names.size()) {
            throw Error(ErrorCode::format, fmt::format("{} has no labels, but '{}' wants them", data.source->name,
                                                       fmt::join(data.names, ", ")));
        }
    }
    return datasets;
}

Length length_of(const dsl::Program& program, const Datasets& datasets) {
    const dsl::Train& train = *program.train;
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
                    "a model without data has no epochs: give train(steps = ...) or --steps instead");
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
