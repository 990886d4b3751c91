#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "dsl/arithmetic.hpp"
#include "dsl/elaborator.hpp"
#include "dsl/nearest.hpp"
#include "dsl/print.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

using Kind = tree::Expression::Kind;

class Deeper {
  public:
    explicit Deeper(std::size_t& depth) : depth_(depth) { ++depth_; }
    ~Deeper() { --depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

  private:
    std::size_t& depth_;
};

}  // namespace

std::string Elaborator::spelled(const Expression& expression) {
    const std::string text = print(expression);
    return text.size() <= 40 ? text : text.substr(0, text.find('(')) + "(...)";
}

/// What a line begins with, where that is a name of nothing: perhaps a word of the language misspelt.
std::string Elaborator::first_word(const tree::Line& line, Scope& scope) {
    const Expression* at = std::get_if<Expression>(&line.data);
    while (at != nullptr && (at->kind == Kind::binary || at->kind == Kind::pipe || at->kind == Kind::index ||
                             at->kind == Kind::slice)) {
        at = &at->operands.front();
    }
    if (at == nullptr || (at->kind != Kind::name && at->kind != Kind::call) ||
        find(scope, at->text) != nullptr || globals_.contains(at->text) ||
        entry_of_any_kind(at->text) != nullptr) {
        return "";
    }
    return at->text;
}

Operand Elaborator::evaluate(const Expression& expression, Scope& scope) {
    const Deeper deeper(recursion_);
    spend(expression.span);
    switch (expression.kind) {
        case Kind::number:
            return expression.number;
        case Kind::boolean:
            return expression.text == "true";
        case Kind::text:
            return expression.decoded;
        case Kind::name:
            return name(expression, scope);
        case Kind::list:
            return list(expression, scope);
        case Kind::negate:
            return negate(expression, scope);
        case Kind::binary:
            return binary(expression, scope);
        case Kind::pipe:
            return pipe(expression, scope);
        case Kind::index:
        case Kind::slice:
            return index(expression, scope);
        case Kind::call: {
            if (const Entry* entry = catalogue_.find(EntryKind::schedule, expression.text);
                entry != nullptr && !callee_quietly(expression.text, scope)) {
                return schedule(*entry, expression, scope);
            }
            const auto called = callee(expression, scope);
            if (!called) {
                return Unknown{};
            }
            if (called->kind == Callee::Kind::built_in) {
                return call_built_in(called->name, expression, scope, nullptr);
            }
            auto prepared = prepare(expression, scope, false);
            if (!prepared) {
                return Unknown{};
            }
            if (prepared->needs_first) {
                return std::make_shared<const Recipe>(Recipe{{*std::move(prepared)}});
            }
            return execute(*prepared, nullptr, {});
        }
        case Kind::none:
            break;
    }
    return Unknown{};
}

Operand Elaborator::value(const Expression& expression, Scope& scope) {
    Operand result = evaluate(expression, scope);
    if (const auto* recipe = std::get_if<RecipePointer>(&result);
        recipe != nullptr && expression.kind == Kind::call && (*recipe)->steps.size() == 1) {
        // Where no value runs, a call of too few inputs lacks its last ones rather than its first.
        const auto missing = missing_inputs((*recipe)->steps.front());
        if (!missing.empty()) {
            return report(diagnostics::missing_input(expression.span, expression.text, missing));
        }
    }
    if (std::holds_alternative<RecipePointer>(result) || std::holds_alternative<NetReference>(result)) {
        return report(diagnostics::recipe_as_value(expression.span, spelled(expression)));
    }
    return result;
}

/// The names of the inputs that a call of a function or net is short of, layers apart.
std::vector<std::string> Elaborator::missing_inputs(const PreparedCall& call) const {
    std::vector<std::string> names;
    if (call.callee.kind == Callee::Kind::net) {
        for (const tree::Parameter& parameter : nets_[call.callee.index].tree->parameters) {
            names.push_back(parameter.name.text);
        }
    } else if (call.callee.kind == Callee::Kind::entry && call.callee.entry->kind == EntryKind::function) {
        names = call.callee.entry->inputs;
    }
    const auto given = std::count_if(call.inputs.begin(), call.inputs.end(),
                                     [](const std::optional<Operand>& input) { return input.has_value(); });
    names.erase(names.begin(), names.begin() + std::min<std::ptrdiff_t>(given, std::ssize(names)));
    return names;
}

// Names.

Operand Elaborator::name(const Expression& expression, Scope& scope) {
    if (const Scope::Entry* entry = find(scope, expression.text)) {
        return entry->value;
    }
    if (const auto called = callee_quietly(expression.text, scope);
        called && called->kind == Callee::Kind::built_in && !globals_.contains(expression.text)) {
        return report(diagnostics::recipe_as_value(expression.span, expression.text));
    }
    const bool is_cell = expression.text == "row" || expression.text == "column";
    const auto global = globals_.find(expression.text);
    if (global == globals_.end() && is_cell && frame_ != nullptr && frame_->kind == Frame::Kind::sample) {
        return cell(expression.text == "column", expression.span);
    }
    if (global != globals_.end()) {
        return global_name(expression, global->second);
    }
    if (const Entry* entry = entry_of_any_kind(expression.text)) {
        if (entry->kind != EntryKind::layer && entry->kind != EntryKind::function) {
            return report(diagnostics::wrong_kind_of_name(
                expression.span, expression.text, describe(entry->kind), "a value, a layer or a function"));
        }
        auto prepared = prepare(expression, scope, false);
        if (!prepared) {
            return Unknown{};
        }
        return std::make_shared<const Recipe>(Recipe{{*std::move(prepared)}});
    }
    if (is_cell) {
        return report(diagnostics::cell_outside_grid(expression.span, expression.text));
    }
    auto candidates = value_names(scope);
    if (!nearest(expression.text, candidates)) {
        // Perhaps a recipe was meant; the values are not worth listing then.
        if (const auto meant = nearest(expression.text, callable_names(scope))) {
            candidates = {*meant};
        }
    }
    return report(
        diagnostics::unknown_name(expression.span, expression.text, "value, layer or function", candidates));
}

Operand Elaborator::global_name(const Expression& expression, Global& global) {
    global.used = true;
    const bool own_names_only = frame_ != nullptr && (frame_->kind == Frame::Kind::net || frame_->in_layer);
    const auto function = [&] {
        return frame_->in_layer ? layers_[inlined_.back().first]->name.text
                                : nets_[frame_->net].tree->name.text;
    };
    switch (global.kind) {
        case Global::Kind::option:
            return options_[global.index];
        case Global::Kind::data:
            if (own_names_only) {
                return report(
                    diagnostics::outside_value(expression.span, expression.text, "data", function()));
            }
            return read_data(global.index, global.field, expression.span);
        case Global::Kind::latent:
            if (own_names_only) {
                return report(
                    diagnostics::outside_value(expression.span, expression.text, "a latent", function()));
            }
            return read_latent(global.index, expression.span);
        case Global::Kind::net:
            return NetReference{global.index};
        case Global::Kind::layer: {
            PreparedCall call;
            call.callee = {Callee::Kind::layer, expression.text, nullptr, global.index, {}};
            call.inputs.resize(layers_[global.index]->parameters.size());
            call.input_spans.resize(call.inputs.size());
            call.needs_first = true;
            call.span = expression.span;
            return std::make_shared<const Recipe>(Recipe{{std::move(call)}});
        }
    }
    return Unknown{};
}

Operand Elaborator::read_data(std::size_t index, std::size_t field, Span span) {
    if (!data_known_[index]) {
        return Unknown{};
    }
    if (frame_ == nullptr || frame_->reads == nullptr) {
        return report(diagnostics::not_static(span, "a number"));
    }
    Turn& turn = *frame_->turn;
    if (!turn.batch) {
        turn.batch =
            frame_->kind == Frame::Kind::measure || frame_->kind == Frame::Kind::sample ? 0 : batches_++;
    }
    return read_data({index, field, *turn.batch}, false, span);
}

Tensor Elaborator::read_data(const DataPlace& place, bool next, Span span) {
    Turn& turn = *frame_->turn;
    const std::vector<std::size_t> key = {place.index, place.field, place.slot, next ? 1U : 0U};
    if (const auto known = turn.data.find(key); known != turn.data.end()) {
        return known->second;
    }
    const Type& type = program_.data[place.index].types[place.field];
    Instruction instruction;
    instruction.kind = Instruction::Kind::data;
    instruction.span = span;
    instruction.index = place.index;
    instruction.field = place.field;
    instruction.slot = place.slot;
    instruction.next = next;
    Tensor result{emit(std::move(instruction), {type}, *frame_->reads).front(), type, {}};
    if (!next) {
        result.data = place;
    }
    turn.data.emplace(key, result);
    return result;
}

Operand Elaborator::read_latent(std::size_t index, Span span) {
    const LatentState& latent = latents_[index];
    if (!latent.type) {
        return Unknown{};
    }
    if (frame_ == nullptr || frame_->reads == nullptr) {
        return report(diagnostics::not_static(span, "a number"));
    }
    Turn& turn = *frame_->turn;
    if (const auto known = turn.latents.find(index); known != turn.latents.end()) {
        return known->second;
    }
    Instruction instruction;
    instruction.kind = Instruction::Kind::draw;
    instruction.span = latent.span;
    instruction.entry = latent.entry;
    instruction.arguments = latent.arguments;
    instruction.slot = draws_++;
    const Tensor result{
        emit(std::move(instruction), {*latent.type}, *frame_->reads).front(), *latent.type, {}};
    turn.latents.emplace(index, result);
    return result;
}

/// `NAME ~ DIST` in a body: fresh each time its line is elaborated.
Operand Elaborator::draw(const tree::Draw& draw, Scope& scope) {
    auto resolved = resolve(draw.distribution, EntryKind::distribution, scope);
    if (!resolved) {
        return Unknown{};
    }
    const std::vector<Type> none;
    TypeCall call{none, resolved->arguments};
    Type type;
    try {
        type = resolved->entry->type(call).front();
    } catch (Diagnostic& diagnostic) {
        report_rule(std::move(diagnostic), resolved->arguments, draw.distribution.span);
        return Unknown{};
    }
    Instruction instruction;
    instruction.kind = Instruction::Kind::draw;
    instruction.span = {draw.name.span.begin, draw.distribution.span.end};
    instruction.entry = resolved->entry;
    instruction.arguments = std::move(resolved->arguments);
    instruction.slot = frame_->kind == Frame::Kind::net ? nets_[frame_->net].draws++ : draws_++;
    const ValueId id = emit(std::move(instruction), {type}).front();
    return Tensor{id, std::move(type), {}};
}

Operand Elaborator::cell(bool column, Span span) {
    if (!frame_->grid) {
        return report(diagnostics::cell_outside_grid(span, column ? "column" : "row"));
    }
    const Index classes = column ? frame_->grid->second : frame_->grid->first;
    const Type type{{}, classes, true};
    Instruction instruction;
    instruction.kind = Instruction::Kind::cell;
    instruction.span = span;
    instruction.index = column ? 1 : 0;
    return Tensor{emit(std::move(instruction), {type}).front(), type, {}};
}

/// A schedule outside an optimizer: one number for all examples, another at each step.
Operand Elaborator::schedule(const Entry& entry, const Expression& expression, Scope& scope) {
    const bool trains =
        frame_ != nullptr && (frame_->kind == Frame::Kind::train || frame_->kind == Frame::Kind::update);
    if (!trains) {
        return report(diagnostics::misplaced(expression.span, diagnostics::Construct::schedule, entry.name));
    }
    auto arguments = resolve_arguments(entry, given(expression), expression.span, scope);
    if (!arguments) {
        return Unknown{};
    }
    check_schedule(entry, expression.span);
    Instruction instruction;
    instruction.kind = Instruction::Kind::schedule;
    instruction.span = expression.span;
    instruction.entry = &entry;
    instruction.arguments = *std::move(arguments);
    const Type type{{}, std::nullopt, false};
    const std::string key = key_of(instruction);
    auto known = frame_->known.find(key);
    if (known == frame_->known.end()) {
        known = frame_->known.emplace(key, emit(std::move(instruction), {type})).first;
    }
    return Tensor{known->second.front(), type, {}};
}

// Numbers known before the run, and values of the model.

Operand Elaborator::list(const Expression& expression, Scope& scope) {
    std::vector<double> numbers;
    bool failed = false;
    for (const Expression& item : expression.operands) {
        const auto number = static_number(item, scope, "a number");
        failed = failed || !number;
        numbers.push_back(number.value_or(0));
    }
    if (failed) {
        return Unknown{};
    }
    return numbers;
}

std::optional<double> Elaborator::static_number(const Expression& expression, Scope& scope,
                                                std::string_view wanted) {
    const Operand operand = value(expression, scope);
    if (const auto* number = std::get_if<double>(&operand)) {
        return *number;
    }
    if (std::holds_alternative<Tensor>(operand) || std::holds_alternative<Several>(operand)) {
        report(diagnostics::not_static(expression.span, wanted));
    } else if (!std::holds_alternative<Unknown>(operand)) {
        report(diagnostics::wrong_value(expression.span, describe(operand), wanted));
    }
    return std::nullopt;
}

Tensor Elaborator::constant(double number, Span span) {
    Instruction instruction;
    instruction.kind = Instruction::Kind::constant;
    instruction.span = span;
    instruction.number = number;
    const Type type{{}, std::nullopt, false};
    return {emit(std::move(instruction), {type}).front(), type, {}};
}

/// `what` is the operator or function that wants the value.
std::optional<Tensor> Elaborator::tensor(const Operand& operand, Span span, std::string_view what) {
    if (const auto* tensor = std::get_if<Tensor>(&operand)) {
        return *tensor;
    }
    if (std::holds_alternative<Unknown>(operand)) {
        return std::nullopt;
    }
    if (const auto* number = std::get_if<double>(&operand)) {
        if (frame_ == nullptr) {
            report(diagnostics::not_static(span, "a number"));
            return std::nullopt;
        }
        return constant(*number, span);
    }
    if (const auto* several = std::get_if<Several>(&operand)) {
        report(diagnostics::several_values(span, several->callee, several->values.size()));
    } else if (const auto* recipe = std::get_if<RecipePointer>(&operand)) {
        report(diagnostics::recipe_as_value(span, (*recipe)->steps.front().callee.name));
    } else {
        report(diagnostics::wrong_operand(span, what, describe(operand), "a number or a value of the model"));
    }
    return std::nullopt;
}

// Operators.

Operand Elaborator::negate(const Expression& expression, Scope& scope) {
    const Operand operand = value(expression.operands[0], scope);
    if (const auto* number = std::get_if<double>(&operand)) {
        return -*number;
    }
    const auto input = tensor(operand, expression.operands[0].span, "-");
    if (!input) {
        return Unknown{};
    }
    const Entry* entry = catalogue_.find(Role::negate);
    if (entry == nullptr) {
        return report(diagnostics::not_yet(expression.span, "-", ""));
    }
    return apply_typed(*entry, {*input}, {}, {{input->type.shape, std::nullopt, input->type.batched}},
                       expression.span);
}

Operand Elaborator::binary(const Expression& expression, Scope& scope) {
    const std::string& sign = expression.text;
    const Operand left = value(expression.operands[0], scope);
    const Operand right = value(expression.operands[1], scope);
    const auto* a = std::get_if<double>(&left);
    const auto* b = std::get_if<double>(&right);
    if (a != nullptr && b != nullptr) {
        if (sign == "/" && *b == 0) {
            return report(diagnostics::division_by_zero(expression.span));
        }
        const double folded = arithmetic(sign).of(*a, *b);
        if (std::isnan(folded)) {
            return report(diagnostics::wrong_operand(expression.span, sign, spelled(expression),
                                                     "a power that is a real number"));
        }
        if (!std::isfinite(folded)) {
            return report(diagnostics::number_too_large(expression.span, spelled(expression)));
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
    const auto x = tensor(left, expression.operands[0].span, sign);
    const auto y = tensor(right, expression.operands[1].span, sign);
    if (!x || !y) {
        return Unknown{};
    }
    const Entry* entry = catalogue_.find(arithmetic(sign).role);
    if (entry == nullptr || !entry->missing.empty()) {
        return report(diagnostics::not_yet(expression.span, sign, entry == nullptr ? "" : entry->missing));
    }
    try {
        return apply_typed(*entry, {*x, *y}, {}, {broadcast(sign, x->type, y->type)}, expression.span);
    } catch (Diagnostic& diagnostic) {
        report_rule(std::move(diagnostic), {}, expression.span);
        return Unknown{};
    }
}

Operand Elaborator::pipe(const Expression& expression, Scope& scope) {
    const Expression& left = expression.operands[0];
    const Expression& right = expression.operands[1];
    Operand first = evaluate(left, scope);
    if (const auto* net = std::get_if<NetReference>(&first)) {
        if (nets_[net->net].absent) {
            return Unknown{};  // reported where it is declared
        }
        // `G | D` is a recipe of two steps.
        PreparedCall call;
        call.callee = {Callee::Kind::net, nets_[net->net].tree->name.text, nullptr, net->net, {}};
        call.inputs.resize(nets_[net->net].tree->parameters.size());
        call.input_spans.resize(call.inputs.size());
        call.needs_first = true;
        call.span = left.span;
        first = std::make_shared<const Recipe>(Recipe{{std::move(call)}});
    }
    if (right.kind != Kind::name && right.kind != Kind::call) {
        return report(diagnostics::not_a_recipe(right.span, "`" + spelled(right) + "`"));
    }
    const auto called = callee(right, scope);
    if (!called) {
        return Unknown{};
    }
    if (called->kind == Callee::Kind::built_in) {
        return call_built_in(called->name, right, scope, &first);
    }
    auto prepared = prepare(right, scope, true);
    if (!prepared) {
        return Unknown{};
    }
    if (const auto* recipe = std::get_if<RecipePointer>(&first)) {
        Recipe chain = **recipe;
        chain.steps.push_back(*std::move(prepared));
        return std::make_shared<const Recipe>(std::move(chain));
    }
    return execute(*prepared, &first, left.span);
}

Operand Elaborator::index(const Expression& expression, Scope& scope) {
    const Expression& of = expression.operands[0];
    const Operand operand = value(of, scope);
    const bool slice = expression.kind == Kind::slice;
    const Entry* entry = catalogue_.find(slice ? Role::slice : Role::index);
    if (entry == nullptr) {
        return report(diagnostics::not_yet(expression.span, slice ? "[begin:end]" : "[index]", ""));
    }
    std::vector<Given> given;
    for (std::size_t i = 1; i < expression.operands.size(); ++i) {
        const Expression& bound = expression.operands[i];
        if (bound.kind != Kind::none) {
            given.push_back({&bound, {entry->arguments.at(i - 1).name, bound.span}, {}});
        }
    }
    auto arguments = resolve_arguments(*entry, given, expression.span, scope);
    if (const auto* numbers = std::get_if<std::vector<double>>(&operand);
        numbers != nullptr && arguments && !slice) {
        const auto size = static_cast<Index>(numbers->size());
        const auto at =
            static_cast<Index>(std::get<double>(arguments->find(entry->arguments.front().name)->second.data));
        if (at < -size || at >= size) {
            return report(
                diagnostics::index_out_of_range(expression.operands[1].span, at, size, {{size}, {}, false}));
        }
        return (*numbers)[static_cast<std::size_t>(at < 0 ? at + size : at)];
    }
    const auto input = tensor(operand, of.span, slice ? "[begin:end]" : "[index]");
    if (!arguments || !input) {
        return Unknown{};
    }
    return apply(*entry, {*input}, *std::move(arguments), expression.span);
}

}  // namespace gandsl::dsl
