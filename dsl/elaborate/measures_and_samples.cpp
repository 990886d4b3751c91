#include "dsl/elaborate/measures_and_samples.hpp"

#include <cmath>
#include <iterator>
#include <utility>

#include "dsl/elaborate/argument_values.hpp"
#include "dsl/elaborate/bodies.hpp"
#include "dsl/elaborate/expressions.hpp"
#include "dsl/spelling.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

std::optional<Index> whole_number(const Arguments& arguments, std::string_view name) {
    const auto found = arguments.find(name);
    if (found == arguments.end() || !std::holds_alternative<double>(found->second.data)) {
        return std::nullopt;
    }
    return static_cast<Index>(std::get<double>(found->second.data));
}

Period check_period(Context& context, const tree::Period& tree, std::string_view name) {
    Period result;
    result.unit = tree.unit.text.substr(0, 4) == "step" ? Period::Unit::step : Period::Unit::epoch;
    if (result.unit == Period::Unit::epoch && context.program.train && !has_data(context)) {
        context.report(diagnostics::period_without_epochs(tree.span, name));
    }
    if (tree.count) {
        Emitter before_run(context);
        const auto count =
            check_number(context, before_run, *tree.count, Scope{}, diagnostics::Form::whole_number);
        if (count && (*count < 1 || *count != std::floor(*count) || *count > 1e15)) {
            context.report(diagnostics::wrong_value(tree.count->span, spell(*count),
                                                    {diagnostics::Form::whole_from, {"1"}}));
        } else if (count) {
            result.count = static_cast<std::size_t>(*count);
        }
    }
    return result;
}

/// The one value of a measure or sample, given as an expression or as a block like a net's.
std::optional<Tensor> check_shown_value(Context& context, Emitter& emitter,
                                        const std::variant<tree::Expression, tree::Block>& shown, Span span) {
    Scope scope;
    if (const auto* expression = std::get_if<tree::Expression>(&shown)) {
        return to_tensor(context, emitter, check_value(context, emitter, *expression, scope),
                         expression->span, "this");
    }
    const auto& block = std::get<tree::Block>(shown);
    BodyState body;
    check_lines(context, emitter, block.lines, scope, body);
    const auto results = results_of(body, block.span);
    if (!results) {
        if (!body.failed && !body.running && !body.returned) {
            context.report(diagnostics::no_effect(span, diagnostics::Idle::in_block));
        }
        return std::nullopt;
    }
    if (results->size() != 1) {
        context.report(diagnostics::several_values(block.span, results->size()));
        return std::nullopt;
    }
    return to_tensor(context, emitter, results->front(), body.running_span, "this");
}

/// Straight-line code for one value, which reads data and latents first.
struct ShownBody {
    ShownBody(Context& context, Emitter::Kind kind) : emitter(context, kind, space, body) {
        emitter.reads = &reads;
        emitter.iteration = &iteration;
    }
    ShownBody(const ShownBody&) = delete;
    ShownBody& operator=(const ShownBody&) = delete;

    Instructions whole() {
        reads.insert(reads.end(), std::make_move_iterator(body.begin()), std::make_move_iterator(body.end()));
        return std::move(reads);
    }

    Space space;
    Iteration iteration;
    Instructions reads;
    Instructions body;
    Emitter emitter;
};

}  // namespace

void check_measure(Context& context, const tree::Measure& tree, Span span) {
    Measure result;
    result.name = tree.name.text;
    result.span = span;
    if (is_log_column(tree.name.text)) {
        context.report(diagnostics::log_column(tree.name.span, tree.name.text));
    }
    result.split = tree.split.text;
    if (result.split != "test" && result.split != "train") {
        context.report(diagnostics::unknown_name(tree.split.span, tree.split.text, diagnostics::Form::split,
                                                 {"test", "train"}));
    }
    result.period = check_period(context, tree.period, result.name);
    ShownBody body(context, Emitter::Kind::measure);
    const auto shown = check_shown_value(context, body.emitter, tree.value, tree.name.span);
    if (!shown) {
        return;
    }
    if (!is_one_number(shown->type)) {
        const auto* expression = std::get_if<tree::Expression>(&tree.value);
        context.report(diagnostics::not_one_number(
            expression == nullptr ? std::get<tree::Block>(tree.value).span : expression->span,
            diagnostics::Scalar::measure, shown->type));
        return;
    }
    result.value = shown->id;
    result.types = std::move(body.space.types);
    result.body = body.whole();
    context.program.measures.push_back(std::move(result));
}

void check_sample(Context& context, const tree::Sample& tree, Span span) {
    Sample result;
    result.name = tree.name.text;
    result.span = span;
    result.period = check_period(context, tree.period, result.name);
    ShownBody body(context, Emitter::Kind::sample);
    Emitter before_run(context);
    auto sink = check_plain_call(context, before_run, tree.sink, EntryKind::sink, Scope{});
    if (sink) {
        const auto rows = whole_number(sink->arguments, "rows");
        const auto columns = whole_number(sink->arguments, "columns");
        if (rows && columns) {
            body.emitter.grid = std::pair(*rows, *columns);
        }
    }
    const auto shown = check_shown_value(context, body.emitter, tree.value, tree.name.span);
    if (!shown || !sink) {
        return;
    }
    result.sink = sink->entry;
    result.arguments = std::move(sink->arguments);
    if (result.sink->type) {
        const std::vector<Type> inputs = {shown->type};
        TypeCall call{inputs, result.arguments};
        try {
            result.sink->type(call);
        } catch (Diagnostic& diagnostic) {
            report_rule(context, before_run, std::move(diagnostic), result.arguments, tree.sink.span);
            return;
        }
    }
    result.value = shown->id;
    result.types = std::move(body.space.types);
    result.body = body.whole();
    context.program.samples.push_back(std::move(result));
}

}  // namespace gandsl::dsl
