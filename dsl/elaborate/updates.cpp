#include "dsl/elaborate/updates.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "dsl/elaborate/argument_values.hpp"
#include "dsl/elaborate/bodies.hpp"
#include "dsl/elaborate/calls.hpp"
#include "dsl/elaborate/expressions.hpp"
#include "dsl/elaborate/reads.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

/// The nets that a net calls and that have weights to learn.
std::vector<std::string> learning_inside(const Context& context, std::size_t net) {
    std::vector<std::string> names;
    for (const std::size_t inner : context.names.nets[net].nets) {
        const auto& weights = context.program.nets[inner].weights;
        if (std::any_of(weights.begin(), weights.end(),
                        [](const NetWeight& weight) { return weight.learned; })) {
            names.push_back(context.program.nets[inner].name);
        }
    }
    return names;
}

/// What an update names must learn something from it.
void check_reached(Context& context, const Emitter& emitter, const tree::Update& tree, const Update& result) {
    std::set<std::size_t> behind;
    for (const std::size_t net : emitter.space->flow.nets_behind(result.objective)) {
        behind.insert(net);
        behind.merge(std::set(context.names.nets[net].nets));
    }
    for (const tree::Name& name : tree.nets) {
        const std::size_t net = context.names.globals.find(name.text)->second.index;
        const auto& weights = context.program.nets[net].weights;
        if (!behind.contains(net)) {
            context.report(diagnostics::not_in_objective(name.span, name.text));
        } else if (std::none_of(weights.begin(), weights.end(),
                                [](const NetWeight& weight) { return weight.learned; })) {
            context.report(
                diagnostics::nothing_to_learn(name.span, name.text, learning_inside(context, net)));
        }
    }
}

/// As "loss", unless the file calls another value so, which stays what the file says it is.
void log_objective(Update& result, ValueId objective) {
    std::string column = "loss";
    const auto taken = [&](const Named& named) { return named.name == column && named.value != objective; };
    for (std::size_t number = 1; std::any_of(result.named.begin(), result.named.end(), taken); ++number) {
        column = number == 1 ? "objective" : "objective_" + std::to_string(number);
    }
    std::erase_if(result.named, [&](const Named& named) { return named.name == column; });
    result.named.push_back({column, objective});
}

void check_objective(Context& context, Emitter& emitter, const tree::Objective& tree, const Scope& scope,
                     Update& result) {
    const Operand operand = check_value(context, emitter, tree.value, scope);
    const auto goal =
        to_tensor(context, emitter, operand, tree.value.span, tree.maximize ? "maximize" : "minimize");
    if (!goal) {
        return;
    }
    if (!is_one_number(goal->type)) {
        context.report(
            diagnostics::not_one_number(tree.value.span, diagnostics::Scalar::objective, goal->type));
        return;
    }
    log_objective(result, goal->id);
    result.objective = goal->id;
    if (tree.maximize) {
        const Entry* entry = context.catalogue.find(Role::negate);
        if (entry == nullptr) {
            context.report(diagnostics::not_yet(tree.value.span, "maximize", ""));
            return;
        }
        const Type type{goal->type.shape, std::nullopt, goal->type.batched};
        result.objective = apply_operation(emitter, *entry, {*goal}, type, tree.value.span).id;
    }
}

/// Logs a value that was bound to a name, where it is one number.
void log_name(Context& context, const tree::Name& name, const Scope& scope, Update& result) {
    const Scope::Entry& entry = scope.names.find(name.text)->second;
    const auto* tensor = std::get_if<Tensor>(&entry.value);
    if (tensor == nullptr || !is_one_number(tensor->type)) {
        return;
    }
    context.names.bound.find(name.span.begin)->second.used = true;
    if (result.prefix.empty() && is_log_column(name.text)) {
        context.report(diagnostics::log_column(name.span, name.text));
    }
    std::erase_if(result.named, [&](const Named& named) { return named.name == name.text; });
    result.named.push_back({name.text, tensor->id});
}

void check_update_lines(Context& context, Emitter& emitter, const tree::Update& tree, Scope& scope,
                        Update& result) {
    std::optional<Span> first;
    bool misspelt = false;  // perhaps its objective
    const DepthGuard guard(context.budget);
    for (const tree::Line& line : tree.body.lines) {
        context.budget.check(line.span);
        if (const auto* binding = std::get_if<tree::Binding>(&line.data)) {
            bind_names(context, *binding, check_value(context, emitter, binding->value, scope), scope);
            for (const tree::Name& name : binding->names) {
                log_name(context, name, scope, result);
            }
        } else if (const auto* drawn = std::get_if<tree::Draw>(&line.data)) {
            bind(context, scope, drawn->name, check_draw(context, emitter, *drawn, scope));
        } else if (const auto* objective = std::get_if<tree::Objective>(&line.data)) {
            if (first) {
                context.report(diagnostics::several_objectives(line.span, *first));
                continue;
            }
            first = line.span;
            check_objective(context, emitter, *objective, scope, result);
            if (!context.reports.has_errors()) {
                check_reached(context, emitter, tree, result);
            }
        } else if (std::holds_alternative<tree::Expression>(line.data)) {
            const std::string word = first_word(context, line, scope);
            misspelt = misspelt || !word.empty();
            context.report(diagnostics::no_effect(line.span, diagnostics::Idle::in_update, word));
        } else {
            report_misplaced(context, line);
        }
    }
    if (!first && !misspelt) {
        context.report(diagnostics::missing_objective({tree.optimizer.span.begin, tree.optimizer.span.end}));
    }
}

/// The nets that learn.
std::vector<std::size_t> check_nets(Context& context, const tree::Update& tree) {
    std::vector<std::size_t> nets;
    std::map<std::string, Span> seen;
    for (const tree::Name& name : tree.nets) {
        const auto [at, added] = seen.emplace(name.text, name.span);
        if (!added) {
            context.report(diagnostics::duplicate_name(name.span, name.text, at->second));
        } else if (Global* net = check_net_name(context, name)) {
            net->used = true;
            nets.push_back(net->index);
        }
    }
    return nets;
}

}  // namespace

Global* check_net_name(Context& context, const tree::Name& name) {
    Global* global = find_global(context, name.text);
    if (global == nullptr) {
        context.report(
            diagnostics::unknown_name(name.span, name.text, diagnostics::Form::net, net_names(context)));
        return nullptr;
    }
    if (global->kind != Global::Kind::net) {
        context.report(diagnostics::wrong_kind_of_name(name.span, name.text, describe(global->kind),
                                                       diagnostics::Form::net));
        return nullptr;
    }
    return global;
}

Update check_update(Context& context, Emitter& outer, const UpdateSites& sites, const tree::Update& tree,
                    Span span, const Scope& scope) {
    Update result;
    result.site = static_cast<std::size_t>(std::find(sites.updates.begin(), sites.updates.end(), &tree) -
                                           sites.updates.begin());
    result.prefix = sites.prefixes[result.site];
    result.span = span;
    result.nets = check_nets(context, tree);
    if (auto optimizer = check_plain_call(context, outer, tree.optimizer, EntryKind::optimizer, scope)) {
        result.optimizer = {optimizer->entry, std::move(optimizer->arguments), tree.optimizer.span};
    }
    Emitter emitter(context, Emitter::Kind::update, *outer.space, result.body);
    emitter.iteration = outer.iteration;
    emitter.reads = outer.reads;
    Scope inner;
    inner.parent = &scope;
    check_update_lines(context, emitter, tree, inner, result);
    return result;
}

}  // namespace gandsl::dsl
