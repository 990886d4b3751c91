#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "dsl/class_names.hpp"
#include "dsl/elaborator.hpp"
#include "dsl/spelling.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

/// Whether a value may be passed where a net has seen `expected`: labels of fewer classes are labels too.
bool accepts(const Type& expected, const Type& found) {
    const bool classes = expected.classes.has_value() == found.classes.has_value() &&
                         (!expected.classes || found.classes->count <= expected.classes->count);
    return expected.shape == found.shape && classes;
}

void learn_names(Type& type, const Type& from) {
    if (type.classes && from.classes && from.classes->names &&
        (!type.classes->names || type.classes->names->size() < from.classes->names->size())) {
        type.classes->names = from.classes->names;
    }
}

/// Whether both are one number, whatever their axes: {} and {1}.
bool both_one_number(const Type& expected, const Type& found) {
    return is_one_number(expected) && is_one_number(found) && !expected.classes && !found.classes;
}

template <typename T>
class Restore {
  public:
    explicit Restore(T& value) : value_(value), before_(value) {}
    ~Restore() { value_ = std::move(before_); }
    Restore(const Restore&) = delete;
    Restore& operator=(const Restore&) = delete;

  private:
    T& value_;
    T before_;
};

}  // namespace

// Annotations.

void Elaborator::prepare_nets() {
    for (std::size_t i = 0; i < nets_.size(); ++i) {
        NetState& net = nets_[i];
        std::map<std::string, Span> names;
        for (const tree::Parameter& parameter : net.tree->parameters) {
            const auto [at, added] = names.emplace(parameter.name.text, parameter.name.span);
            if (!added) {
                report(diagnostics::duplicate_name(parameter.name.span, parameter.name.text, at->second));
            }
            net.annotations.push_back(parameter.annotation ? annotation_type(*parameter.annotation)
                                                           : std::nullopt);
            program_.nets[i].inputs.push_back(parameter.name.text);
        }
    }
    load_nets();
    for (const tree::Layer* layer : layers_) {
        std::map<std::string, Span> names;
        for (const tree::Parameter& parameter : layer->parameters) {
            const auto [at, added] = names.emplace(parameter.name.text, parameter.name.span);
            if (!added) {
                report(diagnostics::duplicate_name(parameter.name.span, parameter.name.text, at->second));
            }
        }
    }
}

/// What the data of that name gives for an example; null where the name is none of known data.
const Type* Elaborator::data_type(const tree::Name& name) {
    const auto global = globals_.find(name.text);
    if (global == globals_.end() || global->second.kind != Global::Kind::data ||
        !data_known_[global->second.index]) {
        return nullptr;
    }
    global->second.used = true;
    return &program_.data[global->second.index].types[global->second.field];
}

std::optional<Index> Elaborator::annotation_size(const tree::Name& name) {
    double size = 0;
    if (name.text[0] >= '0' && name.text[0] <= '9') {
        size = std::strtod(name.text.c_str(), nullptr);
    } else {
        const auto global = globals_.find(name.text);
        if (global == globals_.end() || global->second.kind != Global::Kind::option) {
            std::vector<std::string> options;
            for (const Option& option : program_.options) {
                options.push_back(option.name);
            }
            if (global != globals_.end()) {
                report(diagnostics::wrong_kind_of_name(name.span, name.text, describe(global->second.kind),
                                                       "a number or the name of an option; the name of data "
                                                       "stands alone, as the shape of what it gives"));
            } else {
                report(diagnostics::unknown_name(name.span, name.text, "option", options));
            }
            return std::nullopt;
        }
        global->second.used = true;
        const Operand& option = options_[global->second.index];
        if (!std::holds_alternative<double>(option)) {
            report(diagnostics::wrong_value(name.span, describe(option), "a whole number"));
            return std::nullopt;
        }
        size = std::get<double>(option);
    }
    if (size < 1 || size != std::floor(size) || size > 1e9) {
        report(diagnostics::wrong_value(name.span, spell(size), "a whole number from 1 to 1000000000"));
        return std::nullopt;
    }
    return static_cast<Index>(size);
}

std::optional<Type> Elaborator::annotation_type(const tree::Annotation& annotation) {
    Type type;
    bool failed = false;
    // `text: text` is what the data `text` gives, `label(text)` a label of as many classes.
    if (annotation.sizes.size() == 1 && !annotation.classes) {
        if (const Type* data = data_type(annotation.sizes.front())) {
            return Type{data->shape, data->classes, false};
        }
    }
    for (const tree::Name& name : annotation.sizes) {
        const auto size = annotation_size(name);
        failed = failed || !size;
        type.shape.push_back(size.value_or(1));
    }
    if (annotation.classes) {
        const Type* data = data_type(*annotation.classes);
        if (data != nullptr && !data->classes) {
            report(diagnostics::wrong_kind_of_name(
                annotation.classes->span, annotation.classes->text, "data that gives numbers",
                "a number, an option, or data that gives labels or symbols"));
        } else {
            type.classes = data != nullptr ? data->classes : annotation_size(*annotation.classes);
        }
        failed = failed || !type.classes;
    }
    return failed ? std::nullopt : std::optional(type);
}

// Nets.

void Elaborator::elaborate_net(std::size_t index, const std::vector<Type>& inputs, Span shaped) {
    NetState& net = nets_[index];
    Net& result = program_.nets[index];
    net.progress = NetState::Progress::running;
    net.shaped = shaped;
    const Restore restore_frame(frame_);
    const Restore restore_inlined(inlined_);
    inlined_.clear();
    Frame frame;
    frame.kind = Frame::Kind::net;
    frame.body = &result.body;
    frame.space = &net.space;
    frame.net = index;
    frame_ = &frame;

    Scope scope;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        Type type = inputs[i];
        type.batched = true;
        check_size(type.shape, net.tree->parameters[i].name.span);
        const Tensor input{i, type, {}};
        net.space.types.push_back(std::move(type));
        net.space.sources.emplace_back();
        net.space.stopped.emplace_back();
        net.space.nets.emplace_back();
        const tree::Name& name = net.tree->parameters[i].name;
        bind(scope, name, input);
        if (i == 0) {
            bound_.find(name.span.begin)->second.used = true;  // as the running value
        }
    }
    Walk walked;
    walked.running = scope.names.find(net.tree->parameters[0].name.text)->second.value;
    walk(net.tree->body.lines, scope, walked);
    const auto results = results_of(walked, net.tree->body.span);
    const auto finish = [&](NetState::Progress progress) {
        result.types = net.space.types;
        net.progress = progress;
    };
    if (!results) {
        finish(NetState::Progress::failed);
        return;
    }
    for (std::size_t i = 0; i < results->size(); ++i) {
        const Span span = walked.returned_spans.empty() ? walked.running_span : walked.returned_spans[i];
        const auto value = tensor((*results)[i], span, net.tree->name.text);
        if (!value) {
            finish(NetState::Progress::failed);
            return;
        }
        result.results.push_back(value->id);
        Type type = value->type;
        type.batched = true;
        net.results.push_back(std::move(type));
        for (const std::size_t called : nets_behind(net.space, value->id)) {
            net.nets.insert(called);
        }
    }
    const auto& said = net.tree->results;
    if (!said.empty()) {
        if (said.size() != net.results.size()) {
            report(diagnostics::value_count({said.front().span.begin, said.back().span.end}, said.size(),
                                            net.results.size()));
        } else {
            for (std::size_t i = 0; i < said.size(); ++i) {
                const auto type = annotation_type(said[i]);
                if (type && !accepts(*type, net.results[i]) && !both_one_number(*type, net.results[i])) {
                    report(diagnostics::annotation_mismatch(
                        said[i].span, "the result of `" + net.tree->name.text + "`", net.results[i], *type));
                }
            }
        }
    }
    finish(NetState::Progress::done);
}

/// The one number of a value under other axes.
Operand Elaborator::one_number(const Tensor& input, const Shape& shape, Span span) {
    const Entry* entry = catalogue_.find(shape.empty() ? Role::total : Role::reshape);
    if (entry == nullptr) {
        return report(diagnostics::not_yet(span, "one number of other axes", ""));
    }
    std::vector<Given> given;
    tree::Expression size;
    size.kind = tree::Expression::Kind::number;
    size.number = 1;
    size.span = span;
    given.assign(shape.size(), Given{&size});
    auto arguments = resolve_arguments(*entry, given, span, empty_scope_);
    return arguments ? apply(*entry, {input}, *std::move(arguments), span) : Operand(Unknown{});
}

/// Whether labels and symbols that are passed to a net are called as those that it has seen. Of those of
/// which it knows the count alone, it learns the names.
bool Elaborator::agree_on_classes(std::size_t index, std::size_t input, const Type& found, Span span) {
    Type& expected = nets_[index].space.types[input];
    if (!found.classes || !expected.classes) {
        return true;
    }
    Net& net = program_.nets[index];
    if (!same_classes(expected.classes->names, found.classes->names)) {
        report(diagnostics::other_classes(span, quoted_slot(net, input), learned_from(net),
                                          *found.classes->names, *expected.classes->names,
                                          nets_[index].shaped));
        return false;
    }
    learn_names(expected, found);
    learn_names(net.types[input], found);
    return true;
}

Operand Elaborator::call_net(const PreparedCall& call) {
    const std::size_t index = call.callee.index;
    NetState& net = nets_[index];
    if (net.progress == NetState::Progress::running) {
        diagnostics::Names cycle;
        for (const NetState& other : nets_) {
            if (other.progress == NetState::Progress::running) {
                cycle.push_back(other.tree->name.text);
            }
        }
        std::rotate(cycle.begin(), std::find(cycle.begin(), cycle.end(), net.tree->name.text), cycle.end());
        cycle.push_back(net.tree->name.text);
        return report(diagnostics::recursion(call.span, "net", cycle));
    }
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < call.inputs.size(); ++i) {
        if (!call.inputs[i]) {
            return Unknown{};
        }
        const auto input = tensor(*call.inputs[i], call.input_spans[i], net.tree->name.text);
        if (!input) {
            return Unknown{};
        }
        inputs.push_back(*input);
    }
    const auto& parameters = net.tree->parameters;
    const auto fits = [&](std::size_t i, const Type& expected) {
        // A number known before the run may stand for a label of its class.
        const auto* number = std::get_if<double>(&*call.inputs[i]);
        if (number != nullptr && expected.classes && expected.shape.empty()) {
            return *number == std::floor(*number) && *number >= 0 &&
                   *number < static_cast<double>(expected.classes->count);
        }
        return accepts(expected, inputs[i].type) || both_one_number(expected, inputs[i].type);
    };
    const auto disagrees = [&](std::size_t i, const Type& expected, Span first) {
        const auto* number = std::get_if<double>(&*call.inputs[i]);
        if (number != nullptr && expected.classes && expected.shape.empty()) {
            report(diagnostics::no_such_class(call.input_spans[i], parameters[i].name.text, *number,
                                              expected.classes->count));
        } else {
            report(diagnostics::calls_disagree(call.input_spans[i], net.tree->name.text,
                                               parameters[i].name.text, inputs[i].type, expected, first));
        }
    };
    bool failed = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (net.annotations[i] && !fits(i, *net.annotations[i])) {
            disagrees(i, *net.annotations[i], parameters[i].annotation->span);
            failed = true;
        } else if (parameters[i].annotation && !net.annotations[i]) {
            failed = true;  // the annotation was reported
        }
    }
    if (failed) {
        return Unknown{};
    }
    if (net.progress == NetState::Progress::waiting) {
        std::vector<Type> types;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            types.push_back(net.annotations[i] ? *net.annotations[i] : inputs[i].type);
            learn_names(types.back(), inputs[i].type);
        }
        elaborate_net(index, types, call.span);
    } else {
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const Type& expected = nets_[index].space.types[i];
            if (!net.annotations[i] && !fits(i, expected)) {
                disagrees(i, expected, net.shaped);
                failed = true;
            }
        }
    }
    if (failed || net.progress == NetState::Progress::failed) {
        return Unknown{};
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Type& expected = nets_[index].space.types[i];
        if (!agree_on_classes(index, i, inputs[i].type, call.input_spans[i])) {
            return Unknown{};
        }
        if (inputs[i].type.shape != expected.shape) {
            const Operand number = one_number(inputs[i], expected.shape, call.input_spans[i]);
            if (!std::holds_alternative<Tensor>(number)) {
                return Unknown{};
            }
            inputs[i] = std::get<Tensor>(number);
        }
    }
    Instruction instruction;
    instruction.kind = Instruction::Kind::call;
    instruction.span = call.span;
    instruction.index = index;
    std::string key = "call" + std::to_string(index) + "(";
    for (const Tensor& input : inputs) {
        instruction.inputs.push_back(input.id);
        key += std::to_string(input.id) + ",";
    }
    const auto known = frame_->known.find(key);
    std::vector<ValueId> results;
    if (known != frame_->known.end() && !draws_anew(index)) {
        results = known->second;
    } else {
        results = emit(std::move(instruction), net.results);
        frame_->known[key] = results;
    }
    if (net.results.size() == 1) {
        return Tensor{results.front(), net.results.front(), {}};
    }
    Several several;
    several.callee = net.tree->name.text;
    for (std::size_t i = 0; i < net.results.size(); ++i) {
        several.values.push_back({results[i], net.results[i], {}});
    }
    return several;
}

/// Whether a net draws random numbers, itself or in a net that it calls, so that no two of its calls are one.
/// What a mode leaves out, as evaluation does dropout, is not known here.
bool Elaborator::draws_anew(std::size_t net) {
    std::optional<bool>& known = nets_[net].random;
    if (!known) {
        const Instructions& body = program_.nets[net].body;
        known = std::any_of(body.begin(), body.end(), [&](const Instruction& each) {
            return each.kind == Instruction::Kind::draw || (each.entry != nullptr && each.entry->draws) ||
                   (each.kind == Instruction::Kind::call && draws_anew(each.index));
        });
    }
    return *known;
}

// Layers of the file: each mention is its body once more, with weights of its own.

Operand Elaborator::inline_layer(const PreparedCall& call) {
    const std::size_t index = call.callee.index;
    const tree::Layer& layer = *layers_[index];
    const auto running = std::find_if(inlined_.begin(), inlined_.end(),
                                      [index](const auto& one) { return one.first == index; });
    if (running != inlined_.end()) {
        diagnostics::Names cycle;
        for (auto at = running; at != inlined_.end(); ++at) {
            cycle.push_back(layers_[at->first]->name.text);
        }
        cycle.push_back(layer.name.text);
        return report(diagnostics::recursion(call.span, "layer", cycle));
    }
    if (frame_ == nullptr) {
        return report(diagnostics::not_static(call.span, "a value"));
    }
    Scope scope;
    for (std::size_t i = 0; i < layer.parameters.size(); ++i) {
        const tree::Parameter& parameter = layer.parameters[i];
        Operand operand = Unknown{};
        if (i < call.inputs.size() && call.inputs[i]) {
            operand = *call.inputs[i];
        } else if (parameter.fallback) {
            operand = evaluate(*parameter.fallback, empty_scope_);
        } else {
            report(diagnostics::missing_input(call.span, layer.name.text, {parameter.name.text}));
        }
        bind(scope, parameter.name, std::move(operand));
        if (i == 0) {
            bound_.find(parameter.name.span.begin)->second.used = true;
        }
    }
    ++recursion_;
    spend(call.span);
    inlined_.emplace_back(index, call.span);
    const Restore restore_layer(frame_->in_layer);
    frame_->in_layer = true;
    std::string* const prefix = frame_->kind == Frame::Kind::net ? &nets_[frame_->net].prefix : nullptr;
    const std::string outer = prefix == nullptr ? "" : *prefix;
    if (prefix != nullptr) {
        auto& counters = nets_[frame_->net].counters;
        const std::string place = outer + layer.name.text;
        *prefix = place + "_" + std::to_string(++counters[place]) + ".";
    }
    Walk walked;
    walked.running = scope.names.find(layer.parameters[0].name.text)->second.value;
    walked.running_span = call.input_spans.empty() ? call.span : call.input_spans[0];
    walk(layer.body.lines, scope, walked);
    const auto results = results_of(walked, layer.body.span);
    if (prefix != nullptr) {
        *prefix = outer;
    }
    inlined_.pop_back();
    --recursion_;
    if (!results) {
        return Unknown{};
    }
    if (results->size() == 1) {
        return results->front();
    }
    Several several;
    several.callee = layer.name.text;
    for (std::size_t i = 0; i < results->size(); ++i) {
        const auto value = tensor((*results)[i], walked.returned_spans[i], layer.name.text);
        if (!value) {
            return Unknown{};
        }
        several.values.push_back(*value);
    }
    return several;
}

// Bodies.

std::optional<std::vector<Operand>> Elaborator::results_of(Walk& walk, Span span) {
    if (walk.failed) {
        return std::nullopt;
    }
    std::vector<Operand> results;
    if (walk.returned) {
        results = *walk.returned;
    } else if (walk.running) {
        if (walk.running_span == Span{}) {
            walk.running_span = span;
        }
        if (const auto* several = std::get_if<Several>(&*walk.running)) {
            results.assign(several->values.begin(), several->values.end());
            walk.returned_spans.assign(results.size(), walk.running_span);
        } else {
            results.push_back(*walk.running);
        }
    }
    for (const Operand& result : results) {
        if (std::holds_alternative<Unknown>(result)) {
            return std::nullopt;
        }
    }
    if (results.empty()) {
        return std::nullopt;
    }
    return results;
}

void Elaborator::walk(const std::vector<tree::Line>& lines, Scope& scope, Walk& walk) {
    ++recursion_;
    for (const tree::Line& line : lines) {
        spend(line.span);
        if (walk.returned) {
            report(diagnostics::after_return(line.span));
            break;
        }
        walk_line(line, scope, walk);
    }
    --recursion_;
}

void Elaborator::walk_line(const tree::Line& line, Scope& scope, Walk& walk) {
    if (const auto* expression = std::get_if<Expression>(&line.data)) {
        Operand result = evaluate(*expression, scope);
        const auto* recipe = std::get_if<RecipePointer>(&result);
        const auto* net = std::get_if<NetReference>(&result);
        if (recipe != nullptr || net != nullptr) {
            if (!walk.running) {
                report(diagnostics::no_running_value(expression->span, spelled(*expression)));
                walk.failed = true;
                return;
            }
            if (const auto* several = std::get_if<Several>(&*walk.running)) {
                walk.running = report(
                    diagnostics::several_values(walk.running_span, several->callee, several->values.size()));
            }
            if (net != nullptr) {
                // Prepared anew, so that a net with more inputs says which are missing.
                auto prepared = prepare(*expression, scope, true);
                result = prepared ? execute(*prepared, &*walk.running, expression->span) : Unknown{};
            } else {
                for (const PreparedCall& step : Recipe(**recipe).steps) {
                    walk.running = execute(step, &*walk.running, step.span);
                }
                result = *walk.running;
            }
        }
        walk.running = std::move(result);  // several values are the result where no line follows
        walk.running_span = expression->span;
    } else if (const auto* binding = std::get_if<tree::Binding>(&line.data)) {
        const Operand operand = value(binding->value, scope);
        bind_names(*binding, operand, scope);
    } else if (const auto* drawn = std::get_if<tree::Draw>(&line.data)) {
        bind(scope, drawn->name, draw(*drawn, scope));
    } else if (const auto* repeat = std::get_if<tree::Repeat>(&line.data)) {
        walk_repeat(*repeat, scope, walk);
    } else if (const auto* returned = std::get_if<tree::Return>(&line.data)) {
        std::vector<Operand> values;
        for (const Expression& expression : returned->values) {
            values.push_back(value(expression, scope));
            walk.returned_spans.push_back(expression.span);
            if (const auto* several = std::get_if<Several>(&values.back());
                several != nullptr && returned->values.size() > 1) {
                values.back() = report(
                    diagnostics::several_values(expression.span, several->callee, several->values.size()));
            } else if (several != nullptr) {
                // `return f(x)` passes on all that f returns.
                const std::vector<Tensor> all = several->values;
                values.assign(all.begin(), all.end());
                walk.returned_spans.assign(all.size(), expression.span);
            }
        }
        walk.returned = std::move(values);
    } else if (std::holds_alternative<tree::Objective>(line.data)) {
        const bool maximize = std::get<tree::Objective>(line.data).maximize;
        report(diagnostics::misplaced(
            line.span, maximize ? diagnostics::Construct::maximize : diagnostics::Construct::minimize));
    } else {
        const bool update = std::holds_alternative<tree::Update>(line.data);
        report(diagnostics::misplaced(
            line.span, update ? diagnostics::Construct::update : diagnostics::Construct::average));
    }
}

void Elaborator::walk_repeat(const tree::Repeat& repeat, Scope& scope, Walk& walked) {
    const auto count = repeat_count(repeat.count, scope);
    if (!count) {
        walked.failed = true;
        return;
    }
    for (std::size_t turn = 0; turn < *count; ++turn) {
        spend(repeat.count.span);
        const std::size_t before = diagnostics_.size();
        if (turn > 0 && walked.returned) {
            report(diagnostics::after_return(repeat.body.span));
            return;
        }
        walk(repeat.body.lines, scope, walked);
        // What is wrong with one turn is wrong with the next.
        if (diagnostics_.size() > before || walked.failed) {
            return;
        }
    }
}

std::optional<std::size_t> Elaborator::repeat_count(const Expression& count, Scope& scope) {
    const auto number = static_number(count, scope, "a whole number");
    if (!number) {
        return std::nullopt;
    }
    if (*number != std::floor(*number) || *number < 1 || *number > static_cast<double>(most_repeats)) {
        report(diagnostics::repeat_count(count.span, spell(*number), most_repeats));
        return std::nullopt;
    }
    return static_cast<std::size_t>(*number);
}

/// `a, b = e`
void Elaborator::bind_names(const tree::Binding& binding, const Operand& operand, Scope& scope) {
    if (binding.names.size() == 1) {
        Operand one = operand;
        if (const auto* several = std::get_if<Several>(&operand)) {
            one = report(
                diagnostics::several_values(binding.value.span, several->callee, several->values.size()));
        }
        bind(scope, binding.names.front(), std::move(one));
        return;
    }
    const auto* several = std::get_if<Several>(&operand);
    const std::size_t count = several == nullptr ? 1 : several->values.size();
    const bool fits = several != nullptr && count == binding.names.size();
    if (!fits && !std::holds_alternative<Unknown>(operand)) {
        report(diagnostics::value_count({binding.names.front().span.begin, binding.names.back().span.end},
                                        binding.names.size(), count));
    }
    for (std::size_t i = 0; i < binding.names.size(); ++i) {
        bind(scope, binding.names[i], fits ? Operand(several->values[i]) : Operand(Unknown{}));
        bound_.find(binding.names[i].span.begin)->second.used = true;  // all had to be named
    }
}

}  // namespace gandsl::dsl
