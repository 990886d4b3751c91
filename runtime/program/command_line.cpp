#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>

#include "autodiff/error.hpp"
#include "dsl/diagnostics.hpp"
#include "runtime/program/requests.hpp"

namespace gandsl::program {

namespace {

constexpr std::uint64_t most_threads = 1024;
// Far above what any machine has memory or time for, and far below what overflows.
constexpr std::uint64_t most_examples = 1'000'000'000;
constexpr std::uint64_t most_turns = 1'000'000'000'000;
constexpr std::uint64_t most_seed = std::numeric_limits<std::uint64_t>::max();

// CLI11's own checks speak of ranges of doubles, and take -1 for a large number.
CLI::Option* add_whole_number(CLI::App& command, const std::string& name,
                              std::function<void(std::uint64_t)> set, std::uint64_t least, std::uint64_t most,
                              const std::string& doc) {
    const auto read = [name, set = std::move(set), least, most](const std::string& text) {
        std::uint64_t number = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (problem != std::errc() || end != text.data() + text.size() || number < least || number > most) {
            throw Error(
                ErrorCode::invalid_argument,
                fmt::format("{} wants a whole number from {} to {}, not '{}'", name, least, most, text));
        }
        set(number);
    };
    return command.add_option_function<std::string>(name, read, doc)->type_name("N");
}

// Of paths: an empty one would be the folder that one is in, and a flag is one whose value was forgotten.
// `allowed` is a name that the command itself has something to say of.
CLI::Validator is_name(const std::string& allowed = {}) {
    return {[allowed](const std::string& text) {
                return text.empty() ? std::string("wants a name, not ''")
                       : text[0] == '-' && text != allowed
                           ? fmt::format(
                                 "wants a name, not the flag '{}'; a file or folder of that name is ./{}",
                                 text, text)
                           : "";
            },
            ""};
}

// A file's name is no flag, whatever it begins with.
std::string hint_of_file(const std::vector<std::string>& words) {
    const auto file = std::find_if(words.begin(), words.end(), [](const std::string& word) {
        return word.starts_with("-") && word.ends_with(".gan");
    });
    return file == words.end() ? "" : fmt::format("; for a file of the name '{}' write ./{}", *file, *file);
}

double read_number(const std::string& name, const std::string& text) {
    double number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
        throw Error(ErrorCode::invalid_argument, fmt::format("{} wants a number, not '{}'", name, text));
    }
    return number;
}

// The columns of the help hold what is to be typed, and nothing else.
class HelpFormat : public CLI::Formatter {
  public:
    std::string make_option_opts(const CLI::Option* option) const override {
        return option->get_type_size() == 0 || option->get_positional() ? "" : " " + option->get_type_name();
    }
};

void add_file_options(CLI::App& command, FileRequest& request, std::vector<std::string>& set) {
    command.add_option("FILE", request.file, "the .gan file")->required();
    command.add_option("--set", set, "sets an option of the file: NAME=VALUE; may be given again")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    add_whole_number(
        command, "--batch", [&request](std::uint64_t number) { request.batch = number; }, 1, most_examples,
        "examples in a batch");
    add_whole_number(
        command, "--seed", [&request](std::uint64_t number) { request.seed = number; }, 0, most_seed,
        "where all random numbers start");
    command.add_option("--data", request.data, "folder in which data sets are looked for first")
        ->type_name("DIR");
    command.add_flag("--exact", request.exact,
                     "computes convolutions as plain sums of products: slower, and closer to the last digit");
}

void add_threads(CLI::App& command, std::size_t& threads) {
    add_whole_number(
        command, "--threads", [&threads](std::uint64_t number) { threads = number; }, 1, most_threads,
        "threads to compute with; as many as processors unless said");
}

using Settings = std::vector<std::pair<std::string, std::string>>;

void split_settings(Settings& settings, const std::vector<std::string>& set) {
    for (const std::string& setting : set) {
        const std::size_t sign = setting.find('=');
        if (sign == std::string::npos || sign == 0) {
            throw Error(ErrorCode::invalid_argument,
                        "--set wants NAME=VALUE, not '" + setting + "'; for example --set penalty=5");
        }
        settings.emplace_back(setting.substr(0, sign), setting.substr(sign + 1));
    }
}

// What CLI11 says about words it does not know names neither the command nor the mend.
void check_command_name(const CLI::App& app, const std::vector<std::string>& words) {
    if (words.empty() || words[0].starts_with('-')) {
        return;
    }
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) {
        names.push_back(command->get_name());
    }
    if (std::find(names.begin(), names.end(), words[0]) != names.end()) {
        return;
    }
    std::string mend = fmt::format("; there are {}", fmt::join(names, ", "));
    if (words[0].ends_with(".gan")) {
        mend = fmt::format("; did you mean: gandsl run {}", words[0]);
    } else if (const auto near = dsl::nearest(words[0], names)) {
        mend = fmt::format("; did you mean '{}'?", *near);
    }
    throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is no command{}", words[0], mend));
}

std::string try_help(const CLI::App& app) {
    const auto commands = app.get_subcommands();
    return fmt::format("\n  try: gandsl {}--help", commands.empty() ? "" : commands[0]->get_name() + " ");
}

}  // namespace

Request read_command_line(const std::vector<std::string>& words) {
    CLI::App app{"gandsl: generative models, trained from a page of text", "gandsl"};
    app.formatter(std::make_shared<HelpFormat>());
    app.set_version_flag("--version", "gandsl " GANDSL_VERSION, "prints the version");
    app.set_help_flag("-h,--help", "prints this help");
    app.require_subcommand(0, 1);
    app.get_formatter()->column_width(20);

    std::vector<std::string> set;
    NewRequest create;
    CLI::App* new_command = app.add_subcommand("new", "writes a commented file to start from, or lists them");
    new_command->add_option("TEMPLATE", create.name, "such as gan, vae or lstm; without it, lists them all");
    new_command->add_option("FILE", create.file, "where to; TEMPLATE.gan unless said")->check(is_name());

    RunRequest run;
    CLI::App* run_command = app.add_subcommand("run", "trains the model in a file");
    run_command->set_help_flag("");
    run_command->add_flag("-h,--help", run.help, "prints this help, and the options of FILE");
    add_file_options(*run_command, run.file, set);
    run_command->get_option("FILE")->required(false);
    add_threads(*run_command, run.file.threads);
    add_whole_number(
        *run_command, "--epochs", [&run](std::uint64_t number) { run.file.epochs = number; }, 1, most_turns,
        "turns through the data");
    add_whole_number(
        *run_command, "--steps", [&run](std::uint64_t number) { run.file.steps = number; }, 1, most_turns,
        "steps, instead of epochs");
    run_command->add_option("--out", run.out, "folder for the run's folder; 'runs' unless said")
        ->type_name("DIR")
        ->check(is_name());
    CLI::Option* const resume =
        run_command->add_option("--resume", run.resume, "goes on with a run, from its last checkpoint")
            ->type_name("RUN")
            ->check(is_name());
    run_command
        ->add_flag("--fork", run.fork,
                   "with --resume: goes on in a new run, whatever differs, and records what that is")
        ->needs(resume);
    add_whole_number(
        *run_command, "--stop-at", [&run](std::uint64_t number) { run.stop_at = number; }, 1, most_turns,
        "a step after which to stop as Ctrl-C does; --resume goes on");

    CheckRequest check;
    CLI::App* check_command =
        app.add_subcommand("check", "lists all errors in a file, or its nets with shapes and costs");
    add_file_options(*check_command, check.file, set);
    add_threads(*check_command, check.file.threads);

    SampleRequest sample;
    CLI::App* sample_command = app.add_subcommand("sample", "draws the samples of a trained model");
    sample_command
        ->add_option("RUN", sample.run, "a run's folder, such as runs/mnist/latest, or a checkpoint's file")
        ->required();
    sample_command->add_option("SAMPLE", sample.sample,
                               "the name of one sample; all of the file's unless said");
    add_whole_number(
        *sample_command, "--count", [&sample](std::uint64_t number) { sample.count = number; }, 1,
        most_examples, "how many examples to draw");
    add_whole_number(
        *sample_command, "--seed", [&sample](std::uint64_t number) { sample.seed = number; }, 0, most_seed,
        "another draw; the run's own unless said");
    sample_command->add_option("--prompt", sample.prompt, "what `continue` goes on from")->type_name("TEXT");
    sample_command
        ->add_option_function<std::string>(
            "--temperature",
            [&sample](const std::string& text) { sample.temperature = read_number("--temperature", text); },
            "of `continue`: low is careful, high is bold")
        ->type_name("T");
    sample_command
        ->add_option("--out", sample.out, "file to write; SAMPLE.png, .txt, .csv or .npy unless said")
        ->type_name("FILE")
        ->check(is_name("-"));
    sample_command->add_flag("--best", sample.best, "from the checkpoint at which the measure was best");
    sample_command->add_option("--set", set, "sets an option of the file: NAME=VALUE; may be given again")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    sample_command->add_option("--data", sample.data, "folder in which data sets are looked for first")
        ->type_name("DIR");
    add_threads(*sample_command, sample.threads);

    GradcheckRequest gradcheck;
    CLI::App* gradcheck_command =
        app.add_subcommand("gradcheck", "holds a model's gradients against finite differences");
    add_file_options(*gradcheck_command, gradcheck.file, set);
    gradcheck_command->get_option("--batch")->description("examples in a batch; 4 unless said");
    add_whole_number(
        *gradcheck_command, "--entries", [&gradcheck](std::uint64_t number) { gradcheck.entries = number; },
        1, most_examples, "numbers looked at in each weight; 5 unless said");
    add_threads(*gradcheck_command, gradcheck.file.threads);
    gradcheck_command->footer(
        "Every weight of every update is moved by a little, and the change of the objective compared with "
        "the\n"
        "gradient that training would use: in double precision, on the first batch, with the draws of the "
        "first\n"
        "step. Gradients inside an objective, as a gradient penalty has them, are part of it. What stands "
        "inside\n"
        "stop_gradient is held at its value, for that is what the gradient takes it to be. The error is a "
        "share of\n"
        "the gradient; above 0.00001 fails, and the exit code is 1.");

    VerifyRequest verify;
    CLI::App* verify_command =
        app.add_subcommand("verify-resume", "proves on a model that a resumed run is the same run");
    add_file_options(*verify_command, verify.file, set);
    add_threads(*verify_command, verify.file.threads);
    add_whole_number(
        *verify_command, "--steps", [&verify](std::uint64_t number) { verify.file.steps = number; }, 2,
        most_turns, "steps of the run; 10 unless said, and 6 more than --at where that is said");
    add_whole_number(
        *verify_command, "--at", [&verify](std::uint64_t number) { verify.at = number; }, 1, most_turns,
        "the step after which it is stopped and resumed; in the middle of an epoch unless said");
    verify_command->footer(
        "Trains twice, in folders of its own that are gone afterwards: once in one go, and once stopped and "
        "resumed\n"
        "by another process. What the two have written is then compared, bit for bit: the log, measures, "
        "weights,\n"
        "running statistics, optimizer state, moving averages, samples, and the place in the data and in "
        "the\n"
        "random streams. The exit code is 1 where anything differs, and the first such thing is named.");

    TimeRequest time;
    CLI::App* time_command = app.add_subcommand("time", "measures a training step, and where its time goes");
    add_file_options(*time_command, time.file, set);
    add_threads(*time_command, time.file.threads);
    CLI::Option* const seconds =
        time_command
            ->add_option_function<std::string>(
                "--seconds",
                [&time](const std::string& text) {
                    time.seconds = read_number("--seconds", text);
                    if (time.seconds < 0.01 || time.seconds > 3600) {
                        throw Error(ErrorCode::invalid_argument,
                                    "--seconds wants a number from 0.01 to 3600, not '" + text + "'");
                    }
                },
                "how long to measure")
            ->type_name("N");
    add_whole_number(
        *time_command, "--steps", [&time](std::uint64_t number) { time.file.steps = number; }, 1, most_turns,
        "how many steps to measure, instead of seconds")
        ->excludes(seconds);
    time_command->add_flag("--json", time.json, "prints all figures as JSON");
    time_command->add_flag_callback(
        "--no-profile", [&time] { time.profile = false; },
        "whole steps one after the other, and not where their time goes");

    FormatRequest format;
    CLI::App* format_command = app.add_subcommand("fmt", "prints a file in the standard form");
    format_command->add_option("FILE", format.file, "the .gan file")->required();
    format_command->add_flag("--write", format.write, "rewrites the file instead");

    HelpRequest help;
    CLI::App* help_command =
        app.add_subcommand("help", "explains a layer, function or command, or lists them all");
    help_command->add_option("NAME", help.name, "such as conv or adam");
    help_command->add_flag("--markdown", help.reference, "prints every page, in Markdown");

    try {
        check_command_name(app, words);
        std::vector<std::string> reversed(words.rbegin(), words.rend());
        app.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        for (const CLI::App* command : app.get_subcommands()) {
            return TextRequest{command->help("gandsl")};
        }
        return TextRequest{app.help()};
    } catch (const CLI::CallForVersion&) {
        return TextRequest{"gandsl " GANDSL_VERSION "\n"};
    } catch (const CLI::ExtrasError&) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("'{}' was not expected{}{}", fmt::join(app.remaining(true), " "),
                                hint_of_file(words), try_help(app)));
    } catch (const CLI::ParseError& error) {
        throw Error(ErrorCode::invalid_argument, error.what() + hint_of_file(words) + try_help(app));
    }
    if (run.file.epochs && run.file.steps) {
        throw Error(ErrorCode::invalid_argument, "give --epochs or --steps, not both" + try_help(app));
    }
    if (*run_command) {
        if (run.file.file.empty() && !run.help) {
            throw Error(ErrorCode::invalid_argument,
                        "run wants a file: gandsl run FILE\n  try: gandsl run --help");
        }
        if (run.help && run.file.file.empty()) {
            return TextRequest{run_command->help("gandsl")};
        }
        split_settings(run.file.set, set);
        if (run.help) {
            std::fputs(run_command->help("gandsl").c_str(), stdout);
        }
        return run;
    }
    if (*check_command) {
        split_settings(check.file.set, set);
        return check;
    }
    if (*time_command) {
        split_settings(time.file.set, set);
        return time;
    }
    if (*format_command) {
        return format;
    }
    if (*sample_command) {
        split_settings(sample.set, set);
        return sample;
    }
    if (*gradcheck_command) {
        split_settings(gradcheck.file.set, set);
        return gradcheck;
    }
    if (*verify_command) {
        split_settings(verify.file.set, set);
        return verify;
    }
    if (*new_command) {
        return create;
    }
    if (*help_command) {
        for (const CLI::App* command : app.get_subcommands({})) {
            if (help.name && command->get_name() == *help.name) {
                return TextRequest{command->help("gandsl")};
            }
        }
        return help;
    }
    return TextRequest{app.help()};
}

std::vector<std::string> words_of(const FileRequest& request) {
    // A name that looks like a flag is a path too.
    const std::string file = request.file.string();
    std::vector<std::string> words{file.starts_with('-') ? "./" + file : file};
    const auto add = [&words](const char* name, const std::string& value) {
        words.emplace_back(name);
        words.push_back(value);
    };
    for (const auto& [name, value] : request.set) {
        add("--set", name + "=" + value);
    }
    if (request.batch) {
        add("--batch", std::to_string(*request.batch));
    }
    if (request.seed) {
        add("--seed", std::to_string(*request.seed));
    }
    if (request.epochs) {
        add("--epochs", std::to_string(*request.epochs));
    }
    if (request.steps) {
        add("--steps", std::to_string(*request.steps));
    }
    if (request.data) {
        add("--data", request.data->string());
    }
    if (request.exact) {
        words.emplace_back("--exact");
    }
    if (request.threads != 0) {
        add("--threads", std::to_string(request.threads));
    }
    return words;
}

}  // namespace gandsl::program
