#include "dsl/elaborate/prepare.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dsl/elaborate/argument_values.hpp"
#include "dsl/elaborate/arguments.hpp"
#include "dsl/elaborate/call_inputs.hpp"
#include "dsl/elaborate/calls.hpp"
#include "dsl/elaborate/expressions.hpp"

namespace gandsl::dsl {

namespace {

using Kind = tree::Expression::Kind;

bool has_no_name(const Given& given) {
    return given.name.text.empty();
}

/// Whether an argument is a bare word that one of the entry's arguments allows, as in `pad = same`.
bool is_choice_of(Context& context, const Entry& entry, const tree::Expression& expression,
                  const Scope& scope) {
    return expression.kind == Kind::name && !is_named(context, scope, expression.text) &&
           std::any_of(entry.arguments.begin(), entry.arguments.end(), [&](const Argument& argument) {
               return argument.kind == ArgumentKind::text && is_choice(argument, expression.text);
           });
}

/// What the parentheses of a call of an entry hold, apart from inputs that were given by name.
struct Parentheses {
    std::vector<Given> positional;
    std::vector<Given> named;
    bool failed = false;
};

/// Enters inputs that are given by name.
Parentheses sort_given(Context& context, Emitter& emitter, const tree::Expression& expression,
                       const Scope& scope, PreparedCall& call) {
    const Entry& entry = *call.callee.entry;
    Parentheses result;
    for (Given& one : given_arguments(expression)) {
        const auto input = std::find(entry.inputs.begin(), entry.inputs.end(), one.name.text);
        if (has_no_name(one)) {
            result.positional.push_back(std::move(one));
        } else if (input == entry.inputs.end()) {
            result.named.push_back(std::move(one));
        } else {
            const auto index = static_cast<std::size_t>(input - entry.inputs.begin());
            if (call.inputs[index]) {
                context.report(diagnostics::repeated_argument(one.name.span, one.name.text, entry.name));
                result.failed = true;
            }
            call.inputs[index] = check_value(context, emitter, *one.expression, scope);
            call.input_spans[index] = one.expression->span;
        }
    }
    return result;
}

/// Evaluates an argument, once.
const Operand& evaluate(Context& context, Emitter& emitter, Given& given, const Scope& scope) {
    if (!given.value) {
        given.value = check_expression(context, emitter, *given.expression, scope);
    }
    return *given.value;
}

/// Moves those of the positional arguments that are inputs to the inputs; false where that was reported.
bool take_positional(Context& context, Emitter& emitter, const Scope& scope, bool piped,
                     std::vector<Given>& positional, PreparedCall& call) {
    const Entry& entry = *call.callee.entry;
    const std::size_t count = entry.inputs.size();
    std::vector<std::size_t> open;
    for (std::size_t i = piped ? 1 : 0; i < count; ++i) {
        if (!call.inputs[i]) {
            open.push_back(i);
        }
    }
    PositionalArguments given{.open = open.size(),
                              .first_is_given = piped || (count > 0 && call.inputs[0].has_value())};
    for (const Given& one : positional) {
        given.choices.push_back(is_choice_of(context, entry, *one.expression, scope));
    }
    given.kind = [&](std::size_t i) { return kind_of(evaluate(context, emitter, positional[i], scope)); };
    const InputsTaken taken = take_inputs(entry, given);
    if (taken.undecided) {
        return false;
    }
    for (std::size_t i = 0; i < taken.count; ++i) {
        const std::size_t index =
            taken.skipped + i < open.size() ? open[taken.skipped + i] : call.inputs.size();
        if (index == call.inputs.size()) {
            call.inputs.emplace_back();
            call.input_spans.emplace_back();
        }
        call.inputs[index] = evaluate(context, emitter, positional[i], scope);
        call.input_spans[index] = positional[i].expression->span;
    }
    const bool crowded =
        entry.arguments.size() < positional.size() - taken.count && positional.size() >= count;
    if (piped && crowded &&
        (count > 1 || std::holds_alternative<Tensor>(evaluate(context, emitter, positional[0], scope)))) {
        context.report(diagnostics::full_call_after_pipe(call.span, entry.name));
        return false;
    }
    positional.erase(positional.begin(), positional.begin() + static_cast<std::ptrdiff_t>(taken.count));
    return true;
}

bool prepare_entry(Context& context, Emitter& emitter, PreparedCall& call, const tree::Expression& expression,
                   const Scope& scope, bool piped) {
    const Entry& entry = *call.callee.entry;
    const std::size_t count = entry.inputs.size();
    call.inputs.resize(count);
    call.input_spans.resize(count);
    auto [positional, rest, failed] = sort_given(context, emitter, expression, scope, call);
    if (piped && count > 0 && call.inputs[0]) {
        context.report(diagnostics::full_call_after_pipe(call.span, entry.name));
        return false;
    }
    if (!take_positional(context, emitter, scope, piped, positional, call)) {
        return false;
    }
    rest.insert(rest.end(), std::make_move_iterator(positional.begin()),
                std::make_move_iterator(positional.end()));
    call.needs_first = count > 0 && !call.inputs[0];
    std::vector<std::string> missing;
    for (std::size_t i = 1; i < count; ++i) {
        if (!call.inputs[i]) {
            missing.push_back(entry.inputs[i]);
        }
    }
    auto arguments = resolve_arguments(context, emitter, entry, rest, expression.span, scope, entry.inputs);
    if (!missing.empty() && arguments) {
        context.report(diagnostics::missing_input(expression.span, entry.name, missing));
        failed = true;
    }
    if (!arguments || failed) {
        return false;
    }
    call.arguments = *std::move(arguments);
    return true;
}

/// A layer around another, which stands first in the parentheses, or second behind the input.
bool prepare_wrapper(Context& context, Emitter& emitter, PreparedCall& call,
                     const tree::Expression& expression, const Scope& scope, bool piped) {
    const Entry& entry = *call.callee.entry;
    const Argument& layer = entry.arguments.front();
    call.inputs.resize(1);
    call.input_spans.resize(1);
    std::vector<Given> rest = given_arguments(expression);
    auto input = std::find_if(rest.begin(), rest.end(),
                              [&](const Given& one) { return one.name.text == entry.inputs.front(); });
    if (input == rest.end() && !piped && std::count_if(rest.begin(), rest.end(), has_no_name) > 1) {
        input = std::find_if(rest.begin(), rest.end(), has_no_name);
    }
    if (input != rest.end()) {
        if (piped) {
            context.report(diagnostics::full_call_after_pipe(call.span, entry.name));
            return false;
        }
        call.inputs[0] = check_value(context, emitter, *input->expression, scope);
        call.input_spans[0] = input->expression->span;
        rest.erase(input);
    }
    call.needs_first = !call.inputs[0];
    auto inner =
        std::find_if(rest.begin(), rest.end(), [&](const Given& one) { return one.name.text == layer.name; });
    if (inner == rest.end()) {
        inner = std::find_if(rest.begin(), rest.end(), has_no_name);
    }
    if (inner != rest.end()) {
        const Operand& operand = evaluate(context, emitter, *inner, scope);
        const auto* recipe = std::get_if<RecipePointer>(&operand);
        if (recipe == nullptr) {
            if (!is_unknown(operand)) {
                context.report(diagnostics::wrong_argument(inner->expression->span, entry.name, layer,
                                                           describe(operand)));
            }
            return false;
        }
        call.wrapped = *recipe;
    }
    auto arguments = resolve_arguments(context, emitter, entry, rest, expression.span, scope, entry.inputs);
    if (!arguments) {
        return false;
    }
    call.arguments = *std::move(arguments);
    return true;
}

// Calls of nets and layers of the file, whose parameters are values and numbers alike.

/// Enters parameters that are given by name, and returns what is given without; failed where one was
/// reported.
struct Positional {
    std::vector<Operand> values;
    std::vector<Span> spans;
    bool failed = false;
};

Positional sort_parameters(Context& context, Emitter& emitter, PreparedCall& call,
                           const tree::Expression& expression, const std::vector<std::string>& names,
                           const Scope& scope) {
    Positional result;
    const auto evaluated = [&](const tree::Expression& given) {
        Operand operand = call.callee.kind == Callee::Kind::net
                              ? check_value(context, emitter, given, scope)
                              : check_expression(context, emitter, given, scope);
        result.failed = result.failed || is_unknown(operand);
        return operand;
    };
    std::vector<const tree::Expression*> positional;
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
        const tree::Name& name = expression.names[i];
        if (name.text.empty()) {
            positional.push_back(&expression.operands[i]);
            continue;
        }
        const auto found = std::find(names.begin(), names.end(), name.text);
        const auto index = static_cast<std::size_t>(found - names.begin());
        if (found == names.end()) {
            context.report(diagnostics::unknown_argument(name.span, name.text, call.callee.name, names));
            result.failed = true;
        } else if (call.inputs[index]) {
            context.report(diagnostics::repeated_argument(name.span, name.text, call.callee.name));
            result.failed = true;
        } else {
            call.inputs[index] = evaluated(expression.operands[i]);
            call.input_spans[index] = expression.operands[i].span;
        }
    }
    for (const tree::Expression* one : positional) {
        result.values.push_back(evaluated(*one));
        result.spans.push_back(one->span);
    }
    return result;
}

/// Enters what is given without names from parameter `first` on; false where it was reported.
bool enter_parameters(Context& context, PreparedCall& call, Positional& given,
                      const std::vector<std::string>& names, std::size_t first, bool piped) {
    for (std::size_t i = 0; i < given.values.size(); ++i) {
        const std::size_t index = first + i;
        if (index >= names.size()) {
            context.report(
                piped && given.values.size() == names.size()
                    ? diagnostics::full_call_after_pipe(call.span, call.callee.name)
                    : diagnostics::too_many_arguments(given.spans[i], call.callee.name, names.size()));
            return false;
        }
        if (call.inputs[index]) {
            context.report(diagnostics::repeated_argument(given.spans[i], names[index], call.callee.name));
            return false;
        }
        call.inputs[index] = std::move(given.values[i]);
        call.input_spans[index] = given.spans[i];
    }
    return true;
}

bool prepare_parameters(Context& context, Emitter& emitter, PreparedCall& call,
                        const tree::Expression& expression, const std::vector<tree::Parameter>& parameters,
                        const Scope& scope, bool piped) {
    call.inputs.resize(parameters.size());
    call.input_spans.resize(parameters.size());
    std::vector<std::string> names;
    for (const tree::Parameter& parameter : parameters) {
        names.push_back(parameter.name.text);
    }
    Positional given = sort_parameters(context, emitter, call, expression, names, scope);
    const bool first_by_name = !call.inputs.empty() && call.inputs[0].has_value();
    if (piped && first_by_name) {
        context.report(diagnostics::full_call_after_pipe(call.span, call.callee.name));
        return false;
    }
    std::vector<bool> named;
    for (const auto& input : call.inputs) {
        named.push_back(input.has_value());
    }
    const bool net = call.callee.kind == Callee::Kind::net;
    const bool without_first =
        piped || first_by_name || leaves_first_out(parameters, named, given.values, net);
    if (!enter_parameters(context, call, given, names, without_first ? 1 : 0, piped)) {
        return false;
    }
    call.needs_first = !call.inputs[0].has_value();
    std::vector<std::string> missing;
    for (std::size_t i = 1; i < parameters.size(); ++i) {
        if (!call.inputs[i] && !parameters[i].fallback) {
            missing.push_back(names[i]);
        }
    }
    if (!missing.empty() && !given.failed) {
        context.report(diagnostics::missing_input(call.span, call.callee.name, missing));
        return false;
    }
    return !given.failed;
}

/// A recipe that was given to a layer: `act(h)`, or `act` after a pipe.
bool prepare_recipe(Context& context, Emitter& emitter, PreparedCall& call,
                    const tree::Expression& expression, const Scope& scope, bool piped) {
    if (expression.operands.size() > 1 || (piped && !expression.operands.empty())) {
        context.report(diagnostics::too_many_arguments(expression.span, expression.text, 1));
        return false;
    }
    call.inputs.resize(1);
    call.input_spans.resize(1);
    if (!expression.operands.empty()) {
        call.inputs[0] = check_value(context, emitter, expression.operands[0], scope);
        call.input_spans[0] = expression.operands[0].span;
    }
    call.needs_first = expression.operands.empty();
    return true;
}

bool prepare(Context& context, Emitter& emitter, PreparedCall& call, const tree::Expression& expression,
             const Scope& scope, bool piped) {
    const Callee& callee = call.callee;
    switch (callee.kind) {
        case Callee::Kind::entry:
            return callee.entry->wraps ? prepare_wrapper(context, emitter, call, expression, scope, piped)
                                       : prepare_entry(context, emitter, call, expression, scope, piped);
        case Callee::Kind::net:
            // An absent net was reported where it is declared.
            return !context.names.nets[callee.index].absent &&
                   prepare_parameters(context, emitter, call, expression,
                                      context.names.nets[callee.index].tree->parameters, scope, piped);
        case Callee::Kind::layer:
            return prepare_parameters(context, emitter, call, expression,
                                      context.names.layers[callee.index]->parameters, scope, piped);
        case Callee::Kind::recipe:
            return prepare_recipe(context, emitter, call, expression, scope, piped);
        case Callee::Kind::built_in:
            context.report(diagnostics::recipe_as_value(expression.span, expression.text));
            return false;
    }
    return false;
}

}  // namespace

std::optional<PreparedCall> prepare_call(Context& context, Emitter& emitter,
                                         const tree::Expression& expression, const Scope& scope, bool piped) {
    const auto callee = check_callee(context, expression, scope);
    if (!callee) {
        return std::nullopt;
    }
    PreparedCall call;
    call.callee = *callee;
    call.span = expression.span;
    return prepare(context, emitter, call, expression, scope, piped) ? std::optional(std::move(call))
                                                                     : std::nullopt;
}

}  // namespace gandsl::dsl
