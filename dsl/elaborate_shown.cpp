#include <cmath>
#include <utility>

#include "dsl/elaborator.hpp"
#include "dsl/spelling.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

std::optional<Index> whole(const Arguments& arguments, std::string_view name) {
    const auto found = arguments.find(name);
    if (found == arguments.end() || !std::holds_alternative<double>(found->second.data)) {
        return std::nullopt;
    }
    return static_cast<Index>(std::get<double>(found->second.data));
}

}  // namespace

Period Elaborator::period(const tree::Period& tree, std::string_view name) {
    Period result;
    result.unit = tree.unit.text.substr(0, 4) == "step" ? Period::Unit::step : Period::Unit::epoch;
    if (result.unit == Period::Unit::epoch && program_.train && !has_data()) {
        report(diagnostics::period_without_epochs(tree.span, name));
    }
    if (tree.count) {
        const auto count = static_number(*tree.count, empty_scope_, "a whole number");
        if (count && (*count < 1 || *count != std::floor(*count) || *count > 1e15)) {
            report(diagnostics::wrong_value(tree.count->span, spell(*count), "a whole number, at least 1"));
        } else if (count) {
            result.count = static_cast<std::size_t>(*count);
        }
    }
    return result;
}

/// The one value of a measure or sample, given as an expression or as a block like a net's.
std::optional<Tensor> Elaborator::shown_value(const std::variant<Expression, tree::Block>& shown, Span span) {
    Scope scope;
    if (const auto* expression = std::get_if<Expression>(&shown)) {
        return tensor(value(*expression, scope), expression->span, "this");
    }
    const auto& block = std::get<tree::Block>(shown);
    Walk walked;
    walk(block.lines, scope, walked);
    const auto results = results_of(walked, block.span);
    if (!results) {
        if (!walked.failed && !walked.running && !walked.returned) {
            report(diagnostics::no_effect(span, diagnostics::Idle::in_block));
        }
        return std::nullopt;
    }
    if (results->size() != 1) {
        report(diagnostics::several_values(block.span, "the block", results->size()));
        return std::nullopt;
    }
    return tensor(results->front(), walked.running_span, "this");
}

void Elaborator::check_measure(const tree::Measure& tree, Span span) {
    Measure result;
    result.name = tree.name.text;
    result.span = span;
    if (is_log_column(tree.name.text)) {
        report(diagnostics::log_column(tree.name.span, tree.name.text));
    }
    result.split = tree.split.text;
    if (result.split != "test" && result.split != "train") {
        report(diagnostics::unknown_name(tree.split.span, tree.split.text, "split", {"test", "train"}));
    }
    result.period = period(tree.period, result.name);
    draws_ = 0;
    Space space;
    Turn turn;
    Instructions reads;
    Frame frame;
    frame.kind = Frame::Kind::measure;
    frame.body = &result.body;
    frame.reads = &reads;
    frame.space = &space;
    frame.turn = &turn;
    frame_ = &frame;
    const auto shown = shown_value(tree.value, tree.name.span);
    frame_ = nullptr;
    if (!shown) {
        return;
    }
    if (!is_one_number(shown->type)) {
        const auto* expression = std::get_if<Expression>(&tree.value);
        report(diagnostics::not_one_number(
            expression == nullptr ? std::get<tree::Block>(tree.value).span : expression->span,
            diagnostics::Scalar::measure, shown->type));
        return;
    }
    result.value = shown->id;
    result.types = std::move(space.types);
    result.body.insert(result.body.begin(), std::make_move_iterator(reads.begin()),
                       std::make_move_iterator(reads.end()));
    program_.measures.push_back(std::move(result));
}

void Elaborator::check_sample(const tree::Sample& tree, Span span) {
    Sample result;
    result.name = tree.name.text;
    result.span = span;
    result.period = period(tree.period, result.name);
    draws_ = 0;
    Space space;
    Turn turn;
    Instructions reads;
    Frame frame;
    frame.kind = Frame::Kind::sample;
    frame.body = &result.body;
    frame.reads = &reads;
    frame.space = &space;
    frame.turn = &turn;
    auto sink = resolve(tree.sink, EntryKind::sink, empty_scope_);
    if (sink) {
        const auto rows = whole(sink->arguments, "rows");
        const auto columns = whole(sink->arguments, "columns");
        if (rows && columns) {
            frame.grid = std::pair(*rows, *columns);
        }
    }
    frame_ = &frame;
    const auto shown = shown_value(tree.value, tree.name.span);
    frame_ = nullptr;
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
            report_rule(std::move(diagnostic), result.arguments, tree.sink.span);
            return;
        }
    }
    result.value = shown->id;
    result.types = std::move(space.types);
    result.body.insert(result.body.begin(), std::make_move_iterator(reads.begin()),
                       std::make_move_iterator(reads.end()));
    program_.samples.push_back(std::move(result));
}

}  // namespace gandsl::dsl
