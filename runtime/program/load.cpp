#include "runtime/program/load.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "autodiff/error.hpp"
#include "dsl/check.hpp"
#include "models/catalogue.hpp"
#include "runtime/data/places.hpp"
#include "runtime/files/atomic_file.hpp"

namespace gandsl::program {

namespace {

// Far above any model: a larger file is something else.
constexpr std::size_t most_source_bytes = std::size_t{16} << 20U;

}  // namespace

std::string read_source(const std::filesystem::path& path) { return files::read_whole(path, most_source_bytes); }

bool report(const std::vector<dsl::Diagnostic>& diagnostics, const std::filesystem::path& path,
            const std::string& text) {
    std::size_t errors = 0;
    std::fflush(stdout);
    for (const dsl::Diagnostic& diagnostic : diagnostics) {
        errors += diagnostic.severity == dsl::Severity::error ? 1 : 0;
        std::fputs((dsl::render(diagnostic, path.string(), text) + "\n").c_str(), stderr);
    }
    if (errors > 0) {
        std::fputs(fmt::format("{} error{} in {}\n", errors, errors == 1 ? "" : "s", path.string()).c_str(), stderr);
    }
    return errors > 0;
}

std::optional<Loaded> load(const FileRequest& request) {
    Loaded loaded;
    loaded.path = request.file;
    loaded.text = read_source(request.file);
    loaded.sources = sources::all({data::find_places(request.data), request.file.parent_path()});
    loaded.catalogue =
        std::make_unique<const dsl::Catalogue>(models::catalogue(sources::entries(loaded.sources)));
    dsl::CheckResult result = dsl::check(
        loaded.text, *loaded.catalogue, {request.set, request.epochs, request.steps, request.batch, request.seed});
    if (report(result.diagnostics, request.file, loaded.text) || !result.program) {
        return std::nullopt;
    }
    loaded.program = std::move(*result.program);
    return loaded;
}

}  // namespace gandsl::program
