#pragma once

#include <optional>
#include <span>
#include <vector>

#include "plan.hpp"
#include "tape.hpp"

/// Optimizers, composed of ordinary operations: each records the new values of the variables and of its own
/// states.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// What stands around every optimizer.
struct UpdateRule {
    std::optional<double> clip = {};  ///< scales all gradients so that their global norm is at most this
    double weight_decay = 0;          ///< added to the gradient as weight_decay * weight (adamw: decoupled)
};

struct Sgd {
    double momentum = 0;
    bool nesterov = false;
    UpdateRule rule = {};
};

/// Kingma & Ba (2015), algorithm 1; `decoupled`: Loshchilov & Hutter (2019).
struct Adam {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    bool decoupled = false;
    UpdateRule rule = {};
};

/// Hinton, Coursera lecture 6e (2012).
struct RmsProp {
    double decay = 0.9;
    double epsilon = 1e-8;
    UpdateRule rule = {};
};

/// States an optimizer keeps between steps, made at its first use and passed again at later uses (turns of a
/// repeat).
struct OptimizerState {
    std::vector<Var> slots;   ///< moments, in the order of the variables, then single numbers
    std::vector<Var> values;  ///< their values after the uses recorded so far
};

/// New values of `variables`: one for each, in their order. `rate` is a scalar. `state` collects the
/// optimizer's own states; add `assignments(state)` to the plan. No gradient flows through a new value: the
/// net that is trained next must not be differentiated through this one's update.
std::vector<Var> step(const Sgd& optimizer, std::span<const Var> variables, std::span<const Var> gradients,
                      Var rate, OptimizerState& state);
std::vector<Var> step(const Adam& optimizer, std::span<const Var> variables, std::span<const Var> gradients,
                      Var rate, OptimizerState& state);
std::vector<Var> step(const RmsProp& optimizer, std::span<const Var> variables,
                      std::span<const Var> gradients, Var rate, OptimizerState& state);

std::vector<Assignment> assignments(const OptimizerState& state);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
