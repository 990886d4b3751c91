#include <fmt/format.h>

#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"

namespace gandsl::program {

namespace {

/// What follows `gandsl` in the shell, word by word: a command, then its options, .gan files and folders.
std::string for_bash(const std::vector<CommandSummary>& commands) {
    std::string names;
    std::string cases;
    for (const CommandSummary& command : commands) {
        names += (names.empty() ? "" : " ") + command.name;
        std::string flags;
        for (const CommandSummary::Option& option : command.options) {
            flags += option.name.starts_with("--") ? (flags.empty() ? "" : " ") + option.name : "";
        }
        cases += fmt::format("        {}) words='{}' ;;\n", command.name, flags);
    }
    return fmt::format(
        R"(# bash completion of gandsl; zsh takes it after `autoload bashcompinit && bashcompinit`
_gandsl() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} words=
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W '{} --version --help' -- "$word")
        return
    fi
    case ${{COMP_WORDS[1]}} in
{}    esac
    case $word in
        -*) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word") ;;
        *) mapfile -t COMPREPLY < <(compgen -f -X '!*.gan' -- "$word"; compgen -d -- "$word") ;;
    esac
}}
complete -o filenames -F _gandsl gandsl
)",
        names, cases);
}

}  // namespace

Command completion_command() {
    return {"completion", "prints what makes bash and zsh complete gandsl's commands and options",
            [](Options& options) -> Command::Action {
                options.footer(
                    "\nwith bash: gandsl completion > ~/.local/share/bash-completion/completions/gandsl\n");
                return [](const Invocation& invocation) {
                    fmt::print("{}", for_bash(invocation.commands()));
                    return 0;
                };
            }};
}

}  // namespace gandsl::program
