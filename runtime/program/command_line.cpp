#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "autodiff/error.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/nearest.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"

namespace gandsl::program {

namespace {

// The columns of the help hold what is to be typed, and nothing else.
class HelpFormat : public CLI::Formatter {
  public:
    std::string make_option_opts(const CLI::Option* option) const override {
        return option->get_type_size() == 0 || option->get_positional() ? "" : " " + option->get_type_name();
    }
};

// A file's name is no flag, whatever it begins with.
std::string file_hint(const std::vector<std::string>& words) {
    const auto file = std::find_if(words.begin(), words.end(), [](const std::string& word) {
        return word.starts_with("-") && word.ends_with(".gan");
    });
    return file == words.end() ? "" : fmt::format("; for a file of the name '{}' write ./{}", *file, *file);
}

std::vector<std::string> command_names() {
    std::vector<std::string> names;
    for (const Command& command : commands()) {
        names.push_back(command.name);
    }
    return names;
}

// What CLI11 says about words it does not know names neither the command nor what to write instead.
void check_command_name(const std::vector<std::string>& words) {
    if (words.empty() || words[0].starts_with('-')) {
        return;
    }
    const std::vector<std::string> names = command_names();
    if (std::find(names.begin(), names.end(), words[0]) != names.end()) {
        return;
    }
    std::string instead = fmt::format("; there are {}", fmt::join(names, ", "));
    if (words[0].ends_with(".gan")) {
        instead = fmt::format("; did you mean: gandsl run {}", words[0]);
    } else if (const auto near = dsl::nearest(words[0], names)) {
        instead = fmt::format("; did you mean '{}'?", *near);
    }
    throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is no command{}", words[0], instead));
}

// The flag of the command that was probably meant: one that is spelled alike, or that the word begins with.
std::string hint_of_flag(const CLI::App& command, const std::string& word) {
    const std::string typed = word.substr(0, word.find('='));
    if (!typed.starts_with("--")) {
        return "";
    }
    std::vector<std::string> flags;
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames()) {
            flags.push_back("--" + name);
        }
    }
    auto near = dsl::nearest(typed, flags);
    for (const std::string& flag : flags) {
        if (!near && (typed.starts_with(flag) || flag.starts_with(typed))) {
            near = flag;
        }
    }
    return near ? fmt::format("; did you mean '{}'?", *near) : "";
}

CommandSummary summary_of(const CLI::App& command) {
    CommandSummary summary{command.get_name(), command.get_description(), {}};
    for (const CLI::Option* option : command.get_options()) {
        const bool word = option->get_positional();
        summary.options.push_back({word ? option->get_name() : "--" + option->get_lnames().at(0),
                                   word || option->get_type_size() == 0 ? "" : option->get_type_name(),
                                   option->get_description()});
    }
    return summary;
}

}  // namespace

std::string try_help(const std::string& command) {
    return fmt::format("\n  try: gandsl {}--help", command.empty() ? "" : command + " ");
}

int run_command_line(const std::string& program, const std::vector<std::string>& words) {
    CLI::App app{"gandsl: generative models, trained from a page of text", "gandsl"};
    app.formatter(std::make_shared<HelpFormat>());
    app.set_version_flag("--version", "gandsl " GANDSL_VERSION, "prints the version");
    app.set_help_flag("-h,--help", "prints this help");
    app.require_subcommand(0, 1);
    constexpr std::size_t column_width = 20;
    app.get_formatter()->column_width(column_width);

    std::vector<std::pair<CLI::App*, Command::Action>> declared;
    for (const Command& command : commands()) {
        CLI::App* const own = app.add_subcommand(command.name, command.doc);
        Options options(*own);
        declared.emplace_back(own, command.declare(options));
    }
    const auto print = [](const std::string& text) {
        std::fputs(text.c_str(), stdout);
        return 0;
    };
    const auto help_of = [&declared](const std::string& name) -> std::optional<std::string> {
        for (const auto& [command, action] : declared) {
            if (command->get_name() == name) {
                return command->help("gandsl");
            }
        }
        return std::nullopt;
    };
    const auto summaries = [&declared] {
        std::vector<CommandSummary> all;
        for (const auto& [command, action] : declared) {
            all.push_back(summary_of(*command));
        }
        return all;
    };
    const auto chosen = [&app] {
        const auto parsed = app.get_subcommands();
        return parsed.empty() ? nullptr : parsed[0];
    };
    const auto try_chosen = [&] { return try_help(chosen() == nullptr ? "" : chosen()->get_name()); };
    try {
        check_command_name(words);
        app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::CallForHelp&) {
        return print(chosen() == nullptr ? app.help() : chosen()->help("gandsl"));
    } catch (const CLI::CallForVersion&) {
        return print("gandsl " GANDSL_VERSION "\n");
    } catch (const CLI::ExtrasError&) {
        const std::vector<std::string> rest = app.remaining(true);
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("'{}' was not expected{}{}{}", fmt::join(rest, " "),
                                hint_of_flag(chosen() == nullptr ? app : *chosen(), rest.at(0)),
                                file_hint(words), try_chosen()));
    } catch (const CLI::ParseError& error) {
        throw Error(ErrorCode::invalid_argument, error.what() + file_hint(words) + try_chosen());
    }
    for (const auto& [command, action] : declared) {
        if (*command) {
            return action({program, help_of, summaries});
        }
    }
    return print(app.help());
}

}  // namespace gandsl::program
