#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <utility>

#include "dsl/elaborator.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

using Kind = tree::Expression::Kind;

constexpr std::array<std::string_view, 6> built_ins = {"grad",   "next",  "classes",
                                                       "length", "width", "continue"};

bool is_static(const Operand& operand) {
    return std::holds_alternative<double>(operand) || std::holds_alternative<bool>(operand) ||
           std::holds_alternative<std::string>(operand) ||
           std::holds_alternative<std::vector<double>>(operand);
}

bool is_unknown(const Operand& operand) {
    return std::holds_alternative<Unknown>(operand);
}

/// How many arguments an entry takes without their names; more than anyone gives where one takes many.
std::size_t settled(const Entry& entry) {
    std::size_t count = 0;
    for (const Argument& argument : entry.arguments) {
        count += argument.many ? std::numeric_limits<std::uint32_t>::max() : argument.positional ? 1 : 0;
    }
    return count;
}

void spell_exactly(std::string& out, double number) {
    std::array<char, 40> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%a,", number);
    out += buffer.data();
}

void spell_exactly(std::string& out, const Value& value);

struct SpellExactly {
    std::string& out;
    void operator()(const std::monostate& /*none*/) const { out += "-,"; }
    void operator()(double number) const { spell_exactly(out, number); }
    void operator()(bool truth) const { out += truth ? "true," : "false,"; }
    void operator()(const std::string& text) const { out += std::to_string(text.size()) + ":" + text + ","; }
    void operator()(const std::vector<double>& numbers) const {
        out += "[";
        for (const double number : numbers) {
            spell_exactly(out, number);
        }
        out += "]";
    }
    void operator()(const NestedCall& call) const {
        out += call.name + "(";
        for (const auto& [name, value] : call.arguments) {
            out += name + "=";
            spell_exactly(out, value);
        }
        out += ")";
    }
    void operator()(const NetReference& net) const { out += "net" + std::to_string(net.net) + ","; }
    void operator()(const NameReference& name) const { out += name.name + ","; }
};

void spell_exactly(std::string& out, const Value& value) {
    std::visit(SpellExactly{out}, value.data);
}

/// Whether numbers of one operand of a loss meet more than one of the other. A number that all examples
/// share, such as a constant, is meant so.
bool meet_several(const Type& left, const Type& right, const Type& result) {
    const auto shared = [](const Type& type) { return !type.batched && is_one_number(type); };
    const Index count = elements(result.shape);
    return (elements(left.shape) != count || elements(right.shape) != count) && !shared(left) &&
           !shared(right);
}

}  // namespace

std::string key_of(const Instruction& instruction) {
    std::string key = std::to_string(static_cast<int>(instruction.kind)) + ":" +
                      std::to_string(instruction.index) + ":" +
                      (instruction.entry == nullptr ? "" : instruction.entry->name) + "(";
    for (const ValueId input : instruction.inputs) {
        key += std::to_string(input) + ",";
    }
    for (const auto& [name, value] : instruction.arguments) {
        key += name + "=";
        spell_exactly(key, value);
    }
    return key;
}

// What is called.

/// The callee of a name, or nothing, and nothing said.
std::optional<Callee> Elaborator::callee_quietly(const std::string& name, Scope& scope) {
    if (const Scope::Entry* entry = find(scope, name)) {
        if (const auto* recipe = std::get_if<RecipePointer>(&entry->value)) {
            return Callee{Callee::Kind::recipe, name, nullptr, 0, *recipe};
        }
        if (const auto* net = std::get_if<NetReference>(&entry->value)) {
            return Callee{Callee::Kind::net, name, nullptr, net->net, {}};
        }
    }
    const auto global = globals_.find(name);
    if (global != globals_.end() &&
        (global->second.kind == Global::Kind::net || global->second.kind == Global::Kind::layer)) {
        global->second.used = true;
        const bool net = global->second.kind == Global::Kind::net;
        return Callee{net ? Callee::Kind::net : Callee::Kind::layer, name, nullptr, global->second.index, {}};
    }
    if (std::find(built_ins.begin(), built_ins.end(), name) != built_ins.end()) {
        return Callee{Callee::Kind::built_in, name, nullptr, 0, {}};
    }
    const Entry* entry = catalogue_.find(name);
    if (entry != nullptr && (entry->kind == EntryKind::layer || entry->kind == EntryKind::function)) {
        return Callee{Callee::Kind::entry, name, entry, 0, {}};
    }
    return std::nullopt;
}

std::optional<Callee> Elaborator::callee(const Expression& expression, Scope& scope) {
    if (auto result = callee_quietly(expression.text, scope)) {
        return result;
    }
    const Span head = expression.kind == Kind::call ? expression.head : expression.span;
    const std::string& name = expression.text;
    constexpr std::string_view wanted = "a layer, a function or a net";
    if (const Entry* entry = entry_of_any_kind(name)) {
        report(diagnostics::wrong_kind_of_name(head, name, describe(entry->kind), wanted));
    } else if (const Scope::Entry* local = find(scope, name)) {
        if (!is_unknown(local->value)) {
            report(diagnostics::wrong_kind_of_name(head, name, describe(local->value), wanted));
        }
    } else if (const auto global = globals_.find(name); global != globals_.end()) {
        report(diagnostics::wrong_kind_of_name(head, name, describe(global->second.kind), wanted));
        global->second.used = true;
    } else {
        report(diagnostics::unknown_name(head, name, "layer, function or net", callable_names(scope)));
    }
    return std::nullopt;
}

/// Whether an argument is a bare word that one of the entry's arguments allows, as in `pad = same`.
bool Elaborator::is_choice(const Entry& entry, const Expression& expression, Scope& scope) {
    if (expression.kind != Kind::name || find(scope, expression.text) != nullptr ||
        globals_.contains(expression.text)) {
        return false;
    }
    return std::any_of(entry.arguments.begin(), entry.arguments.end(), [&](const Argument& argument) {
        return argument.kind == ArgumentKind::text &&
               std::find(argument.choices.begin(), argument.choices.end(), expression.text) !=
                   argument.choices.end();
    });
}

// Arguments of what is called.

/// `piped`: its first input stands before a `|`.
std::optional<PreparedCall> Elaborator::prepare(const Expression& expression, Scope& scope, bool piped) {
    const auto called = callee(expression, scope);
    if (!called) {
        return std::nullopt;
    }
    PreparedCall call;
    call.callee = *called;
    call.span = expression.span;
    bool good = true;
    switch (called->kind) {
        case Callee::Kind::entry:
            good = called->entry->wraps ? prepare_wrapper(call, expression, scope, piped)
                                        : prepare_entry(call, expression, scope, piped);
            break;
        case Callee::Kind::net:
            if (nets_[called->index].absent) {
                return std::nullopt;  // reported where it is declared
            }
            good = prepare_parameters(call, expression, nets_[called->index].tree->parameters, scope, piped);
            break;
        case Callee::Kind::layer:
            good = prepare_parameters(call, expression, layers_[called->index]->parameters, scope, piped);
            break;
        case Callee::Kind::recipe:
            // A recipe that was given to a layer: `act(h)`, or `act` after a pipe.
            if (expression.operands.size() > 1 || (piped && !expression.operands.empty())) {
                report(diagnostics::too_many_arguments(expression.span, expression.text, 1, ""));
                return std::nullopt;
            }
            call.inputs.resize(1);
            call.input_spans.resize(1);
            if (!expression.operands.empty()) {
                call.inputs[0] = value(expression.operands[0], scope);
                call.input_spans[0] = expression.operands[0].span;
            }
            call.needs_first = expression.operands.empty();
            break;
        case Callee::Kind::built_in:
            report(diagnostics::recipe_as_value(expression.span, expression.text));
            return std::nullopt;
    }
    if (!good) {
        return std::nullopt;
    }
    return call;
}

/// Inputs first, then arguments. A first argument known before the run means that a layer's input was left
/// out; a function of numbers takes it where there are numbers for all its inputs.
bool Elaborator::prepare_entry(PreparedCall& call, const Expression& expression, Scope& scope, bool piped) {
    const Entry& entry = *call.callee.entry;
    const std::size_t count = entry.inputs.size();
    call.inputs.resize(count);
    call.input_spans.resize(count);
    std::vector<Given> positional;
    std::vector<Given> rest;
    bool failed = false;
    for (Given& one : given(expression)) {
        const auto input = std::find(entry.inputs.begin(), entry.inputs.end(), one.name.text);
        if (one.name.text.empty()) {
            positional.push_back(std::move(one));
        } else if (input == entry.inputs.end()) {
            rest.push_back(std::move(one));
        } else {
            const auto place = static_cast<std::size_t>(input - entry.inputs.begin());
            if (call.inputs[place]) {
                report(diagnostics::repeated_argument(one.name.span, one.name.text, entry.name));
                failed = true;
            }
            call.inputs[place] = value(*one.expression, scope);
            call.input_spans[place] = one.expression->span;
        }
    }
    const auto evaluated = [&](std::size_t i) -> const Operand& {
        if (!positional[i].value) {
            positional[i].value = evaluate(*positional[i].expression, scope);
        }
        return *positional[i].value;
    };
    const bool by_name = count > 0 && call.inputs[0].has_value();
    if (piped && by_name) {
        report(diagnostics::full_call_after_pipe(call.span, entry.name));
        return false;
    }
    std::vector<std::size_t> open;  // inputs that positional arguments may fill
    for (std::size_t i = piped ? 1 : 0; i < count; ++i) {
        if (!call.inputs[i]) {
            open.push_back(i);
        }
    }
    std::size_t taken = 0;    // how many positional arguments are inputs
    std::size_t skipped = 0;  // 1 where the first input is left out
    const auto positions = positional.size();
    if (entry.variadic) {
        taken = positions;
    } else if (piped || by_name) {
        taken = std::min(positions, open.size());
    } else if (count > 0 && positions > 0) {
        const auto choice = [&](std::size_t i) { return is_choice(entry, *positional[i].expression, scope); };
        if (entry.kind == EntryKind::layer && !choice(0) && is_unknown(evaluated(0))) {
            return false;  // whether it was meant as an input or an argument cannot be told
        }
        if (!choice(0) && !is_static(evaluated(0))) {
            taken = std::min(positions, open.size());
            skipped = taken + 1 == open.size() ? 1 : 0;
        } else if (entry.kind == EntryKind::function) {
            while (taken < std::min(positions, open.size()) && !choice(taken)) {
                ++taken;
            }
            skipped = taken == open.size() ? 0 : 1;
            taken = std::min(taken, open.size() - skipped);
        } else if (positions >= open.size() && positions - open.size() == settled(entry)) {
            taken = open.size();  // a value for everything: the number is the input
        } else {
            skipped = 1;
            while (taken < positions && skipped + taken < open.size() && !choice(taken) &&
                   !is_static(evaluated(taken))) {
                ++taken;
            }
        }
    }
    for (std::size_t i = 0; i < taken; ++i) {
        const std::size_t place = skipped + i < open.size() ? open[skipped + i] : call.inputs.size();
        if (place == call.inputs.size()) {
            call.inputs.emplace_back();
            call.input_spans.emplace_back();
        }
        call.inputs[place] = evaluated(i);
        call.input_spans[place] = positional[i].expression->span;
    }
    const bool crowded = entry.arguments.size() < positions - taken && positions >= count;
    if (piped && crowded && (count > 1 || std::holds_alternative<Tensor>(evaluated(0)))) {
        report(diagnostics::full_call_after_pipe(call.span, entry.name));
        return false;
    }
    for (std::size_t i = taken; i < positions; ++i) {
        rest.push_back(std::move(positional[i]));
    }
    call.needs_first = count > 0 && !call.inputs[0];
    std::vector<std::string> missing;
    for (std::size_t i = 1; i < count; ++i) {
        if (!call.inputs[i]) {
            missing.push_back(entry.inputs[i]);
        }
    }
    auto arguments = resolve_arguments(entry, rest, expression.span, scope, entry.inputs);
    if (!missing.empty() && arguments) {
        report(diagnostics::missing_input(expression.span, entry.name, missing));
        failed = true;
    }
    if (!arguments || failed) {
        return false;
    }
    call.arguments = *std::move(arguments);
    return true;
}

/// A layer around another, which stands first in the parentheses, or second behind the input.
bool Elaborator::prepare_wrapper(PreparedCall& call, const Expression& expression, Scope& scope, bool piped) {
    const Entry& entry = *call.callee.entry;
    const Argument& layer = entry.arguments.front();
    call.inputs.resize(1);
    call.input_spans.resize(1);
    std::vector<Given> rest = given(expression);
    const auto nameless = [](const Given& one) { return one.name.text.empty(); };
    auto input = std::find_if(rest.begin(), rest.end(),
                              [&](const Given& one) { return one.name.text == entry.inputs.front(); });
    if (input == rest.end() && !piped && std::count_if(rest.begin(), rest.end(), nameless) > 1) {
        input = std::find_if(rest.begin(), rest.end(), nameless);
    }
    if (input != rest.end()) {
        if (piped) {
            report(diagnostics::full_call_after_pipe(call.span, entry.name));
            return false;
        }
        call.inputs[0] = value(*input->expression, scope);
        call.input_spans[0] = input->expression->span;
        rest.erase(input);
    }
    call.needs_first = !call.inputs[0];
    auto inner =
        std::find_if(rest.begin(), rest.end(), [&](const Given& one) { return one.name.text == layer.name; });
    if (inner == rest.end()) {
        inner = std::find_if(rest.begin(), rest.end(), nameless);
    }
    if (inner != rest.end()) {
        inner->value = evaluate(*inner->expression, scope);
        if (is_unknown(*inner->value)) {
            return false;
        }
        if (const auto* recipe = std::get_if<RecipePointer>(&*inner->value)) {
            call.wrapped = *recipe;
        } else {
            report(diagnostics::wrong_argument(inner->expression->span, entry.name, layer,
                                               describe(*inner->value)));
            return false;
        }
    }
    auto arguments = resolve_arguments(entry, rest, expression.span, scope, entry.inputs);
    if (!arguments) {
        return false;
    }
    call.arguments = *std::move(arguments);
    return true;
}

/// Calls of nets and layers of the file, whose parameters are values and numbers alike.
bool Elaborator::prepare_parameters(PreparedCall& call, const Expression& expression,
                                    const std::vector<tree::Parameter>& parameters, Scope& scope,
                                    bool piped) {
    const bool net = call.callee.kind == Callee::Kind::net;
    call.inputs.resize(parameters.size());
    call.input_spans.resize(parameters.size());
    bool failed = false;
    const auto operand = [&](const Expression& given) {
        Operand result = net ? value(given, scope) : evaluate(given, scope);
        failed = failed || is_unknown(result);
        return result;
    };
    std::vector<const Expression*> positional;
    std::vector<std::string> names;
    for (const tree::Parameter& parameter : parameters) {
        names.push_back(parameter.name.text);
    }
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
        const tree::Name& name = expression.names[i];
        if (name.text.empty()) {
            positional.push_back(&expression.operands[i]);
            continue;
        }
        const auto found = std::find(names.begin(), names.end(), name.text);
        if (found == names.end()) {
            report(diagnostics::unknown_argument(name.span, name.text, call.callee.name, names));
            failed = true;
            continue;
        }
        const auto place = static_cast<std::size_t>(found - names.begin());
        if (call.inputs[place]) {
            report(diagnostics::repeated_argument(name.span, name.text, call.callee.name));
            failed = true;
            continue;
        }
        call.inputs[place] = operand(expression.operands[i]);
        call.input_spans[place] = expression.operands[i].span;
    }
    std::vector<Operand> values;
    values.reserve(positional.size());
    for (const Expression* one : positional) {
        values.push_back(operand(*one));
    }
    const bool first_by_name = !call.inputs.empty() && call.inputs[0].has_value();
    if (piped && first_by_name) {
        report(diagnostics::full_call_after_pipe(call.span, call.callee.name));
        return false;
    }
    // A call that begins with a number or a layer leaves its input out, as does one that is short of a value.
    bool recipe = piped || first_by_name || values.empty();
    if (!recipe && net) {
        recipe = values.size() + 1 == parameters.size();
    } else if (!recipe) {
        const std::size_t next = values.size();
        const bool short_of_one =
            next < parameters.size() && !parameters[next].fallback && !call.inputs[next] &&
            std::all_of(parameters.begin() + static_cast<std::ptrdiff_t>(next) + 1, parameters.end(),
                        [](const tree::Parameter& parameter) { return parameter.fallback.has_value(); });
        recipe = is_static(values[0]) || std::holds_alternative<RecipePointer>(values[0]) ||
                 std::holds_alternative<NetReference>(values[0]) || short_of_one;
    }
    // Where there is a value for each parameter, the first is the input, whatever it is.
    const auto free = static_cast<std::size_t>(std::count_if(
        call.inputs.begin(), call.inputs.end(), [](const auto& input) { return !input.has_value(); }));
    recipe = recipe && (piped || first_by_name || values.size() != free || free == 0);
    std::size_t place = recipe ? 1 : 0;
    for (std::size_t i = 0; i < values.size(); ++i, ++place) {
        if (place >= parameters.size()) {
            if (piped && values.size() == parameters.size()) {
                report(diagnostics::full_call_after_pipe(call.span, call.callee.name));
            } else {
                report(diagnostics::too_many_arguments(positional[i]->span, call.callee.name,
                                                       parameters.size(), ""));
            }
            return false;
        }
        if (call.inputs[place]) {
            report(diagnostics::repeated_argument(positional[i]->span, names[place], call.callee.name));
            return false;
        }
        call.inputs[place] = std::move(values[i]);
        call.input_spans[place] = positional[i]->span;
    }
    call.needs_first = !call.inputs[0].has_value();
    std::vector<std::string> missing;
    for (std::size_t i = 1; i < parameters.size(); ++i) {
        if (!call.inputs[i] && !parameters[i].fallback) {
            missing.push_back(names[i]);
        }
    }
    if (!missing.empty() && !failed) {
        report(diagnostics::missing_input(call.span, call.callee.name, missing));
        failed = true;
    }
    return !failed;
}

// Calls.

/// `first` is what a recipe is applied to.
Operand Elaborator::execute(const PreparedCall& call, const Operand* first, Span first_span) {
    PreparedCall whole = call;
    if (call.needs_first) {
        if (first == nullptr) {
            return report(diagnostics::recipe_as_value(call.span, call.callee.name));
        }
        whole.inputs[0] = *first;
        whole.input_spans[0] = first_span;
    } else if (first != nullptr) {
        return report(diagnostics::full_call_after_pipe(call.span, call.callee.name));
    }
    for (const auto& input : whole.inputs) {
        if (input && is_unknown(*input)) {
            return Unknown{};
        }
    }
    switch (call.callee.kind) {
        case Callee::Kind::entry:
            return call_entry(whole);
        case Callee::Kind::net:
            return call_net(whole);
        case Callee::Kind::layer:
            return inline_layer(whole);
        case Callee::Kind::recipe: {
            Operand running = *whole.inputs[0];
            for (const PreparedCall& step : call.callee.recipe->steps) {
                running = execute(step, &running, first_span);
            }
            return running;
        }
        case Callee::Kind::built_in:
            break;
    }
    return Unknown{};
}

/// Elaborates the layer inside as if it stood alone, but for what happens to its weights.
Operand Elaborator::call_wrapper(const PreparedCall& call) {
    const Entry& entry = *call.callee.entry;
    if (!entry.missing.empty()) {
        return report(diagnostics::not_yet(call.span, entry.name, entry.missing));
    }
    if (frame_ == nullptr || frame_->kind != Frame::Kind::net) {
        return report(diagnostics::weights_outside_net(call.span, entry.name));
    }
    Wrapper wrapper{&entry, &call.arguments};
    Frame& frame = *frame_;
    Wrapper* const outer = std::exchange(frame.wrapper, &wrapper);
    Operand running = *call.inputs[0];
    Span span = call.input_spans[0];
    for (const PreparedCall& step : call.wrapped->steps) {
        running = execute(step, &running, span);
        span = step.span;
    }
    frame.wrapper = outer;
    if (wrapper.changes == 0 && !is_unknown(running)) {
        return report(diagnostics::nothing_to_wrap(call.span, entry.name));
    }
    return running;
}

/// Notes what the layer around this one does to its weights, and gives that layer's own their places.
void Elaborator::change_weights(Instruction& instruction, const std::string& place,
                                const std::vector<Weight>& weights) {
    Wrapper& wrapper = *frame_->wrapper;
    auto& all = program_.nets[frame_->net].weights;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!weights[i].learned || weights[i].shape.size() < 2) {
            continue;
        }
        ++wrapper.changes;
        const std::vector<Type> types = {{weights[i].shape, std::nullopt, false}};
        TypeCall call{types, *wrapper.arguments};
        wrapper.entry->type(call);
        WeightChange change{i, wrapper.entry, *wrapper.arguments, {}};
        for (Weight& own : call.weights) {
            change.weights.push_back(all.size());
            all.push_back({place + "." + weights[i].name + "." + own.name, std::move(own.shape),
                           std::move(own.init), own.learned, instruction.span});
        }
        instruction.changes.push_back(std::move(change));
    }
}

Operand Elaborator::call_entry(const PreparedCall& call) {
    const Entry& entry = *call.callee.entry;
    if (entry.wraps) {
        return call_wrapper(call);
    }
    if (entry.fold != nullptr) {
        if (const auto* number = std::get_if<double>(&*call.inputs[0])) {
            const double folded = entry.fold(*number);
            if (!std::isfinite(folded)) {
                return report(diagnostics::wrong_operand(call.span, entry.name, describe(*call.inputs[0]),
                                                         "a number it is defined for"));
            }
            return folded;
        }
    }
    if (entry.takes_probability) {
        // As `log(0)` is: a probability known before the run whose logarithm has no value, and counts.
        const auto* p = std::get_if<double>(&*call.inputs[0]);
        const auto* t = std::get_if<double>(&*call.inputs[1]);
        const bool sure = t != nullptr && p != nullptr && *p == *t;
        if (p != nullptr && (*p < 0 || *p > 1 || ((*p == 0 || *p == 1) && !sure))) {
            return report(diagnostics::wrong_operand(call.span, entry.name, describe(*call.inputs[0]),
                                                     "a probability, above 0 and below 1"));
        }
    }
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < call.inputs.size(); ++i) {
        const auto input = tensor(*call.inputs[i], call.input_spans[i], entry.name);
        if (!input) {
            return Unknown{};
        }
        inputs.push_back(*input);
    }
    return apply(entry, inputs, call.arguments, call.span);
}

/// Applies an entry whose types the catalogue knows.
Operand Elaborator::apply(const Entry& entry, const std::vector<Tensor>& inputs, Arguments arguments,
                          Span span) {
    if (!entry.missing.empty() || !entry.type) {
        return report(diagnostics::not_yet(span, entry.name, entry.missing));
    }
    if (frame_ == nullptr) {
        return report(diagnostics::not_static(span, "a value"));
    }
    std::vector<Type> types;
    types.reserve(inputs.size());
    for (const Tensor& input : inputs) {
        types.push_back(input.type);
    }
    TypeCall call{types, arguments};
    std::vector<Type> results;
    try {
        results = entry.type(call);
    } catch (Diagnostic& diagnostic) {
        report_rule(std::move(diagnostic), arguments, span);
        return Unknown{};
    }
    if (entry.compares_inputs && meet_several(types[0], types[1], results[0])) {
        report(diagnostics::losses_broadcast(span, entry.name, types[0], types[1], results[0]));
    }
    Instruction instruction;
    if (!call.weights.empty()) {
        if (frame_->kind != Frame::Kind::net) {
            return report(diagnostics::weights_outside_net(span, entry.name));
        }
        NetState& net = nets_[frame_->net];
        const std::string place =
            net.prefix + entry.name + "_" + std::to_string(++net.counters[net.prefix + entry.name]);
        auto& weights = program_.nets[frame_->net].weights;
        for (const Weight& weight : call.weights) {
            check_size(weight.shape, span);
            instruction.weights.push_back(weights.size());
            weights.push_back(
                {place + "." + weight.name, weight.shape, weight.init, weight.learned, span, weight.fans});
        }
        if (frame_->wrapper != nullptr) {
            instruction.span = span;
            change_weights(instruction, place, call.weights);
        }
    }
    instruction.kind = Instruction::Kind::apply;
    instruction.span = span;
    instruction.entry = &entry;
    instruction.arguments = std::move(arguments);
    for (const Tensor& input : inputs) {
        instruction.inputs.push_back(input.id);
    }
    // A layer's mentions are each their own, weights or not (dropout); functions of equal values are equal.
    const bool shared = entry.kind != EntryKind::layer && instruction.weights.empty();
    const std::string key = shared ? key_of(instruction) : "";
    std::vector<ValueId> outputs;
    if (const auto known = frame_->known.find(key); shared && known != frame_->known.end()) {
        outputs = known->second;
    } else {
        outputs = emit(std::move(instruction), results);
        if (shared) {
            frame_->known.emplace(key, outputs);
        }
    }
    if (outputs.size() == 1) {
        return Tensor{outputs[0], std::move(results[0]), {}};
    }
    Several several;
    several.callee = entry.name;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        several.values.push_back({outputs[i], std::move(results[i]), {}});
    }
    return several;
}

/// Applies an operation whose result type is known here.
Operand Elaborator::apply_typed(const Entry& entry, const std::vector<Tensor>& inputs, Arguments arguments,
                                std::vector<Type> types, Span span) {
    Instruction instruction;
    instruction.kind = Instruction::Kind::apply;
    instruction.span = span;
    instruction.entry = &entry;
    instruction.arguments = std::move(arguments);
    for (const Tensor& input : inputs) {
        instruction.inputs.push_back(input.id);
    }
    const std::string key = key_of(instruction);
    const Type type = types.front();
    auto known = frame_->known.find(key);
    if (known == frame_->known.end()) {
        known = frame_->known.emplace(key, emit(std::move(instruction), std::move(types))).first;
    }
    return Tensor{known->second.front(), type, {}};
}

// What the language itself defines.

/// The type of data or a latent that is only asked for its size, which nets may do too.
std::optional<Type> Elaborator::global_type(const Expression& expression, Scope& scope) {
    if (expression.kind != Kind::name || find(scope, expression.text) != nullptr) {
        return std::nullopt;
    }
    const auto global = globals_.find(expression.text);
    if (global == globals_.end()) {
        return std::nullopt;
    }
    if (global->second.kind == Global::Kind::data && data_known_[global->second.index]) {
        global->second.used = true;
        return program_.data[global->second.index].types[global->second.field];
    }
    if (global->second.kind == Global::Kind::latent && latents_[global->second.index].type) {
        global->second.used = true;
        return latents_[global->second.index].type;
    }
    return std::nullopt;
}

Operand Elaborator::call_built_in(const std::string& name, const Expression& expression, Scope& scope,
                                  const Operand* first) {
    if (name == "continue") {
        return first == nullptr ? continuation(expression, scope)
                                : report(diagnostics::full_call_after_pipe(expression.span, name));
    }
    const std::size_t count = name == "grad" ? 2 : 1;
    const std::vector<std::string> inputs =
        name == "grad" ? std::vector<std::string>{"e", "v"} : std::vector<std::string>{"x"};
    std::vector<Operand> operands;
    std::vector<Span> spans;
    if (first != nullptr) {
        operands.push_back(*first);
        spans.push_back(expression.span);
    }
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
        if (!expression.names[i].text.empty()) {
            return report(
                diagnostics::unknown_argument(expression.names[i].span, expression.names[i].text, name, {}));
        }
        if (operands.size() == count) {
            return report(
                first != nullptr && expression.operands.size() == count
                    ? diagnostics::full_call_after_pipe(expression.span, name)
                    : diagnostics::too_many_arguments(expression.operands[i].span, name, count, ""));
        }
        const auto type =
            name == "grad" || name == "next" ? std::nullopt : global_type(expression.operands[i], scope);
        if (type) {
            operands.emplace_back(Tensor{0, *type, {}});
        } else {
            operands.push_back(value(expression.operands[i], scope));
        }
        spans.push_back(expression.operands[i].span);
    }
    if (operands.size() < count) {
        return report(diagnostics::missing_input(
            expression.span, name,
            {inputs.begin() + static_cast<std::ptrdiff_t>(operands.size()), inputs.end()}));
    }
    if (std::any_of(operands.begin(), operands.end(), is_unknown)) {
        return Unknown{};
    }
    if (name == "grad") {
        return gradient(operands, spans, expression.span);
    }
    if (name == "next") {
        return next(operands[0], spans[0], expression.span);
    }
    return size_of(name, operands[0], spans[0]);
}

Operand Elaborator::gradient(const std::vector<Operand>& operands, const std::vector<Span>& spans,
                             Span span) {
    const auto of = tensor(operands[0], spans[0], "grad");
    const auto to = tensor(operands[1], spans[1], "grad");
    if (!of || !to) {
        return Unknown{};
    }
    if (!is_one_number(of->type)) {
        return report(diagnostics::not_one_number(spans[0], diagnostics::Scalar::gradient, of->type));
    }
    if (to->type.classes) {
        report_rule(diagnostics::not_labels("grad", to->type), {}, spans[1]);
        return Unknown{};
    }
    if (!depends(*frame_->space, of->id, to->id)) {
        return report(diagnostics::independent_gradient(span, depends(*frame_->space, of->id, to->id, true)));
    }
    Instruction instruction;
    instruction.kind = Instruction::Kind::gradient;
    instruction.span = span;
    instruction.inputs = {of->id, to->id};
    const Type type{to->type.shape, std::nullopt, true};
    const std::string key = key_of(instruction);
    auto known = frame_->known.find(key);
    if (known == frame_->known.end()) {
        known = frame_->known.emplace(key, emit(std::move(instruction), {type})).first;
    }
    return Tensor{known->second.front(), type, {}};
}

Operand Elaborator::next(const Operand& operand, Span operand_span, Span span) {
    const auto* tensor = std::get_if<Tensor>(&operand);
    if (tensor == nullptr || !tensor->data || frame_ == nullptr || frame_->reads == nullptr) {
        return report(diagnostics::next_of_other(operand_span));
    }
    const Data& data = program_.data[tensor->data->index];
    if (!data.source->sequential) {
        return report(diagnostics::no_next(operand_span, data.names[tensor->data->field], data.source->name));
    }
    return read_data(*tensor->data, true, span);
}

Operand Elaborator::size_of(const std::string& name, const Operand& operand, Span operand_span) {
    const auto* tensor = std::get_if<Tensor>(&operand);
    if (tensor == nullptr) {
        return report(
            diagnostics::wrong_operand(operand_span, name, describe(operand), "a value of the model"));
    }
    const Type& type = tensor->type;
    if (name == "classes") {
        if (!type.classes) {
            report_rule(diagnostics::needs_labels(name, "x", type), {}, operand_span);
            return Unknown{};
        }
        return static_cast<double>(type.classes->count);
    }
    if (type.shape.empty()) {
        report_rule(diagnostics::wrong_rank(name, type, "a value with axes"), {}, operand_span);
        return Unknown{};
    }
    return static_cast<double>(name == "length" ? type.shape.front() : type.shape.back());
}

}  // namespace gandsl::dsl
