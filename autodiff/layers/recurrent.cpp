#include "autodiff/layers/support.hpp"

// The LSTM from 0 is one operation of its own. All others are unrolled over time: every step's input is
// projected in one product for each gate before the loop, so that a step costs only the products with the
// state; weights are cut into gates once, not results at each step.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

/// What a recurrent layer has, whichever it is.
struct RecurrentWeights {
    const char* name;
    Index gates;
    Var input = {};
    Var state = {};
    Var bias = {};
    Var bias_state = {};  ///< of the GRU
};

RecurrentWeights weights_of(const Rnn& layer) {
    return {.name = "rnn",
            .gates = 1,
            .input = layer.weight_input,
            .state = layer.weight_state,
            .bias = layer.bias};
}
RecurrentWeights weights_of(const Lstm& layer) {
    return {.name = "lstm",
            .gates = 4,
            .input = layer.weight_input,
            .state = layer.weight_state,
            .bias = layer.bias};
}
RecurrentWeights weights_of(const Gru& layer) {
    return {.name = "gru",
            .gates = 3,
            .input = layer.weight_input,
            .state = layer.weight_state,
            .bias = layer.bias,
            .bias_state = layer.bias_state};
}

struct SequenceSizes {
    Index examples = 1;
    Index length = 1;
    Index width = 0;
    Index units = 0;
};

/// Of a sequence, or of the input of a cell, (examples, width).
SequenceSizes recurrent_sizes(Var x, const RecurrentWeights& weights, bool cell) {
    const char* const name = weights.name;
    require_parts(name, {{"x", x},
                         {"the input's weight", weights.input},
                         {"the state's weight", weights.state},
                         {"the bias", weights.bias}});
    const Shape shape = x.shape();
    const Shape input = weights.input.shape();
    const Shape state = weights.state.shape();
    const bool rank = cell ? shape.size() == 2 : shape.size() == 2 || shape.size() == 3;
    if (!rank || input.size() != 2 || state.size() != 2 || shape.back() != input[0] || input[1] != state[1] ||
        state[1] % weights.gates != 0 || state[1] / weights.gates != state[0]) {
        const std::string units = (weights.gates == 1 ? "" : std::to_string(weights.gates) + " ") + "units";
        refuse_shapes(name, {{"x", x}, {"input's weight", weights.input}, {"state's weight", weights.state}},
                      std::string(cell ? "x (n, width)" : "x (n, steps, width) or (steps, width)") +
                          ", weights (width, " + units + ") and (units, " + units + ")");
    }
    SequenceSizes sizes{.width = input[0], .units = state[0]};
    if (cell) {
        sizes.examples = shape[0];
    } else {
        sizes.examples = shape.size() == 3 ? shape[0] : 1;
        sizes.length = shape[shape.size() - 2];
    }
    std::initializer_list<LayerPart> biases = {{"bias", weights.bias}, {"state's bias", weights.bias_state}};
    for (const LayerPart& bias : biases) {
        if (bias.var.valid() && bias.var.shape() != Shape{input[1]}) {
            refuse_shapes(name, {{"input's weight", weights.input}, bias},
                          "a bias (" + std::to_string(input[1]) + ")");
        }
    }
    if (sizes.length < 1) {
        refuse_shapes(name, {{"x", x}}, "at least one step");
    }
    return sizes;
}

void require_state(const RecurrentWeights& weights, const SequenceSizes& sizes, Var x, Var state) {
    require_parts(weights.name, {{"x", x}, {"the state", state}});
    if (state.shape() != Shape{sizes.examples, sizes.units}) {
        refuse_shapes(weights.name, {{"x", x}, {"state", state}},
                      "a state " + to_string(Shape{sizes.examples, sizes.units}) + ", (n, units)");
    }
}

std::vector<Var> gates_of(Var weight, Index gates) {
    if (gates == 1) {
        return {weight};
    }
    const Index units = weight.shape().back() / gates;
    std::vector<Var> parts;
    for (Index gate = 0; gate < gates; ++gate) {
        parts.push_back(
            slice(weight, static_cast<Index>(weight.shape().size()) - 1, gate * units, (gate + 1) * units));
    }
    return parts;
}

/// The parts of `x` along its first axis, each without it. Halves are split again and again, so that the
/// gradient costs O(n log n) instead of one full-sized array for each part.
std::vector<Var> unstack_steps(Var x) {
    Shape shape = x.shape();
    const Index count = shape.front();
    if (count == 1) {
        shape.erase(shape.begin());
        return {reshape(x, shape)};
    }
    std::vector<Var> parts = unstack_steps(slice(x, 0, 0, count / 2));
    for (const Var part : unstack_steps(slice(x, 0, count / 2, count))) {
        parts.push_back(part);
    }
    return parts;
}

/// What every step of a layer reads.
struct Unrolled {
    SequenceSizes sizes;
    std::vector<std::vector<Var>> inputs;  ///< [step][gate]: (examples, units), bias added
    std::vector<Var> state_weights;        ///< [gate]: (units, units)
};

/// Steps first, so that each is one stretch of memory, and joined with the examples: (rows, width).
Var step_rows(Var x, const SequenceSizes& sizes) {
    const Var steps = transpose(reshape(x, {sizes.examples, sizes.length, sizes.width}), {1, 0, 2});
    return reshape(steps, {sizes.length * sizes.examples, sizes.width});
}

Unrolled unroll(Var x, const RecurrentWeights& weights, bool cell) {
    Unrolled result{.sizes = recurrent_sizes(x, weights, cell), .inputs = {}, .state_weights = {}};
    const SequenceSizes& sizes = result.sizes;
    result.inputs.resize(static_cast<std::size_t>(sizes.length));
    result.state_weights = gates_of(weights.state, weights.gates);
    const Var rows = cell ? x : step_rows(x, sizes);
    const std::vector<Var> projections = gates_of(weights.input, weights.gates);
    const std::vector<Var> biases = gates_of(weights.bias, weights.gates);
    for (std::size_t gate = 0; gate < projections.size(); ++gate) {
        const Var projected = matmul(rows, projections[gate]) + biases[gate];
        if (cell) {
            result.inputs[0].push_back(projected);
            continue;
        }
        const std::vector<Var> steps =
            unstack_steps(reshape(projected, {sizes.length, sizes.examples, sizes.units}));
        for (std::size_t step = 0; step < steps.size(); ++step) {
            result.inputs[step].push_back(steps[step]);
        }
    }
    return result;
}

/// The states of all steps, in the rank of x.
Var stacked(Var x, const SequenceSizes& sizes, const std::vector<Var>& states) {
    std::vector<Var> columns;
    for (const Var state : states) {
        columns.push_back(reshape(state, {sizes.examples, 1, sizes.units}));
    }
    const Var joined = columns.size() == 1 ? columns[0] : concatenate(columns, 1);
    return x.shape().size() == 3 ? joined : reshape(joined, {sizes.length, sizes.units});
}

/// An empty `state` is 0 here and below.
Var rnn_step(const std::vector<Var>& input, Var state, const Unrolled& unrolled) {
    return tanh(state.valid() ? input[0] + matmul(state, unrolled.state_weights[0]) : input[0]);
}

LstmState lstm_step(const std::vector<Var>& input, const LstmState& before, const Unrolled& unrolled) {
    const auto drive = [&](std::size_t gate) {
        return input[gate] + matmul(before.state, unrolled.state_weights[gate]);
    };
    LstmState after;
    after.memory = sigmoid(drive(1)) * before.memory + sigmoid(drive(0)) * tanh(drive(2));
    after.state = sigmoid(drive(3)) * tanh(after.memory);
    return after;
}

Var gru_step(const std::vector<Var>& input, Var state, const Unrolled& unrolled,
             const std::vector<Var>& biases, Var zero) {
    const Var previous = state.valid() ? state : zero;
    const auto state_part = [&](std::size_t gate) {
        return state.valid() ? matmul(previous, unrolled.state_weights[gate]) + biases[gate] : biases[gate];
    };
    const Var reset = sigmoid(input[0] + state_part(0));
    const Var keep = sigmoid(input[1] + state_part(1));
    const Var candidate = tanh(input[2] + reset * state_part(2));
    return (1.0 - keep) * candidate + keep * previous;
}

StatesAndLast run_rnn(Var x, const Rnn& layer, Var state) {
    const Unrolled unrolled = unroll(x, weights_of(layer), false);
    if (state.valid()) {
        require_state(weights_of(layer), unrolled.sizes, x, state);
    }
    std::vector<Var> states;
    for (const std::vector<Var>& input : unrolled.inputs) {
        state = rnn_step(input, state, unrolled);
        states.push_back(state);
    }
    return {.states = stacked(x, unrolled.sizes, states), .last = state};
}

StatesAndLast run_gru(Var x, const Gru& layer, Var state) {
    require_parts("gru", {{"x", x}, {"the state's bias", layer.bias_state}});
    const Unrolled unrolled = unroll(x, weights_of(layer), false);
    if (state.valid()) {
        require_state(weights_of(layer), unrolled.sizes, x, state);
    }
    const Var zero = x.tape().filled({unrolled.sizes.examples, unrolled.sizes.units}, 0);
    const std::vector<Var> biases = gates_of(layer.bias_state, 3);
    std::vector<Var> states;
    for (const std::vector<Var>& input : unrolled.inputs) {
        state = gru_step(input, state, unrolled, biases, zero);
        states.push_back(state);
    }
    return {.states = stacked(x, unrolled.sizes, states), .last = state};
}

RecurrentWeights make_recurrent(Tape& tape, const char* name, Index width, Index units, Index gates,
                                WeightKeys& keys, const LayerOptions& options) {
    require_sizes(name, {width, units});
    require_setting(options.bias, name, "bias false", "a bias: this layer cannot do without");
    const Initializer own = fan_initializer(static_cast<double>(units));
    const Initializer chosen = options.initializer ? options.initializer : own;
    const Index columns = multiply_sizes(gates, units, name);
    RecurrentWeights weights{.name = name, .gates = gates};
    weights.input = make_weight(tape, options, "weight_input", {width, columns}, chosen, keys);
    weights.state = make_weight(tape, options, "weight_state", {units, columns}, chosen, keys);
    weights.bias = make_weight(tape, options, "bias", {columns}, own, keys);
    return weights;
}

}  // namespace

Var rnn_cell(Var x, Var state, const Rnn& layer) {
    const Unrolled unrolled = unroll(x, weights_of(layer), true);
    require_state(weights_of(layer), unrolled.sizes, x, state);
    return rnn_step(unrolled.inputs[0], state, unrolled);
}

Var rnn(Var x, const Rnn& layer) {
    return run_rnn(x, layer, {}).states;
}

StatesAndLast rnn(Var x, const Rnn& layer, Var first) {
    require_parts("rnn", {{"the first state", first}});
    return run_rnn(x, layer, first);
}

Rnn make_rnn(Tape& tape, Index width, Index units, WeightKeys& keys, const LayerOptions& options) {
    const RecurrentWeights made = make_recurrent(tape, "make_rnn", width, units, 1, keys, options);
    return {.weight_input = made.input, .weight_state = made.state, .bias = made.bias};
}

LstmState lstm_cell(Var x, const LstmState& state, const Lstm& layer) {
    const Unrolled unrolled = unroll(x, weights_of(layer), true);
    require_state(weights_of(layer), unrolled.sizes, x, state.state);
    require_state(weights_of(layer), unrolled.sizes, x, state.memory);
    return lstm_step(unrolled.inputs[0], state, unrolled);
}

Var lstm(Var x, const Lstm& layer) {
    const SequenceSizes sizes = recurrent_sizes(x, weights_of(layer), false);
    const Var drive = matmul(step_rows(x, sizes), layer.weight_input) + layer.bias;
    const Var states =
        lstm(reshape(drive, {sizes.length, sizes.examples, 4 * sizes.units}), layer.weight_state);
    const Var joined = transpose(states, {1, 0, 2});
    return x.shape().size() == 3 ? joined : reshape(joined, {sizes.length, sizes.units});
}

LstmStatesAndLast lstm(Var x, const Lstm& layer, const LstmState& first) {
    const Unrolled unrolled = unroll(x, weights_of(layer), false);
    require_state(weights_of(layer), unrolled.sizes, x, first.state);
    require_state(weights_of(layer), unrolled.sizes, x, first.memory);
    LstmState state = first;
    std::vector<Var> states;
    for (const std::vector<Var>& input : unrolled.inputs) {
        state = lstm_step(input, state, unrolled);
        states.push_back(state.state);
    }
    return {.states = stacked(x, unrolled.sizes, states), .last = state};
}

Lstm make_lstm(Tape& tape, Index width, Index units, WeightKeys& keys, const LayerOptions& options) {
    const RecurrentWeights made = make_recurrent(tape, "make_lstm", width, units, 4, keys, options);
    return {.weight_input = made.input, .weight_state = made.state, .bias = made.bias};
}

Var gru_cell(Var x, Var state, const Gru& layer) {
    require_parts("gru", {{"x", x}, {"the state's bias", layer.bias_state}});
    const Unrolled unrolled = unroll(x, weights_of(layer), true);
    require_state(weights_of(layer), unrolled.sizes, x, state);
    return gru_step(unrolled.inputs[0], state, unrolled, gates_of(layer.bias_state, 3), {});
}

Var gru(Var x, const Gru& layer) {
    return run_gru(x, layer, {}).states;
}

StatesAndLast gru(Var x, const Gru& layer, Var first) {
    require_parts("gru", {{"the first state", first}});
    return run_gru(x, layer, first);
}

Gru make_gru(Tape& tape, Index width, Index units, WeightKeys& keys, const LayerOptions& options) {
    const RecurrentWeights made = make_recurrent(tape, "make_gru", width, units, 3, keys, options);
    return {.weight_input = made.input,
            .weight_state = made.state,
            .bias = made.bias,
            .bias_state = make_weight(tape, options, "bias_state", {3 * units},
                                      fan_initializer(static_cast<double>(units)), keys)};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
