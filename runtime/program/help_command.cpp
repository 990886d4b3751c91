#include <fmt/format.h>

#include <cstdio>

#include "autodiff/error.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/nearest.hpp"
#include "dsl/spelling.hpp"
#include "models/catalogue.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/describe.hpp"
#include "runtime/program/options.hpp"
#include "runtime/sources/sources.hpp"

namespace gandsl::program {

namespace {

// Breaks text into lines of at most 80 columns, each indented.
std::string wrapped(const std::string& text, const std::string& indent) {
    std::string result;
    std::string line = indent;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const std::string word = text.substr(begin, end - begin);
        if (line.size() > indent.size() && line.size() + 1 + word.size() > 80) {
            result += line + "\n";
            line = indent;
        }
        line += (line.size() > indent.size() ? " " : "") + word;
        begin = end + 1;
    }
    return result + line + "\n";
}

// "  name      text", the text's further lines below its first.
std::string row(const std::string& name, std::size_t width, const std::string& text) {
    return fmt::format("  {:<{}} ", name, width) +
           wrapped(text, std::string(width + 3, ' ')).substr(width + 3);
}

void print_page(const dsl::Entry& entry) {
    std::string page = wrapped(signature(entry), "") + "\n" + wrapped(entry.doc, "  ");
    if (!entry.details.empty()) {
        page += "\n" + wrapped(entry.details, "  ");
    }
    if (!entry.arguments.empty()) {
        page += "\n";
    }
    std::size_t widest = 12;
    for (const dsl::Argument& argument : entry.arguments) {
        widest = std::max(widest, argument.name.size() + 1);
    }
    for (const dsl::Argument& argument : entry.arguments) {
        std::string text = meaning(argument);
        if (!argument.fallback) {
            text += " (required)";
        } else if (const std::string fallback = spell(*argument.fallback); !fallback.empty()) {
            text += fmt::format(" ({} unless said)", fallback);
        }
        page += row(argument.name, widest, text);
    }
    if (!entry.example.empty()) {
        page += "\n  For example:\n      " + entry.example + "\n";
    }
    if (!entry.missing.empty()) {
        page += "\n" + wrapped("Not in this version: " + entry.missing + ".", "  ");
    }
    std::fputs(page.c_str(), stdout);
}

void print_list(const dsl::Catalogue& catalogue) {
    std::string page;
    for (const Chapter& chapter : chapters) {
        std::string rows;
        for (const auto& [name, entry] : catalogue.entries(chapter.kind)) {
            if (entry.kind == chapter.kind) {
                rows += row(name, 15, entry.doc + (entry.missing.empty() ? "" : " (not in this version)"));
            }
        }
        if (!rows.empty()) {
            page += fmt::format("{}{}\n{}", page.empty() ? "" : "\n", chapter.title, rows);
        }
    }
    page += "\ngandsl help NAME explains one of them.\n";
    std::fputs(page.c_str(), stdout);
}

struct HelpRequest {
    std::optional<std::string> name;
    bool reference = false;  ///< everything, in Markdown
};

int help(const HelpRequest& request, const Invocation& invocation) {
    if (request.name) {
        if (const auto command = invocation.help(*request.name)) {
            std::fputs(command->c_str(), stdout);
            return 0;
        }
    }
    const dsl::Catalogue catalogue = models::catalogue(sources::entries(sources::all({})));
    if (request.reference) {
        std::fputs(reference(catalogue).c_str(), stdout);
        return 0;
    }
    if (!request.name) {
        print_list(catalogue);
        return 0;
    }
    // One name may stand for several things: `npy` is a source and a sink.
    bool found = false;
    std::vector<std::string> names;
    for (const Chapter& chapter : chapters) {
        if (const dsl::Entry* entry = catalogue.find(chapter.kind, *request.name)) {
            std::fputs(found ? "\n" : "", stdout);
            print_page(*entry);
            found = true;
        }
        for (const auto& [name, entry] : catalogue.entries(chapter.kind)) {
            names.push_back(name);
        }
    }
    if (found) {
        return 0;
    }
    const auto near = dsl::nearest(*request.name, names);
    throw Error(ErrorCode::invalid_argument, fmt::format("nothing is called '{}'{}", *request.name,
                                                         near ? fmt::format("; did you mean '{}'?", *near)
                                                              : "; `gandsl help` lists everything"));
}

}  // namespace

Command help_command() {
    return {"help", "explains a layer, function or command, or lists them all",
            [](Options& options) -> Command::Action {
                const auto request = std::make_shared<HelpRequest>();
                options.word("NAME", request->name, "such as conv or adam");
                options.flag("--markdown", request->reference, "prints every page, in Markdown");
                return [request](const Invocation& invocation) { return help(*request, invocation); };
            }};
}

}  // namespace gandsl::program
