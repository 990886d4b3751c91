#include "autodiff/operations.hpp"
#include "dsl/diagnostics.hpp"
#include "models/layers/layers.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

// The LSTM over a window is one operation of its own. The other recurrent layers, and all where one step is
// built, are unrolled over time: every step's input is projected in one product for each gate before the
// loop, so that a step costs only the products with the state; weights are cut into gates once, not results
// at each step.
namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

dsl::TypeRule type_rule(std::string name, Index gates, bool second_bias) {
    return [name = std::move(name), gates, second_bias](dsl::TypeCall& call) {
        const dsl::Type& input = call.inputs.front();
        numbers_only(name, input);
        if (input.shape.size() != 2) {
            throw dsl::diagnostics::wrong_rank(name, input, dsl::diagnostics::Form::vector_sequence,
                                               input.shape.size() == 3
                                                   ? dsl::diagnostics::Remedy::rows_of_picture
                                                   : dsl::diagnostics::Remedy::none);
        }
        const Index units = call.integer("units");
        const auto scheme = uniform_by_fan_in(static_cast<double>(units));
        call.weight("weight_input", {input.shape[1], gates * units}, initializer_or(call, scheme));
        call.weight("weight_state", {units, gates * units}, initializer_or(call, scheme));
        call.weight("bias", {gates * units}, scheme);
        if (second_bias) {
            call.weight("bias_state", {gates * units}, scheme);
        }
        return std::vector<dsl::Type>{with_shape(input, {input.shape[0], units})};
    };
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

/// What every step of a layer reads.
struct Unrolled {
    Index examples;
    Index length;
    Index units;
    std::vector<std::vector<Var>> inputs;  ///< [gate][step]: examples x units, bias added
    std::vector<Var> state_weights;        ///< [gate]: units x units
    Var zero;                              ///< examples x units
};

/// Steps first, so that each is one stretch of memory: length x examples x width.
Var steps_first(Var x, Index examples, const dsl::Type& type) {
    return transpose(reshape(x, {examples, type.shape[0], type.shape[1]}), {1, 0, 2});
}

Unrolled unroll(BuildCall& call, Index gates) {
    const Value& x = call.inputs.front();
    Unrolled result{.examples = x.type.batched ? call.batch : 1,
                    .length = x.type.shape[0],
                    .units = call.results[0].shape[1],
                    .inputs = {},
                    .state_weights = gates_of(call.weights[1], gates),
                    .zero = {}};
    const Var steps = reshape(steps_first(x.var, result.examples, x.type), {-1, x.type.shape[1]});
    const std::vector<Var> weights = gates_of(call.weights[0], gates);
    const std::vector<Var> biases = gates_of(call.weights[2], gates);
    for (std::size_t gate = 0; gate < weights.size(); ++gate) {
        const Var projected = matmul(steps, weights[gate]) + biases[gate];
        result.inputs.push_back(
            unstack(reshape(projected, {result.length, result.examples, result.units}), 0));
    }
    result.zero = call.tape.filled({result.examples, result.units}, 0);
    return result;
}

std::vector<Value> stacked(const BuildCall& call, const Unrolled& unrolled, const std::vector<Var>& states) {
    std::vector<Var> columns;
    for (const Var state : states) {
        columns.push_back(reshape(state, {unrolled.examples, 1, unrolled.units}));
    }
    const Var joined = columns.size() == 1 ? columns[0] : concatenate(columns, 1);
    return {{.var = reshape(joined, tape_shape(call.results[0], call.batch)), .type = call.results[0]}};
}

/// A state's value from step to step: none before the first, where it is 0, or what an earlier run carried.
class Carried {
  public:
    Carried(BuildCall& call, const Unrolled& unrolled) : steps_(call.steps) {
        if (steps_ != nullptr) {
            state_ = steps_->state({unrolled.examples, unrolled.units});
            value_ = state_;
        }
    }
    bool zero() const { return !value_.valid(); }
    Var value() const { return value_; }
    void set(Var value) { value_ = value; }
    void end() {
        if (steps_ != nullptr) {
            steps_->carry(state_, value_);
        }
    }

  private:
    Steps* steps_;
    Var state_;
    Var value_;
};

std::vector<Value> build_rnn(BuildCall& call) {
    const Unrolled unrolled = unroll(call, 1);
    Carried state(call, unrolled);
    std::vector<Var> states;
    for (const Var input : unrolled.inputs[0]) {
        state.set(tanh(state.zero() ? input : input + matmul(state.value(), unrolled.state_weights[0])));
        states.push_back(state.value());
    }
    state.end();
    return stacked(call, unrolled, states);
}

std::vector<Value> build_lstm_step(BuildCall& call) {
    const Unrolled unrolled = unroll(call, 4);
    Carried state(call, unrolled);
    Carried memory(call, unrolled);
    std::vector<Var> states;
    for (std::size_t step = 0; step < static_cast<std::size_t>(unrolled.length); ++step) {
        const auto drive = [&](std::size_t gate) {
            return unrolled.inputs[gate][step] + matmul(state.value(), unrolled.state_weights[gate]);
        };
        memory.set(sigmoid(drive(1)) * memory.value() + sigmoid(drive(0)) * tanh(drive(2)));
        state.set(sigmoid(drive(3)) * tanh(memory.value()));
        states.push_back(state.value());
    }
    state.end();
    memory.end();
    return stacked(call, unrolled, states);
}

std::vector<Value> build_lstm(BuildCall& call) {
    if (call.steps != nullptr) {
        return build_lstm_step(call);
    }
    const Value& x = call.inputs.front();
    const Index examples = x.type.batched ? call.batch : 1;
    const Index length = x.type.shape[0];
    const Index units = call.results[0].shape[1];
    const Var rows = reshape(steps_first(x.var, examples, x.type), {-1, x.type.shape[1]});
    const Var drive = matmul(rows, call.weights[0]) + call.weights[2];
    const Var states = lstm(reshape(drive, {length, examples, 4 * units}), call.weights[1]);
    return {{.var = reshape(transpose(states, {1, 0, 2}), tape_shape(call.results[0], call.batch)),
             .type = call.results[0]}};
}

std::vector<Value> build_gru(BuildCall& call) {
    const Unrolled unrolled = unroll(call, 3);
    const std::vector<Var> biases = gates_of(call.weights[3], 3);
    Carried state(call, unrolled);
    std::vector<Var> states;
    for (std::size_t step = 0; step < static_cast<std::size_t>(unrolled.length); ++step) {
        const Var previous = state.zero() ? unrolled.zero : state.value();
        const auto state_part = [&](std::size_t gate) {
            return state.zero() ? biases[gate]
                                : matmul(previous, unrolled.state_weights[gate]) + biases[gate];
        };
        const Var reset = sigmoid(unrolled.inputs[0][step] + state_part(0));
        const Var keep = sigmoid(unrolled.inputs[1][step] + state_part(1));
        const Var candidate = tanh(unrolled.inputs[2][step] + reset * state_part(2));
        state.set((1.0 - keep) * candidate + keep * previous);
        states.push_back(state.value());
    }
    state.end();
    return stacked(call, unrolled, states);
}

Definition recurrent(std::string name, std::string doc, std::string details, Index gates, bool second_bias,
                     Build build) {
    return {.entry =
                {.name = name,
                 .kind = dsl::EntryKind::layer,
                 .doc = std::move(doc),
                 .details =
                     std::move(details) +
                     " A sequence (length x width) becomes a sequence of the states, length x units; `h[-1]` "
                     "is the last one. The first state is 0. Weights and biases begin uniform between "
                     "-1/sqrt(units) and 1/sqrt(units).",
                 .inputs = {"x"},
                 .arguments = {integer_argument("units", "numbers in the state"), initializer_argument()},
                 .type = type_rule(name, gates, second_bias),
                 .example = name + "(256)"},
            .build = std::move(build),
            .stepping = carries_steps()};
}

}  // namespace

Definition define_rnn() {
    return recurrent("rnn", "A recurrent layer: h = tanh(W x + U h' + b), h' the state before.",
                     "Elman, 1990.", 1, false, build_rnn);
}

Definition define_lstm() {
    return recurrent(
        "lstm", "Long short-term memory: a recurrent layer whose memory is written and read by gates.",
        "Hochreiter & Schmidhuber, 1997, with the forget gate of Gers et al., 2000: c = f c' + i g, "
        "h = o tanh(c); the gates stand in the order i, f, g, o.",
        4, false, build_lstm);
}

Definition define_gru() {
    return recurrent(
        "gru", "A gated recurrent unit.",
        "Cho et al., 2014: h = (1 - z) n + z h', n = tanh(W x + b + r (U h' + d)); the gates stand in "
        "the order r, z, n.",
        3, true, build_gru);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
