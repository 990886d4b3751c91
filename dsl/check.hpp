#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsl/catalogue.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/program.hpp"
#include "dsl/tree.hpp"

namespace gandsl::dsl {

/// What the command line sets over the file.
struct Settings {
    std::vector<std::pair<std::string, std::string>> options;  ///< --set NAME=TEXT
    std::optional<std::size_t> epochs;
    std::optional<std::size_t> steps;
    std::optional<std::size_t> batch;
    std::optional<std::uint64_t> seed;
};

struct CheckResult {
    std::optional<Program> program;  ///< there when no diagnostic is an error
    std::vector<Diagnostic>
        diagnostics;  ///< errors and warnings in the order of the text, those of the command line first
};

/// Elaborates a parsed file. The program points into `catalogue`, which must outlive it.
CheckResult check(const Tree& tree, const Catalogue& catalogue, const Settings& settings = {});

/// Parses and checks; what does not parse is not checked.
CheckResult check(std::string_view text, const Catalogue& catalogue, const Settings& settings = {});

}  // namespace gandsl::dsl
