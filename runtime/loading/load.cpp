#include "runtime/loading/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>
#include <variant>

#include "autodiff/error.hpp"
#include "autodiff/machine.hpp"
#include "dsl/check.hpp"
#include "dsl/scan.hpp"
#include "models/catalogue.hpp"
#include "runtime/build/continuation.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/data/search_path.hpp"
#include "runtime/data/symbols.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/sinks/sink.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::loading {

namespace {

using dsl::diagnostics::Form;
using dsl::diagnostics::Term;

// What is read to show where it begins; a larger file is something else.
constexpr std::size_t max_source_bytes = std::size_t{16} << 20U;

// A run may take nets from a run that takes nets from a run.
constexpr std::size_t max_runs = 20;

// Where the paths of a file start, and the run that keeps what they led to.
struct ResolveContext {
    std::filesystem::path folder;
    std::optional<std::filesystem::path> run;
};

std::filesystem::path resolved(const std::filesystem::path& folder, const std::filesystem::path& path) {
    return path.is_absolute() || folder.empty() ? path : folder / path;
}

// Paths start at the file's folder, but one writes what one sees from here.
std::string hint(const std::string& run, const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::exists(resolved(folder, run), error) || !std::filesystem::exists(run, error)) {
        return "";
    }
    const auto whole = [](const std::filesystem::path& path) {
        return std::filesystem::absolute(path).lexically_normal();
    };
    return fmt::format("; paths start at the file's folder: write \"{}\"",
                       whole(run).lexically_relative(whole(folder)).string());
}

runs::SavedRun open_run(const std::string& run, const std::string& net, const ResolveContext& context) {
    if (context.run) {
        const std::filesystem::path kept = kept_model(*context.run, net);
        std::error_code ignored;
        if (std::filesystem::exists(kept / "model.gan", ignored)) {
            return {kept, {}, read_source(kept / "model.gan"), runs::read_record(kept / "run.json")};
        }
    }
    try {
        return runs::open_trained(resolved(context.folder, run));
    } catch (const Error& error) {
        throw Error(error.code(), error.message() + hint(run, context.folder));
    }
}

dsl::FindTrained finder(const dsl::Catalogue& catalogue, ResolveContext context,
                        std::map<std::string, runs::SavedRun>* found, std::size_t depth = 0) {
    return [&catalogue, context = std::move(context), found, depth](
               const std::string& path, const std::string& net) -> dsl::TrainedProgram {
        if (depth == max_runs) {
            return Term(Form::too_many_runs, {std::to_string(max_runs)});
        }
        try {
            runs::SavedRun run = open_run(path, net, context);
            dsl::CheckResult result = dsl::check(
                run.text, catalogue,
                {.options = run.record.options,
                 .find_trained = finder(catalogue, {run.record.folder, run.folder}, nullptr, depth + 1),
                 .data = run.record.sources});
            for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
                if (diagnostic.severity == dsl::Severity::error) {
                    return Term(Form::no_model, {(run.folder / "model.gan").string(), diagnostic.message});
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

/// How many numbers are kept for each learned weight of a net beside itself: moments of the optimizers, and
/// an average.
std::size_t kept_beside(const dsl::Program& program, std::size_t net) {
    std::size_t kept = 0;
    std::set<std::size_t> sites;  // iterations of a repeat share theirs
    for (const dsl::TrainItem& item : program.train->items) {
        const auto* update = std::get_if<dsl::Update>(&item);
        if (update != nullptr &&
            std::find(update->nets.begin(), update->nets.end(), net) != update->nets.end() &&
            sites.insert(update->site).second) {
            kept += models::definition(update->optimizer.entry->name).slots.size();
        }
    }
    const auto averages = [net](const dsl::Average& each) { return each.net == net; };
    return kept +
           (std::any_of(program.train->averages.begin(), program.train->averages.end(), averages) ? 1 : 0);
}

/// Weights that the memory cannot hold, whatever the batch: the largest is named.
std::optional<dsl::Diagnostic> weights_beyond_memory(const dsl::Program& program, bool trains) {
    double total = 0;
    const dsl::Net* owner = nullptr;
    const dsl::NetWeight* largest = nullptr;
    double max = 0;
    for (std::size_t i = 0; i < program.nets.size(); ++i) {
        const dsl::Net& net = program.nets[i];
        const std::size_t kept = trains && program.train ? kept_beside(program, i) : 0;
        for (const dsl::NetWeight& weight : net.weights) {
            double bytes = sizeof(float);
            for (const dsl::Index size : weight.shape) {
                bytes *= static_cast<double>(size);
            }
            // While it trains all of it is there twice: training::StateSnapshot keeps a copy.
            total += bytes * static_cast<double>(1 + (weight.learned ? kept : 0)) * (trains ? 2 : 1);
            if (bytes > max) {
                max = bytes;
                owner = &net;
                largest = &weight;
            }
        }
    }
    if (largest == nullptr || total <= static_cast<double>(available_memory())) {
        return std::nullopt;
    }
    return dsl::diagnostics::weights_too_large(largest->span, owner->name + "." + largest->name,
                                               largest->shape, terminal::human_bytes(max),
                                               terminal::human_bytes(total));
}

/// The first value that could not even be counted in bytes for its batch: all sums of sizes that follow can
/// be trusted to fit into their numbers.
std::optional<dsl::Diagnostic> value_beyond_counting(const dsl::Program& program) {
    constexpr double max = 1125899906842624;  // 2^50 numbers
    std::optional<dsl::Diagnostic> found;
    const auto look = [&](const dsl::Instructions& code, const std::vector<dsl::Type>& types,
                          double examples) {
        for (const dsl::Instruction& each : code) {
            for (const dsl::ValueId value : each.outputs) {
                double numbers = examples;
                for (const dsl::Index size : types.at(value).shape) {
                    numbers *= static_cast<double>(size);
                }
                if (!found && numbers > max) {
                    found = dsl::diagnostics::value_too_large(
                        each.span, types.at(value).shape,
                        static_cast<std::uint64_t>(std::min(examples, 1e18)),
                        terminal::human_bytes(numbers * sizeof(float)));
                }
            }
        }
    };
    const double batch = program.train ? static_cast<double>(program.train->batch) : 1;
    double examples = batch;
    for (const dsl::Sample& sample : program.samples) {
        double count = 1;
        for (const char* name : {"count", "rows", "columns"}) {
            const auto given = sample.arguments.find(name);
            const auto* number =
                given == sample.arguments.end() ? nullptr : std::get_if<double>(&given->second.data);
            count *= number == nullptr ? 1 : *number;
        }
        look(sample.body, sample.types, count);
        examples = std::max(examples, count);
    }
    for (const dsl::Measure& measure : program.measures) {
        look(measure.body, measure.types, static_cast<double>(runtime::BuildOptions().measure_batch));
    }
    for (const dsl::Net& net : program.nets) {
        look(net.body, net.types, examples);
    }
    for (std::size_t item = 0; program.train && item < program.train->items.size(); ++item) {
        const auto* update = std::get_if<dsl::Update>(&program.train->items[item]);
        look(update != nullptr ? update->body : std::get<dsl::Instructions>(program.train->items[item]),
             program.train->types, batch);
    }
    return found;
}

/// A text to go on from has the symbols of the data that its net reads.
void check_prompts(const Loaded& loaded) {
    for (const dsl::Sample& sample : loaded.program.samples) {
        for (const dsl::Instruction& code : sample.body) {
            if (code.kind != dsl::Instruction::Kind::continuation || !code.inputs.empty()) {
                continue;
            }
            const std::optional<dsl::Classes>& symbols = loaded.program.nets[code.index].types.at(0).classes;
            const dsl::Value& prompt = code.arguments.find("prompt")->second;
            const auto* text = std::get_if<std::string>(&prompt.data);
            if (!symbols || text == nullptr) {
                continue;
            }
            try {
                data::encode(symbols->names ? *symbols->names : std::vector<std::string>(), *text);
            } catch (const Error& error) {
                throw Error(error.code(), "the prompt cannot be read: " + error.message(),
                            locate(loaded, prompt.span));
            }
        }
    }
}

std::optional<Loaded> check(Loaded loaded, const ResolveContext& context,
                            const std::optional<std::filesystem::path>& data, std::size_t threads,
                            dsl::Settings settings, bool quietly) {
    loaded.sources = sources::all({data::find_search_path(data), context.folder, threads});
    loaded.catalogue = std::make_unique<const dsl::Catalogue>(catalogue(loaded.sources));
    settings.find_trained = finder(*loaded.catalogue, context, &loaded.trained);
    dsl::CheckResult result = dsl::check(loaded.text, *loaded.catalogue, settings);
    if (result.program) {
        auto refused = runtime::check_continuations(*result.program);
        if (const auto too_large = weights_beyond_memory(*result.program, !quietly)) {
            refused.push_back(*too_large);
        }
        if (const auto too_large = value_beyond_counting(*result.program)) {
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
    check_prompts(loaded);
    return loaded;
}

}  // namespace

std::string read_source(const std::filesystem::path& path) {
    try {
        return files::read_whole(path, max_source_bytes);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::memory) {
            throw;
        }
        const std::string found = error.message().substr(0, error.message().rfind(';'));
        throw Error(ErrorCode::format, fmt::format("{}, too large to be a program; expected at most {}",
                                                   found, dsl::max_source_bytes));
    }
}

dsl::Catalogue catalogue(const std::vector<sources::Source>& sources) {
    std::vector<dsl::Entry> entries = sources::entries(sources);
    for (dsl::Entry& sink : sinks::entries()) {
        entries.push_back(std::move(sink));
    }
    return models::catalogue(std::move(entries));
}

bool report(const std::vector<dsl::Diagnostic>& diagnostics, const std::filesystem::path& path,
            const std::string& text) {
    std::size_t errors = 0;
    std::fflush(stdout);
    for (const dsl::Diagnostic& diagnostic : diagnostics) {
        errors += diagnostic.severity == dsl::Severity::error ? 1 : 0;
        const std::string rendered = dsl::render(diagnostic, path.string(), text);
        std::fputs((terminal::printable_lines(rendered) + "\n").c_str(), stderr);
    }
    if (errors > 0) {
        std::fputs(fmt::format("{} error{} in {}\n", errors, errors == 1 ? "" : "s",
                               terminal::printable_lines(path.string()))
                       .c_str(),
                   stderr);
    }
    return errors > 0;
}

SourceLocation locate(const Loaded& loaded, const dsl::Span& span) {
    const dsl::LineColumn found = dsl::line_column(loaded.text, span.begin);
    return {loaded.path.string(), found.line, found.column};
}

std::function<SourceLocation(const dsl::Span&)> locator(const Loaded& loaded) {
    return [&loaded](const dsl::Span& span) { return locate(loaded, span); };
}

std::optional<Loaded> load(const FileRequest& request, const std::optional<std::filesystem::path>& run) {
    Loaded loaded;
    loaded.path = request.file;
    loaded.text = read_source(request.file);
    dsl::Settings settings{request.set, request.epochs, request.steps, request.batch, request.seed, {}, {}};
    return check(std::move(loaded), {request.file.parent_path(), run}, request.data, request.threads,
                 std::move(settings), false);
}

std::optional<Loaded> load(const runs::SavedRun& run,
                           const std::vector<std::pair<std::string, std::string>>& set,
                           const std::optional<std::filesystem::path>& data, std::size_t threads) {
    Loaded loaded;
    loaded.path = run.folder / "model.gan";
    loaded.text = run.text;
    dsl::Settings settings{.options = run.record.options, .data = run.record.sources};
    settings.options.insert(settings.options.end(), set.begin(), set.end());
    return check(std::move(loaded), {run.record.folder, run.folder}, data, threads, std::move(settings),
                 true);
}

std::filesystem::path kept_model(const std::filesystem::path& run, const std::string& net) {
    return run / "nets" / net;
}

}  // namespace gandsl::loading
