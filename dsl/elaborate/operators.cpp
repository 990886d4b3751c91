#include "dsl/elaborate/operators.hpp"

#include <cmath>
#include <utility>

#include "dsl/arithmetic.hpp"
#include "dsl/elaborate/argument_values.hpp"
#include "dsl/elaborate/calls.hpp"
#include "dsl/elaborate/expressions.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

using Kind = tree::Expression::Kind;

}  // namespace

Operand check_negation(Context& context, Emitter& emitter, const tree::Expression& expression,
                       const Scope& scope) {
    const Operand operand = check_value(context, emitter, expression.operands[0], scope);
    if (const auto* number = std::get_if<double>(&operand)) {
        return -*number;
    }
    const auto input = to_tensor(context, emitter, operand, expression.operands[0].span, "-");
    if (!input) {
        return Unknown{};
    }
    const Entry* entry = context.catalogue.find(Role::negate);
    if (entry == nullptr) {
        return context.report(diagnostics::not_yet(expression.span, "-", ""));
    }
    return apply_operation(emitter, *entry, {*input}, {input->type.shape, std::nullopt, input->type.batched},
                           expression.span);
}

Operand check_binary(Context& context, Emitter& emitter, const tree::Expression& expression,
                     const Scope& scope) {
    const std::string& sign = expression.text;
    const Operand left = check_value(context, emitter, expression.operands[0], scope);
    const Operand right = check_value(context, emitter, expression.operands[1], scope);
    const auto* a = std::get_if<double>(&left);
    const auto* b = std::get_if<double>(&right);
    if (a != nullptr && b != nullptr) {
        if (sign == "/" && *b == 0) {
            return context.report(diagnostics::division_by_zero(expression.span));
        }
        const double folded = arithmetic(sign).of(*a, *b);
        if (std::isnan(folded)) {
            return context.report(diagnostics::wrong_operand(expression.span, sign, spelled(expression),
                                                             diagnostics::Form::real_power));
        }
        if (!std::isfinite(folded)) {
            return context.report(diagnostics::number_too_large(expression.span, spelled(expression)));
        }
        return folded;
    }
    const bool equality = sign == "==" || sign == "!=";
    if (equality && left.index() == right.index() &&
        (std::holds_alternative<bool>(left) || std::holds_alternative<std::string>(left))) {
        const bool equal = std::holds_alternative<bool>(left)
                               ? std::get<bool>(left) == std::get<bool>(right)
                               : std::get<std::string>(left) == std::get<std::string>(right);
        return equal == (sign == "==") ? 1.0 : 0.0;
    }
    const auto x = to_tensor(context, emitter, left, expression.operands[0].span, sign);
    const auto y = to_tensor(context, emitter, right, expression.operands[1].span, sign);
    if (!x || !y) {
        return Unknown{};
    }
    const Entry* entry = context.catalogue.find(arithmetic(sign).role);
    if (entry == nullptr || !entry->missing.empty()) {
        return context.report(
            diagnostics::not_yet(expression.span, sign, entry == nullptr ? "" : entry->missing));
    }
    try {
        return apply_operation(emitter, *entry, {*x, *y}, broadcast(sign, x->type, y->type), expression.span);
    } catch (Diagnostic& diagnostic) {
        report_rule(context, emitter, std::move(diagnostic), {}, expression.span);
        return Unknown{};
    }
}

Operand check_index(Context& context, Emitter& emitter, const tree::Expression& expression,
                    const Scope& scope) {
    const tree::Expression& of = expression.operands[0];
    const Operand operand = check_value(context, emitter, of, scope);
    const bool slice = expression.kind == Kind::slice;
    const Entry* entry = context.catalogue.find(slice ? Role::slice : Role::index);
    if (entry == nullptr) {
        return context.report(diagnostics::not_yet(expression.span, slice ? "[begin:end]" : "[index]", ""));
    }
    std::vector<Given> given;
    for (std::size_t i = 1; i < expression.operands.size(); ++i) {
        const tree::Expression& bound = expression.operands[i];
        if (bound.kind != Kind::none) {
            given.push_back({&bound, {entry->arguments.at(i - 1).name, bound.span}, {}});
        }
    }
    auto arguments = resolve_arguments(context, emitter, *entry, given, expression.span, scope);
    if (const auto* numbers = std::get_if<std::vector<double>>(&operand);
        numbers != nullptr && arguments && !slice) {
        const auto size = static_cast<Index>(numbers->size());
        const auto at =
            static_cast<Index>(std::get<double>(arguments->find(entry->arguments.front().name)->second.data));
        if (at < -size || at >= size) {
            return context.report(
                diagnostics::index_out_of_range(expression.operands[1].span, at, size, {{size}, {}, false}));
        }
        return (*numbers)[static_cast<std::size_t>(at < 0 ? at + size : at)];
    }
    const auto input = to_tensor(context, emitter, operand, of.span, slice ? "[begin:end]" : "[index]");
    if (!arguments || !input) {
        return Unknown{};
    }
    return apply_entry(context, emitter, *entry, {*input}, *std::move(arguments), expression.span);
}

}  // namespace gandsl::dsl
