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

/// What stands around every optimizer. All settings are finite; those out of their range, which stands beside
/// them, throw Error(invalid_argument) in `step`.
struct UpdateRule {
    std::optional<double> clip =
        {};  ///< above 0: scales all gradients so that their global norm is at most this
    double weight_decay =
        0;  ///< 0 or above: added to the gradient as weight_decay * weight (adamw: decoupled)
    /// Whether gradients flow through new values and moments, for learning what a step is made of; else they
    /// end there.
    bool differentiable = false;
};

struct Sgd {
    double momentum = 0;  ///< [0, 1)
    bool nesterov = false;
    UpdateRule rule = {};
};

/// Kingma & Ba (2015), algorithm 1; `decoupled`: Loshchilov & Hutter (2019). The second moment holds squares:
/// where that of a gradient is too large for Real (above 1.8e19 in float) the new value is NaN; where it is
/// too small (below 1.1e-19) it counts as 0, which an `epsilon` well above that outweighs.
struct Adam {
    double beta1 = 0.9;     ///< [0, 1)
    double beta2 = 0.999;   ///< [0, 1)
    double epsilon = 1e-8;  ///< 0 or above
    bool decoupled = false;
    UpdateRule rule = {};
};

/// Hinton, Coursera lecture 6e (2012). Squares of gradients are held as in Adam.
struct RmsProp {
    double decay = 0.9;     ///< [0, 1)
    double epsilon = 1e-8;  ///< 0 or above
    UpdateRule rule = {};
};

/// States an optimizer keeps between steps, made at its first use and passed again at later uses of the same
/// optimizer (iterations of a repeat), with the same variables. For a new tape it may be filled by hand:
/// `slots` are states of it, `values` the same.
struct OptimizerState {
    std::vector<Var> slots;   ///< moments, in the order of the variables, then single numbers
    std::vector<Var> values;  ///< their values after the uses recorded so far
};

/// The states that an optimizer needs for these variables, as they are before the first step; settings and
/// variables as for `step`, which makes them itself where they are missing.
OptimizerState start_of(const Sgd& optimizer, std::span<const Var> variables);
OptimizerState start_of(const Adam& optimizer, std::span<const Var> variables);
OptimizerState start_of(const RmsProp& optimizer, std::span<const Var> variables);

/// New values of `variables`: one for each, in their order. `rate` is a scalar, of shape (). `state` collects
/// the optimizer's own states. The plan must store both, as `assignments(variables, new values, state)` says:
/// without the second, each run starts from the first one's moments. No gradient flows through a new value
/// unless the rule says so: the net that is trained next must not be differentiated through this one's
/// update. All Vars are of one tape.
std::vector<Var> step(const Sgd& optimizer, std::span<const Var> variables, std::span<const Var> gradients,
                      Var rate, OptimizerState& state);
std::vector<Var> step(const Adam& optimizer, std::span<const Var> variables, std::span<const Var> gradients,
                      Var rate, OptimizerState& state);
std::vector<Var> step(const RmsProp& optimizer, std::span<const Var> variables,
                      std::span<const Var> gradients, Var rate, OptimizerState& state);

/// All that a plan must store of one or several steps: the variables' new values, and the optimizer's own
/// states.
std::vector<Assignment> assignments(std::span<const Var> variables, std::span<const Var> values,
                                    const OptimizerState& state);
/// The optimizer's own states alone.
std::vector<Assignment> assignments(const OptimizerState& state);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
