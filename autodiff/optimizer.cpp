#include "autodiff/optimizer.hpp"

#include <cmath>
#include <limits>
#include <sstream>
#include <string>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operations.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

[[noreturn]] void refuse(ErrorCode code, const std::string& text) {
    throw Error(code, "[step] " + text);
}

std::string spell(double value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

// A NaN is in no range.
void require_in_range(bool in_range, const char* name, double value, const char* range) {
    if (!in_range || !std::isfinite(static_cast<Real>(value))) {
        refuse(ErrorCode::invalid_argument,
               std::string("the setting ") + name + " is " + spell(value) + "; expected " + range);
    }
}

void require_share(const char* name, double value) {
    require_in_range(value >= 0 && value < 1, name, value, "a number from 0 up to, but not, 1");
}

void require_not_negative(const char* name, double value) {
    require_in_range(value >= 0, name, value, "a finite number of at least 0");
}

void require_rule(const UpdateRule& rule) {
    if (rule.clip) {
        require_in_range(*rule.clip > 0, "clip", *rule.clip, "a finite number above 0");
    }
    require_not_negative("weight_decay", rule.weight_decay);
}

// The states of one optimizer: `slots` for each variable, then `scalars` single numbers, all starting at 0.
void prepare(OptimizerState& state, std::span<const Var> variables, std::size_t slots, std::size_t scalars) {
    if (variables.empty()) {
        refuse(ErrorCode::invalid_argument, "needs at least one variable");
    }
    require_var(variables[0], "step", "a variable");
    Tape& tape = variables[0].tape();
    std::vector<Shape> shapes;
    for (const Var& variable : variables) {
        shapes.insert(shapes.end(), slots, variable.shape());
    }
    shapes.insert(shapes.end(), scalars, Shape{});
    if (state.slots.empty() && state.values.empty()) {
        for (const Shape& shape : shapes) {
            state.slots.push_back(tape.state(make_array(shape)));
        }
        state.values = state.slots;
    }
    if (state.slots.size() != shapes.size() || state.values.size() != shapes.size()) {
        refuse(ErrorCode::invalid_argument,
               "the optimizer's state has " + std::to_string(state.slots.size()) + " slots and " +
                   std::to_string(state.values.size()) + " values, these variables need " +
                   std::to_string(shapes.size()) + " of each: it was made for other variables");
    }
    for (std::size_t slot = 0; slot < shapes.size(); ++slot) {
        require_var_of(tape, state.slots[slot], "step", "a slot of the optimizer's state");
        require_var_of(tape, state.values[slot], "step", "a value of the optimizer's state");
        if (state.slots[slot].shape() != shapes[slot] || state.values[slot].shape() != shapes[slot]) {
            refuse(ErrorCode::shape, "slot " + std::to_string(slot) + " of the optimizer's state has shape " +
                                         to_string(state.slots[slot].shape()) + ", its variable needs " +
                                         to_string(shapes[slot]) + ": it was made for other variables");
        }
    }
}

void require_step(std::span<const Var> variables, std::span<const Var> gradients, Var rate) {
    if (variables.empty() || variables.size() != gradients.size()) {
        refuse(ErrorCode::invalid_argument, "needs one gradient for each variable, and at least one; found " +
                                                std::to_string(variables.size()) + " variables and " +
                                                std::to_string(gradients.size()) + " gradients");
    }
    require_var(variables[0], "step", "a variable");
    const Tape& tape = variables[0].tape();
    for (std::size_t index = 0; index < variables.size(); ++index) {
        require_var_of(tape, variables[index], "step", "a variable");
        require_var_of(tape, gradients[index], "step", "a gradient");
        if (variables[index].shape() != gradients[index].shape()) {
            refuse(ErrorCode::shape, "variable " + to_string(variables[index].shape()) +
                                         " and its gradient " + to_string(gradients[index].shape()) +
                                         " differ");
        }
    }
    require_var_of(tape, rate, "step", "the rate");
    if (!rate.shape().empty()) {
        refuse(ErrorCode::shape, "the rate has shape " + to_string(rate.shape()) + "; expected a scalar, ()");
    }
}

std::vector<Var> clip_and_decay(const UpdateRule& rule, std::span<const Var> variables,
                                std::span<const Var> gradients, bool decay) {
    std::vector<Var> result(gradients.begin(), gradients.end());
    if (rule.clip) {
        // Gradients without elements have no length, and the mean of their squares is NaN.
        std::vector<Var> measured = result;
        std::erase_if(measured, [](const Var& each) { return element_count(each.shape()) == 0; });
        // The common length over the root of how many numbers there are is never too large to be held where
        // the gradients are not.
        double count = 0;
        for (const Var& each : measured) {
            count += static_cast<double>(element_count(each.shape()));
        }
        std::vector<Var> parts;
        for (const Var& each : measured) {
            const double share = static_cast<double>(element_count(each.shape())) / count;
            parts.push_back(reshape(root_mean_square(each) * std::sqrt(share), {1}));
        }
        if (parts.empty()) {
            return result;
        }
        Tape& tape = result[0].tape();
        const Var largest = tape.constant(static_cast<double>(std::numeric_limits<Real>::max()));
        const Var size = minimum(norm(concatenate(parts, 0)), largest);
        const Var limit = tape.constant(*rule.clip / std::sqrt(count));
        const Var one = tape.constant(1);
        const Var clipped = greater(size, limit);
        // Not by one factor, which would be 0 for a short step along a long gradient.
        const Var divisor = where(clipped, size, one);
        const Var factor = where(clipped, limit, one);
        for (Var& each : result) {
            each = each / divisor * factor;
        }
    }
    if (decay && rule.weight_decay != 0) {
        for (std::size_t i = 0; i < result.size(); ++i) {
            result[i] = result[i] + variables[i] * rule.weight_decay;
        }
    }
    return result;
}

void require_settings(const Sgd& optimizer) {
    require_share("momentum", optimizer.momentum);
    require_rule(optimizer.rule);
}
void require_settings(const Adam& optimizer) {
    require_share("beta1", optimizer.beta1);
    require_share("beta2", optimizer.beta2);
    require_not_negative("epsilon", optimizer.epsilon);
    require_rule(optimizer.rule);
}
void require_settings(const RmsProp& optimizer) {
    require_share("decay", optimizer.decay);
    require_not_negative("epsilon", optimizer.epsilon);
    require_rule(optimizer.rule);
}

// Later gradients must not flow back through an update, unless they are asked for: new values start afresh.
std::vector<Var> detached(const UpdateRule& rule, std::vector<Var> values, OptimizerState& state) {
    if (rule.differentiable) {
        return values;
    }
    for (Var& value : values) {
        value = stop_gradient(value);
    }
    for (Var& value : state.values) {
        value = stop_gradient(value);
    }
    return values;
}

}  // namespace

OptimizerState start_of(const Sgd& optimizer, std::span<const Var> variables) {
    require_settings(optimizer);
    OptimizerState state;
    if (optimizer.momentum != 0) {
        prepare(state, variables, 1, 0);
    }
    return state;
}
OptimizerState start_of(const Adam& optimizer, std::span<const Var> variables) {
    require_settings(optimizer);
    OptimizerState state;
    prepare(state, variables, 2, 2);
    return state;
}
OptimizerState start_of(const RmsProp& optimizer, std::span<const Var> variables) {
    require_settings(optimizer);
    OptimizerState state;
    prepare(state, variables, 1, 0);
    return state;
}

std::vector<Var> step(const Sgd& optimizer, std::span<const Var> variables, std::span<const Var> gradients,
                      Var rate, OptimizerState& state) {
    require_step(variables, gradients, rate);
    require_settings(optimizer);
    const std::vector<Var> directions = clip_and_decay(optimizer.rule, variables, gradients, true);
    std::vector<Var> result;
    if (optimizer.momentum != 0) {
        prepare(state, variables, 1, 0);
    }
    for (std::size_t i = 0; i < variables.size(); ++i) {
        Var move = directions[i];
        if (optimizer.momentum != 0) {
            Var& velocity = state.values[i];
            velocity = velocity * optimizer.momentum + move;
            move = optimizer.nesterov ? move + velocity * optimizer.momentum : velocity;
        }
        result.push_back(subtract_product(variables[i], rate, move));
    }
    return detached(optimizer.rule, std::move(result), state);
}

std::vector<Var> step(const Adam& optimizer, std::span<const Var> variables, std::span<const Var> gradients,
                      Var rate, OptimizerState& state) {
    require_step(variables, gradients, rate);
    require_settings(optimizer);
    const std::vector<Var> directions =
        clip_and_decay(optimizer.rule, variables, gradients, !optimizer.decoupled);
    prepare(state, variables, 2, 2);
    // The bias corrections 1 - beta^t are the moving averages of 1: no cancellation.
    Var& first_weight = state.values[2 * variables.size()];
    Var& second_weight = state.values[2 * variables.size() + 1];
    first_weight = first_weight * optimizer.beta1 + (1 - optimizer.beta1);
    second_weight = second_weight * optimizer.beta2 + (1 - optimizer.beta2);
    // The corrections of whole arrays, moved to single numbers.
    const Var root = sqrt(second_weight);
    const Var scale = rate * root / first_weight;
    const Var epsilon = root * optimizer.epsilon;
    std::vector<Var> result;
    for (std::size_t i = 0; i < variables.size(); ++i) {
        Var& first = state.values[2 * i];
        Var& second = state.values[2 * i + 1];
        first = blend(first, directions[i], optimizer.beta1);
        second = blend_square(second, directions[i], optimizer.beta2);
        Var start = variables[i];
        if (optimizer.decoupled && optimizer.rule.weight_decay != 0) {
            start = start * (1.0 - rate * optimizer.rule.weight_decay);
        }
        result.push_back(subtract_product(start, scale, divide_by_root(first, second, epsilon)));
    }
    return detached(optimizer.rule, std::move(result), state);
}

std::vector<Var> step(const RmsProp& optimizer, std::span<const Var> variables,
                      std::span<const Var> gradients, Var rate, OptimizerState& state) {
    require_step(variables, gradients, rate);
    require_settings(optimizer);
    const std::vector<Var> directions = clip_and_decay(optimizer.rule, variables, gradients, true);
    prepare(state, variables, 1, 0);
    const Var epsilon = rate.tape().constant(optimizer.epsilon);
    std::vector<Var> result;
    for (std::size_t i = 0; i < variables.size(); ++i) {
        Var& second = state.values[i];
        second = blend_square(second, directions[i], optimizer.decay);
        result.push_back(
            subtract_product(variables[i], rate, divide_by_root(directions[i], second, epsilon)));
    }
    return detached(optimizer.rule, std::move(result), state);
}

std::vector<Assignment> assignments(std::span<const Var> variables, std::span<const Var> values,
                                    const OptimizerState& state) {
    if (variables.size() != values.size()) {
        throw Error(ErrorCode::invalid_argument, "[assignments] " + std::to_string(variables.size()) +
                                                     " variables and " + std::to_string(values.size()) +
                                                     " new values; expected one for each");
    }
    std::vector<Assignment> result = assignments(state);
    for (std::size_t index = 0; index < variables.size(); ++index) {
        result.push_back({variables[index], values[index]});
    }
    return result;
}

std::vector<Assignment> assignments(const OptimizerState& state) {
    if (state.slots.size() != state.values.size()) {
        throw Error(ErrorCode::invalid_argument, "[assignments] an optimizer's state of " +
                                                     std::to_string(state.slots.size()) + " slots and " +
                                                     std::to_string(state.values.size()) +
                                                     " values; expected one for each");
    }
    std::vector<Assignment> result;
    for (std::size_t i = 0; i < state.slots.size(); ++i) {
        result.push_back({state.slots[i], state.values[i]});
    }
    return result;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
