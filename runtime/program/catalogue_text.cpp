#include "runtime/program/catalogue_text.hpp"

#include <fmt/format.h>

#include "dsl/diagnostics.hpp"
#include "dsl/spelling.hpp"
#include "dsl/words.hpp"

namespace gandsl::program {

namespace {

std::string spell_call(const dsl::NestedCall& call) {
    std::string text = call.name + "(";
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        text += (i == 0 ? "" : ", ") + spell(call.arguments[i].second);
    }
    return text + ")";
}

}  // namespace

std::string spell(const dsl::Value& value) {
    struct Spell {
        std::string operator()(std::monostate) const { return ""; }
        std::string operator()(double number) const { return dsl::spell(number); }
        std::string operator()(bool flag) const { return flag ? "true" : "false"; }
        std::string operator()(const std::string& text) const { return text; }
        std::string operator()(const std::vector<double>& numbers) const {
            std::string text = "[";
            for (std::size_t i = 0; i < numbers.size(); ++i) {
                text += (i == 0 ? "" : ", ") + dsl::spell(numbers[i]);
            }
            return text + "]";
        }
        std::string operator()(const dsl::NestedCall& call) const { return spell_call(call); }
        std::string operator()(const dsl::NetReference&) const { return ""; }
        std::string operator()(const dsl::NameReference& name) const { return name.name; }
    };
    return std::visit(Spell{}, value.data);
}

std::string signature(const dsl::Entry& entry) {
    std::string inside;
    const auto add = [&](const std::string& word) { inside += (inside.empty() ? "" : ", ") + word; };
    for (const std::string& input : entry.inputs) {
        add(input);
    }
    if (entry.variadic) {
        add("...");
    }
    for (const dsl::Argument& argument : entry.arguments) {
        const std::string fallback = argument.fallback ? spell(*argument.fallback) : "";
        add(argument.name + (fallback.empty() ? "" : " = " + fallback));
    }
    return inside.empty() ? entry.name : fmt::format("{}({})", entry.name, inside);
}

std::string meaning(const dsl::Argument& argument) {
    const bool listed = !argument.choices.empty() && argument.kind != dsl::ArgumentKind::call;
    return argument.doc + (listed ? fmt::format(": {}", fmt::join(argument.choices, ", ")) : "");
}

namespace {

std::string page(const dsl::Entry& entry) {
    std::string text = fmt::format("#### {}\n\n    {}\n\n{}", entry.name, signature(entry), entry.doc);
    text += entry.details.empty() ? "\n" : " " + entry.details + "\n";
    if (!entry.arguments.empty()) {
        text += "\n| argument | | unless said |\n|---|---|---|\n";
        for (const dsl::Argument& argument : entry.arguments) {
            const std::string fallback = argument.fallback ? spell(*argument.fallback) : "";
            text += fmt::format("| `{}` | {} | {} |\n", argument.name, meaning(argument),
                                !argument.fallback ? "required"
                                : fallback.empty() ? ""
                                                   : "`" + fallback + "`");
        }
    }
    if (!entry.example.empty()) {
        text += "\nFor example:\n\n    " + entry.example + "\n";
    }
    if (!entry.missing.empty()) {
        text += "\nNot in this version: " + entry.missing + ".\n";
    }
    return text;
}

}  // namespace

std::string reference(const dsl::Catalogue& catalogue) {
    std::string text = "### Statements, lines and their words\n";
    for (const dsl::Word& word : dsl::language_words()) {
        text += fmt::format("\n#### {}\n\n    {}\n\n{}{}. {}\n", word.word, word.syntax,
                            static_cast<char>(word.kind[0] - 'a' + 'A'), word.kind.substr(1), word.doc);
        if (!word.example.empty()) {
            text += fmt::format("\nFor example:\n\n```gan\n{}```\n", word.example);
        }
    }
    for (const Chapter& chapter : chapters) {
        text += fmt::format("{}### {}\n", text.empty() ? "" : "\n", chapter.title);
        for (const auto& [name, entry] : catalogue.entries(chapter.kind)) {
            if (entry.kind == chapter.kind) {
                text += "\n" + page(entry);
            }
        }
    }
    return text;
}

}  // namespace gandsl::program
