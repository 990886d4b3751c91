#include "dsl/elaborate/context.hpp"

#include <algorithm>

#include "dsl/spelling.hpp"

namespace gandsl::dsl {

const Scope::Entry* find(Context& context, const Scope& scope, std::string_view name) {
    for (const Scope* at = &scope; at != nullptr; at = at->parent) {
        const auto found = at->names.find(name);
        if (found != at->names.end()) {
            auto& all = context.names.bound;
            if (const auto bound = all.find(found->second.span.begin); bound != all.end()) {
                bound->second.used = true;
            }
            return &found->second;
        }
    }
    return nullptr;
}

void bind(Context& context, Scope& scope, const tree::Name& name, Operand value) {
    context.names.bound.try_emplace(name.span.begin, Bound{name.text, name.span});
    scope.names.insert_or_assign(name.text, Scope::Entry{std::move(value), name.span});
}

Global* find_global(Context& context, std::string_view name) {
    const auto found = context.names.globals.find(name);
    return found == context.names.globals.end() ? nullptr : &found->second;
}

bool is_named(Context& context, const Scope& scope, const std::string& name) {
    return find(context, scope, name) != nullptr || find_global(context, name) != nullptr;
}

// Names to suggest.

namespace {

/// The names of the file whose kind is one of these, in the order of the alphabet.
std::vector<std::string> names_of_kinds(const Context& context, std::initializer_list<Global::Kind> kinds) {
    std::vector<std::string> result;
    for (const auto& [name, global] : context.names.globals) {
        if (std::find(kinds.begin(), kinds.end(), global.kind) != kinds.end()) {
            result.push_back(name);
        }
    }
    return result;
}

}  // namespace

std::vector<std::string> value_names(const Context& context, const Scope& scope, bool reads) {
    using Kind = Global::Kind;
    std::vector<std::string> result;
    for (const Scope* at = &scope; at != nullptr; at = at->parent) {
        for (const auto& [name, entry] : at->names) {
            result.push_back(name);
        }
    }
    const auto globals = reads ? names_of_kinds(context, {Kind::option, Kind::data, Kind::latent})
                               : names_of_kinds(context, {Kind::option});
    result.insert(result.end(), globals.begin(), globals.end());
    return result;
}

std::vector<std::string> callable_names(const Context& context) {
    std::vector<std::string> result = {"grad", "next", "classes", "length", "width"};
    const auto globals = names_of_kinds(context, {Global::Kind::net, Global::Kind::layer});
    result.insert(result.end(), globals.begin(), globals.end());
    for (const auto& [name, entry] : context.catalogue.entries()) {
        if (entry.kind == EntryKind::layer || entry.kind == EntryKind::function) {
            result.push_back(name);
        }
    }
    return result;
}

std::vector<std::string> net_names(const Context& context) {
    return names_of_kinds(context, {Global::Kind::net});
}

std::vector<std::string> measure_names(const Context& context) {
    std::vector<std::string> result;
    for (const tree::Statement& statement : context.tree.statements) {
        if (const auto* measure = std::get_if<tree::Measure>(&statement.data)) {
            result.push_back(measure->name.text);
        }
    }
    return result;
}

std::vector<std::string> entry_names(const Catalogue& catalogue, EntryKind kind) {
    std::vector<std::string> result;
    for (const auto& [name, entry] : catalogue.entries(kind)) {
        if (entry.kind == kind) {
            result.push_back(name);
        }
    }
    return result;
}

const Entry* find_of_any_kind(const Catalogue& catalogue, std::string_view name) {
    for (const Entry* entry : {catalogue.find(name), catalogue.find(EntryKind::sink, name),
                               catalogue.find(EntryKind::initializer, name)}) {
        if (entry != nullptr) {
            return entry;
        }
    }
    return nullptr;
}

bool has_data(const Context& context) {
    return std::any_of(
        context.tree.statements.begin(), context.tree.statements.end(),
        [](const tree::Statement& statement) { return std::holds_alternative<tree::Data>(statement.data); });
}

bool is_log_column(std::string_view name) {
    return name == "step" || name == "epoch" || name == "seconds";
}

// Words for diagnostics.

diagnostics::Form describe(EntryKind kind) {
    using diagnostics::Form;
    switch (kind) {
        case EntryKind::layer:
            return Form::layer;
        case EntryKind::function:
            return Form::function;
        case EntryKind::operation:
            return Form::operation;
        case EntryKind::distribution:
            return Form::distribution;
        case EntryKind::source:
            return Form::source;
        case EntryKind::optimizer:
            return Form::optimizer;
        case EntryKind::schedule:
            return Form::schedule;
        case EntryKind::initializer:
            return Form::initializer;
        case EntryKind::sink:
            return Form::sink;
        case EntryKind::stop_rule:
            return Form::stop_rule;
    }
    return Form::value;
}

diagnostics::Form describe(Global::Kind kind) {
    using diagnostics::Form;
    switch (kind) {
        case Global::Kind::option:
            return Form::option;
        case Global::Kind::data:
            return Form::data;
        case Global::Kind::latent:
            return Form::latent;
        case Global::Kind::net:
            return Form::net;
        case Global::Kind::layer:
            return Form::layer;
    }
    return Form::value;
}

namespace {

struct Describe {
    using Form = diagnostics::Form;
    using Found = diagnostics::Found;
    using Term = diagnostics::Term;

    Found operator()(const Unknown& /*unknown*/) const { return Form::value; }
    Found operator()(double number) const { return Term(Form::the_number, {spell(number)}); }
    Found operator()(bool truth) const { return Term(Form::code, {truth ? "true" : "false"}); }
    Found operator()(const std::string& text) const { return Term(Form::the_text, {text}); }
    Found operator()(const std::vector<double>& numbers) const {
        std::string items;
        for (const double number : numbers) {
            items += (items.empty() ? "" : ", ") + spell(number);
        }
        return Term(Form::the_list, {items});
    }
    Found operator()(const Tensor& tensor) const {
        return Term(Form::model_value_of, {to_string(tensor.type)});
    }
    Found operator()(const TupleValue& tuple) const {
        return Term(Form::the_values, {std::to_string(tuple.values.size()), tuple.callee});
    }
    Found operator()(const NetReference& /*net*/) const { return Form::net; }
    Found operator()(const RecipePointer& recipe) const {
        return Term(Form::the_recipe, {recipe->steps.front().callee.name});
    }
};

}  // namespace

diagnostics::Found describe(const Operand& operand) {
    return std::visit(Describe{}, operand);
}

}  // namespace gandsl::dsl
