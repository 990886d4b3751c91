#include "autodiff/training.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/gradient.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

double require_rate(double rate) {
    if (!std::isfinite(static_cast<Real>(rate)) || rate < 0) {
        throw Error(ErrorCode::invalid_argument, "[optimizer] the rate is " + std::to_string(rate) +
                                                     "; expected a number of at least 0 that Real can hold");
    }
    return rate;
}

// What gradient() gives for a variable that it does not reach.
bool is_missing(Var gradient) {
    const Tape& tape = gradient.tape();
    const Node& node = tape.node(gradient.id());
    const NodeId scalar = node.operation == &broadcast_to_operation ? node.inputs[0] : gradient.id();
    return constant_number({gradient.tape(), scalar}) == 0.0;
}

// Nothing would be learned, which nobody means.
std::vector<Var> reaching(Var loss, std::span<const Var> variables, const char* entry) {
    std::vector<Var> gradients = gradient(loss, variables);
    if (std::all_of(gradients.begin(), gradients.end(), is_missing)) {
        throw Error(
            ErrorCode::invalid_argument,
            std::string("[") + entry +
                "] the loss has no gradient by any of the variables: it does not depend on them, or only "
                "through what lets no gradient through, such as a comparison or stop_gradient");
    }
    return gradients;
}

Tape& tape_of(std::span<const Var> variables) {
    if (variables.empty()) {
        throw Error(ErrorCode::invalid_argument, "[optimizer] needs at least one variable");
    }
    require_var(variables[0], "optimizer", "variable 0");
    Tape& tape = variables[0].tape();
    for (std::size_t i = 0; i < variables.size(); ++i) {
        require_var_of(tape, variables[i], "optimizer", "variable " + std::to_string(i));
        if (tape.node(variables[i].id()).operation != &state_operation) {
            throw Error(ErrorCode::invalid_argument,
                        "[optimizer] variable " + std::to_string(i) + " is a value of '" +
                            std::string(tape.node(variables[i].id()).operation->name) +
                            "'; expected a state, which Tape::state made");
        }
        for (std::size_t k = 0; k < i; ++k) {
            if (variables[k] == variables[i]) {
                throw Error(ErrorCode::invalid_argument, "[optimizer] variables " + std::to_string(k) +
                                                             " and " + std::to_string(i) +
                                                             " are the same state");
            }
        }
    }
    return tape;
}

}  // namespace

Optimizer::Optimizer(Settings settings, std::vector<Var> variables, double rate)
    : settings_(std::move(settings)), variables_(std::move(variables)) {
    Tape& tape = tape_of(variables_);
    start_ = std::visit([&](const auto& own) { return start_of(own, variables_); }, settings_);
    rate_ = tape.state(make_array({}, static_cast<Real>(require_rate(rate))));
}

std::vector<Assignment> Optimizer::record(std::span<const Var> gradients) const {
    OptimizerState state = start_;
    const std::vector<Var> values = std::visit(
        [&](const auto& own) { return gandsl::step(own, variables_, gradients, rate_, state); }, settings_);
    return assignments(variables_, values, state);
}

void Optimizer::step(Var loss) {
    require_scalar(loss, "Optimizer::step", "the loss");
    if (!loss.tape().node(loss.id()).value) {
        throw Error(
            ErrorCode::invalid_argument,
            "[Optimizer::step] the loss has no value, as it depends on an input or its tape only records; "
            "plan_step(loss, optimizer) gives a step that computes it");
    }
    step(reaching(loss, variables_, "Optimizer::step"));
}

void Optimizer::step(std::span<const Var> gradients) {
    Tape& tape = variables_[0].tape();
    const std::vector<Assignment> all = record(gradients);
    for (const Assignment& each : all) {
        each.value.value();
    }
    // Not before all are there: a step is taken whole or not at all.
    for (const Assignment& each : all) {
        tape.assign(each.state, each.value.value());
    }
}

void Optimizer::set_rate(double rate) {
    rate_.tape().assign(rate_, make_array({}, static_cast<Real>(require_rate(rate))));
}

double Optimizer::rate() const {
    return rate_.value()();
}

Real PlannedStep::operator()() {
    plan_.run(steps_++);
    return plan_.read(loss_)[0];
}

PlannedStep plan_step(Var loss, const Optimizer& optimizer, PlanOptions options,
                      std::vector<Assignment> more) {
    require_scalar(loss, "plan_step", "the loss");
    const std::vector<Assignment> step = optimizer.record(reaching(loss, optimizer.variables(), "plan_step"));
    more.insert(more.end(), step.begin(), step.end());
    return {Plan({loss}, std::move(more), std::move(options)), loss};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
