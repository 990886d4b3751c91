#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "runtime/files/atomic_file.hpp"
#include "tests/bench/planning.hpp"
#include "tests/bench/report.hpp"

/// Times training steps of the zoo, beside PyTorch's if asked, and holds them to their bars.

using namespace gandsl::bench;

namespace {

std::vector<Row> chosen(const std::vector<std::string>& names) {
    std::vector<Row> list;
    std::string known;
    for (const Row& row : rows()) {
        known += (known.empty() ? "" : ", ") + row.name;
        if (names.empty() || std::find(names.begin(), names.end(), row.name) != names.end()) {
            list.push_back(row);
        }
    }
    for (const std::string& name : names) {
        if (std::none_of(list.begin(), list.end(), [&](const Row& row) { return row.name == name; })) {
            throw std::runtime_error("no row is called '" + name + "'; there are " + known);
        }
    }
    return list;
}

int run(int count, char** words) {
    CLI::App app{
        "Times the training steps of the zoo and holds them to their bars; exits with 2 if one is missed.",
        "./dev bench"};
    Options options;
    std::vector<std::string> names;
    bool write = false;
    bool with_curves = false;
    app.add_option("ROW", names, "models, such as mnist or gpt; all unless said");
    app.add_flag("--peer", options.peer, "beside PyTorch, which it installs");
    app.add_option("--rounds", options.rounds, "turns of each side; 9 unless said")
        ->type_name("N")
        ->check(CLI::Range(1, 1000));
    app.add_flag("--curves", with_curves,
                 "also step times against batch, width, length and threads, and planning against nodes");
    app.add_flag("--write", write, "also writes docs/benchmarks.md and its pictures (with --curves)");
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 1;
    }
    with_curves = with_curves || write;

    const std::vector<Row> list = chosen(names);
    Cores cores(options.threads);
    // The rows come after the curves, as their starts leave the system busy.
    std::vector<Curve> curves;
    if (with_curves) {
        curves = measure_curves(options, cores);
        for (Curve& curve : planning_curves(std::min(options.rounds, max_curve_rounds))) {
            curves.push_back(std::move(curve));
        }
    }
    const std::vector<Result> results = measure(list, options, cores);
    const double import_seconds = options.peer ? import_peer() : 0;
    const Table by_itself = alone(results);
    std::size_t missed = by_itself.missed;
    fmt::print("\n");
    if (options.peer) {
        const Table beside = against_peer(results);
        missed += beside.missed;
        fmt::print("{}\n", beside.text);
    }
    fmt::print("{}\n{}", by_itself.text, costs(results));
    if (!curves.empty()) {
        fmt::print("\n{}", growth(curves));
    }
    fmt::print("\n{}", taken(cores));
    if (options.peer) {
        fmt::print("\nimport torch: {:.2f} s\n", import_seconds);
    }
    if (write) {
        std::string command = "./dev bench";
        for (int i = 1; i < count; ++i) {
            command += std::string(" ") + words[i];
        }
        const std::filesystem::path docs = project_root() / "docs";
        gandsl::files::write_atomically(
            docs / "benchmarks.md",
            page(describe_machine(options.peer), command, import_seconds, results, curves, options, cores));
        for (const Curve& curve : curves) {
            gandsl::files::write_atomically(docs / "pictures" / ("benchmark-" + curve.name + ".svg"),
                                            draw(curve));
        }
    }
    fmt::print("\n{}\n", missed == 0 ? "Every bar is met." : fmt::format("{} bars are missed.", missed));
    return missed == 0 ? 0 : 2;
}

}  // namespace

int main(int count, char** words) {
    try {
        return run(count, words);
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench: {}\n", error.what());
        return 1;
    }
}
