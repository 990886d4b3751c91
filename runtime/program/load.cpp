#include "runtime/program/load.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iterator>

#include "autodiff/error.hpp"
#include "dsl/check.hpp"
#include "models/catalogue.hpp"
#include "runtime/build/continuation.hpp"
#include "runtime/data/places.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::program {

namespace {

// Far above any model: a larger file is something else.
constexpr std::size_t most_source_bytes = std::size_t{16} << 20U;

// A run may take nets from a run that takes nets from a run.
constexpr std::size_t most_runs = 20;

// Where the paths of a file start, and the run that keeps what they led to.
struct Place {
    std::filesystem::path folder;
    std::optional<std::filesystem::path> run;
};

std::filesystem::path seen_from(const std::filesystem::path& folder, const std::filesystem::path& path) {
    return path.is_absolute() || folder.empty() ? path : folder / path;
}

// Paths start at the file's folder, but one writes what one sees from here.
std::string hint(const std::string& run, const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::exists(seen_from(folder, run), error) || !std::filesystem::exists(run, error)) {
        return "";
    }
    const auto whole = [](const std::filesystem::path& path) {
        return std::filesystem::absolute(path).lexically_normal();
    };
    return fmt::format("; paths start at the file's folder: write \"{}\"",
                       whole(run).lexically_relative(whole(folder)).string());
}

training::TrainedRun open_run(const std::string& run, const std::string& net, const Place& place) {
    if (place.run) {
        const std::filesystem::path kept = kept_model(*place.run, net);
        std::error_code ignored;
        if (std::filesystem::exists(kept / "model.gan", ignored)) {
            return {kept, {}, read_source(kept / "model.gan"), training::read_record(kept / "run.json")};
        }
    }
    try {
        return training::open_trained(seen_from(place.folder, run));
    } catch (const Error& error) {
        throw Error(error.code(), error.message() + hint(run, place.folder));
    }
}

dsl::FindTrained finder(const dsl::Catalogue& catalogue, Place place,
                        std::map<std::string, training::TrainedRun>* found, std::size_t depth = 0) {
    return [&catalogue, place = std::move(place), found, depth](
               const std::string& path, const std::string& net) -> dsl::TrainedProgram {
        if (depth == most_runs) {
            return fmt::format("more than {} runs take nets from one another", most_runs);
        }
        try {
            training::TrainedRun run = open_run(path, net, place);
            dsl::CheckResult result = dsl::check(
                run.text, catalogue,
                {.options = run.record.options,
                 .find_trained = finder(catalogue, {run.record.folder, run.folder}, nullptr, depth + 1),
                 .data = run.record.sources});
            for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
                if (diagnostic.severity == dsl::Severity::error) {
                    return fmt::format("its {} is not a model to this version: {}",
                                       (run.folder / "model.gan").string(), diagnostic.message);
                }
            }
            if (found != nullptr) {
                found->emplace(path, std::move(run));
            }
            return std::make_shared<const dsl::Program>(std::move(*result.program));
        } catch (const Error& error) {
            return error.message();
        }
    };
}

/// Weights that the machine's memory cannot hold, whatever the batch: the largest is named.
std::optional<dsl::Diagnostic> weights_beyond_memory(const dsl::Program& program) {
    double total = 0;
    const dsl::Net* owner = nullptr;
    const dsl::NetWeight* largest = nullptr;
    double most = 0;
    for (const dsl::Net& net : program.nets) {
        for (const dsl::NetWeight& weight : net.weights) {
            double bytes = sizeof(float);
            for (const dsl::Index size : weight.shape) {
                bytes *= static_cast<double>(size);
            }
            total += bytes;
            if (bytes > most) {
                most = bytes;
                owner = &net;
                largest = &weight;
            }
        }
    }
    const double memory =
        static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGE_SIZE));
    if (largest == nullptr || memory <= 0 || total <= memory) {
        return std::nullopt;
    }
    return dsl::diagnostics::weights_too_large(largest->span, owner->name + "." + largest->name,
                                               largest->shape, terminal::human_bytes(most));
}

std::optional<Loaded> check(Loaded loaded, const Place& place,
                            const std::optional<std::filesystem::path>& data, dsl::Settings settings,
                            bool quietly) {
    loaded.sources = sources::all({data::find_places(data), place.folder});
    loaded.catalogue =
        std::make_unique<const dsl::Catalogue>(models::catalogue(sources::entries(loaded.sources)));
    settings.find_trained = finder(*loaded.catalogue, place, &loaded.trained);
    dsl::CheckResult result = dsl::check(loaded.text, *loaded.catalogue, settings);
    if (result.program) {
        auto refused = runtime::check_continuations(*result.program);
        if (const auto too_large = weights_beyond_memory(*result.program)) {
            refused.push_back(*too_large);
        }
        std::move(refused.begin(), refused.end(), std::back_inserter(result.diagnostics));
    }
    if (quietly) {
        std::erase_if(result.diagnostics, [](const dsl::Diagnostic& diagnostic) {
            return diagnostic.severity == dsl::Severity::warning;
        });
    }
    if (report(result.diagnostics, loaded.path, loaded.text) || !result.program) {
        return std::nullopt;
    }
    loaded.program = std::move(*result.program);
    return loaded;
}

}  // namespace

std::string read_source(const std::filesystem::path& path) {
    return files::read_whole(path, most_source_bytes);
}

bool report(const std::vector<dsl::Diagnostic>& diagnostics, const std::filesystem::path& path,
            const std::string& text) {
    std::size_t errors = 0;
    std::fflush(stdout);
    for (const dsl::Diagnostic& diagnostic : diagnostics) {
        errors += diagnostic.severity == dsl::Severity::error ? 1 : 0;
        std::fputs((dsl::render(diagnostic, path.string(), text) + "\n").c_str(), stderr);
    }
    if (errors > 0) {
        std::fputs(fmt::format("{} error{} in {}\n", errors, errors == 1 ? "" : "s", path.string()).c_str(),
                   stderr);
    }
    return errors > 0;
}

SourceLocation locate(const Loaded& loaded, const dsl::Span& span) {
    const dsl::Place place = dsl::place(loaded.text, span.begin);
    return {loaded.path.string(), place.line, place.column};
}

std::optional<Loaded> load(const FileRequest& request, const std::optional<std::filesystem::path>& run) {
    Loaded loaded;
    loaded.path = request.file;
    loaded.text = read_source(request.file);
    dsl::Settings settings{request.set, request.epochs, request.steps, request.batch, request.seed, {}, {}};
    return check(std::move(loaded), {request.file.parent_path(), run}, request.data, std::move(settings),
                 false);
}

std::optional<Loaded> load(const training::TrainedRun& run,
                           const std::vector<std::pair<std::string, std::string>>& set,
                           const std::optional<std::filesystem::path>& data) {
    Loaded loaded;
    loaded.path = run.folder / "model.gan";
    loaded.text = run.text;
    dsl::Settings settings{.options = run.record.options, .data = run.record.sources};
    settings.options.insert(settings.options.end(), set.begin(), set.end());
    return check(std::move(loaded), {run.record.folder, run.folder}, data, std::move(settings), true);
}

std::filesystem::path kept_model(const std::filesystem::path& run, const std::string& net) {
    return run / "nets" / net;
}

}  // namespace gandsl::program
