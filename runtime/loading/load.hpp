#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "autodiff/error.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/program.hpp"
#include "runtime/loading/file_request.hpp"
#include "runtime/runs/saved_run.hpp"
#include "runtime/sources/sources.hpp"

/// From a file to a checked program.
namespace gandsl::loading {

/// A checked file, with what its program points to.
struct Loaded {
    std::filesystem::path path;
    std::string text;
    std::vector<sources::Source> sources;
    std::unique_ptr<const dsl::Catalogue> catalogue;
    dsl::Program program;
    std::map<std::string, runs::SavedRun> trained;  ///< by the text after `from` of the nets taken from them
};

/// The text of a .gan file. Throws Error(file) where it cannot be read.
std::string read_source(const std::filesystem::path& path);

/// Every word of the language, with these sources.
dsl::Catalogue catalogue(const std::vector<sources::Source>& sources);

/// Prints diagnostics to standard error, with a closing count. True if one of them is an error.
bool report(const std::vector<dsl::Diagnostic>& diagnostics, const std::filesystem::path& path,
            const std::string& text);

/// Where in the file something stands, for an Error that is found while the program runs.
SourceLocation locate(const Loaded& loaded, const dsl::Span& span);
/// The same as a function (runtime::BuildOptions::locate); `loaded` must outlive it.
std::function<SourceLocation(const dsl::Span&)> locator(const Loaded& loaded);

/// Reads, parses and checks a file. Diagnostics are printed; nothing if there were errors. `run`: the run
/// that it goes on with, which keeps the models of the nets that the file takes from other runs.
std::optional<Loaded> load(const FileRequest& request,
                           const std::optional<std::filesystem::path>& run = std::nullopt);

/// The model of a run as it was run, with the options it had and then `set`. No data is looked for, and
/// warnings are left out: they were given when it was run.
std::optional<Loaded> load(const runs::SavedRun& run,
                           const std::vector<std::pair<std::string, std::string>>& set,
                           const std::optional<std::filesystem::path>& data, std::size_t threads);

/// Where a run keeps the model.gan and run.json of the run from which it took a net.
std::filesystem::path kept_model(const std::filesystem::path& run, const std::string& net);

}  // namespace gandsl::loading
