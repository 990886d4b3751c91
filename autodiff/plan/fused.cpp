#include "autodiff/plan/fused.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "autodiff/kernels/sums.hpp"
#include "autodiff/plan/producers.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr std::size_t not_read = static_cast<std::size_t>(-1);

// The steps that end at `last` as one, if they are the parts of its operation's combination.
std::optional<ElementwiseProgram::Step> combined(const Graph& graph, const FusionGroup& group,
                                                 const ElementwiseProgram& program, std::size_t last) {
    const FusedKernel* const whole = graph.nodes[group.nodes[last]].operation->combination;
    if (whole == nullptr || whole->parts.size() > last + 1) {
        return std::nullopt;
    }
    const std::size_t count = whole->parts.size();
    const std::size_t first = last + 1 - count;
    ElementwiseProgram::Step result{nullptr, {}, {}, 0, program.steps[last].target, whole, {}};
    for (std::size_t part = 0; part < count; ++part) {
        const ElementwiseProgram::Step& step = program.steps[first + part];
        if (graph.nodes[group.nodes[first + part]].operation != whole->parts[part].operation) {
            return std::nullopt;
        }
        for (std::size_t i = 0; i < step.arity; ++i) {
            const int source = whole->parts[part].sources[i];
            const auto outside = static_cast<std::size_t>(-1 - source);
            if (source >= 0) {
                if (step.sources[i] != program.steps[first + static_cast<std::size_t>(source)].target) {
                    return std::nullopt;
                }
            } else if (outside == result.arity) {
                result.sources[result.arity++] = step.sources[i];
            } else if (step.sources[i] != result.sources[outside]) {
                return std::nullopt;
            }
        }
        result.numbers.insert(result.numbers.end(), step.numbers.begin(), step.numbers.end());
        result.targets[part] = static_cast<std::uint8_t>(step.target);
    }
    for (std::size_t part = 0; part < count; ++part) {
        const std::size_t target = program.steps[first + part].target;
        const auto reads = [target](const ElementwiseProgram::Step& step) {
            return std::find(step.sources.begin(), step.sources.begin() + step.arity, target) !=
                   step.sources.begin() + step.arity;
        };
        if (!whole->parts[part].kept &&
            (program.registers[target].storage != ElementwiseProgram::Storage::scratch ||
             std::find(program.summed.begin(), program.summed.end(), target) != program.summed.end() ||
             std::any_of(program.steps.begin() + static_cast<std::ptrdiff_t>(last) + 1, program.steps.end(),
                         reads))) {
            return std::nullopt;
        }
    }
    return result;
}

// Runs of steps that are combinations become one step each.
void combine(const Graph& graph, const FusionGroup& group, ElementwiseProgram& program) {
    std::vector<ElementwiseProgram::Step> steps;
    for (std::size_t step = 0; step < program.steps.size(); ++step) {
        if (auto whole = combined(graph, group, program, step)) {
            steps.erase(steps.end() + 1 - static_cast<std::ptrdiff_t>(whole->combination->parts.size()),
                        steps.end());
            steps.push_back(*std::move(whole));
        } else {
            steps.push_back(program.steps[step]);
        }
    }
    program.steps = std::move(steps);
}

std::size_t position_in(const std::vector<std::size_t>& list, std::size_t node) {
    return static_cast<std::size_t>(std::find(list.begin(), list.end(), node) - list.begin());
}

// One group on its way to a program. Register of operand i is i; of node i of the group, operand_count + i.
class Compilation {
  public:
    Compilation(const Graph& graph, const FusionGroup& group, const std::vector<std::size_t>& outputs)
        : graph_(graph), group_(group), outputs_(outputs) {}

    Fused compiled() {
        find_operands();
        find_last_reads();
        add_sums();
        add_producers();
        give_operands_registers();
        for (std::size_t step = 0; step < group_.nodes.size(); ++step) {
            add_step(step);
        }
        combine(graph_, group_, fused_.program);
        fused_.last_read.assign(last_read_.begin(),
                                last_read_.begin() + static_cast<std::ptrdiff_t>(fused_.operands.size()));
        return std::move(fused_);
    }

  private:
    using Storage = ElementwiseProgram::Storage;

    std::size_t register_of(std::size_t node) const {
        const std::size_t own = position_in(group_.nodes, node);
        return own < group_.nodes.size() ? fused_.operands.size() + own : position_in(fused_.operands, node);
    }

    void find_operands() {
        for (const std::size_t node : group_.nodes) {
            for (const std::size_t input : graph_.nodes[node].inputs) {
                if (position_in(group_.nodes, input) == group_.nodes.size() &&
                    position_in(fused_.operands, input) == fused_.operands.size()) {
                    fused_.operands.push_back(input);
                }
            }
        }
        std::vector<Shape> shapes;
        for (const std::size_t operand : fused_.operands) {
            shapes.push_back(graph_.nodes[operand].shape);
        }
        set_domain(fused_.program, graph_.nodes[group_.nodes[0]].shape, shapes);
    }

    void find_last_reads() {
        last_read_.assign(fused_.operands.size() + group_.nodes.size(), 0);
        for (std::size_t step = 0; step < group_.nodes.size(); ++step) {
            for (const std::size_t input : graph_.nodes[group_.nodes[step]].inputs) {
                last_read_[register_of(input)] = step;
            }
        }
    }

    // What is summed is there to the end.
    void add_sums() {
        fused_.sums = group_.sums;
        for (const std::size_t sum : group_.sums) {
            const GraphNode& own = graph_.nodes[sum];
            fused_.program.summed.push_back(register_of(own.inputs[0]));
            last_read_[fused_.program.summed.back()] = not_read;
            fused_reduction(graph_.nodes[own.inputs[0]].shape, own.attributes.integers, fused_.program.sum);
        }
    }

    void add_producers() {
        FusedProducers& producers = fused_.program.tiled;
        for (const std::size_t node : group_.producers) {
            const Tile tile = *tiles_of(graph_, node);
            producers.rows = {graph_.nodes[node].shape[0], tile.rows};
            producers.columns = {graph_.nodes[node].shape[1], tile.columns};
            producers.operands.push_back(position_in(fused_.operands, node));
        }
    }

    void give_operands_registers() {
        ElementwiseProgram& program = fused_.program;
        for (std::size_t index = 0; index < fused_.operands.size(); ++index) {
            program.operands[index].target = index;
            const bool tiled = position_in(program.tiled.operands, index) < program.tiled.operands.size();
            program.registers.push_back(
                tiled ? ElementwiseProgram::Register{Storage::tile, index}
                : program.operands[index].contiguous
                    ? ElementwiseProgram::Register{Storage::operand, index}
                    : ElementwiseProgram::Register{Storage::scratch, program.scratch_blocks++});
        }
    }

    // Scratch blocks that are read in `step` for the last time: it can write there.
    void free_blocks_that_end(std::size_t step) {
        std::vector<std::size_t> ending;
        for (const std::size_t input : graph_.nodes[group_.nodes[step]].inputs) {
            const std::size_t source = register_of(input);
            const ElementwiseProgram::Register& read = fused_.program.registers[source];
            if (source >= fused_.operands.size() && last_read_[source] == step &&
                read.storage == Storage::scratch) {
                ending.push_back(read.index);
            }
        }
        std::sort(ending.begin(), ending.end());
        ending.erase(std::unique(ending.begin(), ending.end()), ending.end());
        free_blocks_.insert(free_blocks_.end(), ending.begin(), ending.end());
    }

    void give_result_register(std::size_t step) {
        ElementwiseProgram& program = fused_.program;
        if (std::find(outputs_.begin(), outputs_.end(), group_.nodes[step]) != outputs_.end()) {
            program.registers.push_back({Storage::output, fused_.outputs.size()});
            fused_.outputs.push_back(group_.nodes[step]);
            fused_.written.push_back(step);
            return;
        }
        if (free_blocks_.empty()) {
            free_blocks_.push_back(program.scratch_blocks++);
        }
        program.registers.push_back({Storage::scratch, free_blocks_.back()});
        free_blocks_.pop_back();
    }

    void add_step(std::size_t step) {
        const GraphNode& node = graph_.nodes[group_.nodes[step]];
        ElementwiseProgram::Step work{node.operation->kernel,
                                      node.attributes.numbers,
                                      {},
                                      node.inputs.size(),
                                      fused_.operands.size() + step};
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            work.sources[i] = static_cast<std::uint8_t>(register_of(node.inputs[i]));
        }
        free_blocks_that_end(step);
        give_result_register(step);
        fused_.program.steps.push_back(std::move(work));
    }

    const Graph& graph_;
    const FusionGroup& group_;
    const std::vector<std::size_t>& outputs_;
    Fused fused_;
    std::vector<std::size_t> last_read_;    ///< for each register, the last step that reads it
    std::vector<std::size_t> free_blocks_;  ///< of scratch memory
};

}  // namespace

Fused compile(const Graph& graph, const FusionGroup& group, const std::vector<std::size_t>& outputs) {
    return Compilation(graph, group, outputs).compiled();
}

bool may_overwrite(const Graph& graph, const FusionGroup& group, const Fused& fused, std::size_t output,
                   std::size_t root) {
    const auto found = std::find(fused.outputs.begin(), fused.outputs.end(), output);
    if (found == fused.outputs.end()) {
        return false;  // a sum is complete only at the end
    }
    const std::size_t written = fused.written[static_cast<std::size_t>(found - fused.outputs.begin())];
    for (std::size_t index = 0; index < fused.operands.size(); ++index) {
        if (root_of(graph, fused.operands[index]) == root &&
            (!fused.program.operands[index].contiguous || fused.last_read[index] > written)) {
            return false;
        }
    }
    // A producer reads everywhere what other threads may have written over by then.
    return std::none_of(group.producers.begin(), group.producers.end(), [&](std::size_t producer) {
        const std::vector<std::size_t>& inputs = graph.nodes[producer].inputs;
        return std::any_of(inputs.begin(), inputs.end(),
                           [&](std::size_t input) { return root_of(graph, input) == root; });
    });
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
