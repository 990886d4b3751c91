#include "autodiff/optimizer.hpp"

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operations.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// The states of one optimizer: `slots` for each variable, then `scalars` single numbers, all starting at 0.
void prepare(OptimizerState& state, std::span<const Var> variables, std::size_t slots, std::size_t scalars) {
    if (!state.slots.empty()) {
        if (state.slots.size() != variables.size() * slots + scalars) {
            throw Error(ErrorCode::invalid_argument,
                        "[step] an optimizer's state was made for other variables");
        }
        return;
    }
    for (const Var& variable : variables) {
        for (std::size_t slot = 0; slot < slots; ++slot) {
            state.slots.push_back(variable.tape().state(make_array(variable.shape())));
        }
    }
    for (std::size_t scalar = 0; scalar < scalars; ++scalar) {
        state.slots.push_back(variables[0].tape().state(make_array({})));
    }
    state.values = state.slots;
}

void require_pairs(std::span<const Var> variables, std::span<const Var> gradients) {
    if (variables.empty() || variables.size() != gradients.size()) {
        throw Error(ErrorCode::invalid_argument,
                    "[step] needs one gradient for each variable, and at least one");
    }
    for (std::size_t place = 0; place < variables.size(); ++place) {
        if (variables[place].shape() != gradients[place].shape()) {
            throw Error(ErrorCode::shape, "[step] variable " + to_string(variables[place].shape()) +
                                              " and its gradient " + to_string(gradients[place].shape()) +
                                              " differ");
        }
    }
}

std::vector<Var> ruled(const UpdateRule& rule, std::span<const Var> variables, std::span<const Var> gradients,
                       bool decay) {
    std::vector<Var> result(gradients.begin(), gradients.end());
    if (rule.clip) {
        Var total = sum(square(result[0]));
        for (std::size_t place = 1; place < result.size(); ++place) {
            total = total + sum(square(result[place]));
        }
        const Var length = sqrt(total);
        const Var limit = length.tape().constant(*rule.clip);
        const Var factor =
            where(greater(length, limit), divide_or_zero(limit, length), length.tape().constant(1));
        for (Var& each : result) {
            each = each * factor;
        }
    }
    if (decay && rule.weight_decay != 0) {
        for (std::size_t place = 0; place < result.size(); ++place) {
            result[place] = result[place] + variables[place] * rule.weight_decay;
        }
    }
    return result;
}

// Later gradients must not flow back through an update: new values start afresh.
std::vector<Var> detached(std::vector<Var> values, OptimizerState& state) {
    for (Var& value : values) {
        value = stop_gradient(value);
    }
    for (Var& value : state.values) {
        value = stop_gradient(value);
    }
    return values;
}

}  // namespace

std::vector<Var> step(const Sgd& optimizer, std::span<const Var> variables, std::span<const Var> gradients,
                      Var rate, OptimizerState& state) {
    require_pairs(variables, gradients);
    const std::vector<Var> slopes = ruled(optimizer.rule, variables, gradients, true);
    std::vector<Var> result;
    if (optimizer.momentum != 0) {
        prepare(state, variables, 1, 0);
    }
    for (std::size_t place = 0; place < variables.size(); ++place) {
        Var move = slopes[place];
        if (optimizer.momentum != 0) {
            Var& velocity = state.values[place];
            velocity = velocity * optimizer.momentum + move;
            move = optimizer.nesterov ? move + velocity * optimizer.momentum : velocity;
        }
        result.push_back(subtract_product(variables[place], rate, move));
    }
    return detached(std::move(result), state);
}

std::vector<Var> step(const Adam& optimizer, std::span<const Var> variables, std::span<const Var> gradients,
                      Var rate, OptimizerState& state) {
    require_pairs(variables, gradients);
    const std::vector<Var> slopes = ruled(optimizer.rule, variables, gradients, !optimizer.decoupled);
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
    for (std::size_t place = 0; place < variables.size(); ++place) {
        Var& first = state.values[2 * place];
        Var& second = state.values[2 * place + 1];
        first = blend(first, slopes[place], optimizer.beta1);
        second = blend_square(second, slopes[place], optimizer.beta2);
        Var start = variables[place];
        if (optimizer.decoupled && optimizer.rule.weight_decay != 0) {
            start = start * (1.0 - rate * optimizer.rule.weight_decay);
        }
        result.push_back(subtract_product(start, scale, divide_by_root(first, second, epsilon)));
    }
    return detached(std::move(result), state);
}

std::vector<Var> step(const RmsProp& optimizer, std::span<const Var> variables,
                      std::span<const Var> gradients, Var rate, OptimizerState& state) {
    require_pairs(variables, gradients);
    const std::vector<Var> slopes = ruled(optimizer.rule, variables, gradients, true);
    prepare(state, variables, 1, 0);
    const Var epsilon = rate.tape().constant(optimizer.epsilon);
    std::vector<Var> result;
    for (std::size_t place = 0; place < variables.size(); ++place) {
        Var& second = state.values[place];
        second = blend_square(second, slopes[place], optimizer.decay);
        result.push_back(
            subtract_product(variables[place], rate, divide_by_root(slopes[place], second, epsilon)));
    }
    return detached(std::move(result), state);
}

std::vector<Assignment> assignments(const OptimizerState& state) {
    std::vector<Assignment> result;
    for (std::size_t place = 0; place < state.slots.size(); ++place) {
        result.push_back({state.slots[place], state.values[place]});
    }
    return result;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
