#include "autodiff/layers.hpp"
#include "dsl/diagnostics.hpp"
#include "models/layers/layers.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

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

/// A state that earlier steps left, where one step is built.
Var carried(const BuildCall& call) {
    const Value& x = call.inputs.front();
    return call.steps->state({x.type.batched ? call.batch : 1, call.results[0].shape[1]});
}

std::vector<Value> build_rnn(BuildCall& call) {
    const Var x = call.inputs.front().var;
    const Rnn layer{
        .weight_input = call.weights[0], .weight_state = call.weights[1], .bias = call.weights[2]};
    if (call.steps == nullptr) {
        return {{.var = rnn(x, layer), .type = call.results[0]}};
    }
    const Var state = carried(call);
    const StatesAndLast found = rnn(x, layer, state);
    call.steps->carry(state, found.last);
    return {{.var = found.states, .type = call.results[0]}};
}

std::vector<Value> build_lstm(BuildCall& call) {
    const Var x = call.inputs.front().var;
    const Lstm layer{
        .weight_input = call.weights[0], .weight_state = call.weights[1], .bias = call.weights[2]};
    if (call.steps == nullptr) {
        return {{.var = lstm(x, layer), .type = call.results[0]}};
    }
    const LstmState before{.state = carried(call), .memory = carried(call)};
    const LstmStatesAndLast found = lstm(x, layer, before);
    call.steps->carry(before.state, found.last.state);
    call.steps->carry(before.memory, found.last.memory);
    return {{.var = found.states, .type = call.results[0]}};
}

std::vector<Value> build_gru(BuildCall& call) {
    const Var x = call.inputs.front().var;
    const Gru layer{.weight_input = call.weights[0],
                    .weight_state = call.weights[1],
                    .bias = call.weights[2],
                    .bias_state = call.weights[3]};
    if (call.steps == nullptr) {
        return {{.var = gru(x, layer), .type = call.results[0]}};
    }
    const Var state = carried(call);
    const StatesAndLast found = gru(x, layer, state);
    call.steps->carry(state, found.last);
    return {{.var = found.states, .type = call.results[0]}};
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
