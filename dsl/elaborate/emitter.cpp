#include "dsl/elaborate/emitter.hpp"

#include <array>
#include <cstdio>

namespace gandsl::dsl {

namespace {

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

/// A text that is equal for equal instructions.
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

}  // namespace

std::vector<ValueId> Emitter::emit(Instruction instruction, std::vector<Type> types, Instructions& into) {
    budget_.count_instruction(instruction.span);
    for (Type& type : types) {
        budget_.check_size(type.shape, instruction.span);
        instruction.outputs.push_back(space->types.size());
        space->types.push_back(std::move(type));
    }
    space->flow.add(instruction);
    std::vector<ValueId> outputs = instruction.outputs;
    into.push_back(std::move(instruction));
    return outputs;
}

std::vector<ValueId> Emitter::emit(Instruction instruction, std::vector<Type> types) {
    return emit(std::move(instruction), std::move(types), *body);
}

std::vector<ValueId> Emitter::emit_once(Instruction instruction, std::vector<Type> types) {
    const std::string key = key_of(instruction);
    if (const auto found = known.find(key); found != known.end()) {
        return found->second;
    }
    return known[key] = emit(std::move(instruction), std::move(types));
}

Tensor Emitter::emit_read(Instruction instruction, const Type& type) {
    return {emit(std::move(instruction), {type}, *reads).front(), type, {}};
}

void report_rule(Context& context, const Emitter& emitter, Diagnostic diagnostic, const Arguments& arguments,
                 Span span) {
    if (!diagnostic.span) {
        const auto about = arguments.find(diagnostic.about);
        diagnostic.span = about != arguments.end() && about->second.given ? about->second.span : span;
    }
    if (emitter.in_layer()) {
        const auto& [layer, used] = emitter.layers.back();
        diagnostic.notes.push_back(diagnostics::layer_used(used, context.names.layers[layer]->name.text));
    }
    if (emitter.kind == Emitter::Kind::net && !(context.names.nets[emitter.net].shaped == Span{})) {
        const NetState& net = context.names.nets[emitter.net];
        diagnostic.notes.push_back(diagnostics::net_called(net.shaped, net.tree->name.text));
    }
    context.report(std::move(diagnostic));
}

}  // namespace gandsl::dsl
