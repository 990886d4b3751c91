#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dsl/catalogue.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/program.hpp"
#include "dsl/tree.hpp"

namespace gandsl::dsl {

/// What a run learned from, as its record has it.
struct RecordedData {
    std::string source;
    std::vector<Type> types;  ///< in the order of the statement's names
    bool names_known = true;  ///< false: written by a version that did not keep what classes are called
};

/// The checked file of a run that `net F from "RUN"` names, or why it cannot be had. Its entries are those of
/// the catalogue that the naming file is checked with.
using TrainedProgram = std::variant<std::shared_ptr<const Program>, diagnostics::Found>;
/// Finds one, given the text after `from` and the net's name.
using FindTrained = std::function<TrainedProgram(const std::string& run, const std::string& net)>;

/// What the command line sets over the file, and what the checker cannot find out by itself.
struct Settings {
    std::vector<std::pair<std::string, std::string>> options = {};  ///< --set NAME=TEXT
    std::optional<std::size_t> epochs = {};
    std::optional<std::size_t> steps = {};
    std::optional<std::size_t> batch = {};
    std::optional<std::uint64_t> seed = {};
    FindTrained find_trained = {};  ///< none: `from` is an error
    /// Of a file that was run before: one for each `data` statement. Their sources are not asked then, and
    /// need not be there.
    std::vector<RecordedData> data = {};
    std::size_t max_instructions = 100'000;  ///< that the file may unroll to
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
