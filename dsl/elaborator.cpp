#include "dsl/elaborator.hpp"

#include <algorithm>
#include <utility>

#include "dsl/class_names.hpp"
#include "dsl/parse.hpp"
#include "dsl/spelling.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

/// Ends the walk: the program grows without bound, or more is wrong than anyone would read. What was found
/// until then is reported.
struct Stop {};

std::size_t place_of(const Diagnostic& diagnostic) {
    return diagnostic.span ? diagnostic.span->begin : 0;
}

void sort_by_place(std::vector<Diagnostic>& diagnostics) {
    std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::pair(a.span.has_value(), place_of(a)) < std::pair(b.span.has_value(), place_of(b));
    });
}

}  // namespace

CheckResult check(const Tree& tree, const Catalogue& catalogue, const Settings& settings) {
    return Elaborator(tree, catalogue, settings).run();
}

CheckResult check(std::string_view text, const Catalogue& catalogue, const Settings& settings) {
    ParseResult parsed = parse(text);
    if (!parsed.diagnostics.empty()) {
        return {std::nullopt, std::move(parsed.diagnostics)};
    }
    return check(parsed.tree, catalogue, settings);
}

Elaborator::Elaborator(const Tree& tree, const Catalogue& catalogue, const Settings& settings)
    : tree_(tree), catalogue_(catalogue), settings_(settings) {}

CheckResult Elaborator::run() {
    try {
        declare();
        check_options();
        check_data();
        check_latents();
        prepare_nets();
        check_train();
        for (const tree::Statement& statement : tree_.statements) {
            if (const auto* measure = std::get_if<tree::Measure>(&statement.data)) {
                check_measure(*measure, statement.span);
            } else if (const auto* sample = std::get_if<tree::Sample>(&statement.data)) {
                check_sample(*sample, statement.span);
            }
        }
        report_uncalled();
        if (!has_errors()) {
            for (Diagnostic& diagnostic : check_class_names(program_)) {
                report(std::move(diagnostic));
            }
        }
        if (!has_errors()) {
            check_unused();
            if (program_.train) {
                check_penalties();
                check_ranges();
                check_lone_example();
            }
        }
    } catch (const Stop&) {
        // Reported where it was found.
    }
    sort_by_place(diagnostics_);
    if (diagnostics_.size() > max_diagnostics) {
        const bool failed = has_errors();
        diagnostics_.resize(max_diagnostics);
        diagnostics_.push_back(diagnostics::more(max_diagnostics));
        diagnostics_.back().severity = failed ? Severity::error : Severity::warning;
    }
    CheckResult result;
    if (!has_errors()) {
        result.program = std::move(program_);
    }
    result.diagnostics = std::move(diagnostics_);
    return result;
}

bool Elaborator::has_errors() const {
    return std::any_of(diagnostics_.begin(), diagnostics_.end(),
                       [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; });
}

/// The same line may be elaborated many times (turns, layers); it is reported once.
Operand Elaborator::report(Diagnostic diagnostic) {
    if (!diagnostic.span || reported_.emplace(diagnostic.span->begin, diagnostic.code).second) {
        diagnostics_.push_back(std::move(diagnostic));
        if (diagnostics_.size() > max_diagnostics && diagnostics_.back().severity == Severity::error) {
            throw Stop();
        }
    }
    return Unknown{};
}

/// Gives what a type rule threw its place: the argument at fault where it was given, else the call.
void Elaborator::report_rule(Diagnostic diagnostic, const Arguments& arguments, Span span) {
    if (!diagnostic.span) {
        const auto about = arguments.find(diagnostic.about);
        diagnostic.span = about != arguments.end() && about->second.given ? about->second.span : span;
    }
    if (!inlined_.empty()) {
        const auto& [layer, used] = inlined_.back();
        diagnostic.notes.push_back(diagnostics::layer_used(used, layers_[layer]->name.text));
    }
    if (frame_ != nullptr && frame_->kind == Frame::Kind::net && !(nets_[frame_->net].shaped == Span{})) {
        const NetState& net = nets_[frame_->net];
        diagnostic.notes.push_back(diagnostics::net_called(net.shaped, net.tree->name.text));
    }
    report(std::move(diagnostic));
}

void Elaborator::spend(Span span) {
    const std::size_t most = settings_.max_instructions;
    if (++work_ > work_per_instruction * most || instructions_ > most) {
        report(diagnostics::program_too_large(span, most));
        throw Stop();
    }
    if (recursion_ > most_recursion) {
        report(diagnostics::nesting_too_deep(span, most_recursion));
        throw Stop();
    }
}

/// Ends the check at a value or weight of more than `most_elements`: no rule is asked about it.
void Elaborator::check_size(const Shape& shape, Span span) {
    if (elements(shape) > most_elements) {
        report(diagnostics::value_too_large(span, shape));
        throw Stop();
    }
}

// Instructions.

std::vector<ValueId> Elaborator::emit(Instruction instruction, std::vector<Type> types, Instructions& into) {
    ++instructions_;
    spend(instruction.span);
    Space& space = *frame_->space;
    // Nothing depends on what is behind a value that no gradient flows through.
    const bool opaque = instruction.entry != nullptr && instruction.entry->opaque;
    std::vector<std::size_t> nets;
    if (instruction.kind == Instruction::Kind::call) {
        nets.push_back(instruction.index);
    }
    for (const auto& [name, value] : instruction.arguments) {
        if (const auto* net = std::get_if<NetReference>(&value.data)) {
            nets.push_back(net->net);
        }
    }
    for (Type& type : types) {
        check_size(type.shape, instruction.span);
        instruction.outputs.push_back(space.types.size());
        space.types.push_back(std::move(type));
        space.sources.push_back(opaque ? std::vector<ValueId>{} : instruction.inputs);
        space.stopped.push_back(opaque ? instruction.inputs : std::vector<ValueId>{});
        space.nets.push_back(opaque ? std::vector<std::size_t>{} : nets);
    }
    std::vector<ValueId> outputs = instruction.outputs;
    into.push_back(std::move(instruction));
    return outputs;
}

std::vector<ValueId> Elaborator::emit(Instruction instruction, std::vector<Type> types) {
    return emit(std::move(instruction), std::move(types), *frame_->body);
}

bool Elaborator::depends(const Space& space, ValueId value, ValueId on, bool through_stops) const {
    std::vector<bool> seen(space.types.size(), false);
    std::vector<ValueId> open{value};
    while (!open.empty()) {
        const ValueId next = open.back();
        open.pop_back();
        if (next == on) {
            return true;
        }
        if (!seen[next]) {
            seen[next] = true;
            open.insert(open.end(), space.sources[next].begin(), space.sources[next].end());
            if (through_stops) {
                open.insert(open.end(), space.stopped[next].begin(), space.stopped[next].end());
            }
        }
    }
    return false;
}

std::set<std::size_t> Elaborator::nets_behind(const Space& space, ValueId value) const {
    std::set<std::size_t> result;
    std::vector<bool> seen(space.types.size(), false);
    std::vector<ValueId> open{value};
    while (!open.empty()) {
        const ValueId next = open.back();
        open.pop_back();
        if (seen[next]) {
            continue;
        }
        seen[next] = true;
        for (const std::size_t net : space.nets[next]) {
            result.insert(net);
            result.insert(nets_[net].nets.begin(), nets_[net].nets.end());
        }
        open.insert(open.end(), space.sources[next].begin(), space.sources[next].end());
    }
    return result;
}

// Names.

Scope::Entry* Elaborator::find(Scope& scope, std::string_view name) {
    for (Scope* at = &scope; at != nullptr; at = at->parent) {
        const auto found = at->names.find(name);
        if (found != at->names.end()) {
            if (const auto bound = bound_.find(found->second.span.begin); bound != bound_.end()) {
                bound->second.used = true;
            }
            return &found->second;
        }
    }
    return nullptr;
}

void Elaborator::bind(Scope& scope, const tree::Name& name, Operand value) {
    bound_.try_emplace(name.span.begin, Bound{name.text, name.span});
    scope.names.insert_or_assign(name.text, Scope::Entry{std::move(value), name.span});
}

std::vector<std::string> Elaborator::value_names(const Scope& scope) const {
    std::vector<std::string> result;
    for (const Scope* at = &scope; at != nullptr; at = at->parent) {
        for (const auto& [name, entry] : at->names) {
            result.push_back(name);
        }
    }
    const bool reads = frame_ != nullptr && frame_->reads != nullptr && !frame_->in_layer;
    for (const auto& [name, global] : globals_) {
        if (global.kind == Global::Kind::option ||
            (reads && (global.kind == Global::Kind::data || global.kind == Global::Kind::latent))) {
            result.push_back(name);
        }
    }
    return result;
}

std::vector<std::string> Elaborator::callable_names(const Scope& /*scope*/) const {
    std::vector<std::string> result = {"grad", "next", "classes", "length", "width"};
    for (const auto& [name, global] : globals_) {
        if (global.kind == Global::Kind::net || global.kind == Global::Kind::layer) {
            result.push_back(name);
        }
    }
    for (const auto& [name, entry] : catalogue_.entries()) {
        if (entry.kind == EntryKind::layer || entry.kind == EntryKind::function) {
            result.push_back(name);
        }
    }
    return result;
}

std::vector<std::string> Elaborator::net_names() const {
    std::vector<std::string> result;
    for (const auto& [name, global] : globals_) {
        if (global.kind == Global::Kind::net) {
            result.push_back(name);
        }
    }
    return result;
}

std::vector<std::string> Elaborator::entry_names(EntryKind kind) const {
    std::vector<std::string> result;
    for (const auto& [name, entry] : catalogue_.entries(kind)) {
        if (entry.kind == kind) {
            result.push_back(name);
        }
    }
    return result;
}

/// For saying what a name is that stands where it cannot.
const Entry* Elaborator::entry_of_any_kind(std::string_view name) const {
    for (const Entry* entry : {catalogue_.find(name), catalogue_.find(EntryKind::sink, name),
                               catalogue_.find(EntryKind::initializer, name)}) {
        if (entry != nullptr) {
            return entry;
        }
    }
    return nullptr;
}

bool is_log_column(std::string_view name) {
    return name == "step" || name == "epoch" || name == "seconds";
}

// Words for diagnostics.

std::string_view describe(EntryKind kind) {
    switch (kind) {
        case EntryKind::layer:
            return "a layer";
        case EntryKind::function:
            return "a function";
        case EntryKind::operation:
            return "an operation";
        case EntryKind::distribution:
            return "a distribution";
        case EntryKind::source:
            return "a data source";
        case EntryKind::optimizer:
            return "an optimizer";
        case EntryKind::schedule:
            return "a schedule";
        case EntryKind::initializer:
            return "an initializer";
        case EntryKind::sink:
            return "a sink";
        case EntryKind::stop_rule:
            return "a stop rule";
    }
    return "";
}

std::string_view describe(Global::Kind kind) {
    switch (kind) {
        case Global::Kind::option:
            return "an option";
        case Global::Kind::data:
            return "data";
        case Global::Kind::latent:
            return "a latent";
        case Global::Kind::net:
            return "a net";
        case Global::Kind::layer:
            return "a layer";
    }
    return "";
}

namespace {

struct Describe {
    std::string operator()(const Unknown& /*unknown*/) const { return "a value"; }
    std::string operator()(double number) const { return "the number " + spell(number); }
    std::string operator()(bool truth) const { return truth ? "`true`" : "`false`"; }
    std::string operator()(const std::string& text) const { return "the text \"" + text + "\""; }
    std::string operator()(const std::vector<double>& numbers) const {
        std::string result = "the list [";
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            result += (i == 0 ? "" : ", ") + spell(numbers[i]);
        }
        return result + "]";
    }
    std::string operator()(const Tensor& tensor) const {
        return "a value of the model, " + to_string(tensor.type);
    }
    std::string operator()(const Several& several) const {
        return "the " + std::to_string(several.values.size()) + " values of `" + several.callee + "`";
    }
    std::string operator()(const NetReference& /*net*/) const { return "a net"; }
    std::string operator()(const RecipePointer& recipe) const {
        return "the recipe `" + recipe->steps.front().callee.name + "`, which waits for its input";
    }
};

}  // namespace

std::string describe(const Operand& operand) {
    return std::visit(Describe{}, operand);
}

}  // namespace gandsl::dsl
