#include "dsl/elaborate/declarations.hpp"

#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "dsl/elaborate/argument_values.hpp"
#include "dsl/elaborate/expressions.hpp"

namespace gandsl::dsl {

namespace {

void declare_name(Context& context, const tree::Name& name, Global global) {
    global.span = name.span;
    const auto [at, added] = context.names.globals.emplace(name.text, global);
    if (!added) {
        context.report(diagnostics::duplicate_name(name.span, name.text, at->second.span));
    }
}

/// Values may be called as functions are (`norm = norm(x)`), as a call never means a value; nets and layers
/// may not.
void declare_callable(Context& context, const tree::Name& name, Global global) {
    const Entry* entry = context.catalogue.find(name.text);
    if (entry != nullptr && (entry->kind == EntryKind::layer || entry->kind == EntryKind::function)) {
        context.report(diagnostics::built_in_name(name.span, name.text, describe(entry->kind)));
    }
    declare_name(context, name, global);
}

/// Enters the names of one statement, and makes room for what it declares.
struct Declare {
    Context& context;
    Span span;  ///< of the statement

    void operator()(const tree::Option& option) const {
        declare_name(context, option.name, {Global::Kind::option, context.names.options.size()});
        context.names.options.emplace_back();
    }
    void operator()(const tree::Data& data) const {
        for (std::size_t field = 0; field < data.names.size(); ++field) {
            declare_name(context, data.names[field],
                         {Global::Kind::data, context.program.data.size(), field});
        }
        context.program.data.emplace_back();
        context.names.data.push_back(Progress::waiting);
    }
    void operator()(const tree::Draw& latent) const {
        declare_name(context, latent.name, {Global::Kind::latent, context.names.latents.size()});
        context.names.latents.push_back({.tree = &latent, .span = span});
    }
    void operator()(const tree::Net& net) const {
        declare_callable(context, net.name, {Global::Kind::net, context.names.nets.size()});
        context.names.nets.emplace_back().tree = &net;
        Net& result = context.program.nets.emplace_back();
        result.name = net.name.text;
        result.span = span;
    }
    void operator()(const tree::Layer& layer) const {
        declare_callable(context, layer.name, {Global::Kind::layer, context.names.layers.size()});
        context.names.layers.push_back(&layer);
    }
    void operator()(const tree::Train& /*train*/) const {}
    void operator()(const tree::Measure& measure) const { declare_shown(measure.name); }
    void operator()(const tree::Sample& sample) const { declare_shown(sample.name); }

    void declare_shown(const tree::Name& name) const {
        const auto [at, added] = context.names.shown.emplace(name.text, name.span);
        if (!added) {
            context.report(diagnostics::duplicate_name(name.span, name.text, at->second));
        }
    }
};

// Options.

std::optional<double> parse_number(const std::string& text) {
    double number = 0;
    const char* const begin = text.data() + (!text.empty() && text[0] == '+' ? 1 : 0);
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
        return std::nullopt;
    }
    return number;
}

Value value_of(const Operand& operand, Span span, bool given) {
    Value value;
    value.span = span;
    value.given = given;
    if (const auto* number = std::get_if<double>(&operand)) {
        value.data = *number;
    } else if (const auto* truth = std::get_if<bool>(&operand)) {
        value.data = *truth;
    } else if (const auto* text = std::get_if<std::string>(&operand)) {
        value.data = *text;
    }
    return value;
}

/// What stands beside an option, without its `#`.
std::string comment_of(const tree::Statement& statement) {
    if (!statement.trivia.trailing) {
        return "";
    }
    const std::string& text = statement.trivia.trailing->text;
    const std::size_t begin = text.find_first_not_of("# ");
    return begin == std::string::npos ? "" : text.substr(begin);
}

/// What the command line says of an option, as the file's value is; none where it is something else.
std::optional<Operand> option_value(Context& context, const std::string& name, const std::string& text,
                                    const Operand& initial) {
    if (std::holds_alternative<double>(initial)) {
        const auto number = parse_number(text);
        if (!number) {
            context.report(diagnostics::option_type(name, text, diagnostics::Form::number));
            return std::nullopt;
        }
        return *number;
    }
    if (std::holds_alternative<bool>(initial)) {
        if (text != "true" && text != "false") {
            context.report(diagnostics::option_type(name, text, diagnostics::Form::true_or_false));
            return std::nullopt;
        }
        return text == "true";
    }
    return text;
}

}  // namespace

void declare(Context& context) {
    for (const tree::Statement& statement : context.tree.statements) {
        std::visit(Declare{context, statement.span}, statement.data);
    }
}

void check_options(Context& context) {
    std::vector<std::string> names;
    for (const tree::Statement& statement : context.tree.statements) {
        const auto* tree = std::get_if<tree::Option>(&statement.data);
        if (tree == nullptr) {
            continue;
        }
        Emitter before_run(context);
        const Operand initial = check_expression(context, before_run, tree->value, Scope{});
        context.names.options[names.size()] = initial;
        names.push_back(tree->name.text);
        Option option;
        option.name = tree->name.text;
        option.initial = value_of(initial, tree->value.span, true);
        option.value = option.initial;
        option.comment = comment_of(statement);
        option.span = statement.span;
        context.program.options.push_back(std::move(option));
    }
    for (const auto& [name, text] : context.settings.options) {
        const Global* global = find_global(context, name);
        if (global == nullptr || global->kind != Global::Kind::option) {
            context.report(diagnostics::unknown_option(name, names));
            continue;
        }
        Operand& option = context.names.options[global->index];
        if (auto given = option_value(context, name, text, option)) {
            option = *std::move(given);
            Option& result = context.program.options[global->index];
            result.value = value_of(option, result.span, true);
        }
    }
}

void check_latents(Context& context) {
    for (LatentState& latent : context.names.latents) {
        Emitter before_run(context);
        const tree::Expression& distribution = latent.tree->distribution;
        auto call = check_plain_call(context, before_run, distribution, EntryKind::distribution, Scope{});
        const auto types = call ? types_of(context, before_run, *call, distribution.span) : std::nullopt;
        latent.progress = types ? Progress::done : Progress::failed;
        if (types) {
            latent.type = types->front();
            latent.entry = call->entry;
            latent.arguments = std::move(call->arguments);
        }
    }
}

void report_unused(Context& context) {
    std::set<std::size_t> data_used;
    for (const auto& [name, global] : context.names.globals) {
        if (global.kind == Global::Kind::data && global.used) {
            data_used.insert(global.index);
        }
    }
    for (const auto& [name, global] : context.names.globals) {
        if (global.used) {
            continue;
        }
        switch (global.kind) {
            case Global::Kind::option:
                context.report(diagnostics::unused_option(global.span, name));
                break;
            case Global::Kind::data:
                // A label that nobody asks for is no mistake where the picture beside it is used.
                if (global.field == 0 && !data_used.contains(global.index)) {
                    context.report(diagnostics::unused_data(global.span, name));
                }
                break;
            case Global::Kind::latent:
                context.report(diagnostics::unused_latent(global.span, name));
                break;
            case Global::Kind::net:
                context.report(diagnostics::unused_net(global.span, name));
                break;
            case Global::Kind::layer:
                context.report(diagnostics::unused_layer(global.span, name));
                break;
        }
    }
    for (const auto& [at, bound] : context.names.bound) {
        if (!bound.used && bound.name.front() != '_') {
            context.report(diagnostics::unused_name(bound.span, bound.name));
        }
    }
}

}  // namespace gandsl::dsl
