#include "dsl/elaborate/bodies.hpp"

#include <cmath>
#include <utility>

#include "dsl/elaborate/calls.hpp"
#include "dsl/elaborate/expressions.hpp"
#include "dsl/elaborate/prepare.hpp"
#include "dsl/elaborate/reads.hpp"
#include "dsl/spelling.hpp"

namespace gandsl::dsl {

namespace {

constexpr std::size_t max_repeats = 10'000;

void check_repeat(Context& context, Emitter& emitter, const tree::Repeat& repeat, Scope& scope,
                  BodyState& body) {
    const auto count = check_repeat_count(context, emitter, repeat.count, scope);
    if (!count) {
        body.failed = true;
        return;
    }
    for (std::size_t iteration = 0; iteration < *count; ++iteration) {
        context.budget.check(repeat.count.span);
        const std::size_t before = context.reports.count();
        if (iteration > 0 && body.returned) {
            context.report(diagnostics::after_return(repeat.body.span));
            return;
        }
        check_lines(context, emitter, repeat.body.lines, scope, body);
        // What is wrong with one iteration is wrong with the next.
        if (context.reports.count() > before || body.failed) {
            return;
        }
    }
}

/// A layer or a net that stands alone: it is applied to the running value.
Operand apply_to_running(Context& context, Emitter& emitter, const tree::Expression& expression,
                         const Operand& applied, const Scope& scope, BodyState& body) {
    if (const auto* tuple = std::get_if<TupleValue>(&*body.running)) {
        body.running = context.report(
            diagnostics::several_values(body.running_span, tuple->callee, tuple->values.size()));
    }
    if (std::holds_alternative<NetReference>(applied)) {
        // Prepared anew, so that a net with more inputs says which are missing.
        const auto prepared = prepare_call(context, emitter, expression, scope, true);
        return prepared ? check_call(context, emitter, *prepared, &*body.running, expression.span)
                        : Unknown{};
    }
    for (const PreparedCall& step : std::get<RecipePointer>(applied)->steps) {
        body.running = check_call(context, emitter, step, &*body.running, step.span);
    }
    return *body.running;
}

void check_expression_line(Context& context, Emitter& emitter, const tree::Expression& expression,
                           const Scope& scope, BodyState& body) {
    Operand result = check_expression(context, emitter, expression, scope);
    if (std::holds_alternative<RecipePointer>(result) || std::holds_alternative<NetReference>(result)) {
        if (!body.running) {
            context.report(diagnostics::no_running_value(expression.span, spelled(expression)));
            body.failed = true;
            return;
        }
        result = apply_to_running(context, emitter, expression, result, scope, body);
    }
    body.running = std::move(result);  // several values are the result where no line follows
    body.running_span = expression.span;
}

void check_return(Context& context, Emitter& emitter, const tree::Return& line, const Scope& scope,
                  BodyState& body) {
    std::vector<Operand> values;
    for (const tree::Expression& expression : line.values) {
        values.push_back(check_value(context, emitter, expression, scope));
        body.returned_spans.push_back(expression.span);
        if (const auto* tuple = std::get_if<TupleValue>(&values.back());
            tuple != nullptr && line.values.size() > 1) {
            values.back() = context.report(
                diagnostics::several_values(expression.span, tuple->callee, tuple->values.size()));
        } else if (tuple != nullptr) {
            // `return f(x)` passes on all that f returns.
            const std::vector<Tensor> all = tuple->values;
            values.assign(all.begin(), all.end());
            body.returned_spans.assign(all.size(), expression.span);
        }
    }
    body.returned = std::move(values);
}

void check_line(Context& context, Emitter& emitter, const tree::Line& line, Scope& scope, BodyState& body) {
    if (const auto* expression = std::get_if<tree::Expression>(&line.data)) {
        check_expression_line(context, emitter, *expression, scope, body);
    } else if (const auto* binding = std::get_if<tree::Binding>(&line.data)) {
        bind_names(context, *binding, check_value(context, emitter, binding->value, scope), scope);
    } else if (const auto* drawn = std::get_if<tree::Draw>(&line.data)) {
        bind(context, scope, drawn->name, check_draw(context, emitter, *drawn, scope));
    } else if (const auto* repeat = std::get_if<tree::Repeat>(&line.data)) {
        check_repeat(context, emitter, *repeat, scope, body);
    } else if (const auto* returned = std::get_if<tree::Return>(&line.data)) {
        check_return(context, emitter, *returned, scope, body);
    } else {
        report_misplaced(context, line);
    }
}

}  // namespace

void report_misplaced(Context& context, const tree::Line& line) {
    using diagnostics::Construct;
    Construct construct = Construct::return_line;
    Span span = line.span;
    if (const auto* objective = std::get_if<tree::Objective>(&line.data)) {
        construct = objective->maximize ? Construct::maximize : Construct::minimize;
    } else if (std::holds_alternative<tree::Update>(line.data)) {
        construct = Construct::update;
    } else if (std::holds_alternative<tree::Average>(line.data)) {
        construct = Construct::average;
    } else if (const auto* repeat = std::get_if<tree::Repeat>(&line.data)) {
        construct = Construct::repeat;
        span.end = repeat->count.span.end;
    }
    context.report(diagnostics::misplaced(span, construct));
}

void check_lines(Context& context, Emitter& emitter, const std::vector<tree::Line>& lines, Scope& scope,
                 BodyState& body) {
    const DepthGuard guard(context.budget);
    for (const tree::Line& line : lines) {
        context.budget.check(line.span);
        if (body.returned) {
            context.report(diagnostics::after_return(line.span));
            break;
        }
        check_line(context, emitter, line, scope, body);
    }
}

std::optional<std::vector<Operand>> results_of(BodyState& body, Span span) {
    if (body.failed) {
        return std::nullopt;
    }
    std::vector<Operand> results;
    if (body.returned) {
        results = *body.returned;
    } else if (body.running) {
        if (body.running_span == Span{}) {
            body.running_span = span;
        }
        if (const auto* tuple = std::get_if<TupleValue>(&*body.running)) {
            results.assign(tuple->values.begin(), tuple->values.end());
            body.returned_spans.assign(results.size(), body.running_span);
        } else {
            results.push_back(*body.running);
        }
    }
    for (const Operand& result : results) {
        if (is_unknown(result)) {
            return std::nullopt;
        }
    }
    if (results.empty()) {
        return std::nullopt;
    }
    return results;
}

std::optional<std::size_t> check_repeat_count(Context& context, Emitter& emitter,
                                              const tree::Expression& count, const Scope& scope) {
    const auto number = check_number(context, emitter, count, scope, diagnostics::Form::whole_number);
    if (!number) {
        return std::nullopt;
    }
    if (*number != std::floor(*number) || *number < 1 || *number > static_cast<double>(max_repeats)) {
        context.report(diagnostics::repeat_count(count.span, spell(*number), max_repeats));
        return std::nullopt;
    }
    return static_cast<std::size_t>(*number);
}

/// `a, b = e`
void bind_names(Context& context, const tree::Binding& binding, const Operand& operand, Scope& scope) {
    if (binding.names.size() == 1) {
        Operand one = operand;
        if (const auto* tuple = std::get_if<TupleValue>(&operand)) {
            one = context.report(
                diagnostics::several_values(binding.value.span, tuple->callee, tuple->values.size()));
        }
        bind(context, scope, binding.names.front(), std::move(one));
        return;
    }
    const auto* tuple = std::get_if<TupleValue>(&operand);
    const std::size_t count = tuple == nullptr ? 1 : tuple->values.size();
    const bool fits = tuple != nullptr && count == binding.names.size();
    if (!fits && !std::holds_alternative<Unknown>(operand)) {
        context.report(diagnostics::value_count(
            {binding.names.front().span.begin, binding.names.back().span.end}, binding.names.size(), count));
    }
    for (std::size_t i = 0; i < binding.names.size(); ++i) {
        bind(context, scope, binding.names[i], fits ? Operand(tuple->values[i]) : Operand(Unknown{}));
        context.names.bound.find(binding.names[i].span.begin)->second.used = true;  // all had to be named
    }
}

}  // namespace gandsl::dsl
