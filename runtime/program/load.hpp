#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsl/diagnostics.hpp"
#include "dsl/program.hpp"
#include "runtime/program/requests.hpp"
#include "runtime/sources/sources.hpp"

/// From a file to a checked program.
namespace gandsl::program {

/// A checked file, with what its program points to.
struct Loaded {
    std::filesystem::path path;
    std::string text;
    std::vector<sources::Source> sources;
    std::unique_ptr<const dsl::Catalogue> catalogue;
    dsl::Program program;
};

/// The text of a .gan file. Throws Error(file) where it cannot be read.
std::string read_source(const std::filesystem::path& path);

/// Prints diagnostics to standard error, with a closing count. True if one of them is an error.
bool report(const std::vector<dsl::Diagnostic>& diagnostics, const std::filesystem::path& path,
            const std::string& text);

/// Reads, parses and checks a file. Diagnostics are printed; nothing if there were errors.
std::optional<Loaded> load(const FileRequest& request);

}  // namespace gandsl::program
