#include <utility>

#include "dsl/class_names.hpp"
#include "dsl/elaborate/argument_values.hpp"
#include "dsl/elaborate/arguments.hpp"
#include "dsl/elaborate/built_ins.hpp"
#include "dsl/elaborate/expressions.hpp"
#include "dsl/elaborate/nets.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

/// Whether a net with this input and result says what comes after each step.
bool says_what_comes_next(const Type& input, const Type& result) {
    if (input.classes) {
        return input.shape.size() == 1 && !result.classes &&
               result.shape == Shape{input.shape.front(), input.classes->count};
    }
    return (input.shape.size() == 1 || input.shape.size() == 2) && !result.classes &&
           result.shape == input.shape;
}

/// What the call is given, its prompt apart where that is a value.
struct Continuation {
    Arguments arguments;
    std::optional<Tensor> prompt;
    Span prompt_span;
};

std::optional<Continuation> check_arguments(Context& context, Emitter& emitter, const Entry& entry,
                                            const tree::Expression& expression, const Scope& scope) {
    Continuation result;
    result.prompt_span = expression.span;
    std::vector<Given> rest;
    std::size_t positional = 0;
    for (Given& one : given_arguments(expression)) {
        const bool named = !one.name.text.empty();
        const bool is_prompt = named ? one.name.text == "prompt" : positional == 1;
        positional += named ? 0 : 1;
        if (is_prompt) {
            result.prompt_span = one.expression->span;
            one.value = check_value(context, emitter, *one.expression, scope);
            if (is_unknown(*one.value)) {
                return std::nullopt;
            }
            if (const auto* tensor = std::get_if<Tensor>(&*one.value)) {
                result.prompt = *tensor;
                continue;
            }
        }
        rest.push_back(std::move(one));
    }
    auto arguments = resolve_arguments(context, emitter, entry, rest, expression.span, scope);
    if (!arguments) {
        return std::nullopt;
    }
    result.arguments = *std::move(arguments);
    if (result.arguments.find("prompt")->second.empty() && !result.prompt) {
        context.report(diagnostics::missing_argument(expression.span, entry.name, "prompt",
                                                     entry.arguments[1].doc, entry.example));
        return std::nullopt;
    }
    return result;
}

std::string signature(const Net& net, const std::vector<Type>& results) {
    std::string text;
    for (std::size_t i = 0; i < net.inputs.size(); ++i) {
        text += (i == 0 ? "" : ", ") + to_string(net.types[i]);
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        text += (i == 0 ? " -> " : ", ") + to_string(results[i]);
    }
    return text;
}

/// Whether the net, which is named at `span`, can be fed with its own output.
bool check_writer(Context& context, std::size_t index, Span span) {
    const NetState& state = context.names.nets[index];
    const Net& net = context.program.nets[index];
    if (state.progress == Progress::waiting && !state.absent) {
        check_annotated_net(context, index);
    }
    if (state.progress == Progress::failed) {
        return false;
    }
    if (state.progress != Progress::done) {
        // Where something else went wrong, that may be why.
        if (!context.reports.has_errors()) {
            context.report(diagnostics::continue_uncalled(span, net.name));
        }
        return false;
    }
    if (net.inputs.size() != 1 || state.results.size() != 1 ||
        !says_what_comes_next(net.types[0], state.results[0])) {
        context.report(diagnostics::cannot_continue(span, net.name, signature(net, state.results)));
        return false;
    }
    return true;
}

/// The type of one step, from the net and the prompt; none where the prompt is not what the net reads.
std::optional<Type> check_prompt(Context& context, std::size_t index, const Continuation& call) {
    const Net& net = context.program.nets[index];
    const Type& input = net.types[0];
    const auto refuse = [&](Diagnostic diagnostic) {
        context.report(std::move(diagnostic));
        return std::nullopt;
    };
    Type step = input;
    step.shape.front() = 1;
    if (!call.prompt) {
        if (!input.classes) {
            return refuse(diagnostics::wrong_prompt(call.prompt_span, diagnostics::Form::text,
                                                    {diagnostics::Form::value_such_as, {to_string(input)}}));
        }
        if (std::get<std::string>(call.arguments.find("prompt")->second.data).empty()) {
            return refuse(diagnostics::wrong_prompt(call.prompt_span, diagnostics::Form::empty_text,
                                                    diagnostics::Form::symbol));
        }
        return step;
    }
    Type given = call.prompt->type;
    if (given.shape.size() == input.shape.size()) {
        given.shape.front() = 1;
    }
    const bool labels = given.classes.has_value();
    if (given.shape != step.shape || labels != step.classes.has_value() ||
        (labels && given.classes->count != step.classes->count)) {
        return refuse(diagnostics::wrong_prompt(call.prompt_span, to_string(call.prompt->type),
                                                {diagnostics::Form::input_such_as, {to_string(input)}}));
    }
    if (labels && !same_classes(step.classes->names, given.classes->names)) {
        return refuse(diagnostics::other_classes(call.prompt_span, input_slot(net, 0), learned_from(net),
                                                 *given.classes->names, *step.classes->names,
                                                 context.names.nets[index].shaped));
    }
    // A net that was only annotated knows no symbols, and its prompt does.
    if (labels && !step.classes->names) {
        step.classes = given.classes;
    }
    return step;
}

}  // namespace

Operand check_continuation(Context& context, Emitter& emitter, const tree::Expression& expression,
                           const Scope& scope) {
    const Entry& entry = *context.catalogue.find(Role::continuation);
    if (emitter.kind != Emitter::Kind::sample) {
        return context.report(diagnostics::continue_outside_sample(expression.span));
    }
    auto call = check_arguments(context, emitter, entry, expression, scope);
    if (!call) {
        return Unknown{};
    }
    const Value& net = call->arguments.find("net")->second;
    const std::size_t index = std::get<NetReference>(net.data).net;
    if (!check_writer(context, index, net.span)) {
        return Unknown{};
    }
    auto result = check_prompt(context, index, *call);
    if (!result) {
        return Unknown{};
    }
    result->shape.front() = static_cast<Index>(std::get<double>(call->arguments.find("length")->second.data));
    result->batched = true;
    Instruction instruction;
    instruction.kind = Instruction::Kind::continuation;
    instruction.span = expression.span;
    instruction.entry = &entry;
    instruction.index = index;
    instruction.slot = emitter.space->draws++;
    instruction.arguments = std::move(call->arguments);
    if (call->prompt) {
        instruction.inputs.push_back(call->prompt->id);
    }
    return Tensor{emitter.emit(std::move(instruction), {*result}).front(), *result, {}};
}

}  // namespace gandsl::dsl
