#include <algorithm>
#include <utility>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operations.hpp"
#include "models/catalogue.hpp"
#include "models/records.hpp"
#include "models/values.hpp"
#include "runtime/build/recorder.hpp"

// A net is trained on whole windows and then fed one step at a time. Nothing is elaborated anew: its
// instructions are recorded once more, for values whose first axis is 1 instead of the window's length. Which
// entries allow that, and which carry something from step to step, their definitions say.
namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

using models::Stepping;
using models::Value;

namespace {

dsl::Type one_step(dsl::Type type) {
    type.shape.front() = 1;
    return type;
}

[[noreturn]] void refuse(const std::string& net, const std::string& entry, const std::string& why) {
    throw Error(ErrorCode::invalid_argument,
                "`continue` feeds '" + net + "' one step at a time, but '" + entry + "' in it " + why +
                    "; recurrent layers, attention(causal = true), conv(causal = true) and what treats each "
                    "step by itself can be continued");
}

}  // namespace

Value Recorder::step(std::size_t net, Scope& scope, const Value& input) {
    using Kind = dsl::Instruction::Kind;
    const dsl::Net& callee = program_.nets[net];
    const Index window = callee.types.at(0).shape.front();
    Values values(callee.types.size());
    std::vector<bool> stepped(callee.types.size(), false);
    values[0] = input;
    stepped[0] = true;
    for (const dsl::Instruction& each : callee.body) {
        tape().set_mark(each.span.begin);
        const std::string name = each.entry != nullptr ? each.entry->name : "grad";
        Values inputs;
        bool moves = false;
        for (const dsl::ValueId id : each.inputs) {
            inputs.push_back(values.at(id));
            moves = moves || stepped[id];
        }
        std::vector<dsl::Type> results;
        for (const dsl::ValueId id : each.outputs) {
            results.push_back(callee.types.at(id));
        }
        if (!moves) {
            // The same for every step, whatever it is.
            models::Steps* const steps = std::exchange(scope.steps, nullptr);
            const Values same = run_one(each, scope, inputs, results, &callee, net);
            scope.steps = steps;
            for (std::size_t place = 0; place < each.outputs.size(); ++place) {
                values[each.outputs[place]] = same.at(place);
            }
            continue;
        }
        Values outputs;
        if (each.kind == Kind::call) {
            if (inputs.size() != 1 || results.size() != 1) {
                refuse(callee.name, program_.nets[each.index].name, "takes or gives several values");
            }
            outputs = {step(each.index, scope, inputs[0])};
        } else if (each.kind == Kind::apply) {
            const models::Definition& definition = models::definition(name);
            std::vector<dsl::Type> whole;
            std::size_t rank = 0;
            for (const dsl::ValueId id : each.inputs) {
                whole.push_back(callee.types.at(id));
                rank = std::max(rank, stepped[id] ? whole.back().shape.size() : 0);
            }
            const Stepping stepping =
                definition.stepping ? definition.stepping(each.arguments, whole) : Stepping::looks_along;
            if (stepping == Stepping::looks_along) {
                refuse(callee.name, name, "needs the steps before and after");
            }
            for (std::size_t place = 0; place < inputs.size(); ++place) {
                const dsl::Shape& shape = whole[place].shape;
                if (!stepped[each.inputs[place]] && shape.size() >= rank && shape.front() > 1) {
                    refuse(callee.name, name, "meets a value that has all steps");
                }
            }
            for (dsl::Type& type : results) {
                if (type.shape.empty() || type.shape.front() != window) {
                    refuse(callee.name, name, "does not give as many steps as it takes");
                }
                type = one_step(std::move(type));
            }
            outputs = apply(each, scope, &callee, net, inputs, results);
        } else {
            refuse(callee.name, name, "needs the whole sequence");
        }
        for (std::size_t place = 0; place < each.outputs.size(); ++place) {
            values[each.outputs[place]] = outputs.at(place);
            stepped[each.outputs[place]] = true;
        }
    }
    const dsl::ValueId result = callee.results.at(0);
    if (!stepped[result]) {
        refuse(callee.name, "return", "does not depend on what it is given");
    }
    return values[result];
}

Value Recorder::continuation(const dsl::Instruction& code, Scope& scope, const Values& inputs,
                             const dsl::Type& type) {
    const dsl::Net& net = program_.nets[code.index];
    const dsl::Type type_of_step = one_step(net.types.at(0));
    Continuation result;
    models::Steps steps{.window = net.types[0].shape.front(), .place = tape().input({}, "place")};
    steps.state = [&](const Shape& shape) { return tape().state(make_array(shape), "memory"); };
    steps.carry = [&](Var state, Var after) { result.carried.push_back({state, after}); };
    result.place = steps.place;
    result.input = tape().input(models::tape_shape(type_of_step, scope.batch), "step");
    Scope inside = scope;
    inside.steps = &steps;
    Value input{.var = result.input, .type = type_of_step};
    input.type.batched = true;
    result.output =
        models::channels_first(models::with_batch(step(code.index, inside, input), scope.batch)).var;
    result.bounded = steps.bounded;
    result.window = steps.window;
    if (type.classes) {
        result.classes = *type.classes;
    }
    if (inputs.empty()) {
        result.text = models::text(code.arguments, "prompt");
    } else {
        result.prompt = models::with_batch(inputs[0], scope.batch).var;
    }
    result.length = models::integer(code.arguments, "length");
    result.temperature = models::number(code.arguments, "temperature");
    result.stream = streams::number(scope.draws, code.slot);
    result.mark = code.span.begin;
    result.result = tape().input(models::tape_shape(type, scope.batch), "continued");
    scope.continuations->push_back(result);
    return {.var = result.result, .type = type};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
