#include "runtime/build/continuation.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "autodiff/array.hpp"
#include "autodiff/operations.hpp"
#include "models/catalogue.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "runtime/build/recorder.hpp"

// A net is trained on whole windows and then fed one step at a time. Nothing is elaborated anew: its
// instructions are recorded once more, for values whose first axis is 1 instead of the window's length. Which
// entries allow that, and which carry something from step to step, their definitions say.
namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

using dsl::diagnostics::Unsteppable;
using models::Stepping;
using models::Value;

namespace {

dsl::Type one_step(dsl::Type type) {
    type.shape.front() = 1;
    return type;
}

using Draws = std::set<dsl::ValueId>;

/// Whether one step alone of a net can be computed, and if not, the first thing in it that cannot.
class StepCheck {
  public:
    StepCheck(const dsl::Program& program, dsl::Span continued) : program_(program), continued_(continued) {}

    struct Answer {
        std::optional<dsl::Diagnostic> refused;
        Draws draws;  ///< of the net's own, those that have a number for each step, so that a step has one
    };
    Answer of(std::size_t index) const {
        Answer answer;
        while (true) {
            Draws whole;
            answer.refused = walk(index, answer.draws, whole);
            const std::size_t before = answer.draws.size();
            answer.draws.insert(whole.begin(), whole.end());
            if (answer.draws.size() == before) {
                return answer;
            }
        }
    }

  private:
    /// `whole` receives the draws with all steps behind a value that stands in the way, if there are any.
    std::optional<dsl::Diagnostic> walk(std::size_t index, const Draws& draws, Draws& whole) const {
        using Kind = dsl::Instruction::Kind;
        const dsl::Net& net = program_.nets[index];
        std::vector<bool> stepped(net.types.size(), false);
        stepped[0] = true;
        for (const dsl::ValueId draw : draws) {
            stepped[draw] = true;
        }
        for (const dsl::Instruction& code : net.body) {
            const bool moves = std::any_of(code.inputs.begin(), code.inputs.end(),
                                           [&](dsl::ValueId id) { return stepped[id]; });
            if (!moves) {
                continue;  // the same for every step, whatever it is
            }
            const std::string name = code.kind == Kind::call ? program_.nets[code.index].name
                                     : code.entry != nullptr ? code.entry->name
                                                             : "grad";
            const auto refused = [&](Unsteppable why) {
                return dsl::diagnostics::cannot_step(code.span, net.name, name, why, continued_,
                                                     why == Unsteppable::meets_all_steps
                                                         ? origin(net, met(net, code, stepped))
                                                         : std::nullopt);
            };
            if (code.kind == Kind::call) {
                if (code.inputs.size() != 1 || code.outputs.size() != 1) {
                    return refused(Unsteppable::several_values);
                }
                if (auto inside = of(code.index).refused) {
                    return inside;
                }
            } else if (code.kind != Kind::apply) {
                return refused(Unsteppable::whole_sequence);
            } else if (const auto why = of_entry(net, code, name, stepped, whole)) {
                return refused(*why);
            }
            for (const dsl::ValueId id : code.outputs) {
                stepped[id] = true;
            }
        }
        if (!stepped[net.results.at(0)]) {
            return dsl::diagnostics::cannot_step(net.span, net.name, "return", Unsteppable::independent,
                                                 continued_);
        }
        return std::nullopt;
    }

    /// The first of an instruction's inputs that has all steps though the net is given one.
    static std::optional<dsl::ValueId> met(const dsl::Net& net, const dsl::Instruction& code,
                                           const std::vector<bool>& stepped) {
        std::size_t rank = 0;
        for (const dsl::ValueId id : code.inputs) {
            rank = std::max(rank, stepped[id] ? net.types.at(id).shape.size() : 0);
        }
        for (const dsl::ValueId id : code.inputs) {
            const dsl::Shape& shape = net.types.at(id).shape;
            if (!stepped[id] && !shape.empty() && shape.size() >= rank && shape.front() > 1) {
                return id;
            }
        }
        return std::nullopt;
    }

    /// Where the net computes or draws a value.
    static std::optional<dsl::Span> origin(const dsl::Net& net, std::optional<dsl::ValueId> id) {
        for (const dsl::Instruction& code : net.body) {
            if (id && std::find(code.outputs.begin(), code.outputs.end(), *id) != code.outputs.end()) {
                return code.span;
            }
        }
        return std::nullopt;
    }

    static std::optional<Unsteppable> of_entry(const dsl::Net& net, const dsl::Instruction& code,
                                               const std::string& name, const std::vector<bool>& stepped,
                                               Draws& whole_draws) {
        std::vector<dsl::Type> whole;
        for (const dsl::ValueId id : code.inputs) {
            whole.push_back(net.types.at(id));
        }
        const models::Definition& definition = models::definition(name);
        if (!definition.stepping || definition.stepping(code.arguments, whole) == Stepping::looks_along) {
            return Unsteppable::looks_along;
        }
        if (const auto value = met(net, code, stepped)) {
            find_draws(net, *value, whole_draws);
            return Unsteppable::meets_all_steps;
        }
        for (const dsl::ValueId id : code.outputs) {
            const dsl::Shape& shape = net.types.at(id).shape;
            if (shape.empty() || shape.front() != net.types.at(0).shape.front()) {
                return Unsteppable::other_length;
            }
        }
        return std::nullopt;
    }

    /// The draws a value is computed from that are as long as the sequence.
    static void find_draws(const dsl::Net& net, dsl::ValueId value, Draws& found) {
        Draws wanted = {value};
        for (auto code = net.body.rbegin(); code != net.body.rend(); ++code) {
            const bool needed = std::any_of(code->outputs.begin(), code->outputs.end(),
                                            [&](dsl::ValueId id) { return wanted.contains(id); });
            if (!needed) {
                continue;
            }
            wanted.insert(code->inputs.begin(), code->inputs.end());
            if (code->kind == dsl::Instruction::Kind::draw) {
                const dsl::Shape& shape = net.types.at(code->outputs[0]).shape;
                if (!shape.empty() && shape.front() == net.types.at(0).shape.front()) {
                    found.insert(code->outputs[0]);
                }
            }
        }
    }

    const dsl::Program& program_;
    dsl::Span continued_;
};

}  // namespace

std::vector<dsl::Diagnostic> check_continuations(const dsl::Program& program) {
    std::vector<dsl::Diagnostic> result;
    std::set<std::size_t> said;
    for (const dsl::Sample& sample : program.samples) {
        for (const dsl::Instruction& code : sample.body) {
            if (code.kind != dsl::Instruction::Kind::continuation) {
                continue;
            }
            if (auto refused = StepCheck(program, code.span).of(code.index).refused;
                refused && said.insert(refused->span->begin).second) {
                result.push_back(*std::move(refused));
            }
        }
    }
    return result;
}

/// Of a net that `check_continuations` let pass. Its draws are recorded once, and drawn anew by every run of
/// the recorded step.
Value Recorder::step(std::size_t net, Scope& scope, const Value& input) {
    const dsl::Net& callee = program_.nets[net];
    Values values(callee.types.size());
    std::vector<bool> stepped(callee.types.size(), false);
    values[0] = input;
    stepped[0] = true;
    const Draws draws = StepCheck(program_, {}).of(net).draws;
    const std::size_t caller = tape().recording.origin;
    for (const dsl::Instruction& each : callee.body) {
        set_origin({.span = each.span, .entry = each.entry, .caller = caller, .net = net});
        Values inputs;
        bool moves = false;
        for (const dsl::ValueId id : each.inputs) {
            inputs.push_back(values.at(id));
            moves = moves || stepped[id];
        }
        std::vector<dsl::Type> results;
        const bool drawn = !each.outputs.empty() && draws.contains(each.outputs[0]);
        for (const dsl::ValueId id : each.outputs) {
            results.push_back(moves || drawn ? one_step(callee.types.at(id)) : callee.types.at(id));
        }
        Values outputs;
        if (!moves) {
            models::Steps* const steps = std::exchange(scope.steps, nullptr);
            outputs = run_one(each, scope, inputs, results, &callee, net);
            scope.steps = steps;
        } else if (each.kind == dsl::Instruction::Kind::call) {
            outputs = {step(each.index, scope, inputs.at(0))};
        } else {
            outputs = apply(each, scope, &callee, net, inputs, results);
        }
        for (std::size_t i = 0; i < each.outputs.size(); ++i) {
            values[each.outputs[i]] = outputs.at(i);
            stepped[each.outputs[i]] = moves || drawn;
        }
    }
    return values[callee.results.at(0)];
}

Value Recorder::continuation(const dsl::Instruction& code, Scope& scope, const Values& inputs,
                             const dsl::Type& type) {
    const dsl::Net& net = program_.nets[code.index];
    const dsl::Type type_of_step = one_step(net.types.at(0));
    Continuation result;
    models::Steps steps{.window = net.types[0].shape.front(), .position = tape().input({}, "place")};
    steps.state = [&](const Shape& shape) { return tape().state(make_array(shape), "memory"); };
    steps.carry = [&](Var state, Var after) { result.carried.push_back({state, after}); };
    result.position = steps.position;
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
        result.classes = type.classes->count;
        result.symbols = type.classes->names;
    }
    if (inputs.empty()) {
        result.text = models::text(code.arguments, "prompt");
        result.text_span = code.arguments.find("prompt")->second.span;
    } else {
        result.prompt = models::with_batch(inputs[0], scope.batch).var;
    }
    result.length = models::integer(code.arguments, "length");
    result.temperature = models::number(code.arguments, "temperature");
    result.stream = streams::number(scope.draws, code.slot);
    result.result = tape().input(models::tape_shape(type, scope.batch), "continued");
    scope.continuations->push_back(result);
    return {.var = result.result, .type = type};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
