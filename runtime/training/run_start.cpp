#include "runtime/training/run_start.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/loading/imported_nets.hpp"
#include "runtime/runs/measure_log.hpp"
#include "runtime/runs/record.hpp"
#include "runtime/runs/saved_run.hpp"

namespace gandsl::training {

namespace {

std::string record_of(const RunContext& run, const std::vector<runs::LoadedNet>& nets = {},
                      const std::optional<runs::Fork>& fork = std::nullopt) {
    return runs::describe_run(
        run.program, run.datasets,
        {run.loaded.path, run.program.train->seed, run.program.train->batch, run.length.steps,
         run.length.epochs, run.pool->size(), run.request.file.exact, nets, fork});
}

// What must be the same for a run to go on as if nothing had been. `text` and `recorded` are the model and
// the record that it keeps in `folder`.
std::vector<std::string> differences_from(const RunContext& run, const std::filesystem::path& folder,
                                          const std::string& text, const std::string& recorded) {
    std::vector<std::string> different;
    if (const auto found = runs::text_difference(text, run.loaded.text)) {
        different.push_back(fmt::format("the file: {} is not what the run keeps in {}: {}",
                                        run.loaded.path.string(), (folder / "model.gan").string(), *found));
    }
    for (std::string& each : runs::differences(recorded, record_of(run))) {
        different.push_back(std::move(each));
    }
    const std::uint64_t steps = runs::read_record(folder / "run.json").steps;
    if (steps != 0 && steps != run.length.steps) {
        for (const runtime::LengthSchedule& schedule : run.graph.length_schedules) {
            different.push_back(fmt::format(
                "length: {} steps then, {} now, and `{}` in line {} goes over the whole run", steps,
                run.length.steps, schedule.name, dsl::line_column(run.loaded.text, schedule.offset).line));
        }
    }
    return different;
}

RunStart start_new(const RunContext& run, RunFiles& files) {
    RunStart result;
    const std::vector<runs::LoadedNet> nets = loading::load_nets(run.loaded, run.graph, result.notes);
    files.create(record_of(run, nets));
    result.notes.push_back(files.folder().path().string());
    return result;
}

// What a run keeps of how it was made.
struct Recorded {
    runs::Record record;
    std::string text;  // of the record's file
};

// Opens the run that is to go on. Throws where it was made with other settings.
Recorded open_to_resume(const RunContext& run, RunFiles& files, std::vector<std::string>& notes) {
    files.open(*run.request.resume);
    const runs::RunFolder& folder = files.folder();
    if (folder.crashed_process()) {
        notes.push_back(
            fmt::format("process {} ended without finishing this run", *folder.crashed_process()));
    }
    if (std::error_code unknown; !std::filesystem::exists(folder.record(), unknown)) {
        throw Error(ErrorCode::file,
                    fmt::format("{}: this run ended before it began: it has no run.json; begin anew, without "
                                "--resume",
                                folder.path().string()));
    }
    Recorded recorded{runs::read_record(folder.record()), files::read_whole(folder.record())};
    const std::vector<std::string> different =
        differences_from(run, folder.path(), files::read_whole(folder.model()), recorded.text);
    if (!different.empty()) {
        throw Error(
            ErrorCode::invalid_argument,
            fmt::format(
                "{}: cannot go on with this run, as it was made with other settings:\n    {}\n"
                "  Give them as they were then; or add --fork, which goes on from it in a new run with "
                "these settings;\n  or begin anew, without --resume.",
                folder.path().string(), fmt::join(different, "\n    ")));
    }
    for (const std::string& each : runs::machine_differences(recorded.text, record_of(run))) {
        notes.push_back("other last digits are possible than where it was begun: " + each);
    }
    return recorded;
}

RunStart resume(const RunContext& run, RunFiles& files, Evaluator& evaluator) {
    RunStart result;
    const Recorded before = open_to_resume(run, files, result.notes);
    files.restore_own(result.notes);
    const std::uint64_t step = files.progress().step;
    if (run.request.stop_at && *run.request.stop_at < step) {
        result.notes.push_back(fmt::format("--stop-at {} lies behind", *run.request.stop_at));
    }
    // A run that was to be longer when it came here has not shown what is shown at the end.
    // Nor has one that counts the epochs otherwise which the last step ends.
    Length length_before = run.length;
    length_before.epochs = before.record.epochs;
    result.epoch_renamed = step > 0 && length_before.epoch_of(step) != run.length.epoch_of(step);
    result.ends_here =
        step == run.length.steps && (before.record.steps > run.length.steps || result.epoch_renamed);
    const std::uint64_t shown = step - (result.ends_here ? 1 : 0);
    if (!run.measure_names.empty()) {
        runs::replay_measures(files.measures(), shown, measure_due(run),
                              [&](std::size_t measure, double value, std::uint64_t after) {
                                  evaluator.observe(measure, value, after);
                              });
    }
    if (evaluator.ended(step) && !result.ends_here) {
        return result;
    }
    files.resume_logs(before.text, shown, evaluator.best().step());
    result.notes.push_back(fmt::format("{}, going on after step {}", files.folder().path().string(), step));
    return result;
}

// A run of its own that begins with another's weights, moments and step.
RunStart start_fork(const RunContext& run, RunFiles& files, Saver& saver, const Evaluator& evaluator) {
    RunStart result;
    const runs::SavedRun from = runs::open_trained(*run.request.resume);
    const std::string recorded = files::read_whole(from.folder / "run.json");
    runs::Fork fork{{}, 0, differences_from(run, from.folder, from.text, recorded)};
    try {
        fork.checkpoint = files.restore(from.checkpoint.value_or(from.folder / "checkpoints"), result.notes);
    } catch (const Error& error) {
        throw error.code() != ErrorCode::shape
            ? error
            : Error(error.code(), error.message() +
                                      "\n  A fork has the same nets and optimizers; `net F from \"RUN\"` "
                                      "takes one net from a run.");
    }
    fork.step = files.progress().step;
    if (evaluator.ended(fork.step)) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("{} has had {} steps, and the fork would have {} in all; give a larger "
                                "--epochs or --steps",
                                run.request.resume->string(), fork.step, run.length.steps));
    }
    files.create(record_of(run, runs::recorded_nets(recorded), fork));
    result.notes.push_back(fmt::format("{}, forked from {} after step {}", files.folder().path().string(),
                                       run.request.resume->string(), fork.step));
    for (const std::string& each : fork.differences) {
        result.notes.push_back("differs in " + each);
    }
    try {
        saver.save_all();
    } catch (...) {
        files.discard_if_new();
        throw;
    }
    return result;
}

}  // namespace

RunStart begin_run(const RunContext& run, RunFiles& files, Saver& saver, Evaluator& evaluator) {
    if (run.request.fork) {
        return start_fork(run, files, saver, evaluator);
    }
    if (run.request.resume) {
        return resume(run, files, evaluator);
    }
    return start_new(run, files);
}

}  // namespace gandsl::training
