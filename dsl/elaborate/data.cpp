#include "dsl/elaborate/data.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsl/elaborate/argument_values.hpp"

namespace gandsl::dsl {

namespace {

/// What a run recorded of a statement, where it fits the statement.
const RecordedData* recorded_data(const Settings& settings, std::size_t index, const tree::Data& tree) {
    if (index >= settings.data.size() || settings.data[index].types.size() < tree.names.size()) {
        return nullptr;
    }
    const RecordedData& recorded = settings.data[index];
    const bool named =
        std::any_of(tree.sources.begin(), tree.sources.end(),
                    [&](const tree::Expression& source) { return source.text == recorded.source; });
    return named ? &recorded : nullptr;
}

/// A source that is there, with what it gives for each name of the statement.
struct FoundSource {
    ResolvedCall call;
    std::vector<Type> types;
    bool names_known = true;
};

/// Why no source was found, as far as that is known.
struct Search {
    std::vector<std::string> absent;  ///< "mnist: no folder ..."
    std::string instead;              ///< a source that is always there
    bool failed = false;              ///< something was reported
};

/// One that is not there, or not sound, is noted in `search`.
std::optional<FoundSource> ask_source(Context& context, const tree::Data& tree,
                                      const tree::Expression& source, ResolvedCall call, Search& search) {
    const Entry& entry = *call.entry;
    if (entry.absent) {
        if (const auto reason = entry.absent(call.arguments)) {
            search.absent.push_back(entry.name + ": " + *reason);
            search.instead = entry.instead;
            return std::nullopt;
        }
    }
    if (!entry.missing.empty()) {
        throw diagnostics::not_yet(source.span, entry.name, entry.missing);
    }
    const std::vector<Type> none;
    TypeCall rule{none, call.arguments};
    std::vector<Type> types = entry.type(rule);
    if (types.size() < tree.names.size()) {
        throw diagnostics::source_fields({tree.names.front().span.begin, tree.names.back().span.end},
                                         entry.name, tree.names.size(), types.size());
    }
    if (entry.warnings) {
        for (std::string& text : entry.warnings(call.arguments)) {
            context.report(diagnostics::source_warning(source.span, entry.name, std::move(text)));
        }
    }
    return FoundSource{std::move(call), std::move(types)};
}

/// The source, where it is the one that `recorded` names or, without a record, where it is there.
std::optional<FoundSource> find_source(Context& context, const tree::Data& tree,
                                       const tree::Expression& source, ResolvedCall call,
                                       const RecordedData* recorded, Search& search) {
    const Entry& entry = *call.entry;
    try {
        if (entry.validate) {
            entry.validate(call.arguments);
        }
        if (recorded == nullptr) {
            return ask_source(context, tree, source, call, search);
        }
    } catch (Diagnostic& diagnostic) {
        report_rule(context, Emitter(context), std::move(diagnostic), call.arguments, source.span);
        search.failed = true;
        return std::nullopt;
    }
    if (recorded->source != entry.name) {
        return std::nullopt;
    }
    return FoundSource{std::move(call), recorded->types, recorded->names_known};
}

void check_data_statement(Context& context, const tree::Data& tree, std::size_t index, Span span) {
    Data& result = context.program.data[index];
    result.span = span;
    for (const tree::Name& name : tree.names) {
        result.names.push_back(name.text);
    }
    const RecordedData* recorded = recorded_data(context.settings, index, tree);
    Search search;
    std::optional<FoundSource> found;
    for (const tree::Expression& source : tree.sources) {
        Emitter before_run(context);
        auto call = check_plain_call(context, before_run, source, EntryKind::source, Scope{});
        if (call && !search.failed && !found) {
            found = find_source(context, tree, source, *std::move(call), recorded, search);
        } else {
            search.failed = search.failed || !call;
        }
    }
    if (found) {
        result.types = std::move(found->types);
        result.types.resize(tree.names.size());
        result.names_known = found->names_known;
        result.source = found->call.entry;
        result.arguments = std::move(found->call.arguments);
    } else if (!search.failed) {
        context.report(diagnostics::source_absent(
            {tree.sources.front().span.begin, tree.sources.back().span.end}, search.absent, search.instead));
    }
    result.skipped = std::move(search.absent);
    context.names.data[index] = found && !search.failed ? Progress::done : Progress::failed;
}

}  // namespace

void check_data(Context& context) {
    std::size_t index = 0;
    for (const tree::Statement& statement : context.tree.statements) {
        if (const auto* data = std::get_if<tree::Data>(&statement.data)) {
            check_data_statement(context, *data, index++, statement.span);
        }
    }
}

}  // namespace gandsl::dsl
