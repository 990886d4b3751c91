#include "dsl/elaborate/built_ins.hpp"

#include <algorithm>
#include <utility>

#include "dsl/elaborate/expressions.hpp"
#include "dsl/elaborate/reads.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

/// The type of data or a latent that is only asked for its size, which nets may do too.
std::optional<Type> global_type(Context& context, const tree::Expression& expression, const Scope& scope) {
    if (expression.kind != tree::Expression::Kind::name || find(context, scope, expression.text) != nullptr) {
        return std::nullopt;
    }
    const auto global = context.names.globals.find(expression.text);
    if (global == context.names.globals.end()) {
        return std::nullopt;
    }
    if (global->second.kind == Global::Kind::data &&
        context.names.data[global->second.index] == Progress::done) {
        global->second.used = true;
        return context.program.data[global->second.index].types[global->second.field];
    }
    if (global->second.kind == Global::Kind::latent &&
        context.names.latents[global->second.index].progress == Progress::done) {
        global->second.used = true;
        return context.names.latents[global->second.index].type;
    }
    return std::nullopt;
}

Operand check_gradient(Context& context, Emitter& emitter, const std::vector<Operand>& operands,
                       const std::vector<Span>& spans, Span span) {
    const auto of = to_tensor(context, emitter, operands[0], spans[0], "grad");
    const auto to = to_tensor(context, emitter, operands[1], spans[1], "grad");
    if (!of || !to) {
        return Unknown{};
    }
    if (!is_one_number(of->type)) {
        return context.report(diagnostics::not_one_number(spans[0], diagnostics::Scalar::gradient, of->type));
    }
    if (to->type.classes) {
        report_rule(context, emitter, diagnostics::not_labels("grad", to->type), {}, spans[1]);
        return Unknown{};
    }
    if (const auto path = emitter.space->flow.gradient_path(of->id, to->id); !path.open) {
        return context.report(diagnostics::independent_gradient(
            span, path.stop ? path.stop->entry->stops_gradients : std::nullopt,
            path.stop ? path.stop->net : std::string()));
    }
    Instruction instruction;
    instruction.kind = Instruction::Kind::gradient;
    instruction.span = span;
    instruction.inputs = {of->id, to->id};
    const Type type{to->type.shape, std::nullopt, true};
    return Tensor{emitter.emit_once(std::move(instruction), {type}).front(), type, {}};
}

Operand check_next(Context& context, Emitter& emitter, const Operand& operand, Span operand_span, Span span) {
    const auto* tensor = std::get_if<Tensor>(&operand);
    if (tensor == nullptr || !tensor->data || emitter.reads == nullptr) {
        return context.report(diagnostics::next_of_other(operand_span));
    }
    const Data& data = context.program.data[tensor->data->index];
    if (!data.source->sequential) {
        return context.report(
            diagnostics::no_next(operand_span, data.names[tensor->data->field], data.source->name));
    }
    return read_batch(context, emitter, *tensor->data, true, span);
}

Operand check_size_of(Context& context, Emitter& emitter, const std::string& name, const Operand& operand,
                      Span operand_span) {
    const auto* tensor = std::get_if<Tensor>(&operand);
    if (tensor == nullptr) {
        return context.report(diagnostics::wrong_operand(operand_span, name, describe(operand),
                                                         diagnostics::Form::model_value));
    }
    const Type& type = tensor->type;
    if (name == "classes") {
        if (!type.classes) {
            report_rule(context, emitter, diagnostics::needs_labels(name, "x", type), {}, operand_span);
            return Unknown{};
        }
        return static_cast<double>(type.classes->count);
    }
    if (type.shape.empty()) {
        report_rule(context, emitter, diagnostics::wrong_rank(name, type, diagnostics::Form::axes), {},
                    operand_span);
        return Unknown{};
    }
    return static_cast<double>(name == "length" ? type.shape.front() : type.shape.back());
}

}  // namespace

Operand check_built_in(Context& context, Emitter& emitter, const std::string& name,
                       const tree::Expression& expression, const Scope& scope, const Operand* first) {
    if (name == "continue") {
        return first == nullptr ? check_continuation(context, emitter, expression, scope)
                                : context.report(diagnostics::full_call_after_pipe(expression.span, name));
    }
    const std::size_t count = name == "grad" ? 2 : 1;
    const std::vector<std::string> inputs =
        name == "grad" ? std::vector<std::string>{"e", "v"} : std::vector<std::string>{"x"};
    std::vector<Operand> operands;
    std::vector<Span> spans;
    if (first != nullptr) {
        operands.push_back(*first);
        spans.push_back(expression.span);
    }
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
        if (!expression.names[i].text.empty()) {
            return context.report(
                diagnostics::unknown_argument(expression.names[i].span, expression.names[i].text, name, {}));
        }
        if (operands.size() == count) {
            return context.report(
                first != nullptr && expression.operands.size() == count
                    ? diagnostics::full_call_after_pipe(expression.span, name)
                    : diagnostics::too_many_arguments(expression.operands[i].span, name, count));
        }
        const auto type = name == "grad" || name == "next"
                              ? std::nullopt
                              : global_type(context, expression.operands[i], scope);
        if (type) {
            operands.emplace_back(Tensor{0, *type, {}});
        } else {
            operands.push_back(check_value(context, emitter, expression.operands[i], scope));
        }
        spans.push_back(expression.operands[i].span);
    }
    if (operands.size() < count) {
        return context.report(diagnostics::missing_input(
            expression.span, name,
            {inputs.begin() + static_cast<std::ptrdiff_t>(operands.size()), inputs.end()}));
    }
    if (std::any_of(operands.begin(), operands.end(), is_unknown)) {
        return Unknown{};
    }
    if (name == "grad") {
        return check_gradient(context, emitter, operands, spans, expression.span);
    }
    if (name == "next") {
        return check_next(context, emitter, operands[0], spans[0], expression.span);
    }
    return check_size_of(context, emitter, name, operands[0], spans[0]);
}

}  // namespace gandsl::dsl
