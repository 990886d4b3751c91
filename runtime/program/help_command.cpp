#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "autodiff/error.hpp"
#include "dsl/foreign.hpp"
#include "dsl/nearest.hpp"
#include "dsl/words.hpp"
#include "runtime/loading/load.hpp"
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

std::string page_of(const dsl::Entry& entry) {
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
    return page;
}

std::string page_of(const dsl::Word& word) {
    std::string page = fmt::format("{}\n\n{}", word.syntax, wrapped(std::string(word.doc), "  "));
    if (!word.example.empty()) {
        page += "\n  For example:\n";
        for (std::size_t begin = 0; begin < word.example.size();) {
            const std::size_t end = word.example.find('\n', begin);
            page += fmt::format("      {}\n", word.example.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    return page;
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
    page += "\nStatements, lines and their words\n";
    std::string words;
    for (const dsl::Word& word : dsl::language_words()) {
        words += (words.empty() ? "" : ", ") + std::string(word.word);
    }
    page += wrapped(words, "  ") + "\ngandsl help NAME explains one of them.\n";
    std::fputs(page.c_str(), stdout);
}

struct Meaning {
    std::string kind;  ///< "a layer"
    std::string page;
};

// One name may stand for several things: `npy` is a source and a sink, `sample` a command and a statement.
std::vector<Meaning> meanings(const std::string& name, const dsl::Catalogue& catalogue,
                              const Invocation& invocation) {
    std::vector<Meaning> found;
    if (const auto command = invocation.help(name)) {
        found.push_back({"a command", *command});
    }
    for (const dsl::Word& word : dsl::language_words()) {
        if (word.word == name) {
            found.push_back({std::string(word.kind), page_of(word)});
        }
    }
    for (const Chapter& chapter : chapters) {
        if (const dsl::Entry* entry = catalogue.find(chapter.kind, name);
            entry != nullptr && entry->kind == chapter.kind) {
            found.push_back({chapter.one, page_of(*entry)});
        }
    }
    return found;
}

// What to say of a name that means nothing here: what to write for it, or what it may have been meant to be.
std::string instead_of(const std::string& name, const dsl::Catalogue& catalogue) {
    std::vector<std::string> names;
    for (const dsl::Word& word : dsl::language_words()) {
        names.emplace_back(word.word);
    }
    for (const Chapter& chapter : chapters) {
        for (const auto& [own, entry] : catalogue.entries(chapter.kind)) {
            names.push_back(own);
        }
    }
    const auto same = std::find_if(names.begin(), names.end(),
                                   [&](const std::string& own) { return dsl::foreign::alike(own, name); });
    if (same != names.end()) {
        return fmt::format("did you mean '{}'?", *same);
    }
    for (const char* what : {"layer, function or net", "data source", "distribution", "optimizer", "schedule",
                             "initializer", "sink"}) {
        if (const std::string help = dsl::foreign::name(name, what); !help.empty()) {
            return help;
        }
    }
    if (const std::string help = dsl::foreign::keyword(name); !help.empty()) {
        return help;
    }
    const auto near = dsl::nearest(name, names);
    return near ? fmt::format("did you mean '{}'?", *near) : "`gandsl help` lists everything";
}

struct HelpRequest {
    std::optional<std::string> name;
    bool reference = false;  ///< everything, in Markdown
};

int help(const HelpRequest& request, const Invocation& invocation) {
    const dsl::Catalogue catalogue = loading::catalogue(sources::all({}));
    if (request.reference) {
        std::fputs(reference(catalogue).c_str(), stdout);
        return 0;
    }
    if (!request.name) {
        print_list(catalogue);
        return 0;
    }
    const std::vector<Meaning> found = meanings(*request.name, catalogue, invocation);
    if (found.empty()) {
        throw Error(ErrorCode::invalid_argument, fmt::format("nothing is called '{}'; {}", *request.name,
                                                             instead_of(*request.name, catalogue)));
    }
    if (found.size() == 1) {
        std::fputs(found.front().page.c_str(), stdout);
        return 0;
    }
    std::string page;
    for (std::size_t place = 0; place < found.size(); ++place) {
        page += fmt::format("{}{}",
                            place == 0                  ? *request.name + " is "
                            : place + 1 == found.size() ? " and "
                                                        : ", ",
                            found[place].kind);
    }
    page += ".\n";
    for (const Meaning& meaning : found) {
        page += fmt::format("\n{}, {}:\n\n{}", *request.name, meaning.kind, meaning.page);
    }
    std::fputs(page.c_str(), stdout);
    return 0;
}

}  // namespace

Command help_command() {
    return {"help", "explains a layer, function or command, or lists them all",
            [](Options& options) -> Command::Action {
                const auto request = std::make_shared<HelpRequest>();
                options.word("NAME", request->name, "such as conv, adam or update");
                options.flag("--markdown", request->reference, "prints every page, in Markdown");
                return [request](const Invocation& invocation) { return help(*request, invocation); };
            }};
}

}  // namespace gandsl::program
