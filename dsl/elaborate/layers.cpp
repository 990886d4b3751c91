#include "dsl/elaborate/layers.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "dsl/elaborate/bodies.hpp"
#include "dsl/elaborate/expressions.hpp"

namespace gandsl::dsl {

namespace {

/// Whether the layer is being unrolled already, which is reported.
bool calls_itself(Context& context, const Emitter& emitter, std::size_t index, Span span) {
    const auto running = std::find_if(emitter.layers.begin(), emitter.layers.end(),
                                      [index](const auto& one) { return one.first == index; });
    if (running == emitter.layers.end()) {
        return false;
    }
    diagnostics::Names cycle;
    for (auto at = running; at != emitter.layers.end(); ++at) {
        cycle.push_back(context.names.layers[at->first]->name.text);
    }
    cycle.push_back(context.names.layers[index]->name.text);
    context.report(diagnostics::recursion(span, diagnostics::Form::layer, cycle));
    return true;
}

/// The parameters of a layer as one call gives them.
Scope bind_parameters(Context& context, Emitter& emitter, const tree::Layer& layer,
                      const PreparedCall& call) {
    Scope scope;
    for (std::size_t i = 0; i < layer.parameters.size(); ++i) {
        const tree::Parameter& parameter = layer.parameters[i];
        Operand operand = Unknown{};
        if (i < call.inputs.size() && call.inputs[i]) {
            operand = *call.inputs[i];
        } else if (parameter.fallback) {
            operand = check_expression(context, emitter, *parameter.fallback, Scope{});
        } else {
            context.report(diagnostics::missing_input(call.span, layer.name.text, {parameter.name.text}));
        }
        bind(context, scope, parameter.name, std::move(operand));
        if (i == 0) {
            context.names.bound.find(parameter.name.span.begin)->second.used = true;  // as the running value
        }
    }
    return scope;
}

}  // namespace

Operand check_layer_call(Context& context, Emitter& emitter, const PreparedCall& call) {
    const std::size_t index = call.callee.index;
    const tree::Layer& layer = *context.names.layers[index];
    if (calls_itself(context, emitter, index, call.span)) {
        return Unknown{};
    }
    if (emitter.before_run()) {
        return context.report(diagnostics::not_static(call.span, diagnostics::Form::value));
    }
    Scope scope = bind_parameters(context, emitter, layer, call);
    const DepthGuard guard(context.budget);
    context.budget.check(call.span);
    emitter.layers.emplace_back(index, call.span);
    const std::string outer = emitter.prefix;
    const std::string prefix = outer + layer.name.text;
    emitter.prefix = prefix + "_" + std::to_string(++emitter.mentions[prefix]) + ".";
    BodyState body;
    body.running = scope.names.find(layer.parameters[0].name.text)->second.value;
    body.running_span = call.input_spans.empty() ? call.span : call.input_spans[0];
    check_lines(context, emitter, layer.body.lines, scope, body);
    const auto results = results_of(body, layer.body.span);
    emitter.prefix = outer;
    emitter.layers.pop_back();
    if (!results) {
        return Unknown{};
    }
    if (results->size() == 1) {
        return results->front();
    }
    TupleValue tuple;
    tuple.callee = layer.name.text;
    for (std::size_t i = 0; i < results->size(); ++i) {
        const auto value =
            to_tensor(context, emitter, (*results)[i], body.returned_spans[i], layer.name.text);
        if (!value) {
            return Unknown{};
        }
        tuple.values.push_back(*value);
    }
    return tuple;
}

}  // namespace gandsl::dsl
