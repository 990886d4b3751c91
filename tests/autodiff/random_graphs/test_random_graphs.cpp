#define BOOST_TEST_MODULE random_graphs
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "autodiff/operation.hpp"
#include "tests/autodiff/random_graphs/draw.hpp"
#include "tests/autodiff/random_graphs/run.hpp"
#include "tests/autodiff/random_graphs/shrink.hpp"

/// Graphs drawn at random are computed eagerly, by plans with every pass, with each alone off and with none,
/// on 1 to 4 threads: the same bits. `./dev soak graphs` draws a million.
namespace gandsl_test {

namespace {

void require_no_faults(const GraphsFound& found) {
    for (const std::string& each : found.faults) {
        BOOST_ERROR(each);
    }
    BOOST_TEST_MESSAGE(found.graphs << " graphs of " << found.nodes << " nodes, the largest value has "
                                    << found.largest << " elements; " << found.finite << " are finite");
    BOOST_TEST(found.finite * 10 >= found.graphs * 9);
}

bool has_product(const RandomGraph& graph) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                       [](const GraphNode& node) { return node.operation->name == "matmul"; });
}

}  // namespace

BOOST_AUTO_TEST_CASE(in_float) {
    const GraphsFound found = check_graphs_in_float(1, 2000, 3);
    require_no_faults(found);
    BOOST_TEST(found.largest >= 500000U);
    for (const gandsl::Operation* const operation : gandsl::operations()) {
        BOOST_TEST(found.operations.contains(std::string(operation->name)),
                   operation->name << " was never drawn");
    }
}

BOOST_AUTO_TEST_CASE(in_double) {
    require_no_faults(check_graphs_in_double(1000000001, 500, 3));
}

// As if every graph with a product failed: what is left is the product of two single numbers.
BOOST_AUTO_TEST_CASE(shrink_to_what_fails) {
    const auto known = prototypes();
    std::size_t shrunk_graphs = 0;
    for (std::uint64_t seed = 1; shrunk_graphs < 20; ++seed) {
        const RandomGraph graph = draw_graph(seed, known);
        if (!has_product(graph)) {
            continue;
        }
        ++shrunk_graphs;
        const Failure small = shrunk({graph, {.threads = 4}}, [](const Failure& candidate) {
            return has_product(candidate.graph) && candidate.variant.threads >= 2;
        });
        BOOST_TEST(small.graph.nodes.size() <= 3U,
                   "seed " << seed << ": " << small.graph.nodes.size() << " nodes");
        BOOST_TEST(gandsl::element_count(small.graph.nodes.back().shape) == 1);
        BOOST_TEST(small.variant.threads == 2U);
    }
}

}  // namespace gandsl_test
