#include "dsl/elaborate/lint.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "dsl/arithmetic.hpp"
#include "dsl/elaborate/flow.hpp"

namespace gandsl::dsl {

namespace {

using InstructionKind = Instruction::Kind;

/// All instructions of the training step, in their order.
std::vector<const Instruction*> instructions_of(const Train& train) {
    std::vector<const Instruction*> result;
    for (const TrainItem& item : train.items) {
        const auto* update = std::get_if<Update>(&item);
        for (const Instruction& each : update == nullptr ? std::get<Instructions>(item) : update->body) {
            result.push_back(&each);
        }
    }
    return result;
}

bool over_the_batch(const Instruction& instruction) {
    return instruction.entry != nullptr && instruction.entry->statistics_over_batch;
}

/// Checks one program, of which it knows what every check asks.
class Lint {
  public:
    explicit Lint(const Program& program)
        : program_(program), step_(instructions_of(*program.train)), inside_(nets_inside(program)) {
        for (const Instruction* instruction : step_) {
            flow_.add(*instruction);
        }
    }

    std::vector<Diagnostic> run() {
        check_penalties();
        check_ranges();
        check_lone_example();
        return std::move(diagnostics_);
    }

  private:
    void check_penalties();
    void report_batch_norm(std::size_t net, Span penalty);
    void check_ranges();
    void check_lone_example();

    /// A net, and all that its results are computed with.
    std::set<std::size_t> reached_from(std::size_t net) const {
        std::set<std::size_t> result = inside_[net];
        result.insert(net);
        return result;
    }

    const Program& program_;
    std::vector<const Instruction*> step_;
    std::vector<std::set<std::size_t>> inside_;  ///< by net
    Flow flow_;                                  ///< of the training step
    std::vector<Diagnostic> diagnostics_;
};

// A penalty on gradients speaks of one example's slope; statistics over the batch let the others' into it.

void Lint::check_penalties() {
    std::vector<ValueId> objectives;
    for (const TrainItem& item : program_.train->items) {
        if (const auto* update = std::get_if<Update>(&item)) {
            objectives.push_back(update->objective);
        }
    }
    std::set<std::size_t> seen;
    for (const Instruction* slope : step_) {
        if (slope->kind != InstructionKind::gradient || !seen.insert(slope->span.begin).second) {
            continue;  // iterations of a repeat are alike
        }
        const bool penalised = std::any_of(objectives.begin(), objectives.end(), [&](ValueId objective) {
            return flow_.depends(objective, slope->outputs[0]);
        });
        for (const Instruction* call : step_) {
            const auto between = [&](ValueId output) {
                return flow_.depends(slope->inputs[0], output) && flow_.depends(output, slope->inputs[1]);
            };
            if (penalised && call->kind == InstructionKind::call &&
                std::any_of(call->outputs.begin(), call->outputs.end(), between)) {
                report_batch_norm(call->index, slope->span);
            }
        }
    }
}

void Lint::report_batch_norm(std::size_t net, Span penalty) {
    for (const std::size_t each : reached_from(net)) {
        const Instructions& body = program_.nets[each].body;
        const auto found = std::find_if(body.begin(), body.end(), over_the_batch);
        if (found != body.end()) {
            diagnostics_.push_back(diagnostics::batch_norm_penalty(found->span, found->entry->name,
                                                                   program_.nets[each].name, penalty));
        }
    }
}

// The mean of one example without places is the example itself: nothing is left of it but the mean.

void Lint::check_lone_example() {
    if (program_.train->batch != 1) {
        return;
    }
    std::set<std::size_t> trained;
    for (const Instruction* instruction : step_) {
        if (instruction->kind == InstructionKind::call) {
            trained.merge(reached_from(instruction->index));
        }
    }
    for (const std::size_t net : trained) {
        for (const Instruction& instruction : program_.nets[net].body) {
            if (over_the_batch(instruction) &&
                program_.nets[net].types[instruction.inputs[0]].shape.size() < 2) {
                diagnostics_.push_back(diagnostics::lone_example(instruction.span, instruction.entry->name,
                                                                 program_.nets[net].name));
            }
        }
    }
}

// What a generator cannot draw. Only ranges that are certain are followed: those of data and of activations,
// through what keeps or shifts and scales them.

/// Where a value's numbers lie, and what says so.
struct Range {
    double low = 0;
    double high = 0;
    bool data = false;  ///< it reaches both ends
    Span span = {};
    std::string name = {};
};

using Ranges = std::vector<std::optional<Range>>;

/// Where a value lies that an operator makes of numbers in `range` and one constant: the ends become ends.
/// Nothing where the range is lost.
std::optional<Range> shifted_or_scaled(std::optional<Range> range, const Arithmetic& with, double constant,
                                       bool constant_first) {
    const bool scales = with.role == Role::multiply || with.role == Role::divide;
    if (!range || (scales && constant == 0)) {
        return std::nullopt;
    }
    const auto end = [&](double number) {
        return constant_first ? with.of(constant, number) : with.of(number, constant);
    };
    std::tie(range->low, range->high) = std::minmax({end(range->low), end(range->high)});
    return range;
}

/// Ranges through straight-line code, a value at a time.
class RangeWalk {
  public:
    RangeWalk(const Program& program, std::size_t values)
        : program_(program), ranges_(values), numbers_(values) {}

    const std::optional<Range>& of(ValueId value) const { return ranges_[value]; }

    void step(const Instruction& code, const std::vector<Ranges>& results) {
        if (code.kind == InstructionKind::constant) {
            numbers_[code.outputs[0]] = code.number;
        } else if (code.kind == InstructionKind::data) {
            ranges_[code.outputs[0]] = data(code);
        } else if (code.kind == InstructionKind::call) {
            const std::size_t known = std::min(code.outputs.size(), results[code.index].size());
            for (std::size_t i = 0; i < known; ++i) {
                ranges_[code.outputs[i]] = results[code.index][i];
            }
        } else if (code.kind == InstructionKind::apply && code.outputs.size() == 1) {
            ranges_[code.outputs[0]] = applied(code);
        }
    }

  private:
    std::optional<Range> data(const Instruction& code) const {
        const Data& source = program_.data[code.index];
        const auto found = source.arguments.find("range");
        const auto* bounds =
            found == source.arguments.end() ? nullptr : std::get_if<std::vector<double>>(&found->second.data);
        if (bounds == nullptr || bounds->size() != 2 || source.types[code.field].classes) {
            return std::nullopt;
        }
        return Range{(*bounds)[0], (*bounds)[1], true, source.span, source.names[code.field]};
    }

    std::optional<Range> applied(const Instruction& code) const {
        if (code.inputs.empty()) {
            return std::nullopt;
        }
        if (code.entry->range) {
            return Range{code.entry->range->low, code.entry->range->high, false, code.span, code.entry->name};
        }
        const auto& first = ranges_[code.inputs[0]];
        if (code.entry->rearranges) {
            return first;
        }
        if (code.entry->role == Role::negate) {
            return shifted_or_scaled(first, arithmetic("*"), -1, false);
        }
        if (code.inputs.size() != 2) {
            return std::nullopt;
        }
        const auto a = numbers_[code.inputs[0]];
        const auto b = numbers_[code.inputs[1]];
        switch (code.entry->role) {
            case Role::add:
            case Role::subtract:
            case Role::multiply:
                if (a) {
                    return shifted_or_scaled(ranges_[code.inputs[1]], *arithmetic(code.entry->role), *a,
                                             true);
                }
                [[fallthrough]];
            case Role::divide:
                return b ? shifted_or_scaled(first, *arithmetic(code.entry->role), *b, false) : std::nullopt;
            default:
                return std::nullopt;
        }
    }

    const Program& program_;
    Ranges ranges_;
    std::vector<std::optional<double>> numbers_;
};

/// Where the results of each net lie, whatever it is given.
class NetRanges {
  public:
    explicit NetRanges(const Program& program) : program_(program), results_(program.nets.size()) {
        std::vector<bool> done(program.nets.size(), false);
        for (std::size_t net = 0; net < program.nets.size(); ++net) {
            find(net, done);
        }
    }

    const std::vector<Ranges>& results() const { return results_; }

  private:
    void find(std::size_t index, std::vector<bool>& done) {
        if (done[index]) {
            return;
        }
        done[index] = true;
        const Net& net = program_.nets[index];
        RangeWalk walk(program_, net.types.size());
        for (const Instruction& instruction : net.body) {
            if (instruction.kind == InstructionKind::call) {
                find(instruction.index, done);
            }
            walk.step(instruction, results_);
        }
        for (const ValueId result : net.results) {
            results_[index].push_back(walk.of(result));
        }
    }

    const Program& program_;
    std::vector<Ranges> results_;
};

/// A range of data that a range made by the program cannot fill.
std::optional<Diagnostic> compare(const Range& left, const Range& right) {
    const Range& data = left.data ? left : right;
    const Range& made = left.data ? right : left;
    const double slack = 0.01 * (data.high - data.low);
    const bool cut = made.low > data.low + slack || made.high < data.high - slack;
    if (left.data == right.data || !cut) {
        return std::nullopt;
    }
    return diagnostics::unreachable_range(made.span, made.name, {made.low, made.high}, data.name,
                                          {data.low, data.high}, data.span);
}

void Lint::check_ranges() {
    const NetRanges nets(program_);
    const auto check = [&](const Range& left, const Range& right) {
        if (auto diagnostic = compare(left, right)) {
            diagnostics_.push_back(*std::move(diagnostic));
        }
    };
    RangeWalk walk(program_, program_.train->types.size());
    std::map<std::pair<std::size_t, std::size_t>, std::vector<Range>> given;  // by net and input
    for (const Instruction* instruction : step_) {
        walk.step(*instruction, nets.results());
        const auto& inputs = instruction->inputs;
        if (instruction->kind == InstructionKind::call) {
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                if (const auto& range = walk.of(inputs[i])) {
                    auto& before = given[{instruction->index, i}];
                    for (const Range& other : before) {
                        check(other, *range);
                    }
                    before.push_back(*range);
                }
            }
        } else if (instruction->kind == InstructionKind::apply && inputs.size() == 2 &&
                   (instruction->entry->compares_inputs || instruction->entry->role == Role::subtract)) {
            const auto& left = walk.of(inputs[0]);
            const auto& right = walk.of(inputs[1]);
            if (left && right) {
                check(*left, *right);
            }
        }
    }
}

}  // namespace

std::vector<Diagnostic> lint(const Program& program) {
    return program.train ? Lint(program).run() : std::vector<Diagnostic>();
}

}  // namespace gandsl::dsl
