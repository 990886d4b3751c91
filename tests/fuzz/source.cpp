#include <algorithm>
#include <string>
#include <variant>

#include "dsl/check.hpp"
#include "dsl/parse.hpp"
#include "dsl/print.hpp"
#include "models/catalogue.hpp"
#include "models/records.hpp"
#include "runtime/build/continuation.hpp"
#include "runtime/build/gradient_reach.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/sinks/sink.hpp"
#include "runtime/sources/sources.hpp"
#include "tests/fuzz/list.hpp"
#include "tests/fuzz/target.hpp"

namespace gandsl::fuzz {

namespace {

void check_diagnostics(const std::vector<dsl::Diagnostic>& diagnostics, const std::string& text) {
    for (const dsl::Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.span &&
            (diagnostic.span->end > text.size() || diagnostic.span->begin > diagnostic.span->end)) {
            broken("a diagnostic lies outside of the text: " + diagnostic.message);
        }
        const std::string rendered = dsl::render(diagnostic, "x", text);
        if (diagnostic.message.empty() || rendered.empty()) {
            broken("a diagnostic says nothing");
        }
    }
}

void check_printed(const std::string& text) {
    const dsl::ParseResult parsed = dsl::parse(text);
    check_diagnostics(parsed.diagnostics, text);
    if (!parsed.diagnostics.empty()) {
        return;
    }
    const std::string printed = dsl::print(parsed.tree);
    const dsl::ParseResult again = dsl::parse(printed);
    if (!again.diagnostics.empty()) {
        broken("the printed form is no program:\n" + printed);
    }
    if (dsl::print(again.tree) != printed) {
        broken("the printed form is no fixed point:\n" + printed);
    }
}

/// Sources that draw take as long as they are told; here they are told less.
std::vector<dsl::Entry> quick(std::vector<dsl::Entry> entries) {
    for (dsl::Entry& entry : entries) {
        for (dsl::Argument& argument : entry.arguments) {
            if (argument.name == "count") {
                argument.fallback = models::value_of(500.0);
                argument.max = 2000;
            }
        }
    }
    return entries;
}

constexpr std::size_t max_instructions = 1000;

/// What takes much memory is built by the tests of the program.
bool is_small(const dsl::Program& program) {
    constexpr double max_numbers = 1e6;
    double numbers = 0;
    for (const dsl::Net& net : program.nets) {
        for (const dsl::Type& type :
             net.types) {  // a causal mask has as many numbers as a sequence steps, squared
            for (const dsl::Index size : type.shape) {
                numbers += static_cast<double>(size) * static_cast<double>(size) / 100;
            }
        }
        for (const dsl::NetWeight& weight : net.weights) {
            double size = 1;
            for (const dsl::Index extent : weight.shape) {
                size *= static_cast<double>(extent);
            }
            numbers += size;
        }
    }
    for (const dsl::Sample& sample : program.samples) {
        double count = 1;
        for (const char* name : {"rows", "columns", "count"}) {
            const auto given = sample.arguments.find(name);
            const auto* number =
                given == sample.arguments.end() ? nullptr : std::get_if<double>(&given->second.data);
            count *= number == nullptr ? 1 : *number;
        }
        numbers += count;
    }
    return numbers <= max_numbers;
}

}  // namespace

/// A `.gan` file: parsed, printed and parsed again; checked with the catalogue that users have; and, where it
/// is a program, recorded as a graph.
void source(std::string_view input) {
    const std::string text(input);
    check_printed(text);
    survives([&] {
        const std::vector<sources::Source> all =
            sources::all({{.given = {}, .environment = {}, .cache = {}, .system = scratch()}, scratch()});
        std::vector<dsl::Entry> entries = quick(sources::entries(all));
        for (dsl::Entry& sink : sinks::entries()) {
            entries.push_back(std::move(sink));
        }
        const dsl::Catalogue catalogue = models::catalogue(std::move(entries));
        dsl::CheckResult result =
            dsl::check(text, catalogue, {.batch = 2, .max_instructions = max_instructions});
        check_diagnostics(result.diagnostics, text);
        const bool failed = std::any_of(result.diagnostics.begin(), result.diagnostics.end(),
                                        [](const auto& one) { return one.severity == dsl::Severity::error; });
        if (result.program.has_value() == failed) {
            broken("neither a program nor an error");
        }
        if (result.program && is_small(*result.program) &&
            runtime::check_continuations(*result.program).empty()) {
            const runtime::Graph graph = runtime::build(*result.program, {.batch = 2, .measure_batch = 2});
            if (result.program->train) {
                check_diagnostics(runtime::unreached_by_gradients(*result.program, graph), text);
            }
        }
    });
}

}  // namespace gandsl::fuzz
