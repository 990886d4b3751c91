#include <fmt/format.h>

#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"

namespace gandsl::program {

namespace {

/// Text in the language of man pages: hyphens that can be copied, and no line that begins as a request does.
std::string escaped(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        if ((letter == '.' || letter == '\'') && (result.empty() || result.back() == '\n')) {
            result += "\\&";
        }
        result += letter == '-' ? "\\-" : letter == '\\' ? "\\e" : std::string(1, letter);
    }
    return result;
}

std::string manual_of(const std::vector<CommandSummary>& commands) {
    std::string page = fmt::format(
        ".TH GANDSL 1 \"\" \"gandsl {0}\" \"User Commands\"\n.SH NAME\ngandsl \\- generative models, trained "
        "from a "
        "page of text\n.SH SYNOPSIS\n.B gandsl\n.I COMMAND\n.RI [ OPTIONS ]\n.SH DESCRIPTION\nReads a file "
        "that says "
        "what a paper says (data, nets, the objective as a formula, how it trains, what to draw), trains the "
        "model "
        "and writes pictures, curves and checkpoints.\n.SH COMMANDS\n",
        GANDSL_VERSION);
    for (const CommandSummary& command : commands) {
        page += fmt::format(".SS gandsl {}\n{}.\n", escaped(command.name), escaped(command.doc));
        for (const CommandSummary::Option& option : command.options) {
            page += fmt::format(".TP\n.B {}{}\n{}\n", escaped(option.name),
                                option.value.empty() ? "" : " " + escaped(option.value), escaped(option.doc));
        }
    }
    return page +
           ".SH EXIT STATUS\n0, or 1 for a mistake that was reported.\n.SH EXAMPLES\n.TP\n.B gandsl new "
           "gan\nwrites "
           "gan.gan, a commented file to start from\n.TP\n.B gandsl run gan.gan\ntrains it\n";
}

}  // namespace

Command manual_command() {
    return {"manual", "prints this program's page for man", [](Options& options) -> Command::Action {
                options.footer("\nto read it: gandsl manual | man -l -\n");
                return [](const Invocation& invocation) {
                    fmt::print("{}", manual_of(invocation.commands()));
                    return 0;
                };
            }};
}

}  // namespace gandsl::program
