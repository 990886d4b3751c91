#include "tests/autodiff/random_graphs/run.hpp"

#include <algorithm>
#include <set>

#include "tests/autodiff/random_graphs/check.hpp"
#include "tests/autodiff/random_graphs/draw.hpp"
#include "tests/autodiff/random_graphs/print.hpp"
#include "tests/autodiff/random_graphs/shrink.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

void add_to(GraphsFound& found, const RandomGraph& graph) {
    std::set<std::string> names;
    for (const GraphNode& node : graph.nodes) {
        names.emplace(node.operation->name);
        found.largest = std::max(found.largest, static_cast<std::size_t>(element_count(node.shape)));
    }
    for (const std::string& name : names) {
        ++found.operations[name];
    }
    ++found.graphs;
    found.nodes += graph.nodes.size();
}

std::string explain(const RandomGraph& graph, const Fault& fault, const Pools& pools) {
    const Failure small = shrunk({graph, fault.variant}, [&](const Failure& candidate) {
        return check(candidate.graph, candidate.variant, pools).has_value();
    });
    const auto left = check(small.graph, small.variant, pools);
    return "graph " + std::to_string(graph.seed) + (sizeof(Real) == sizeof(double) ? " in double" : "") +
           ", " + describe(fault.variant) + ": " + fault.message + "\nshrunk from " +
           std::to_string(graph.nodes.size()) + " nodes to " + std::to_string(small.graph.nodes.size()) +
           ", " + describe(small.variant) + ": " + (left ? left->message : "differs from time to time") +
           "\n" + print_program(small);
}

GraphsFound check_graphs(std::uint64_t first, std::size_t graphs, std::size_t max_faults) {
    const Pools pools;
    const auto known = prototypes();
    GraphsFound found;
    for (std::uint64_t seed = first; seed < first + graphs && found.faults.size() < max_faults; ++seed) {
        const RandomGraph graph = draw_graph(seed, known);
        add_to(found, graph);
        const Checked checked = check_all(graph, pools);
        found.finite += checked.finite ? 1 : 0;
        if (checked.fault) {
            found.faults.push_back(explain(graph, *checked.fault, pools));
        }
    }
    return found;
}

}  // namespace

}  // namespace GANDSL_PRECISION

#if defined(GANDSL_DOUBLE)
GraphsFound check_graphs_in_double(std::uint64_t first, std::size_t count, std::size_t max_faults) {
    return check_graphs(first, count, max_faults);
}
#else
GraphsFound check_graphs_in_float(std::uint64_t first, std::size_t count, std::size_t max_faults) {
    return check_graphs(first, count, max_faults);
}
#endif

}  // namespace gandsl_test
