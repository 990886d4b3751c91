#include <utility>

#include "dsl/class_names.hpp"
#include "dsl/elaborator.hpp"
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

}  // namespace

/// `continue(net, prompt, length = , temperature = )`: the prompt is a text, or a value like the net's input.
Operand Elaborator::continuation(const Expression& expression, Scope& scope) {
    const Entry& entry = *catalogue_.find(Role::continuation);
    if (frame_ == nullptr || frame_->kind != Frame::Kind::sample) {
        return report(diagnostics::continue_outside_sample(expression.span));
    }
    std::vector<Given> rest;
    std::optional<Tensor> prompt;
    Span prompt_span = expression.span;
    std::size_t positional = 0;
    for (Given& one : given(expression)) {
        const bool named = !one.name.text.empty();
        const bool is_prompt = named ? one.name.text == "prompt" : positional == 1;
        positional += named ? 0 : 1;
        if (is_prompt) {
            prompt_span = one.expression->span;
            one.value = value(*one.expression, scope);
            if (std::holds_alternative<Unknown>(*one.value)) {
                return Unknown{};
            }
            if (const auto* tensor = std::get_if<Tensor>(&*one.value)) {
                prompt = *tensor;
                continue;
            }
        }
        rest.push_back(std::move(one));
    }
    auto arguments = resolve_arguments(entry, rest, expression.span, scope);
    if (!arguments) {
        return Unknown{};
    }
    const Value& text = arguments->find("prompt")->second;
    if (text.empty() && !prompt) {
        return report(diagnostics::missing_argument(expression.span, entry.name, "prompt",
                                                    entry.arguments[1].doc, entry.example));
    }
    const Value& named = arguments->find("net")->second;
    const std::size_t index = std::get<NetReference>(named.data).net;
    const Net& net = program_.nets[index];
    if (nets_[index].progress == NetState::Progress::waiting && !nets_[index].absent) {
        elaborate_annotated(index);
    }
    if (nets_[index].progress == NetState::Progress::failed) {
        return Unknown{};
    }
    if (nets_[index].progress != NetState::Progress::done) {
        // Where something else went wrong, that may be why.
        if (has_errors()) {
            return Unknown{};
        }
        return report(diagnostics::continue_uncalled(named.span, net.name));
    }
    const std::vector<Type>& results = nets_[index].results;
    if (net.inputs.size() != 1 || results.size() != 1 || !says_what_comes_next(net.types[0], results[0])) {
        std::string signature;
        for (std::size_t i = 0; i < net.inputs.size(); ++i) {
            signature += (i == 0 ? "" : ", ") + to_string(net.types[i]);
        }
        for (std::size_t i = 0; i < results.size(); ++i) {
            signature += (i == 0 ? " -> " : ", ") + to_string(results[i]);
        }
        return report(diagnostics::cannot_continue(named.span, net.name, signature));
    }
    const Type& input = net.types[0];
    Type wanted = input;
    wanted.shape.front() = 1;
    if (prompt) {
        Type each = prompt->type;
        if (each.shape.size() == input.shape.size()) {
            each.shape.front() = 1;
        }
        const bool labels = each.classes.has_value();
        if (each.shape != wanted.shape || labels != wanted.classes.has_value() ||
            (labels && each.classes->count != wanted.classes->count)) {
            return report(diagnostics::wrong_prompt(prompt_span, to_string(prompt->type),
                                                    "what the net reads, such as " + to_string(input)));
        }
        if (labels && !same_classes(wanted.classes->names, each.classes->names)) {
            return report(diagnostics::other_classes(prompt_span, quoted_slot(net, 0), learned_from(net),
                                                     *each.classes->names, *wanted.classes->names,
                                                     nets_[index].shaped));
        }
        // A net that was only annotated knows no symbols, and its prompt does.
        if (labels && !wanted.classes->names) {
            wanted.classes = each.classes;
        }
    } else if (!input.classes) {
        return report(
            diagnostics::wrong_prompt(prompt_span, "a text", "a value, such as " + to_string(input)));
    } else if (std::get<std::string>(text.data).empty()) {
        return report(diagnostics::wrong_prompt(prompt_span, "an empty text", "at least one symbol"));
    }
    Type result = wanted;
    result.shape.front() = static_cast<Index>(std::get<double>(arguments->find("length")->second.data));
    result.batched = true;
    Instruction instruction;
    instruction.kind = Instruction::Kind::continuation;
    instruction.span = expression.span;
    instruction.entry = &entry;
    instruction.index = index;
    instruction.slot = draws_++;
    instruction.arguments = *std::move(arguments);
    if (prompt) {
        instruction.inputs.push_back(prompt->id);
    }
    const ValueId id = emit(std::move(instruction), {result}).front();
    return Tensor{id, std::move(result), {}};
}

}  // namespace gandsl::dsl
