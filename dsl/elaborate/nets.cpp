#include "dsl/elaborate/nets.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "dsl/elaborate/annotations.hpp"
#include "dsl/elaborate/bodies.hpp"
#include "dsl/elaborate/expressions.hpp"
#include "dsl/elaborate/imported_nets.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

/// Whether both are one number, whatever their axes: {} and {1}.
bool both_one_number(const Type& expected, const Type& found) {
    return is_one_number(expected) && is_one_number(found) && !expected.classes && !found.classes;
}

void check_parameter_names(Context& context, const std::vector<tree::Parameter>& parameters) {
    std::map<std::string, Span> names;
    for (const tree::Parameter& parameter : parameters) {
        const auto [at, added] = names.emplace(parameter.name.text, parameter.name.span);
        if (!added) {
            context.report(diagnostics::duplicate_name(parameter.name.span, parameter.name.text, at->second));
        }
    }
}

/// What a net that was copied from a run is to its callers.
NetState imported_state(const Net& net, const NetImport& import, const tree::Net& statement) {
    NetState state;
    state.tree = &statement;
    state.progress = Progress::done;
    state.annotations.resize(net.inputs.size());
    state.shaped = import.span;
    for (const ValueId id : net.results) {
        state.results.push_back(net.types[id]);
        state.results.back().batched = true;
    }
    return state;
}

/// The nets that come from runs, and those that these call.
void load_nets(Context& context) {
    std::vector<NetImport> imports;
    for (std::size_t i = 0; i < context.names.nets.size(); ++i) {
        NetState& net = context.names.nets[i];
        if (const auto& from = net.tree->from) {
            net.absent = true;
            imports.push_back({i, from->decoded, from->span});
        }
    }
    if (imports.empty()) {
        return;
    }
    ImportedNets imported = import_nets(context.program, imports, context.settings.find_trained);
    for (Diagnostic& diagnostic : imported.diagnostics) {
        context.report(std::move(diagnostic));
    }
    const auto inside = nets_inside(context.program);
    context.names.nets.resize(context.program.nets.size());
    for (const NetImport& import : imported.found) {
        const Net& net = context.program.nets[import.net];
        // The parameters are the run's: the statement of the file has none.
        tree::Net& statement = context.names.imported.emplace_back();
        statement.name = {net.name, import.span};
        for (const std::string& input : net.inputs) {
            statement.parameters.push_back({{input, import.span}, {}, {}});
        }
        context.names.nets[import.net] = imported_state(net, import, statement);
        context.names.nets[import.net].nets = inside[import.net];
    }
}

/// The parameters of a net as values of these types.
Scope bind_inputs(Context& context, const tree::Net& net, const std::vector<Type>& inputs, Space& space) {
    Scope scope;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const tree::Name& name = net.parameters[i].name;
        Type type = inputs[i];
        type.batched = true;
        context.budget.check_size(type.shape, name.span);
        bind(context, scope, name, Tensor{i, type, {}});
        space.types.push_back(std::move(type));
        if (i == 0) {
            context.names.bound.find(name.span.begin)->second.used = true;  // as the running value
        }
    }
    return scope;
}

/// What the body gives becomes the results of the net; false where something in it was reported.
bool check_results(Context& context, Emitter& emitter, BodyState& body) {
    NetState& net = context.names.nets[emitter.net];
    const auto results = results_of(body, net.tree->body.span);
    if (!results) {
        return false;
    }
    for (std::size_t i = 0; i < results->size(); ++i) {
        const Span span = body.returned_spans.empty() ? body.running_span : body.returned_spans[i];
        const auto value = to_tensor(context, emitter, (*results)[i], span, net.tree->name.text);
        if (!value) {
            return false;
        }
        context.program.nets[emitter.net].results.push_back(value->id);
        net.results.push_back(value->type);
        net.results.back().batched = true;
        for (const std::size_t called : emitter.space->flow.nets_behind(value->id)) {
            const std::set<std::size_t>& inside = context.names.nets[called].nets;
            net.nets.insert(called);
            net.nets.insert(inside.begin(), inside.end());
        }
    }
    return true;
}

void check_annotated_results(Context& context, const NetState& net) {
    const auto& annotations = net.tree->results;
    if (annotations.empty()) {
        return;
    }
    if (annotations.size() != net.results.size()) {
        context.report(diagnostics::value_count({annotations.front().span.begin, annotations.back().span.end},
                                                annotations.size(), net.results.size()));
        return;
    }
    for (std::size_t i = 0; i < annotations.size(); ++i) {
        const auto type = annotation_type(context, annotations[i]);
        if (type && !accepts(*type, net.results[i])) {
            context.report(diagnostics::annotation_mismatch(annotations[i].span, net.tree->name.text,
                                                            net.results[i], *type));
        }
    }
}

}  // namespace

bool accepts(const Type& expected, const Type& found) {
    const bool classes = expected.classes.has_value() == found.classes.has_value() &&
                         (!expected.classes || found.classes->count <= expected.classes->count);
    return (expected.shape == found.shape && classes) || both_one_number(expected, found);
}

void prepare_nets(Context& context) {
    for (std::size_t i = 0; i < context.names.nets.size(); ++i) {
        NetState& net = context.names.nets[i];
        check_parameter_names(context, net.tree->parameters);
        for (const tree::Parameter& parameter : net.tree->parameters) {
            net.annotations.push_back(parameter.annotation ? annotation_type(context, *parameter.annotation)
                                                           : std::nullopt);
            context.program.nets[i].inputs.push_back(parameter.name.text);
        }
    }
    load_nets(context);
    for (const tree::Layer* layer : context.names.layers) {
        check_parameter_names(context, layer->parameters);
    }
}

void check_net(Context& context, std::size_t index, const std::vector<Type>& inputs, Span shaped) {
    NetState& net = context.names.nets[index];
    Net& result = context.program.nets[index];
    net.progress = Progress::running;
    net.shaped = shaped;
    Space space;
    Emitter emitter(context, Emitter::Kind::net, space, result.body);
    emitter.net = index;
    Scope scope = bind_inputs(context, *net.tree, inputs, space);
    BodyState body;
    body.running = scope.names.find(net.tree->parameters[0].name.text)->second.value;
    check_lines(context, emitter, net.tree->body.lines, scope, body);
    const bool good = check_results(context, emitter, body);
    if (good) {
        check_annotated_results(context, net);
    }
    result.types = std::move(space.types);
    net.progress = good ? Progress::done : Progress::failed;
}

bool check_annotated_net(Context& context, std::size_t net) {
    std::vector<Type> types;
    for (const std::optional<Type>& annotation : context.names.nets[net].annotations) {
        if (!annotation) {
            return false;
        }
        types.push_back(*annotation);
    }
    check_net(context, net, types, {});
    return true;
}

void report_uncalled(Context& context) {
    std::vector<Diagnostic> uncalled;
    for (std::size_t i = 0; i < context.names.nets.size(); ++i) {
        const NetState& net = context.names.nets[i];
        if (net.progress != Progress::waiting || net.absent || check_annotated_net(context, i)) {
            continue;
        }
        const auto& parameters = net.tree->parameters;
        const auto bare =
            std::find_if(parameters.begin(), parameters.end(),
                         [](const tree::Parameter& parameter) { return !parameter.annotation; });
        // Where there are errors its calls, or its annotations, may be among them.
        if (bare != parameters.end() && !context.reports.has_errors()) {
            uncalled.push_back(
                diagnostics::never_called(net.tree->name.span, net.tree->name.text, bare->name.text));
        }
    }
    for (Diagnostic& diagnostic : uncalled) {
        context.report(std::move(diagnostic));
    }
}

}  // namespace gandsl::dsl
