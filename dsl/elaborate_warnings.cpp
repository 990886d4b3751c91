#include <algorithm>
#include <tuple>
#include <utility>

#include "dsl/arithmetic.hpp"
#include "dsl/elaborator.hpp"

namespace gandsl::dsl {

namespace {

using Kind = Instruction::Kind;

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

const Instruction* batch_norm_of(const Net& net) {
    const auto found = std::find_if(net.body.begin(), net.body.end(), [](const Instruction& each) {
        return each.entry != nullptr && each.entry->statistics_over_batch;
    });
    return found == net.body.end() ? nullptr : &*found;
}

}  // namespace

// A penalty on gradients speaks of one example's slope; batch_norm lets the others' into it.

void Elaborator::check_penalties() {
    const auto instructions = instructions_of(*program_.train);
    std::vector<ValueId> objectives;
    for (const TrainItem& item : program_.train->items) {
        if (const auto* update = std::get_if<Update>(&item)) {
            objectives.push_back(update->objective);
        }
    }
    std::set<std::size_t> seen;
    for (const Instruction* slope : instructions) {
        if (slope->kind != Kind::gradient || !seen.insert(slope->span.begin).second) {
            continue;  // turns of a repeat are alike
        }
        const bool penalised = std::any_of(objectives.begin(), objectives.end(), [&](ValueId objective) {
            return depends(train_space_, objective, slope->outputs[0]);
        });
        for (const Instruction* call : instructions) {
            const auto between = [&](ValueId output) {
                return depends(train_space_, slope->inputs[0], output) &&
                       depends(train_space_, output, slope->inputs[1]);
            };
            if (penalised && call->kind == Kind::call &&
                std::any_of(call->outputs.begin(), call->outputs.end(), between)) {
                report_batch_norm(call->index, slope->span);
            }
        }
    }
}

void Elaborator::report_batch_norm(std::size_t net, Span penalty) {
    std::set<std::size_t> reached = nets_[net].nets;
    reached.insert(net);
    for (const std::size_t each : reached) {
        if (const Instruction* batch_norm = batch_norm_of(program_.nets[each])) {
            report(diagnostics::batch_norm_penalty(batch_norm->span, batch_norm->entry->name,
                                                   program_.nets[each].name, penalty));
        }
    }
}

// Of one example and no places, batch_norm leaves its own mean and nothing else.

void Elaborator::check_lone_example() {
    if (program_.train->batch != 1) {
        return;
    }
    std::set<std::size_t> trained;
    for (const Instruction* code : instructions_of(*program_.train)) {
        if (code->kind == Kind::call) {
            trained.insert(code->index);
            trained.insert(nets_[code->index].nets.begin(), nets_[code->index].nets.end());
        }
    }
    for (const std::size_t net : trained) {
        for (const Instruction& code : program_.nets[net].body) {
            if (code.entry != nullptr && code.entry->statistics_over_batch &&
                program_.nets[net].types[code.inputs[0]].shape.size() < 2) {
                report(diagnostics::lone_example(code.span, code.entry->name, program_.nets[net].name));
            }
        }
    }
}

// What a generator cannot draw. Only ranges that are certain are followed: those of data and of activations,
// through what keeps or shifts and scales them.

namespace {

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
        if (code.kind == Kind::constant) {
            numbers_[code.outputs[0]] = code.number;
        } else if (code.kind == Kind::data) {
            ranges_[code.outputs[0]] = data(code);
        } else if (code.kind == Kind::call) {
            const std::size_t known = std::min(code.outputs.size(), results[code.index].size());
            for (std::size_t i = 0; i < known; ++i) {
                ranges_[code.outputs[i]] = results[code.index][i];
            }
        } else if (code.kind == Kind::apply && code.outputs.size() == 1) {
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
std::vector<Ranges> results_of_nets(const Program& program, const std::vector<NetState>& states) {
    std::vector<std::size_t> order(program.nets.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    // A net is walked after those that it calls, which call fewer.
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return states[a].nets.size() < states[b].nets.size();
    });
    std::vector<Ranges> results;
    for (const Net& net : program.nets) {
        results.emplace_back(net.results.size());
    }
    for (const std::size_t i : order) {
        const Net& net = program.nets[i];
        RangeWalk walk(program, net.types.size());
        for (const Instruction& code : net.body) {
            walk.step(code, results);
        }
        for (std::size_t place = 0; place < net.results.size(); ++place) {
            results[i][place] = walk.of(net.results[place]);
        }
    }
    return results;
}

}  // namespace

void Elaborator::check_ranges() {
    const auto results = results_of_nets(program_, nets_);
    const auto compare = [&](const Range& a, const Range& b) {
        const Range& data = a.data ? a : b;
        const Range& made = a.data ? b : a;
        const double slack = 0.01 * (data.high - data.low);
        if (a.data != b.data && (made.low > data.low + slack || made.high < data.high - slack)) {
            report(diagnostics::unreachable_range(made.span, made.name, {made.low, made.high}, data.name,
                                                  {data.low, data.high}, data.span));
        }
    };
    RangeWalk walk(program_, train_space_.types.size());
    std::map<std::pair<std::size_t, std::size_t>, std::vector<Range>> given;  // by net and input
    for (const Instruction* code : instructions_of(*program_.train)) {
        walk.step(*code, results);
        if (code->kind == Kind::call) {
            for (std::size_t i = 0; i < code->inputs.size(); ++i) {
                if (const auto& range = walk.of(code->inputs[i])) {
                    auto& before = given[{code->index, i}];
                    for (const Range& other : before) {
                        compare(other, *range);
                    }
                    before.push_back(*range);
                }
            }
        } else if (code->kind == Kind::apply && code->inputs.size() == 2) {
            const bool compares = code->entry->compares_inputs || code->entry->role == Role::subtract;
            const auto& a = walk.of(code->inputs[0]);
            const auto& b = walk.of(code->inputs[1]);
            if (a && b && compares) {
                compare(*a, *b);
            }
        }
    }
}

}  // namespace gandsl::dsl
