#include <cmath>

#include "tests/autodiff/reference_support.hpp"

namespace gandsl_test {

namespace {

double opened(double x) {
    return 1 / (1 + std::exp(-x));
}

// Parts of a trace: i, f, g, o, c, h, each (steps, examples, units).
Numbers lstm_trace(const Call& call) {
    const Index steps = call.output[1];
    const Index examples = call.output[2];
    const Index units = call.output[3];
    Numbers trace(static_cast<std::size_t>(gandsl::element_count(call.output)));
    const auto at = [&](Index part, Index step, Index example, Index unit) -> double& {
        return trace[position_at(call.output, {part, step, example, unit})];
    };
    for (Index step = 0; step < steps; ++step) {
        for (Index example = 0; example < examples; ++example) {
            for (Index unit = 0; unit < units; ++unit) {
                double gates[4];
                for (Index gate = 0; gate < 4; ++gate) {
                    const Index column = gate * units + unit;
                    double x =
                        call.inputs[0].numbers[position_at(call.inputs[0].shape, {step, example, column})];
                    for (Index other = 0; step > 0 && other < units; ++other) {
                        x += at(5, step - 1, example, other) *
                             call.inputs[1].numbers[position_at(call.inputs[1].shape, {other, column})];
                    }
                    gates[gate] = gate == 2 ? std::tanh(x) : opened(x);
                    at(gate, step, example, unit) = gates[gate];
                }
                const double before = step > 0 ? at(4, step - 1, example, unit) : 0;
                const double memory = gates[1] * before + gates[0] * gates[2];
                at(4, step, example, unit) = memory;
                at(5, step, example, unit) = gates[3] * std::tanh(memory);
            }
        }
    }
    return trace;
}

Numbers lstm_gradient(const Call& call) {
    const Values& trace = call.inputs[0];
    const Index steps = trace.shape[1];
    const Index examples = trace.shape[2];
    const Index units = trace.shape[3];
    const bool whole = call.inputs[2].shape[0] == 6;
    Numbers drive(static_cast<std::size_t>(gandsl::element_count(call.output)));
    for (Index example = 0; example < examples; ++example) {
        Numbers to_state(static_cast<std::size_t>(units));
        Numbers to_memory(static_cast<std::size_t>(units));
        for (Index step = steps; step-- > 0;) {
            const auto value = [&](Index part, Index unit, Index earlier = 0) {
                return step < earlier
                           ? 0.0
                           : trace.numbers[position_at(trace.shape, {part, step - earlier, example, unit})];
            };
            const auto given = [&](Index part, Index unit) {
                return !whole && part != 5
                           ? 0.0
                           : call.inputs[2].numbers[position_at(call.inputs[2].shape,
                                                                {whole ? part : 0, step, example, unit})];
            };
            Numbers next(static_cast<std::size_t>(units));
            for (Index unit = 0; unit < units; ++unit) {
                const auto place = static_cast<std::size_t>(unit);
                const double bent = std::tanh(value(4, unit));
                const double by_state = given(5, unit) + to_state[place];
                const double by_memory =
                    given(4, unit) + to_memory[place] + by_state * value(3, unit) * (1 - bent * bent);
                const double by_gate[4] = {given(0, unit) + by_memory * value(2, unit),
                                           given(1, unit) + by_memory * value(4, unit, 1),
                                           given(2, unit) + by_memory * value(0, unit),
                                           given(3, unit) + by_state * bent};
                for (Index gate = 0; gate < 4; ++gate) {
                    const double x = value(gate, unit);
                    drive[position_at(call.output, {step, example, gate * units + unit})] =
                        by_gate[gate] * (gate == 2 ? 1 - x * x : x * (1 - x));
                }
                to_memory[place] = by_memory * value(1, unit);
            }
            for (Index unit = 0; unit < units; ++unit) {
                for (Index column = 0; column < 4 * units; ++column) {
                    next[static_cast<std::size_t>(unit)] +=
                        drive[position_at(call.output, {step, example, column})] *
                        call.inputs[1].numbers[position_at(call.inputs[1].shape, {unit, column})];
                }
            }
            to_state = next;
        }
    }
    return drive;
}

}  // namespace

References recurrent_references() {
    return {
        {"lstm_trace", lstm_trace},
        {"lstm_gradient", lstm_gradient},
    };
}

}  // namespace gandsl_test
