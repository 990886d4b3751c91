#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "autodiff/error.hpp"
#include "dsl/parse.hpp"
#include "dsl/spelling.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/program/catalogue_text.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"
#include "runtime/terminal/signals.hpp"
#include "runtime/training/run_request.hpp"
#include "runtime/training/session.hpp"

namespace gandsl::program {

namespace {

/// The value of an option, as a file writes it.
std::string written_value(const dsl::Value& value) {
    const auto* text = std::get_if<std::string>(&value.data);
    return text != nullptr ? fmt::format("\"{}\"", *text) : spell(value);
}

void print_options(const dsl::Program& program, const std::filesystem::path& path) {
    if (program.options.empty()) {
        fmt::print("\n{} has no options of its own.\n", path.string());
        return;
    }
    fmt::print("\nOptions of {}, for --set NAME=VALUE:\n", path.string());
    std::vector<std::string> settings;
    std::size_t widest = 0;
    for (const dsl::Option& option : program.options) {
        settings.push_back(fmt::format("{} = {}", option.name, written_value(option.initial)));
        widest = std::max(widest, option.comment.empty() ? 0 : settings.back().size());
    }
    for (std::size_t i = 0; i < settings.size(); ++i) {
        const std::string& comment = program.options[i].comment;
        fmt::print("  {}\n",
                   comment.empty() ? settings[i] : fmt::format("{:<{}}    {}", settings[i], widest, comment));
    }
}

int run(const training::RunRequest& request, const Invocation& invocation) {
    if (request.file.epochs && request.file.steps) {
        throw Error(ErrorCode::invalid_argument, "give --epochs or --steps, not both" + try_help("run"));
    }
    if (request.file.file.empty() && !request.help) {
        throw Error(ErrorCode::invalid_argument, "run wants a file: gandsl run FILE" + try_help("run"));
    }
    if (request.help) {
        std::fputs(invocation.help("run")->c_str(), stdout);
        if (request.file.file.empty()) {
            return 0;
        }
    } else {
        terminal::ignore_broken_pipes();
    }
    std::optional<std::filesystem::path> run = request.resume;
    std::error_code ignored;
    if (run && std::filesystem::is_regular_file(*run, ignored)) {
        run = std::filesystem::absolute(*run).parent_path().parent_path();
    }
    const std::optional<loading::Loaded> loaded = loading::load(request.file, run);
    if (!loaded) {
        return 1;
    }
    if (request.help) {
        print_options(loaded->program, request.file.file);
        return 0;
    }
    if (!loaded->program.train) {
        throw Error(ErrorCode::invalid_argument,
                    request.file.file.string() +
                        " has no `train` block, so there is nothing to run; `gandsl check` "
                        "shows what it declares");
    }
    return training::train(*loaded, request);
}

}  // namespace

Command run_command() {
    return {
        "run", "trains the model in a file", [](Options& options) -> Command::Action {
            const auto request = std::make_shared<training::RunRequest>();
            const auto out = std::make_shared<std::optional<std::filesystem::path>>();
            options.own_help(request->help, "prints this help, and the options of FILE");
            options.file_unless_help(request->file);
            options.threads(request->file.threads);
            options.whole_number("--epochs", request->file.epochs, {1, max_count}, "turns through the data");
            options.whole_number("--steps", request->file.steps, {1, max_count}, "steps, instead of epochs");
            options.name("--out", *out, "DIR", "folder for the run's folder; 'runs' unless said");
            options.name("--resume", request->resume, "RUN", "goes on with a run, from its last checkpoint");
            options.flag("--fork", request->fork,
                         "with --resume: goes on in a new run, whatever differs, and records what that is");
            options.needs("--fork", "--resume");
            options.whole_number("--stop-at", request->stop_at, {1, max_count},
                                 "a step after which to stop as Ctrl-C does; --resume goes on");
            return [request, out](const Invocation& invocation) {
                request->out = out->value_or(request->out);
                request->program = invocation.program;
                return run(*request, invocation);
            };
        }};
}

}  // namespace gandsl::program
