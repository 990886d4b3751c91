#pragma once

#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "optimizer.hpp"
#include "plan.hpp"
#include "tape.hpp"

/// Training loops: an optimizer that keeps its moments and stores new values itself, on an eager tape or as a
/// plan.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// One of the optimizers of optimizer.hpp at work on some states. On an eager tape:
///
///     Optimizer adam(Adam{}, {weight, bias}, 0.001);
///     for (...) {
///         const Scope scope(tape);  // forgets what the step records, so that memory stays as it is
///         adam.step(loss_of(batch));
///     }
///
/// Its moments and its rate are states of the variables' tape.
class Optimizer {
  public:
    using Settings = std::variant<Sgd, Adam, RmsProp>;

    /// Throws Error(invalid_argument) without variables, for one that is no state or is there twice, for
    /// variables of different tapes, for settings out of their range, and for a rate that is not finite or
    /// below 0.
    Optimizer(Settings settings, std::vector<Var> variables, double rate);

    /// One step down the gradient of `loss`, a scalar that an eager tape has computed: the variables and the
    /// moments get their new values at once. Throws Error(invalid_argument) for a loss without a value, which
    /// plan_step() is for, and for one whose gradient reaches none of the variables; Error(shape) for one
    /// that is no scalar.
    void step(Var loss);
    /// Likewise with gradients of the variables, in their order: those of several losses, or changed ones.
    void step(std::span<const Var> gradients);

    /// For later steps, planned ones too.
    void set_rate(double rate);
    double rate() const;

    const std::vector<Var>& variables() const { return variables_; }
    /// Moments, in the order of the variables; what has to be saved to go on as if never stopped.
    const std::vector<Var>& moments() const { return start_.slots; }

    /// Records one step, and gives what a plan has to store for it.
    std::vector<Assignment> record(std::span<const Var> gradients) const;

  private:
    Settings settings_;
    std::vector<Var> variables_;
    OptimizerState start_;  ///< whose values are its slots
    Var rate_;
};

/// One training step as a plan: what `plan_step` gives.
class PlannedStep {
  public:
    PlannedStep(Plan plan, Var loss) : plan_(std::move(plan)), loss_(loss) {}

    /// Feeds an input, whose value holds for later steps too.
    void set(Var input, const Array& value) { plan_.set(input, value); }
    std::span<Real> feed(Var input) { return plan_.feed(input); }

    /// Takes the step and gives the loss before it. Steps are numbered from 0, for what draws random numbers.
    Real operator()();

    const Plan& plan() const { return plan_; }

  private:
    Plan plan_;
    Var loss_;
    std::uint64_t steps_ = 0;
};

/// Plans one step of `optimizer` down the gradient of `loss`, a scalar:
///
///     PlannedStep step = plan_step(loss, adam);
///     for (...) {
///         step.set(x, batch);
///         const Real loss = step();
///     }
///
/// `more` is stored too, after each step: the running statistics of batch_norm_in_training, for example.
/// Throws Error(shape) for a loss that is no scalar, Error(invalid_argument) for one whose gradient reaches
/// none of the variables, and as Plan does.
PlannedStep plan_step(Var loss, const Optimizer& optimizer, PlanOptions options = {},
                      std::vector<Assignment> more = {});

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
