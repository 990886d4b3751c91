#include <CLI/CLI.hpp>

#include "autodiff/error.hpp"
#include "runtime/program/requests.hpp"

namespace gandsl::program {

namespace {

constexpr std::size_t most_threads = 1024;

void add_file_options(CLI::App& command, FileRequest& request, std::vector<std::string>& set) {
    command.add_option("FILE", request.file, "the .gan file")->required();
    command.add_option("--set", set, "sets an option of the file: NAME=VALUE; may be given again")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command.add_option("--batch", request.batch, "examples in a batch")->type_name("N")->check(CLI::PositiveNumber);
    command.add_option("--seed", request.seed, "where all random numbers start")->type_name("N");
    command.add_option("--data", request.data, "folder in which data sets are looked for first")->type_name("DIR");
}

void add_threads(CLI::App& command, FileRequest& request) {
    command.add_option("--threads", request.threads, "threads to compute with; as many as processors unless said")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, most_threads));
}

void split_settings(FileRequest& request, const std::vector<std::string>& set) {
    for (const std::string& setting : set) {
        const std::size_t sign = setting.find('=');
        if (sign == std::string::npos || sign == 0) {
            throw Error(ErrorCode::invalid_argument,
                        "--set wants NAME=VALUE, not '" + setting + "'; for example --set penalty=5");
        }
        request.set.emplace_back(setting.substr(0, sign), setting.substr(sign + 1));
    }
}

}  // namespace

Request read_command_line(const std::vector<std::string>& words) {
    CLI::App app{"gandsl: generative models, trained from a page of text", "gandsl"};
    app.set_version_flag("--version", "gandsl " GANDSL_VERSION);
    app.set_help_flag("-h,--help", "prints this help");
    app.require_subcommand(0, 1);
    app.get_formatter()->column_width(34);

    std::vector<std::string> set;
    RunRequest run;
    CLI::App* run_command = app.add_subcommand("run", "trains the model in a file");
    run_command->set_help_flag("");
    run_command->add_flag("-h,--help", run.help, "prints this help, and the options of FILE");
    add_file_options(*run_command, run.file, set);
    run_command->get_option("FILE")->required(false);
    add_threads(*run_command, run.file);
    auto* epochs = run_command->add_option("--epochs", run.file.epochs, "turns through the data");
    epochs->type_name("N")->check(CLI::PositiveNumber);
    run_command->add_option("--steps", run.file.steps, "steps, instead of epochs")
        ->type_name("N")
        ->check(CLI::PositiveNumber)
        ->excludes(epochs);
    run_command->add_option("--out", run.out, "folder for the run's folder; 'runs' unless said")->type_name("DIR");
    run_command->add_option("--resume", run.resume, "goes on with a run, from its last checkpoint")->type_name("RUN");

    CheckRequest check;
    CLI::App* check_command =
        app.add_subcommand("check", "lists all errors in a file, or its nets with shapes and costs");
    add_file_options(*check_command, check.file, set);
    add_threads(*check_command, check.file);

    TimeRequest time;
    CLI::App* time_command = app.add_subcommand("time", "measures a training step, and where its time goes");
    add_file_options(*time_command, time.file, set);
    add_threads(*time_command, time.file);
    time_command->add_option("--seconds", time.seconds, "how long to measure")
        ->type_name("N")
        ->check(CLI::Range(0.01, 3600.0));

    FormatRequest format;
    CLI::App* format_command = app.add_subcommand("fmt", "prints a file in the standard form");
    format_command->add_option("FILE", format.file, "the .gan file")->required();
    format_command->add_flag("--write", format.write, "rewrites the file instead");

    HelpRequest help;
    CLI::App* help_command = app.add_subcommand("help", "explains a layer or function, or lists them all");
    help_command->add_option("NAME", help.name, "such as conv or adam");

    try {
        std::vector<std::string> reversed(words.rbegin(), words.rend());
        app.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        for (const CLI::App* command : app.get_subcommands()) {
            return TextRequest{command->help()};
        }
        return TextRequest{app.help()};
    } catch (const CLI::CallForVersion&) {
        return TextRequest{"gandsl " GANDSL_VERSION "\n"};
    } catch (const CLI::ParseError& error) {
        const auto commands = app.get_subcommands();
        throw Error(ErrorCode::invalid_argument,
                    std::string(error.what()) + "\n  try: gandsl " +
                        (commands.empty() ? std::string() : commands[0]->get_name() + " ") + "--help");
    }
    if (*run_command) {
        if (run.file.file.empty() && !run.help) {
            throw Error(ErrorCode::invalid_argument, "run wants a file: gandsl run FILE\n  try: gandsl run --help");
        }
        if (run.help && run.file.file.empty()) {
            return TextRequest{run_command->help()};
        }
        split_settings(run.file, set);
        if (run.help) {
            std::fputs(run_command->help().c_str(), stdout);
        }
        return run;
    }
    if (*check_command) {
        split_settings(check.file, set);
        return check;
    }
    if (*time_command) {
        split_settings(time.file, set);
        return time;
    }
    if (*format_command) {
        return format;
    }
    if (*help_command) {
        return help;
    }
    return TextRequest{app.help()};
}

}  // namespace gandsl::program
