#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

/// A command of the program is one file, NAME_command.cpp, which defines one `Command`; its row is its name
/// in the list `command_names` of runtime/meson.build.
namespace gandsl::program {

class Options;

/// What a command takes, as it declared it.
struct CommandSummary {
    struct Option {
        std::string name;        ///< "--seed", or "FILE" for a word without a flag
        std::string value = {};  ///< what the help shows for its value; empty for a flag alone
        std::string doc;
    };
    std::string name;
    std::string doc;
    std::vector<Option> options;  ///< in the order of the help
};

/// How the program was called.
struct Invocation {
    std::string program;  ///< as it was called, for a command that starts or names it again
    /// What `gandsl NAME --help` prints, for the name of a command; nothing for any other name.
    std::function<std::optional<std::string>(const std::string& name)> help;
    std::function<std::vector<CommandSummary>()> commands;  ///< all of them
};

struct Command {
    /// Carries out what was asked for. Returns the exit code: 0, or 1 for a mistake of the user's that it has
    /// reported. Throws Error for what it could not do.
    using Action = std::function<int(const Invocation& invocation)>;

    std::string name;
    std::string doc;  ///< one line of `gandsl --help`
    /// Declares the command's options. The action is called once they have been read.
    Action (*declare)(Options& options);
};

/// Every command, in the order of `gandsl --help`.
std::vector<Command> commands();

/// Reads the command line and carries out the command. Throws Error(invalid_argument) that names the word at
/// fault and what would do.
int run_command_line(const std::string& program, const std::vector<std::string>& words);

/// The second line of an error of a command line.
std::string try_help(const std::string& command = {});

}  // namespace gandsl::program
