#include "runtime/training/samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "autodiff/error.hpp"
#include "runtime/sinks/sink.hpp"
#include "runtime/training/brightness.hpp"
#include "runtime/training/units.hpp"

namespace gandsl::training {

namespace {

// Found before the first step, not after the first epoch.
void check_examples(const loading::Loaded& loaded, const data::Datasets& datasets,
                    const runtime::EvaluationGraph& graph, data::Split split, const std::string& name,
                    const dsl::Span& span) {
    for (const runtime::DataInput& input : graph.inputs) {
        if (datasets[input.data]->description().count(split) == 0) {
            throw Error(
                ErrorCode::invalid_argument,
                fmt::format("'{}' wants examples of the {} split, but {} has none there: it is too small, or "
                            "its `holdout` is",
                            name, data::to_string(split), loaded.program.data[input.data].source->name),
                loading::locate(loaded, span));
        }
    }
}

data::Split split_of(const dsl::Measure& measure) {
    return measure.split == "train" ? data::Split::train : data::Split::test;
}

std::span<const std::string> texts(const dsl::ClassNames& names) {
    return names ? std::span<const std::string>(*names) : std::span<const std::string>();
}

// What is computed for the examples that there are, the last of them as often as it takes to show so many.
std::vector<Real> filled(std::span<const Real> values, const runtime::EvaluationGraph& graph) {
    const auto count = static_cast<std::size_t>(graph.count);
    const std::size_t each = values.size() / count;
    std::vector<Real> result(values.begin(), values.end());
    for (std::size_t row = count; row < static_cast<std::size_t>(graph.shown); ++row) {
        const auto last = values.last(each);
        result.insert(result.end(), last.begin(), last.end());
    }
    return result;
}

PlanOptions options_of(loading::MemoryBudget& memory, const dsl::Sample& sample) {
    return memory.options(fmt::format("the sample '{}'", sample.name), "A smaller `count` or grid");
}

std::vector<Plan> plans_of(const dsl::Program& program, const std::vector<runtime::EvaluationGraph>& samples,
                           loading::MemoryBudget& memory) {
    std::vector<Plan> plans;
    for (std::size_t index = 0; index < samples.size(); ++index) {
        plans.emplace_back(std::vector<Var>{samples[index].value}, std::vector<Assignment>{},
                           options_of(memory, program.samples[index]));
    }
    return plans;
}

}  // namespace

std::vector<std::string> repeated_rows(const loading::Loaded& loaded, const runtime::Graph& graph) {
    std::vector<std::string> warnings;
    for (std::size_t index = 0; index < graph.samples.size(); ++index) {
        const dsl::Sample& sample = loaded.program.samples[index];
        const runtime::EvaluationGraph& drawn = graph.samples[index];
        if (sinks::sink_of(*sample.sink).repeats_rows && drawn.shown > drawn.count) {
            const SourceLocation at = loading::locate(loaded, sample.span);
            warnings.push_back(
                fmt::format("{}:{}:{}: warning: '{}' writes {} rows of test examples, of which there are {}: "
                            "the last row "
                            "fills the rest",
                            at.file, at.line, at.column, sample.name, drawn.shown, drawn.count));
        }
    }
    return warnings;
}

Samples::Samples(const loading::Loaded& loaded, const data::Datasets& datasets, const runtime::Graph& graph,
                 loading::MemoryBudget& memory)
    : loaded_(loaded),
      program_(loaded.program),
      datasets_(datasets),
      graph_(graph),
      plans_(plans_of(loaded.program, graph.samples, memory)),
      not_finite_(loaded.program.samples.size(), 0),
      units_(units_of_samples(loaded.program, datasets)) {
    for (std::size_t index = 0; index < program_.samples.size(); ++index) {
        const dsl::Sample& sample = program_.samples[index];
        check_examples(loaded, datasets, graph.samples[index], data::Split::test, sample.name, sample.span);
        brightness_.push_back(has_brightness(sample) ? brightness_of(program_, sample).range : std::nullopt);
        std::vector<Written>& written = written_.emplace_back();
        for (const runtime::Continuation& each : graph.samples[index].continuations) {
            std::optional<Plan> prompt;
            if (each.prompt.valid()) {
                prompt.emplace(std::vector<Var>{each.prompt}, std::vector<Assignment>{},
                               options_of(memory, sample));
            }
            written.push_back(
                {Writer(each, graph.tape->seed(), texts(each.symbols), options_of(memory, sample)),
                 std::move(prompt),
                 std::vector<Real>(static_cast<std::size_t>(element_count(each.result.shape())))});
        }
    }
}

// What the sample's `continue`s write, in order: one may go on from another.
void Samples::write_on(std::size_t index) {
    const runtime::EvaluationGraph& graph = graph_.samples[index];
    std::vector<Written>& all = written_[index];
    const auto feed = [&](Plan& plan, std::size_t written) {
        feed_in_order(program_, datasets_, graph, data::Split::test, 0, plan);
        for (std::size_t i = 0; i < written; ++i) {
            const std::span<Real> target = plan.feed(graph.continuations[i].result);
            std::copy_n(all[i].values.begin(), target.size(), target.begin());
        }
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        Written& each = all[i];
        std::span<const Real> prompt;
        if (each.prompt) {
            feed(*each.prompt, i);
            each.prompt->run(0);
            prompt = each.prompt->read(graph.continuations[i].prompt);
        }
        each.writer.write(prompt, each.values);
    }
    feed(plans_[index], all.size());
}

std::string Samples::text_of(std::size_t index, std::span<const Real> values) const {
    const runtime::EvaluationGraph& graph = graph_.samples[index];
    const dsl::Sample& sample = program_.samples[index];
    const std::optional<dsl::Classes>& kinds = sample.types.at(sample.value).classes;
    const std::span<const std::string> names = texts(kinds ? kinds->names : nullptr);
    const auto decoded = [&](std::span<const Real> classes) {
        std::string text;
        for (const Real symbol : classes) {
            const auto at = static_cast<std::size_t>(symbol);
            text += at < names.size() ? names[at] : (text.empty() ? "" : " ") + std::to_string(at);
        }
        return text;
    };
    const auto count = static_cast<std::size_t>(graph.count);
    const std::size_t each = values.size() / count;
    std::string text;
    for (std::size_t row = 0; row < static_cast<std::size_t>(graph.shown); ++row) {
        const std::size_t example = std::min(row, count - 1);
        text += row == 0 ? "" : "\n\n";
        if (graph.writes_text) {
            const runtime::Continuation& last = graph.continuations.back();
            const std::optional<Plan>& prompt = written_[index].back().prompt;
            if (prompt) {
                const std::span<const Real> before = prompt->read(last.prompt);
                const std::size_t steps = before.size() / count;
                text += decoded(before.subspan(example * steps, steps));
            } else {
                text += last.text;
            }
        }
        text += decoded(values.subspan(example * each, each));
    }
    return text + "\n";
}

std::filesystem::path Samples::write(std::size_t index, const std::filesystem::path& folder,
                                     std::uint64_t number) {
    const dsl::Sample& sample = program_.samples[index];
    const std::filesystem::path path =
        folder / fmt::format("{}-{:04}.{}", sample.name, number, sinks::sink_of(*sample.sink).extension);
    write_to(index, path);
    return path;
}

void Samples::write_to(std::size_t index, const std::filesystem::path& path) {
    const runtime::EvaluationGraph& graph = graph_.samples[index];
    const dsl::Sample& sample = program_.samples[index];
    Plan& plan = plans_[index];
    write_on(index);
    plan.run(0);
    const std::span<const Real> computed = plan.read(graph.value);
    not_finite_[index] = static_cast<std::size_t>(
        std::count_if(computed.begin(), computed.end(), [](Real number) { return !std::isfinite(number); }));
    const std::vector<Real> values = filled(computed, graph);
    const std::optional<std::size_t> table = units_[index];
    sinks::sink_of(*sample.sink)
        .write(path, {.values = values,
                      .count = static_cast<std::size_t>(graph.shown),
                      .shape = sample.types[sample.value].shape,
                      .arguments = sample.arguments,
                      .brightness = brightness_[index],
                      .units = table ? std::span(datasets_[*table]->description().scaled)
                                     : std::span<const data::ScaledColumn>(),
                      .text = [&] { return text_of(index, computed); }});
}

std::optional<std::string> Samples::warning(std::size_t index) const {
    if (not_finite_[index] == 0) {
        return std::nullopt;
    }
    const dsl::Sample& sample = program_.samples[index];
    const SourceLocation at = loading::locate(loaded_, sample.span);
    return fmt::format("{}:{}:{}: warning: {} of the {} numbers computed for '{}' are nan or inf", at.file,
                       at.line, at.column, not_finite_[index],
                       plans_[index].read(graph_.samples[index].value).size(), sample.name);
}

Measures::Measures(const loading::Loaded& loaded, const data::Datasets& datasets, const runtime::Graph& graph,
                   loading::MemoryBudget& memory)
    : program_(loaded.program), datasets_(datasets), graph_(graph) {
    for (std::size_t index = 0; index < program_.measures.size(); ++index) {
        const dsl::Measure& measure = program_.measures[index];
        check_examples(loaded, datasets, graph.measures[index], split_of(measure), measure.name,
                       measure.span);
        const auto plan = [&](const runtime::EvaluationGraph& each) {
            return Plan({each.value}, {},
                        memory.options(fmt::format("the measure '{}'", measure.name), "A smaller net"));
        };
        plans_.push_back({plan(graph.measures[index]), {}});
        if (graph.remainders[index]) {
            plans_.back().remainder.emplace(plan(*graph.remainders[index]));
        }
    }
}

double Measures::take(std::size_t index) {
    const runtime::EvaluationGraph& whole = graph_.measures[index];
    const std::optional<runtime::EvaluationGraph>& remainder = graph_.remainders[index];
    const data::Split split = split_of(program_.measures[index]);
    // A measure of draws alone looks at one batch of them.
    auto examples = static_cast<std::size_t>(whole.count);
    if (!whole.inputs.empty()) {
        examples = std::numeric_limits<std::size_t>::max();
        for (const runtime::DataInput& input : whole.inputs) {
            examples = std::min(examples, datasets_[input.data]->description().count(split));
        }
    }
    double total = 0;
    std::size_t seen = 0;
    for (std::uint64_t run = 0; seen < examples; ++run) {
        const bool last = remainder && examples - seen < static_cast<std::size_t>(whole.count);
        const runtime::EvaluationGraph& graph = last ? *remainder : whole;
        Plan& plan = last ? *plans_[index].remainder : plans_[index].whole;
        feed_in_order(program_, datasets_, graph, split, seen, plan);
        plan.run(run);
        for (const Real value : plan.read(graph.value)) {
            total += double{value};
        }
        seen += static_cast<std::size_t>(graph.count);
    }
    return total / static_cast<double>(seen);
}

}  // namespace gandsl::training
