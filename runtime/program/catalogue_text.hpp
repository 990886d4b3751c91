#pragma once

#include <array>
#include <string>

#include "dsl/catalogue.hpp"

/// The words of the language in words: what `gandsl help` and the reference page share.
namespace gandsl::program {

struct Chapter {
    dsl::EntryKind kind;
    const char* title;
    const char* one;  ///< what one of them is
};

inline constexpr std::array chapters{
    Chapter{dsl::EntryKind::source, "Data sources, right of `data x =`", "a data source"},
    Chapter{dsl::EntryKind::distribution, "Distributions, right of `~`", "a distribution"},
    Chapter{dsl::EntryKind::layer, "Layers", "a layer"},
    Chapter{dsl::EntryKind::function, "Functions", "a function"},
    Chapter{dsl::EntryKind::optimizer, "Optimizers, after `with`", "an optimizer"},
    Chapter{dsl::EntryKind::schedule, "Learning rate schedules", "a schedule"},
    Chapter{dsl::EntryKind::initializer, "First weights, as `init = `", "an initializer of weights"},
    Chapter{dsl::EntryKind::sink, "What a sample becomes, after `as`", "a sink of samples"},
    Chapter{dsl::EntryKind::stop_rule, "When to stop, as `stop = `", "a rule of when to stop"},
};

/// As it would be written in a file; empty for what has no such form.
std::string spell(const dsl::Value& value);

/// "conv(x, filters, kernel = 3, ...)".
std::string signature(const dsl::Entry& entry);

/// An argument's line, with what it may be, without whether it is required.
std::string meaning(const dsl::Argument& argument);

/// Every word of the grammar and every entry of a catalogue, in Markdown.
std::string reference(const dsl::Catalogue& catalogue);

}  // namespace gandsl::program
