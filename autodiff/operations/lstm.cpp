#include <string>

#include "autodiff/error.hpp"
#include "autodiff/gradient.hpp"
#include "autodiff/kernels/recurrent.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

// The whole sequence is one operation, whose result holds what its gradient needs. That gradient is an
// operation too; a gradient of it goes through the same formulas written with other operations.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

[[noreturn]] void refuse(const char* operation, const std::string& found) {
    throw Error(ErrorCode::shape, std::string("[") + operation + "] " + found);
}

LstmSizes sizes_of(const char* operation, const Shape& preactivation, const Shape& weight) {
    if (preactivation.size() != 3 || weight.size() != 2 || weight[1] % 4 != 0 || weight[1] / 4 != weight[0] ||
        preactivation[2] != weight[1]) {
        refuse(operation, "preactivation " + to_string(preactivation) + ", weight " + to_string(weight) +
                              ": expected steps x examples x 4 units and units x 4 units");
    }
    return {preactivation[0], preactivation[1], weight[0]};
}

Shape trace_shape(const Attributes&, std::span<const Shape> inputs) {
    const LstmSizes sizes = sizes_of("lstm_trace", inputs[0], inputs[1]);
    return {lstm_parts, sizes.steps, sizes.examples, sizes.units};
}

void trace_forward(const Call& call) {
    if (call.output.size() == 0) {
        return;
    }
    lstm_trace(call.output.data, call.inputs[0].data, call.inputs[1].data,
               sizes_of("lstm_trace", call.inputs[0].shape, call.inputs[1].shape), call.workspace,
               call.execution.pool);
}

std::size_t trace_workspace(const Attributes&, std::span<const Shape> inputs, const Shape&,
                            std::size_t threads) {
    return lstm_scratch(sizes_of("lstm_trace", inputs[0], inputs[1]), threads);
}

double product_flops(const LstmSizes& sizes) {
    return 8 * static_cast<double>((sizes.steps - 1) * sizes.examples) *
           static_cast<double>(sizes.units * sizes.units);
}

double trace_flops(const Attributes&, std::span<const Shape> inputs, const Shape& output) {
    return product_flops(sizes_of("lstm_trace", inputs[0], inputs[1])) +
           5 * static_cast<double>(element_count(output));
}

/// Of a state's cotangent alone, where that is all there is: the rest of the trace's is zeros.
Var without_zeros(Var cotangent) {
    const Node& node = cotangent.tape().node(cotangent.id());
    const bool padded = node.operation == &pad_operation &&
                        node.attributes.integers == std::vector<Index>{0, Index{state}, 0, 1};
    return padded ? Var(cotangent.tape(), node.inputs[0]) : cotangent;
}

std::vector<Var> trace_vjp(const VjpCall& call) {
    const Var preactivation =
        record(lstm_gradient_operation, {call.output, call.inputs[1], without_zeros(call.cotangent)});
    const Shape shape = call.inputs[0].shape();
    std::vector<Var> gradients = {preactivation, {}};
    if (call.wanted[1] && shape[0] > 1) {
        const Index rows = (shape[0] - 1) * shape[1];
        const Var states = slice(slice(call.output, 0, state, state + 1), 1, 0, shape[0] - 1);
        gradients[1] = matmul(reshape(states, {rows, shape[2] / 4}),
                              reshape(slice(preactivation, 0, 1, shape[0]), {rows, shape[2]}), true, false);
    }
    return gradients;
}

Shape gradient_shape(const Attributes&, std::span<const Shape> inputs) {
    const Shape& trace = inputs[0];
    Shape cotangent = inputs[2];
    const bool good = trace.size() == 4 && trace[0] == lstm_parts && cotangent.size() == 4 &&
                      (cotangent[0] == 1 || cotangent[0] == lstm_parts);
    if (good) {
        cotangent[0] = lstm_parts;
    }
    if (!good || cotangent != trace ||
        inputs[1] != Shape{trace[3], multiply_sizes(4, trace[3], "lstm_gradient")}) {
        refuse("lstm_gradient", "trace " + to_string(trace) + ", weight " + to_string(inputs[1]) +
                                    ", cotangent " + to_string(inputs[2]) +
                                    ": expected a trace, its weight and its cotangent");
    }
    return {trace[1], trace[2], 4 * trace[3]};
}

LstmSizes sizes_of_trace(const Shape& trace) {
    return {trace[1], trace[2], trace[3]};
}

void gradient_forward(const Call& call) {
    if (call.output.size() == 0) {
        return;
    }
    lstm_gradient(call.output.data, call.inputs[0].data, call.inputs[1].data, call.inputs[2].data,
                  call.inputs[2].shape[0] == 1, sizes_of_trace(call.inputs[0].shape), call.workspace,
                  call.execution.pool);
}

std::size_t gradient_workspace(const Attributes&, std::span<const Shape> inputs, const Shape&,
                               std::size_t threads) {
    return lstm_scratch(sizes_of_trace(inputs[0]), threads);
}

double gradient_flops(const Attributes&, std::span<const Shape> inputs, const Shape& output) {
    return product_flops(sizes_of_trace(inputs[0])) + 8 * static_cast<double>(element_count(output));
}

/// What the kernel computes, with operations that have gradients.
Var gradient_in_steps(Var trace, Var weight, Var cotangent) {
    const Shape shape = trace.shape();
    const bool states_alone = cotangent.shape()[0] == 1;
    const auto at = [&](Var whole, Index part, Index step) {
        return reshape(slice(slice(whole, 0, part, part + 1), 1, step, step + 1), {shape[2], shape[3]});
    };
    std::vector<Var> drives(static_cast<std::size_t>(shape[1]));
    Var to_state;
    Var to_memory;
    for (Index step = shape[1]; step-- > 0;) {
        const auto value = [&](Index part) { return at(trace, part, step); };
        const auto flowing = [&](Index part, Var more) {
            const Var own =
                states_alone ? (part == state ? at(cotangent, 0, step) : Var()) : at(cotangent, part, step);
            return !own.valid() ? more : more.valid() ? own + more : own;
        };
        const Var by_state = flowing(state, to_state);
        const Var tanh_cell = tanh(value(memory));
        const Var through = by_state * value(output_gate) * (1.0 - square(tanh_cell));
        const Var by_memory = flowing(memory, to_memory.valid() ? to_memory + through : through);
        const Var by_forget = step > 0 ? by_memory * at(trace, memory, step - 1) : by_memory * 0.0;
        const auto opened = [&](Index part, Var by_gate) {
            return flowing(part, by_gate) * value(part) * (1.0 - value(part));
        };
        drives[static_cast<std::size_t>(step)] =
            reshape(concatenate({opened(input_gate, by_memory * value(candidate_gate)),
                                 opened(forget_gate, by_forget),
                                 flowing(candidate_gate, by_memory * value(input_gate)) *
                                     (1.0 - square(value(candidate_gate))),
                                 opened(output_gate, by_state * tanh_cell)},
                                1),
                    {1, shape[2], 4 * shape[3]});
        if (step > 0) {
            to_memory = by_memory * value(forget_gate);
            to_state = matmul(reshape(drives[static_cast<std::size_t>(step)], {shape[2], 4 * shape[3]}),
                              weight, false, true);
        }
    }
    return concatenate(drives, 0);
}

std::vector<Var> gradient_vjp(const VjpCall& call) {
    if (element_count(call.output.shape()) == 0) {
        return std::vector<Var>(call.inputs.size());  // no steps, examples or units: no gradient either
    }
    // Nodes of their own for the inputs: the trace is computed from the weight, and its gradient must end
    // here. Unlike behind stop_gradient, what is found can itself be differentiated.
    std::vector<Var> own;
    std::vector<Var> inputs;
    for (const Var input : call.inputs) {
        Shape shape = input.shape();
        shape.insert(shape.begin(), 1);
        own.push_back(reshape(input, shape));
        inputs.push_back(reshape(own.back(), input.shape()));
    }
    const Var value = gradient_in_steps(inputs[0], inputs[1], inputs[2]);
    std::vector<Var> gradients = gradient(sum(value * call.cotangent), own);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        gradients[i] = reshape(gradients[i], call.inputs[i].shape());
    }
    return gradients;
}

std::vector<Sample> trace_samples() {
    const auto build = [](std::span<const Var> x) { return record(lstm_trace_operation, {x[0], x[1]}); };
    return {{.name = "three steps", .shapes = {{3, 2, 8}, {2, 8}}, .build = build},
            {.name = "one step", .shapes = {{1, 3, 4}, {1, 4}}, .build = build},
            {.name = "several parts", .shapes = {{2, 17, 4}, {1, 4}}, .build = build},
            {.name = "states alone", .shapes = {{3, 2, 8}, {2, 8}}, .build = [](std::span<const Var> x) {
                 return lstm(x[0], x[1]);
             }}};
}

std::vector<Sample> gradient_samples() {
    const auto build = [](std::span<const Var> x) {
        return record(lstm_gradient_operation, {x[0], x[1], x[2]});
    };
    return {{.name = "of the trace", .shapes = {{6, 3, 2, 2}, {2, 8}, {6, 3, 2, 2}}, .build = build},
            {.name = "of the states", .shapes = {{6, 2, 3, 1}, {1, 4}, {1, 2, 3, 1}}, .build = build},
            {.name = "one step", .shapes = {{6, 1, 2, 1}, {1, 4}, {1, 1, 2, 1}}, .build = build}};
}

}  // namespace

const Operation lstm_trace_operation{
    .name = "lstm_trace",
    .doc = "Gates, memories and states of long short-term memory, for every step of a sequence.",
    .arity = 2,
    .shape = trace_shape,
    .forward = trace_forward,
    .vjp = trace_vjp,
    .workspace = trace_workspace,
    .flops = trace_flops,
    .samples = trace_samples,
};

const Operation lstm_gradient_operation{
    .name = "lstm_gradient",
    .doc = "Gradient of lstm_trace by what drives its gates.",
    .arity = 3,
    .shape = gradient_shape,
    .forward = gradient_forward,
    .vjp = gradient_vjp,
    .workspace = gradient_workspace,
    .flops = gradient_flops,
    .samples = gradient_samples,
};

Var lstm(Var preactivation, Var weight) {
    require_var(preactivation, "lstm", "the preactivation");
    require_var_of(preactivation.tape(), weight, "lstm", "the weight");
    const Var trace = record(lstm_trace_operation, {preactivation, weight});
    const Shape shape = trace.shape();
    return reshape(slice(trace, 0, state, state + 1), {shape[1], shape[2], shape[3]});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
