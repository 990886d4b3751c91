#pragma once

#include <array>
#include <string>

#include "dsl/catalogue.hpp"

/// The words of the language in words: what `gandsl help` and the reference page share.
namespace gandsl::program {

struct Chapter {
    dsl::EntryKind kind;
    const char* title;
};

inline constexpr std::array chapters{
    Chapter{dsl::EntryKind::source, "Data sources, right of `data x =`"},
    Chapter{dsl::EntryKind::distribution, "Distributions, right of `~`"},
    Chapter{dsl::EntryKind::layer, "Layers"},
    Chapter{dsl::EntryKind::function, "Functions"},
    Chapter{dsl::EntryKind::optimizer, "Optimizers, after `with`"},
    Chapter{dsl::EntryKind::schedule, "Learning rate schedules"},
    Chapter{dsl::EntryKind::initializer, "First weights, as `init = `"},
    Chapter{dsl::EntryKind::sink, "What a sample becomes, after `as`"},
    Chapter{dsl::EntryKind::stop_rule, "When to stop, as `stop = `"},
};

/// As it would be written in a file; empty for what has no such form.
std::string spell(const dsl::Value& value);

/// "conv(x, filters, kernel = 3, ...)".
std::string signature(const dsl::Entry& entry);

/// An argument's line, with what it may be, without whether it is required.
std::string meaning(const dsl::Argument& argument);

/// Every entry of a catalogue, in Markdown.
std::string reference(const dsl::Catalogue& catalogue);

}  // namespace gandsl::program
