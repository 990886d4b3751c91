#include "runtime/training/evaluator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "autodiff/error.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::training {

namespace {

// A measure that is no number is never the lowest.
std::optional<std::string> not_finite(const loading::Loaded& loaded, const dsl::Measure& measure,
                                      double value) {
    if (std::isfinite(value)) {
        return std::nullopt;
    }
    const SourceLocation at = loading::locate(loaded, measure.span);
    return fmt::format("{}:{}:{}: warning: the measure '{}' is {}: it counts as not improved", at.file,
                       at.line, at.column, measure.name, value);
}

}  // namespace

Evaluator::Evaluator(RunContext& run)
    : run_(run),
      samples_(run.loaded, run.datasets, run.graph, run.memory),
      measures_(run.loaded, run.datasets, run.graph, run.memory),
      stop_rule_(run.program),
      best_(run.program, stop_rule_),
      last_samples_(samples_.size()) {}

void Evaluator::observe(std::size_t measure, double value, std::uint64_t step) {
    stop_rule_.observe(measure, value);
    best_.observe(measure, value, step);
}

bool Evaluator::ended(std::uint64_t step) const {
    return step >= run_.length.steps || stop_rule_.stopped();
}

bool Evaluator::is_due(std::uint64_t step) const {
    const auto shown = [&](const auto& each) { return due(each.period, run_.length, step); };
    return step == run_.length.steps ||
           std::any_of(run_.program.measures.begin(), run_.program.measures.end(), shown) ||
           std::any_of(run_.program.samples.begin(), run_.program.samples.end(), shown);
}

void Evaluator::evaluate(RunFiles& files, Saver& saver, terminal::Progress& display) {
    const std::uint64_t step = files.progress().step;
    const bool last = step == run_.length.steps;
    bool measured = false;
    bool best = false;
    bool best_by_period = false;
    std::vector<float> taken(measures_.size(), std::nanf(""));
    for (std::size_t i = 0; i < measures_.size(); ++i) {
        const dsl::Measure& measure = run_.program.measures[i];
        const bool by_period = due(measure.period, run_.length, step);
        if (by_period || last) {
            const double value = measures_.take(i);
            taken[i] = static_cast<float>(value);
            if (by_period) {
                stop_rule_.observe(i, double{taken[i]});
            }
            if (best_.observe(i, double{taken[i]}, step)) {
                best = true;
                best_by_period = by_period;
            }
            measured = true;
            display.say(fmt::format("{} on {} after step {}: {}", measure.name, measure.split, step,
                                    terminal::human_number(value)));
            warn_once(display, not_finite(run_.loaded, measure, double{taken[i]}), measure.name);
        }
    }
    if (measured) {
        files.log_measures(taken);
    }
    if (best) {
        // One that was taken only because the run ends is not taken by a longer run.
        saver.save_best(display, !best_by_period);
    }
    write_samples(files, saver, display);
}

void Evaluator::write_samples(const RunFiles& files, Saver& saver, terminal::Progress& display) {
    const std::uint64_t step = files.progress().step;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
        const dsl::Period& period = run_.program.samples[i].period;
        if (due(period, run_.length, step) || ended(step)) {
            const bool by_step = period.unit == dsl::Period::Unit::step;
            const std::uint64_t number = by_step ? step : run_.length.epoch_of(step);
            saver.attempt(display, "a sample",
                          [&] { last_samples_[i] = samples_.write(i, files.folder().samples(), number); });
            warn_once(display, samples_.warning(i), run_.program.samples[i].name);
        }
    }
}

void Evaluator::warn_once(terminal::Progress& display, const std::optional<std::string>& warning,
                          const std::string& subject) {
    if (warning && warned_.insert(subject).second) {
        display.say(*warning);
    }
}

}  // namespace gandsl::training
