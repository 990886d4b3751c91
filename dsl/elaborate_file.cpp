#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "dsl/elaborator.hpp"

namespace gandsl::dsl {

// Names of the file.

void Elaborator::declare() {
    for (const tree::Statement& statement : tree_.statements) {
        if (const auto* option = std::get_if<tree::Option>(&statement.data)) {
            declare(option->name.text, {Global::Kind::option, options_.size(), 0, option->name.span});
            options_.emplace_back();
        } else if (const auto* data = std::get_if<tree::Data>(&statement.data)) {
            for (std::size_t field = 0; field < data->names.size(); ++field) {
                declare(data->names[field].text,
                        {Global::Kind::data, program_.data.size(), field, data->names[field].span});
            }
            program_.data.emplace_back();
            data_known_.push_back(false);
        } else if (const auto* latent = std::get_if<tree::Draw>(&statement.data)) {
            declare(latent->name.text, {Global::Kind::latent, latents_.size(), 0, latent->name.span});
            latents_.push_back({latent, nullptr, {}, {}, statement.span});
        } else if (const auto* net = std::get_if<tree::Net>(&statement.data)) {
            declare_callable(net->name.text, {Global::Kind::net, nets_.size(), 0, net->name.span});
            NetState state;
            state.tree = net;
            nets_.push_back(std::move(state));
            Net result;
            result.name = net->name.text;
            result.span = statement.span;
            program_.nets.push_back(std::move(result));
        } else if (const auto* layer = std::get_if<tree::Layer>(&statement.data)) {
            declare_callable(layer->name.text, {Global::Kind::layer, layers_.size(), 0, layer->name.span});
            layers_.push_back(layer);
        } else {
            const tree::Name* name = nullptr;
            if (const auto* measure = std::get_if<tree::Measure>(&statement.data)) {
                name = &measure->name;
            } else if (const auto* sample = std::get_if<tree::Sample>(&statement.data)) {
                name = &sample->name;
            }
            if (name != nullptr) {
                const auto [at, added] = measures_.emplace(name->text, name->span);
                if (!added) {
                    report(diagnostics::duplicate_name(name->span, name->text, at->second));
                }
            }
        }
    }
}

void Elaborator::declare(const std::string& name, Global global) {
    const Span span = global.span;
    const auto [at, added] = globals_.emplace(name, global);
    if (!added) {
        report(diagnostics::duplicate_name(span, name, at->second.span));
    }
}

/// Values may be called as functions are (`norm = norm(x)`), as a call never means a value; nets and layers
/// may not.
void Elaborator::declare_callable(const std::string& name, Global global) {
    const Entry* entry = catalogue_.find(name);
    if (entry != nullptr && (entry->kind == EntryKind::layer || entry->kind == EntryKind::function)) {
        report(diagnostics::built_in_name(global.span, name, describe(entry->kind).substr(2)));
    }

    declare(name, global);
}

// Options.

namespace {

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

}  // namespace

void Elaborator::check_options() {
    std::vector<std::string> names;
    for (const tree::Statement& statement : tree_.statements) {
        const auto* tree = std::get_if<tree::Option>(&statement.data);
        if (tree == nullptr) {
            continue;
        }
        const Operand initial = evaluate(tree->value, empty_scope_);
        options_[names.size()] = initial;
        names.push_back(tree->name.text);
        Option option;
        option.name = tree->name.text;
        option.initial = value_of(initial, tree->value.span, true);
        option.value = option.initial;
        option.comment = comment_of(statement);
        option.span = statement.span;
        program_.options.push_back(std::move(option));
    }
    for (const auto& [name, text] : settings_.options) {
        const auto global = globals_.find(name);
        if (global == globals_.end() || global->second.kind != Global::Kind::option) {
            report(diagnostics::unknown_option(name, names));
            continue;
        }
        Operand& option = options_[global->second.index];
        if (std::holds_alternative<double>(option)) {
            const auto number = parse_number(text);
            if (!number) {
                report(diagnostics::option_type(name, text, "a number"));
                continue;
            }
            option = *number;
        } else if (std::holds_alternative<bool>(option)) {
            if (text != "true" && text != "false") {
                report(diagnostics::option_type(name, text, "`true` or `false`"));
                continue;
            }
            option = text == "true";
        } else {
            option = text;
        }
        Option& result = program_.options[global->second.index];
        result.value = value_of(option, result.span, true);
    }
}

// Data.

void Elaborator::check_data() {
    std::size_t index = 0;
    for (const tree::Statement& statement : tree_.statements) {
        if (const auto* data = std::get_if<tree::Data>(&statement.data)) {
            check_data(*data, program_.data[index++], statement.span);
        }
    }
}

/// What a run recorded of a statement, where it fits the statement.
const RecordedData* Elaborator::recorded_data(std::size_t index, const tree::Data& tree) const {
    if (index >= settings_.data.size() || settings_.data[index].types.size() < tree.names.size()) {
        return nullptr;
    }
    const RecordedData& recorded = settings_.data[index];
    const bool named = std::any_of(tree.sources.begin(), tree.sources.end(),
                                   [&](const Expression& source) { return source.text == recorded.source; });
    return named ? &recorded : nullptr;
}

void Elaborator::check_data(const tree::Data& tree, Data& result, Span span) {
    result.span = span;
    for (const tree::Name& name : tree.names) {
        result.names.push_back(name.text);
    }
    const std::size_t index = static_cast<std::size_t>(&result - program_.data.data());
    std::vector<std::string> absent;
    std::string instead;
    bool failed = false;
    for (const Expression& source : tree.sources) {
        auto resolved = resolve(source, EntryKind::source, empty_scope_);
        if (!resolved || failed || result.source != nullptr) {
            failed = failed || !resolved;
            continue;
        }
        const Entry& entry = *resolved->entry;
        try {
            if (entry.validate) {
                entry.validate(resolved->arguments);
            }
        } catch (Diagnostic& diagnostic) {
            report_rule(std::move(diagnostic), resolved->arguments, source.span);
            failed = true;
            continue;
        }
        if (const RecordedData* recorded = recorded_data(index, tree)) {
            if (recorded->source == entry.name) {
                result.types = recorded->types;
                result.types.resize(tree.names.size());
                result.names_known = recorded->names_known;
                result.source = &entry;
                result.arguments = std::move(resolved->arguments);
            }
            continue;
        }
        if (entry.absent) {
            try {
                if (const auto reason = entry.absent(resolved->arguments)) {
                    absent.push_back(entry.name + ": " + *reason);
                    instead = entry.instead;
                    continue;
                }
            } catch (Diagnostic& diagnostic) {
                report_rule(std::move(diagnostic), resolved->arguments, source.span);
                failed = true;
                continue;
            }
        }
        if (!entry.missing.empty()) {
            report(diagnostics::not_yet(source.span, entry.name, entry.missing));
            failed = true;
            continue;
        }
        const std::vector<Type> none;
        TypeCall call{none, resolved->arguments};
        try {
            result.types = entry.type(call);
        } catch (Diagnostic& diagnostic) {
            report_rule(std::move(diagnostic), resolved->arguments, source.span);
            failed = true;
            continue;
        }
        if (result.types.size() < tree.names.size()) {
            report(diagnostics::source_fields({tree.names.front().span.begin, tree.names.back().span.end},
                                              entry.name, tree.names.size(), result.types.size()));
            failed = true;
            continue;
        }
        if (entry.warnings) {
            for (std::string& text : entry.warnings(resolved->arguments)) {
                report(diagnostics::source_warning(source.span, entry.name, std::move(text)));
            }
        }
        result.types.resize(tree.names.size());
        result.source = &entry;
        result.arguments = std::move(resolved->arguments);
    }
    if (result.source == nullptr && !failed) {
        report(diagnostics::source_absent({tree.sources.front().span.begin, tree.sources.back().span.end},
                                          absent, instead));
    }
    result.skipped = std::move(absent);
    data_known_[index] = result.source != nullptr && !failed;
}

void Elaborator::check_latents() {
    for (LatentState& latent : latents_) {
        auto resolved = resolve(latent.tree->distribution, EntryKind::distribution, empty_scope_);
        if (!resolved) {
            continue;
        }
        const std::vector<Type> none;
        TypeCall call{none, resolved->arguments};
        try {
            latent.type = resolved->entry->type(call).front();
            latent.entry = resolved->entry;
            latent.arguments = std::move(resolved->arguments);
        } catch (Diagnostic& diagnostic) {
            report_rule(std::move(diagnostic), resolved->arguments, latent.tree->distribution.span);
        }
    }
}

// What nobody uses.

void Elaborator::report_uncalled() {
    std::vector<Diagnostic> uncalled;
    for (std::size_t i = 0; i < nets_.size(); ++i) {
        const NetState& net = nets_[i];
        if (net.progress != NetState::Progress::waiting || net.absent || elaborate_annotated(i)) {
            continue;
        }
        const auto& parameters = net.tree->parameters;
        const auto bare =
            std::find_if(parameters.begin(), parameters.end(),
                         [](const tree::Parameter& parameter) { return !parameter.annotation; });
        // Where there are errors its calls, or its annotations, may be among them.
        if (bare != parameters.end() && !has_errors()) {
            uncalled.push_back(
                diagnostics::never_called(net.tree->name.span, net.tree->name.text, bare->name.text));
        }
    }
    for (Diagnostic& diagnostic : uncalled) {
        report(std::move(diagnostic));
    }
}

/// Elaborates a net that nothing has called, where its annotations say all of its inputs. Whether they do.
bool Elaborator::elaborate_annotated(std::size_t net) {
    std::vector<Type> types;
    for (const std::optional<Type>& annotation : nets_[net].annotations) {
        if (!annotation) {
            return false;
        }
        types.push_back(*annotation);
    }
    elaborate_net(net, types, {});
    return true;
}

void Elaborator::check_unused() {
    std::set<std::size_t> data_used;
    for (const auto& [name, global] : globals_) {
        if (global.kind == Global::Kind::data && global.used) {
            data_used.insert(global.index);
        }
    }
    for (const auto& [name, global] : globals_) {
        if (global.used) {
            continue;
        }
        switch (global.kind) {
            case Global::Kind::option:
                report(diagnostics::unused_option(global.span, name));
                break;
            case Global::Kind::data:
                // A label that nobody asks for is no mistake where the picture beside it is used.
                if (global.field == 0 && !data_used.contains(global.index)) {
                    report(diagnostics::unused_data(global.span, name));
                }
                break;
            case Global::Kind::latent:
                report(diagnostics::unused_latent(global.span, name));
                break;
            case Global::Kind::net:
                report(diagnostics::unused_net(global.span, name));
                break;
            case Global::Kind::layer:
                report(diagnostics::unused_layer(global.span, name));
                break;
        }
    }
    for (const auto& [at, bound] : bound_) {
        if (!bound.used && bound.name.front() != '_') {
            report(diagnostics::unused_name(bound.span, bound.name));
        }
    }
}

}  // namespace gandsl::dsl
