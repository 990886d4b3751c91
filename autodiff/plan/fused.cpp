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

}  // namespace

Fused compile(const Graph& graph, const FusionGroup& group, const std::vector<std::size_t>& outputs) {
    Fused fused;
    const auto position_in = [](const std::vector<std::size_t>& list, std::size_t node) {
        return static_cast<std::size_t>(std::find(list.begin(), list.end(), node) - list.begin());
    };
    for (const std::size_t node : group.nodes) {
        for (const std::size_t input : graph.nodes[node].inputs) {
            if (position_in(group.nodes, input) == group.nodes.size() &&
                position_in(fused.operands, input) == fused.operands.size()) {
                fused.operands.push_back(input);
            }
        }
    }
    std::vector<Shape> shapes;
    for (const std::size_t operand : fused.operands) {
        shapes.push_back(graph.nodes[operand].shape);
    }
    ElementwiseProgram& program = fused.program;
    set_domain(program, graph.nodes[group.nodes[0]].shape, shapes);
    using Storage = ElementwiseProgram::Storage;
    const std::size_t operand_count = fused.operands.size();
    // Register of operand i is i; of node i of the group, operand_count + i.
    const auto register_of = [&](std::size_t node) {
        const std::size_t own = position_in(group.nodes, node);
        return own < group.nodes.size() ? operand_count + own : position_in(fused.operands, node);
    };
    std::vector<std::size_t> last_read(operand_count + group.nodes.size(), 0);
    for (std::size_t step = 0; step < group.nodes.size(); ++step) {
        for (const std::size_t input : graph.nodes[group.nodes[step]].inputs) {
            last_read[register_of(input)] = step;
        }
    }
    // What is summed is there to the end.
    fused.sums = group.sums;
    for (const std::size_t sum : group.sums) {
        const GraphNode& own = graph.nodes[sum];
        program.summed.push_back(register_of(own.inputs[0]));
        last_read[program.summed.back()] = not_read;
        fused_reduction(graph.nodes[own.inputs[0]].shape, own.attributes.integers, program.sum);
    }
    for (const std::size_t node : group.producers) {
        const Tile tile = *tiles_of(graph, node);
        program.tiled.rows = {graph.nodes[node].shape[0], tile.rows};
        program.tiled.columns = {graph.nodes[node].shape[1], tile.columns};
        program.tiled.operands.push_back(position_in(fused.operands, node));
    }
    for (std::size_t index = 0; index < operand_count; ++index) {
        program.operands[index].target = index;
        const bool tiled = position_in(program.tiled.operands, index) < program.tiled.operands.size();
        program.registers.push_back(
            tiled ? ElementwiseProgram::Register{Storage::tile, index}
            : program.operands[index].contiguous
                ? ElementwiseProgram::Register{Storage::operand, index}
                : ElementwiseProgram::Register{Storage::scratch, program.scratch_blocks++});
    }
    std::vector<std::size_t> free_blocks;
    for (std::size_t step = 0; step < group.nodes.size(); ++step) {
        const GraphNode& node = graph.nodes[group.nodes[step]];
        ElementwiseProgram::Step work{
            node.operation->kernel, node.attributes.numbers, {}, node.inputs.size(), operand_count + step};
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            work.sources[i] = static_cast<std::uint8_t>(register_of(node.inputs[i]));
        }
        // A block that is read here for the last time can be written here.
        std::vector<std::size_t> ending;
        for (const std::size_t input : node.inputs) {
            const std::size_t source = register_of(input);
            if (source >= operand_count && last_read[source] == step &&
                program.registers[source].storage == Storage::scratch) {
                ending.push_back(program.registers[source].index);
            }
        }
        std::sort(ending.begin(), ending.end());
        ending.erase(std::unique(ending.begin(), ending.end()), ending.end());
        free_blocks.insert(free_blocks.end(), ending.begin(), ending.end());
        if (std::find(outputs.begin(), outputs.end(), group.nodes[step]) != outputs.end()) {
            program.registers.push_back({Storage::output, fused.outputs.size()});
            fused.outputs.push_back(group.nodes[step]);
            fused.written.push_back(step);
        } else {
            if (free_blocks.empty()) {
                free_blocks.push_back(program.scratch_blocks++);
            }
            program.registers.push_back({Storage::scratch, free_blocks.back()});
            free_blocks.pop_back();
        }
        program.steps.push_back(std::move(work));
    }
    combine(graph, group, program);
    fused.last_read.assign(last_read.begin(), last_read.begin() + static_cast<std::ptrdiff_t>(operand_count));
    return fused;
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
