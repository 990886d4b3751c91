#include <cmath>

#include "autodiff/operations.hpp"
#include "dsl/diagnostics.hpp"
#include "models/functions/functions.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

Value from(const BuildCall& call, Var var, Layout layout) {
    return {.var = var, .type = call.results[0], .layout = layout};
}

Definition binary(dsl::Role role, std::string name, std::string symbol, std::string doc,
                  Var (*apply)(Var, Var), double (*fold)(double, double)) {
    return {
        .entry = {.name = name,
                  .kind = dsl::EntryKind::operation,
                  .doc = std::move(doc),
                  .details =
                      "Shapes meet as NumPy's do, on the example's own axes: aligned at the last axis, an "
                      "axis of size 1 is repeated.",
                  .inputs = {"left", "right"},
                  .type = elementwise(name),
                  .example = "a " + symbol + " b",
                  .role = role},
        .build =
            [apply, fold](BuildCall& call) {
                const Value& left = call.inputs[0];
                const Value& right = call.inputs[1];
                if (left.number && right.number) {
                    const double value = fold(*left.number, *right.number);
                    return std::vector<Value>{
                        {.var = call.tape.constant(value), .type = call.results[0], .number = value}};
                }
                const Aligned aligned = align(call.inputs);
                return std::vector<Value>{
                    from(call, apply(aligned.operands[0], aligned.operands[1]), aligned.layout)};
            },
        .stepping = steps_alike()};
}

Definition comparison(dsl::Role role, std::string name, std::string symbol, std::string doc,
                      Var (*apply)(Var, Var), double (*fold)(double, double)) {
    Definition definition = binary(role, std::move(name), std::move(symbol), std::move(doc), apply, fold);
    definition.entry.stops_gradients = dsl::diagnostics::Form::comparison;
    return definition;
}

Definition power_definition() {
    Definition definition = binary(
        dsl::Role::power, "power", "^", "The left value to the power of the right.",
        [](Var a, Var b) { return power(a, b); }, [](double a, double b) { return std::pow(a, b); });
    definition.build = [general = definition.build](BuildCall& call) {
        const Value& base = call.inputs[0];
        const std::optional<double> exponent = call.inputs[1].number;
        if (base.number || !exponent) {
            return general(call);
        }
        Value result = base;
        result.type = call.results[0];
        if (*exponent == 1) {
            return std::vector<Value>{result};
        }
        if (*exponent == 2) {
            result.var = square(base.var);
        } else if (*exponent == 0.5) {
            result.var = sqrt(base.var);
        } else {
            return general(call);
        }
        return std::vector<Value>{result};
    };
    return definition;
}

Definition negate_definition() {
    return {.entry = {.name = "negate",
                      .kind = dsl::EntryKind::operation,
                      .doc = "The value with the other sign.",
                      .inputs = {"x"},
                      .type = elementwise("negate"),
                      .example = "-a",
                      .role = dsl::Role::negate},
            .build =
                [](BuildCall& call) {
                    Value value = call.inputs.front();
                    value.type = call.results[0];
                    if (value.number) {
                        value.number = -*value.number;
                        value.var = call.tape.constant(*value.number);
                    } else {
                        value.var = negate(value.var);
                    }
                    return std::vector<Value>{value};
                },
            .stepping = steps_alike()};
}

/// The places begin .. end - 1 of the first axis, whose size is `size`, from the end where negative.
struct Bounds {
    Index begin = 0;
    Index end = 0;
};

Bounds bounds_of(const dsl::Arguments& arguments, Index size) {
    const auto bound = [&](std::string_view name, Index otherwise) {
        const Index given = has(arguments, name) ? integer(arguments, name) : otherwise;
        return given < 0 ? given + size : given;
    };
    return {.begin = bound("begin", 0), .end = bound("end", size)};
}

const dsl::Type& indexable(const std::string& entry, const dsl::Type& input) {
    if (input.shape.empty()) {
        throw dsl::diagnostics::wrong_rank(entry, input, dsl::diagnostics::Form::one_axis);
    }
    return input;
}

dsl::Span span_of(const dsl::Arguments& arguments, std::string_view name) {
    return arguments.find(name)->second.span;
}

Definition index_definition() {
    const auto type = [](dsl::TypeCall& call) {
        const dsl::Type& input = indexable("index", call.inputs.front());
        const Index at = call.integer("at");
        const Index size = input.shape.front();
        if (at < -size || at >= size) {
            throw dsl::diagnostics::index_out_of_range(span_of(call.arguments, "at"), at, size, input);
        }
        dsl::Type result = input;
        result.shape.erase(result.shape.begin());
        return std::vector<dsl::Type>{result};
    };
    const auto build = [](BuildCall& call) {
        const Value x = channels_first(call.inputs.front());
        const Index size = x.type.shape.front();
        const Index at = integer(call.arguments, "at") + (integer(call.arguments, "at") < 0 ? size : 0);
        const Var part = slice(x.var, tape_axis(x, 0), at, at + 1);
        return std::vector<Value>{
            {.var = reshape(part, tape_shape(call.results[0], call.batch)), .type = call.results[0]}};
    };
    return {
        .entry = {.name = "index",
                  .kind = dsl::EntryKind::operation,
                  .doc =
                      "One place of the first axis: a number of a vector, a step of a sequence, a channel.",
                  .details = "Counted from 0, and from the end where negative.",
                  .inputs = {"x"},
                  .arguments = {integer_argument("at", "the place", -1e300)},
                  .type = type,
                  .example = "h[-1]",
                  .role = dsl::Role::index,
                  .rearranges = true},
        .build = build};
}

Definition slice_definition() {
    const auto type = [](dsl::TypeCall& call) {
        const dsl::Type& input = indexable("slice", call.inputs.front());
        const Index size = input.shape.front();
        const Bounds bounds = bounds_of(call.arguments, size);
        if (bounds.begin < 0 || bounds.begin >= size) {
            throw dsl::diagnostics::index_out_of_range(span_of(call.arguments, "begin"),
                                                       call.integer("begin"), size, input);
        }
        if (bounds.end <= bounds.begin || bounds.end > size) {
            throw dsl::diagnostics::slice_end_out_of_range(span_of(call.arguments, "end"),
                                                           call.integer("end"), bounds.begin, size, input);
        }
        dsl::Type result = input;
        result.shape.front() = bounds.end - bounds.begin;
        return std::vector<dsl::Type>{result};
    };
    const auto build = [](BuildCall& call) {
        Value x = channels_first(call.inputs.front());
        if (call.steps != nullptr) {
            return std::vector<Value>{x};  // all places, of which this is one
        }
        const Bounds bounds = bounds_of(call.arguments, x.type.shape.front());
        x.var = slice(x.var, tape_axis(x, 0), bounds.begin, bounds.end);
        x.type = call.results[0];
        return std::vector<Value>{x};
    };
    return {
        .entry = {.name = "slice",
                  .kind = dsl::EntryKind::operation,
                  .doc = "Some places of the first axis, from `begin` up to but without `end`.",
                  .details =
                      "Counted from 0, and from the end where negative; a bound left out is the axis's own.",
                  .inputs = {"x"},
                  .arguments = {integer_argument("begin", "the first place", absent(), -1e300),
                                integer_argument("end", "the place after the last", absent(), -1e300)},
                  .type = type,
                  .example = "h[2:5]",
                  .role = dsl::Role::slice,
                  .rearranges = true},
        .build = build,
        .stepping = [](const dsl::Arguments& arguments, const std::vector<dsl::Type>& inputs) {
            const Index size = inputs.front().shape.front();
            const Bounds bounds = bounds_of(arguments, size);
            return bounds.begin == 0 && bounds.end == size ? Stepping::alike : Stepping::looks_along;
        }};
}

}  // namespace

std::vector<Definition> define_operators() {
    return {
        binary(
            dsl::Role::add, "add", "+", "The sum of two values.", [](Var a, Var b) { return add(a, b); },
            [](double a, double b) { return a + b; }),
        binary(
            dsl::Role::subtract, "subtract", "-", "The difference of two values.",
            [](Var a, Var b) { return subtract(a, b); }, [](double a, double b) { return a - b; }),
        binary(
            dsl::Role::multiply, "multiply", "*", "The product of two values, number by number.",
            [](Var a, Var b) { return multiply(a, b); }, [](double a, double b) { return a * b; }),
        binary(
            dsl::Role::divide, "divide", "/", "The quotient of two values, number by number.",
            [](Var a, Var b) { return divide(a, b); }, [](double a, double b) { return a / b; }),
        power_definition(),
        negate_definition(),
        comparison(
            dsl::Role::less, "less", "<",
            "1 where the left value is below the right, else 0; its gradient is 0.",
            [](Var a, Var b) { return less(a, b); }, [](double a, double b) { return a < b ? 1.0 : 0.0; }),
        comparison(
            dsl::Role::less_equal, "less_equal",
            "<=", "1 where the left value is not above the right, else 0; its gradient is 0.",
            [](Var a, Var b) { return less_equal(a, b); },
            [](double a, double b) { return a <= b ? 1.0 : 0.0; }),
        comparison(
            dsl::Role::greater, "greater", ">",
            "1 where the left value is above the right, else 0; its gradient is 0.",
            [](Var a, Var b) { return greater(a, b); }, [](double a, double b) { return a > b ? 1.0 : 0.0; }),
        comparison(
            dsl::Role::greater_equal, "greater_equal",
            ">=", "1 where the left value is not below the right, else 0; its gradient is 0.",
            [](Var a, Var b) { return greater_equal(a, b); },
            [](double a, double b) { return a >= b ? 1.0 : 0.0; }),
        comparison(
            dsl::Role::equal, "equal", "==", "1 where both values are the same, else 0; its gradient is 0.",
            [](Var a, Var b) { return equal(a, b); }, [](double a, double b) { return a == b ? 1.0 : 0.0; }),
        comparison(
            dsl::Role::not_equal, "not_equal", "!=", "1 where the values differ, else 0; its gradient is 0.",
            [](Var a, Var b) { return not_equal(a, b); },
            [](double a, double b) { return a != b ? 1.0 : 0.0; }),
        index_definition(),
        slice_definition(),
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
