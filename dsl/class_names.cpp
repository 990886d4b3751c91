#include "dsl/class_names.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

/// Straight-line code with the types of its values: a net's body, a measure, a sample, or all of train.
struct Body {
    const std::vector<Type>* types = nullptr;
    std::vector<const Instruction*> code = {};
    Net* net = nullptr;  ///< whose body it is
    /// The instruction that makes a value, and which of its outputs it is.
    std::map<ValueId, std::pair<const Instruction*, std::size_t>> makers = {};

    void add(const Instructions& instructions) {
        for (const Instruction& each : instructions) {
            code.push_back(&each);
            for (std::size_t output = 0; output < each.outputs.size(); ++output) {
                makers.emplace(each.outputs[output], std::pair(&each, output));
            }
        }
    }
};

/// One of the vectors that a net takes or gives.
struct Slot {
    std::size_t net = 0;
    bool result = false;
    std::size_t index = 0;

    friend auto operator<=>(const Slot&, const Slot&) = default;
};

/// Carries names of classes from the labels to the vectors that stand for them, against the order of
/// computation where a loss compares, until nothing new is learned.
class Pass {
  public:
    explicit Pass(Program& program) : program_(program) {
        Body& train = bodies_.emplace_back();
        if (program.train) {
            train.types = &program.train->types;
            for (const TrainItem& item : program.train->items) {
                const auto* update = std::get_if<Update>(&item);
                train.add(update != nullptr ? update->body : std::get<Instructions>(item));
            }
        }
        for (const Measure& measure : program.measures) {
            bodies_.emplace_back().types = &measure.types;
            bodies_.back().add(measure.body);
        }
        for (const Sample& sample : program.samples) {
            bodies_.emplace_back().types = &sample.types;
            bodies_.back().add(sample.body);
        }
        for (Net& net : program.nets) {
            net.input_classes.resize(net.inputs.size());
            net.result_classes.resize(net.results.size());
            Body& body = nets_.emplace_back();
            body.types = &net.types;
            body.net = &net;
            body.add(net.body);
        }
    }

    std::vector<Diagnostic> run() {
        do {
            learned_ = false;
            for (const Body& body : bodies_) {
                walk(body);
            }
            for (const Body& body : nets_) {
                walk(body);
            }
        } while (learned_);
        return std::move(diagnostics_);
    }

  private:
    void walk(const Body& body) {
        for (const Instruction* code : body.code) {
            if (code->kind == Instruction::Kind::call) {
                for (std::size_t input = 0; input < code->inputs.size(); ++input) {
                    if (const ClassNames names = names_of(body, code->inputs[input])) {
                        learn({code->index, false, input}, names, code->span);
                    }
                }
            } else if (code->kind == Instruction::Kind::apply && code->entry->matches_classes) {
                if (const ClassNames names = names_of(body, code->inputs.at(1))) {
                    give(body, code->inputs.at(0), names, code->span);
                }
            } else if (code->kind == Instruction::Kind::continuation) {
                // What is drawn from the net's probabilities is what it reads next.
                const std::optional<Classes>& read = program_.nets[code->index].types.at(0).classes;
                if (read && read->names) {
                    learn({code->index, true, 0}, read->names, code->span);
                }
            }
        }
    }

    /// The value that this one is computed from number by number, or along its vectors: same shape, no
    /// weights.
    static const ValueId* same_axes(const Body& body, const Instruction& code) {
        const bool alike = code.kind == Instruction::Kind::apply && code.inputs.size() == 1 &&
                           code.outputs.size() == 1 && code.weights.empty() &&
                           body.types->at(code.inputs[0]).shape == body.types->at(code.outputs[0]).shape;
        return alike ? &code.inputs[0] : nullptr;
    }

    /// What the value's classes, or those that its last axis counts, are called.
    ClassNames names_of(const Body& body, ValueId value) const {
        while (!body.types->at(value).classes) {
            const auto made = body.makers.find(value);
            if (made == body.makers.end()) {
                const bool given = body.net != nullptr && value < body.net->input_classes.size();
                return given ? body.net->input_classes[value] : nullptr;
            }
            const auto [code, output] = made->second;
            if (code->kind == Instruction::Kind::call) {
                return program_.nets[code->index].result_classes.at(output);
            }
            const bool spreads = code->kind == Instruction::Kind::apply && code->entry->spreads_classes;
            const ValueId* from = spreads ? &code->inputs.at(0) : same_axes(body, *code);
            if (from == nullptr) {
                return nullptr;
            }
            value = *from;
        }
        return body.types->at(value).classes->names;
    }

    /// The value's last axis counts these classes, and so does that of what it is made from.
    void give(const Body& body, ValueId value, const ClassNames& names, Span span) {
        const Type& type = body.types->at(value);
        if (type.shape.empty() || type.shape.back() < static_cast<Index>(names->size())) {
            return;
        }
        for (auto made = body.makers.find(value); made != body.makers.end();) {
            const auto [code, output] = made->second;
            if (code->kind == Instruction::Kind::call) {
                learn({code->index, true, output}, names, span);
                return;
            }
            const ValueId* from = same_axes(body, *code);
            if (from == nullptr) {
                return;
            }
            made = body.makers.find(*from);
        }
    }

    void learn(const Slot& slot, const ClassNames& names, Span span) {
        Net& net = program_.nets[slot.net];
        // Labels and symbols carry theirs in their types.
        if (!slot.result && net.types.at(slot.index).classes) {
            return;
        }
        ClassNames& known = (slot.result ? net.result_classes : net.input_classes).at(slot.index);
        if (same_classes(known, names)) {
            if (!known || known->size() < names->size()) {
                known = names;
                firsts_.emplace(slot, span);
                learned_ = true;
                if (slot.result) {
                    give(nets_[slot.net], net.results.at(slot.index), names, span);
                }
            }
            return;
        }
        if (reported_.insert(slot).second) {
            const auto first = firsts_.find(slot);
            const diagnostics::Form result = net.results.size() == 1 ? diagnostics::Form::result_of_net
                                                                     : diagnostics::Form::one_result_of_net;
            const diagnostics::Term what =
                slot.result ? diagnostics::Term(result, {net.name}) : input_slot(net, slot.index);
            diagnostics_.push_back(diagnostics::other_classes(
                span, what, first == firsts_.end() ? learned_from(net) : "", *names, *known,
                first == firsts_.end() ? net.span : first->second));
        }
    }

    Program& program_;
    std::vector<Body> bodies_;
    std::vector<Body> nets_;  ///< as Program::nets
    std::map<Slot, Span> firsts_;
    std::set<Slot> reported_;
    std::vector<Diagnostic> diagnostics_;
    bool learned_ = false;
};

}  // namespace

std::vector<Diagnostic> check_class_names(Program& program) {
    return Pass(program).run();
}

diagnostics::Term input_slot(const Net& net, std::size_t input) {
    return {diagnostics::Form::input_of_net, {net.inputs.at(input), net.name}};
}

std::string learned_from(const Net& net) {
    return net.from.value_or("");
}

}  // namespace gandsl::dsl
