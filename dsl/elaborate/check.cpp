#include "dsl/check.hpp"

#include <utility>

#include "dsl/class_names.hpp"
#include "dsl/elaborate/context.hpp"
#include "dsl/elaborate/data.hpp"
#include "dsl/elaborate/declarations.hpp"
#include "dsl/elaborate/lint.hpp"
#include "dsl/elaborate/measures_and_samples.hpp"
#include "dsl/elaborate/nets.hpp"
#include "dsl/elaborate/train.hpp"
#include "dsl/parse.hpp"

/// The checker: one walk that evaluates the tree into straight-line code. See check.hpp for what it is for.
namespace gandsl::dsl {

namespace {

void check_statements(Context& context) {
    declare(context);
    check_options(context);
    check_data(context);
    check_latents(context);
    prepare_nets(context);
    check_train(context);
    for (const tree::Statement& statement : context.tree.statements) {
        if (const auto* measure = std::get_if<tree::Measure>(&statement.data)) {
            check_measure(context, *measure, statement.span);
        } else if (const auto* sample = std::get_if<tree::Sample>(&statement.data)) {
            check_sample(context, *sample, statement.span);
        }
    }
    report_uncalled(context);
}

/// What is asked of a program whose statements are sound.
void check_whole(Context& context) {
    for (Diagnostic& diagnostic : check_class_names(context.program)) {
        context.report(std::move(diagnostic));
    }
    if (context.reports.has_errors()) {
        return;
    }
    report_unused(context);
    for (Diagnostic& diagnostic : lint(context.program)) {
        context.report(std::move(diagnostic));
    }
}

}  // namespace

CheckResult check(const Tree& tree, const Catalogue& catalogue, const Settings& settings) {
    Context context(tree, catalogue, settings);
    try {
        check_statements(context);
        if (!context.reports.has_errors()) {
            check_whole(context);
        }
    } catch (const Stop&) {
        // Reported where it was found.
    }
    CheckResult result;
    if (!context.reports.has_errors()) {
        result.program = std::move(context.program);
    }
    result.diagnostics = context.reports.take();
    return result;
}

CheckResult check(std::string_view text, const Catalogue& catalogue, const Settings& settings) {
    ParseResult parsed = parse(text);
    if (!parsed.diagnostics.empty()) {
        return {std::nullopt, std::move(parsed.diagnostics)};
    }
    return check(parsed.tree, catalogue, settings);
}

}  // namespace gandsl::dsl
