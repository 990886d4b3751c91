#include "autodiff/plan/steps.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "autodiff/operation.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// "64x100 * 100x256 -> 64x256" for an operation that multiplies, nothing for others.
std::string shapes_of(const Graph& graph, std::size_t index) {
    const GraphNode& node = graph.nodes[index];
    if (node.operation->flops == nullptr || node.operation->arity == 1) {
        return {};
    }
    std::string text;
    const auto add = [&text](const char* between, const Shape& shape) {
        text += between;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            text += (axis == 0 ? "" : "x") + std::to_string(shape[axis]);
        }
    };
    for (const Shape& input : input_shapes(graph, index)) {
        add(text.empty() ? "" : " * ", input);
    }
    add(" -> ", node.shape);
    return text;
}

class Binding {
  public:
    Binding(const Graph& graph, const Schedule& schedule, Layout& layout, std::span<Real* const> addresses)
        : graph_(graph), schedule_(schedule), layout_(layout), addresses_(addresses) {}

    Steps take() {
        for (std::size_t group = 0; group < schedule_.groups.size(); ++group) {
            Step step = schedule_.groups[group].elementwise ? elementwise(group) : calls(group);
            if (const std::size_t workspace = layout_.workspace_of[group]; workspace != no_block) {
                step.workspace = {addresses_[workspace], layout_.blocks[workspace].bytes / sizeof(Real)};
            }
            result_.flops += step.flops;
            result_.bytes_moved += step.bytes;
            result_.steps.push_back(std::move(step));
        }
        result_.before = copies(layout_.before);
        result_.after = copies(layout_.after);
        if (!result_.before.empty() || !result_.after.empty()) {
            result_.kinds.push_back({"store", 0, 0, 0, 0, {}});
        }
        result_.bytes_moved += bytes_of(result_.before) + bytes_of(result_.after);
        return std::move(result_);
    }

  private:
    Real* memory_of(std::size_t node) const {
        const std::size_t block = layout_.block_of[root_of(graph_, node)];
        return block == no_block ? nullptr : addresses_[block];
    }

    double bytes_of_node(std::size_t node) const {
        return static_cast<double>(gandsl::bytes_of(graph_.nodes[node].shape));
    }

    double flops_of(std::size_t node) const {
        const GraphNode& own = graph_.nodes[node];
        return own.operation->flops != nullptr
                   ? own.operation->flops(own.attributes, input_shapes(graph_, node), own.shape)
                   : static_cast<double>(element_count(own.shape));
    }

    std::vector<ConstTensor> inputs_of(std::size_t node) const {
        std::vector<ConstTensor> inputs;
        for (const std::size_t input : graph_.nodes[node].inputs) {
            inputs.push_back({memory_of(input), graph_.nodes[input].shape});
        }
        return inputs;
    }

    Step calls(std::size_t index) {
        const FusionGroup& group = schedule_.groups[index];
        const std::size_t last = group.nodes.back();
        Step step;
        step.node = &graph_.nodes[last];
        step.inputs.reserve(group.nodes.size());  // the calls refer to them
        for (const std::size_t node : group.nodes) {
            const auto& inputs = step.inputs.emplace_back(inputs_of(node));
            step.calls.push_back({inputs, {memory_of(node), graph_.nodes[node].shape}});
            step.flops += flops_of(node);
            step.bytes += bytes_of_node(node);
            if (const Check check = check_of(graph_, node); check != Check::none) {
                auto& checks = check == Check::before_run ? result_.checks : step.checks;
                checks.push_back({&graph_.nodes[node], inputs});
            }
        }
        for (const std::size_t input : reads_of(graph_, group)) {
            step.bytes += bytes_of_node(input);
        }
        step.kind = kind_of(std::string(step.node->operation->name), shapes_of(graph_, last));
        return step;
    }

    Step elementwise(std::size_t index) {
        const FusionGroup& group = schedule_.groups[index];
        Step step;
        step.node = &graph_.nodes[group.nodes.back()];
        step.fused = std::move(layout_.programs[index]);
        for (const auto* nodes : {&group.nodes, &group.producers}) {
            for (const std::size_t node : *nodes) {
                step.flops += flops_of(node);
            }
        }
        for (const std::size_t operand : step.fused->operands) {
            step.operands.push_back(memory_of(operand));
            if (std::find(group.producers.begin(), group.producers.end(), operand) == group.producers.end()) {
                step.bytes += bytes_of_node(operand);
            }
        }
        for (const std::size_t output : step.fused->outputs) {
            step.outputs.push_back(memory_of(output));
            step.bytes += bytes_of_node(output);
        }
        for (const std::size_t sum : step.fused->sums) {
            step.sums.push_back(memory_of(sum));
            step.bytes += bytes_of_node(sum);
            step.flops += static_cast<double>(element_count(graph_.nodes[graph_.nodes[sum].inputs[0]].shape));
        }
        if (group.producers.empty()) {
            step.kind = kind_of("elementwise", {});
        } else {
            const std::size_t first = group.producers[0];
            compute_in_tiles(step, group.producers);
            step.kind = kind_of(std::string(graph_.nodes[first].operation->name) + "+elementwise",
                                shapes_of(graph_, first));
        }
        return step;
    }

    // Tells the step's program how its tiled operands are computed.
    void compute_in_tiles(Step& step, const std::vector<std::size_t>& producers) const {
        struct Producer {
            const GraphNode* node;
            std::vector<ConstTensor> inputs;
        };
        std::vector<Producer> all;
        for (const std::size_t node : producers) {
            all.push_back({&graph_.nodes[node], inputs_of(node)});
            for (const std::size_t input : graph_.nodes[node].inputs) {
                step.bytes += bytes_of_node(input);
            }
        }
        FusedProducers& tiled = step.fused->program.tiled;
        tiled.compute = [all = std::move(all), rows = tiled.rows, columns = tiled.columns](
                            std::size_t which, std::size_t row, std::size_t column, Real* out) {
            const Tile tile{rows.begin(row), columns.begin(column), rows.end(row) - rows.begin(row),
                            columns.end(column) - columns.begin(column)};
            const Producer& producer = all[which];
            producer.node->operation->tile(producer.node->attributes, producer.inputs, tile, out,
                                           tile.columns);
        };
    }

    std::size_t kind_of(std::string operation, std::string shapes) {
        const auto [found, is_new] =
            kinds_.try_emplace({std::move(operation), std::move(shapes)}, result_.kinds.size());
        if (is_new) {
            result_.kinds.push_back({found->first.first, 0, 0, 0, 0, found->first.second});
        }
        return found->second;
    }

    std::vector<MemoryCopy> copies(const std::vector<BlockCopy>& between) const {
        std::vector<MemoryCopy> result;
        for (const BlockCopy& copy : between) {
            if (layout_.blocks[copy.from].bytes > 0) {  // what has no elements may have no address
                result.push_back(
                    {addresses_[copy.to], addresses_[copy.from], layout_.blocks[copy.from].bytes});
            }
        }
        return result;
    }

    const Graph& graph_;
    const Schedule& schedule_;
    Layout& layout_;
    std::span<Real* const> addresses_;
    Steps result_;
    std::map<std::pair<std::string, std::string>, std::size_t> kinds_;
};

}  // namespace

Steps bind_steps(const Graph& graph, const Schedule& schedule, Layout&& layout,
                 std::span<Real* const> addresses) {
    return Binding(graph, schedule, layout, addresses).take();
}

void run(std::span<const NumberCheck> checks) {
    for (const NumberCheck& check : checks) {
        check.node->operation->check(check.node->attributes, check.inputs, check.node->shape);
    }
}

void run(const Step& step, const Execution& execution) {
    run(step.checks);
    if (step.fused) {
        run(step.fused->program, step.operands, step.outputs, step.sums, step.workspace, execution.pool);
    } else if (step.calls.size() > 1) {
        step.node->operation->forward_batch(step.node->attributes, step.calls, execution);
    } else {
        step.node->operation->forward(
            {step.node->attributes, step.calls[0].inputs, step.calls[0].output, step.workspace, execution});
    }
}

void run(std::span<const MemoryCopy> copies) {
    for (const MemoryCopy& copy : copies) {
        std::memcpy(copy.to, copy.from, copy.bytes);
    }
}

double bytes_of(std::span<const MemoryCopy> copies) {
    double bytes = 0;
    for (const MemoryCopy& copy : copies) {
        bytes += 2 * static_cast<double>(copy.bytes);
    }
    return bytes;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
