#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "autodiff/error.hpp"
#include "dsl/nearest.hpp"
#include "dsl/types.hpp"
#include "models/records.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/loading/imported_nets.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/loading/memory_budget.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"
#include "runtime/runs/saved_run.hpp"
#include "runtime/sinks/sink.hpp"
#include "runtime/terminal/format.hpp"
#include "runtime/training/samples.hpp"

namespace gandsl::program {

namespace {

struct SampleRequest {
    std::filesystem::path run;          ///< its folder, runs/mnist/latest, or a checkpoint file
    std::optional<std::string> sample;  ///< none: every sample of the file
    std::optional<std::size_t> count;
    std::optional<std::uint64_t> seed;
    loading::Settings set;
    std::optional<std::string> prompt;
    std::optional<double> temperature;
    std::optional<std::filesystem::path> out;
    std::optional<std::filesystem::path> data;
    bool best = false;
    std::size_t threads = 0;
};

namespace fs = std::filesystem;

// What a run recorded of its data, for samples that look at none of it.
class RecordedDataset final : public data::Dataset {
  public:
    explicit RecordedDataset(data::Description description) : description_(std::move(description)) {}
    const data::Description& description() const override { return description_; }
    void read(const data::Example&, std::span<const std::span<float>>) const override {
        throw Error(ErrorCode::internal, "data of a record was read");
    }

  private:
    data::Description description_;
};

// Leaves those that are asked for.
void choose(dsl::Program& program, const SampleRequest& request) {
    if (program.samples.empty()) {
        refuse("the run's model.gan has no `sample`, so there is nothing to draw");
    }
    if (!request.sample) {
        return;
    }
    std::vector<std::string> names;
    for (const dsl::Sample& sample : program.samples) {
        names.push_back(sample.name);
    }
    std::erase_if(program.samples, [&](const dsl::Sample& sample) { return sample.name != *request.sample; });
    if (program.samples.empty()) {
        const auto near = dsl::nearest(*request.sample, names);
        refuse(fmt::format("the run's model.gan has no sample '{}'{}", *request.sample,
                           near ? fmt::format("; did you mean '{}'?", *near)
                                : fmt::format("; it has {}", fmt::join(names, ", "))));
    }
}

bool uses_cell(const dsl::Sample& sample, std::size_t index) {
    return std::any_of(sample.body.begin(), sample.body.end(), [index](const dsl::Instruction& code) {
        return code.kind == dsl::Instruction::Kind::cell && code.index == index;
    });
}

void set_argument(dsl::Sample& sample, const char* name, std::size_t number) {
    sample.arguments.find(name)->second.data = static_cast<double>(number);
}

// A grid as near to a square as it goes; where a picture depends on its column, the file's columns.
void set_count(dsl::Sample& sample, std::size_t count) {
    if (!sample.arguments.contains("columns")) {
        set_argument(sample, "count", count);
        return;
    }
    auto columns = static_cast<std::size_t>(models::integer(sample.arguments, "columns"));
    const auto rows = static_cast<std::size_t>(models::integer(sample.arguments, "rows"));
    const bool by_row = uses_cell(sample, 0);
    if (by_row && count > rows * columns) {
        refuse(
            fmt::format("'{}' uses `row`, which is known for its {} x {} pictures only; --count {} is more",
                        sample.name, rows, columns, count));
    }
    if (!by_row && !uses_cell(sample, 1)) {
        columns = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(count))));
    }
    set_argument(sample, "columns", columns);
    set_argument(sample, "rows", (count + columns - 1) / columns);
    sample.count = count;
}

// Replaces an argument of each `continue` of the samples.
void set_continue(dsl::Program& program, const std::string& name, const dsl::Value& value) {
    bool found = false;
    for (dsl::Sample& sample : program.samples) {
        for (dsl::Instruction& code : sample.body) {
            if (code.kind != dsl::Instruction::Kind::continuation) {
                continue;
            }
            for (const dsl::Argument& argument : code.entry->arguments) {
                const auto* number = std::get_if<double>(&value.data);
                if (argument.name == name && number != nullptr &&
                    (*number < argument.min || *number > argument.max ||
                     (argument.min_excluded && *number == argument.min))) {
                    refuse(fmt::format("--{} {} is out of the range that `continue` takes: {} {} to {}", name,
                                       *number, argument.min_excluded ? "above" : "from", argument.min,
                                       argument.max));
                }
            }
            if (name == "prompt") {
                if (!sample.types.at(code.outputs.at(0)).classes) {
                    refuse(fmt::format("'{}' goes on from numbers, and --prompt is a text", sample.name));
                }
                code.inputs.clear();
            }
            code.arguments.insert_or_assign(name, value);
            found = true;
        }
    }
    if (!found) {
        refuse(fmt::format(
            "--{} is for samples that write with `continue`; {} not", name,
            program.samples.size() == 1 ? "'" + program.samples[0].name + "' does" : "those of this run do"));
    }
}

void apply(dsl::Program& program, const SampleRequest& request) {
    choose(program, request);
    dsl::Value value;
    value.given = true;
    if (request.prompt) {
        value.data = *request.prompt;
        set_continue(program, "prompt", value);
    }
    if (request.temperature) {
        value.data = *request.temperature;
        set_continue(program, "temperature", value);
    }
    if (request.count) {
        for (dsl::Sample& sample : program.samples) {
            set_count(sample, *request.count);
        }
    }
}

// The files to write, one a sample.
std::vector<fs::path> outputs(const dsl::Program& program, const SampleRequest& request) {
    std::vector<fs::path> paths;
    for (const dsl::Sample& sample : program.samples) {
        paths.emplace_back(sample.name + "." + sinks::sink_of(*sample.sink).extension);
    }
    if (!request.out) {
        return paths;
    }
    if (paths.size() > 1) {
        refuse(fmt::format(
            "--out names one file, but the run has {} samples: say which, as in gandsl sample {} {} "
            "--out {}",
            paths.size(), request.run.string(), program.samples[0].name, request.out->string()));
    }
    if (*request.out == "-") {
        refuse("--out - : samples are files of their own, so --out wants the name of one");
    }
    const std::string extension = paths[0].extension().string();
    const std::string given = request.out->extension().string();
    std::set<std::string> formats = {".jpg", ".jpeg"};
    for (const sinks::Sink& sink : sinks::all()) {
        formats.insert("." + sink.extension);
    }
    if (given != extension && formats.contains(given)) {
        refuse(fmt::format("'{}' is written as {} (`as {}` in the file), but --out ends in {}",
                           program.samples[0].name, extension.substr(1), program.samples[0].sink->name,
                           given));
    }
    return {*request.out};
}

bool reads(const dsl::Sample& sample, std::size_t data) {
    return std::any_of(sample.body.begin(), sample.body.end(), [data](const dsl::Instruction& code) {
        return code.kind == dsl::Instruction::Kind::data && code.index == data;
    });
}

// What the nets were made for, and the symbols and classes that they learned, are those of the record.
void check_same_fields(const dsl::Data& statement, const data::Description& now) {
    for (std::size_t field = 0; field < statement.names.size(); ++field) {
        if (field >= now.fields.size()) {
            refuse(fmt::format("{} gives no '{}' now, which the run read from it", statement.source->name,
                               statement.names[field]));
        }
        const dsl::Type& then = statement.types[field];
        const data::Field& found = now.fields[field];
        dsl::Type type;
        type.shape.assign(found.shape.begin(), found.shape.end());
        if (found.classes) {
            type.classes = dsl::Classes(static_cast<dsl::Index>(*found.classes), found.names);
        }
        const bool labels = then.classes.has_value();
        if (type.shape != then.shape || labels != type.classes.has_value() ||
            (labels && type.classes->count != then.classes->count)) {
            refuse(fmt::format("'{}' is {} now, and the run learned from {}", statement.names[field],
                               dsl::to_string(type), dsl::to_string(then)));
        }
        if (labels && !dsl::same_classes(then.classes->names, type.classes->names)) {
            refuse(fmt::format(
                "'{}' has other {} now than those that the run learned from: {} now, {} then",
                statement.names[field], then.shape.empty() ? "classes" : "symbols",
                terminal::printable(fmt::format("{}", fmt::join(*type.classes->names, " ")), 200),
                terminal::printable(fmt::format("{}", fmt::join(*then.classes->names, " ")), 200)));
        }
    }
}

// The data that the samples look at is opened, of the rest the record will do.
data::Datasets datasets_for(const loading::Loaded& loaded, const runs::Record& record) {
    data::Datasets datasets;
    for (std::size_t i = 0; i < loaded.program.data.size(); ++i) {
        const dsl::Data& statement = loaded.program.data[i];
        const dsl::Sample* reader = nullptr;
        for (const dsl::Sample& sample : loaded.program.samples) {
            reader = reads(sample, i) ? &sample : reader;
        }
        if (reader == nullptr && i < record.data.size()) {
            datasets.push_back(std::make_shared<RecordedDataset>(record.data[i]));
            continue;
        }
        const std::string names = fmt::format("{}", fmt::join(statement.names, ", "));
        if (const auto& absent = statement.source->absent) {
            if (const auto why = absent(statement.arguments)) {
                throw Error(
                    ErrorCode::file,
                    fmt::format("'{}' looks at {}, which the run read from {}, and that is not there: {}",
                                reader == nullptr ? "the model" : reader->name, names, statement.source->name,
                                *why));
            }
        }
        datasets.push_back(sources::open(loaded.sources, statement.source->name, statement.arguments));
        const data::Description& now = datasets.back()->description();
        check_same_fields(statement, now);
        if (i < record.data.size() && now.hash != record.data[i].hash) {
            fmt::print(stderr,
                       "gandsl: warning: {} is other data than the run learned from: {} then, {} now\n",
                       names, record.data[i].hash, now.hash);
        }
    }
    return datasets;
}

// Beyond the test split there is nothing to look at.
void check_count(const dsl::Program& program, const data::Datasets& datasets, const SampleRequest& request) {
    for (std::size_t i = 0; request.count && i < datasets.size(); ++i) {
        const std::size_t there = datasets[i]->description().test_count;
        for (const dsl::Sample& sample : program.samples) {
            if (reads(sample, i) && *request.count > there) {
                refuse(fmt::format("'{}' looks at test examples, of which there are {}; --count {} is more",
                                   sample.name, there, *request.count));
            }
        }
    }
}

int sample(const SampleRequest& request) {
    const runs::SavedRun run = runs::open_trained(request.run);
    std::optional<loading::Loaded> loaded = loading::load(run, request.set, request.data, request.threads);
    if (!loaded) {
        return 1;
    }
    dsl::Program& program = loaded->program;
    apply(program, request);
    const std::vector<fs::path> paths = outputs(program, request);
    std::vector<std::string> skipped;
    const runs::Weights weights = runs::read_weights(run, request.best, skipped);
    for (const std::string& message : skipped) {
        fmt::print(stderr, "gandsl: warning: skipped a broken checkpoint: {}\n", message);
    }
    program.measures.clear();
    const data::Datasets datasets = datasets_for(*loaded, run.record);
    check_count(program, datasets, request);
    const runtime::Graph graph = runtime::build(program, {.batch = 1,
                                                          .examples = training::example_counts(datasets),
                                                          .seed = request.seed.value_or(run.record.seed),
                                                          .locate = loading::locator(*loaded),
                                                          .train = false});
    loading::fill_states(weights, graph);
    loading::MemoryBudget memory(*loaded, graph, std::make_shared<ThreadPool>(request.threads));
    training::Samples samples(*loaded, datasets, graph, memory);
    for (std::size_t index = 0; index < samples.size(); ++index) {
        samples.write_to(index, paths[index]);
        if (const auto warning = samples.warning(index)) {
            fmt::print(stderr, "{}\n", *warning);
        }
        if (sinks::sink_of(*program.samples[index].sink).for_the_terminal && !request.out) {
            fmt::print("{}", files::read_whole(paths[index]));
        }
        fmt::print("{}, after step {}\n", paths[index].string(), weights.step);
    }
    return 0;
}

}  // namespace

Command sample_command() {
    return {
        "sample", "draws the samples of a trained model", [](Options& options) -> Command::Action {
            const auto request = std::make_shared<SampleRequest>();
            options.required("RUN", request->run,
                             "a run's folder, such as runs/mnist/latest, or a checkpoint's file");
            options.word("SAMPLE", request->sample, "the name of one sample; all of the file's unless said");
            options.whole_number("--count", request->count, {1, max_examples}, "how many examples to draw");
            options.whole_number("--seed", request->seed, {}, "another draw; the run's own unless said");
            options.text("--prompt", request->prompt, "TEXT", "what `continue` goes on from");
            options.number(
                "--temperature", [request](double number) { request->temperature = number; }, "T",
                "of `continue`: low is careful, high is bold");
            options.name("--out", request->out, "FILE",
                         "file to write; SAMPLE.png, .txt, .csv or .npy unless said", "-");
            options.flag("--best", request->best, "from the checkpoint at which the measure was best");
            options.settings(request->set);
            options.path("--data", request->data, "DIR", "folder in which data sets are looked for first");
            options.threads(request->threads);
            return [request](const Invocation&) { return sample(*request); };
        }};
}

}  // namespace gandsl::program
