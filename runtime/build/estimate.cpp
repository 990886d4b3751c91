#include "runtime/build/estimate.hpp"

#include "autodiff/operation.hpp"

namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Type> types_of(const dsl::Net& net, const std::vector<dsl::ValueId>& ids) {
    std::vector<dsl::Type> types;
    for (const dsl::ValueId id : ids) {
        types.push_back(net.types[id]);
    }
    return types;
}

Index learned_numbers(const dsl::NetWeight& weight) {
    return weight.learned ? element_count(weight.shape) : 0;
}

/// Nodes that compute nothing: what is there before the step, and other names for the same memory.
bool works(const Node& node) {
    return !node.inputs.empty() && !node.operation->alias;
}

double flops_of(const Tape& tape, const Node& node) {
    if (!works(node)) {
        return 0;
    }
    if (node.operation->flops == nullptr) {
        return static_cast<double>(element_count(node.shape));
    }
    std::vector<Shape> shapes;
    for (const NodeId input : node.inputs) {
        shapes.push_back(tape.node(input).shape);
    }
    return node.operation->flops(node.attributes, shapes, node.shape);
}

}  // namespace

std::vector<NetDescription> describe_nets(const dsl::Program& program) {
    std::vector<NetDescription> nets;
    for (const dsl::Net& net : program.nets) {
        NetDescription description{
            .name = net.name,
            .inputs = {net.types.begin(), net.types.begin() + static_cast<std::ptrdiff_t>(net.inputs.size())},
            .results = types_of(net, net.results),
            .layers = {}};
        for (const dsl::Instruction& code : net.body) {
            const bool call = code.kind == dsl::Instruction::Kind::call;
            if (!call && (code.kind != dsl::Instruction::Kind::apply ||
                          code.entry->kind == dsl::EntryKind::operation)) {
                continue;
            }
            LayerDescription layer{.name = call ? program.nets[code.index].name : code.entry->name,
                                   .results = types_of(net, code.outputs),
                                   .parameters = 0,
                                   .span = code.span};
            for (const std::size_t weight : code.weights) {
                layer.parameters += learned_numbers(net.weights[weight]);
            }
            description.layers.push_back(std::move(layer));
        }
        for (const dsl::NetWeight& weight : net.weights) {
            description.parameters += learned_numbers(weight);
        }
        nets.push_back(std::move(description));
    }
    return nets;
}

std::vector<UpdateDescription> describe_updates(const dsl::Program& program, const Graph& graph) {
    std::vector<UpdateDescription> updates;
    std::vector<bool> counted(graph.tape->size(), false);
    for (const UpdateRecord& record : graph.updates) {
        UpdateDescription description;
        for (const std::size_t net : std::get<dsl::Update>(program.train->items[record.item]).nets) {
            description.nets.push_back(program.nets[net].name);
        }
        std::vector<NodeId> open;
        for (const Var result : record.results) {
            open.push_back(result.id());
        }
        while (!open.empty()) {
            const NodeId id = open.back();
            open.pop_back();
            if (counted[id]) {
                continue;
            }
            counted[id] = true;
            const Node& node = graph.tape->node(id);
            description.flops += flops_of(*graph.tape, node);
            open.insert(open.end(), node.inputs.begin(), node.inputs.end());
        }
        updates.push_back(std::move(description));
    }
    return updates;
}

PlanStatistics plan_of_step(const Graph& graph, const PlanOptions& options) {
    return Plan(graph.outputs(), graph.assignments, options).statistics();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
