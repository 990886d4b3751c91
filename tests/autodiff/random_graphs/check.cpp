#include "tests/autodiff/random_graphs/check.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <iomanip>
#include <sstream>

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

std::string describe(const RandomGraph& graph, const Difference& difference) {
    const std::size_t of_one_run = graph.outputs.size() + graph.stores.size();
    const std::size_t place = difference.result % of_one_run;
    const bool output = place < graph.outputs.size();
    const std::size_t number = output ? place : place - graph.outputs.size();
    const std::size_t node = output ? graph.outputs[number] : graph.stores[number].state;
    std::ostringstream text;
    text << std::setprecision(9) << "run " << difference.result / of_one_run + 1 << ", "
         << (output ? "output " : "assigned state ") << number << " (v" << node << ", shape "
         << to_string(graph.nodes[node].shape) << "): " << difference.count << " elements differ; element "
         << difference.element << " is " << difference.found << ", expected " << difference.expected;
    return text.str();
}

std::optional<Fault> held_against(const Results& expected, const RandomGraph& graph,
                                  const std::vector<std::vector<Real>>& values, const Variant& variant,
                                  const Pools& pools) {
    try {
        const auto difference = compare(expected, compute(graph, values, variant, pools));
        return difference ? std::optional(Fault{variant, describe(graph, *difference)}) : std::nullopt;
    } catch (const std::exception& error) {
        return Fault{variant, std::string("throws ") + error.what()};
    }
}

// The reference is a plan too, and may be what fails.
std::optional<Fault> computed_reference(const RandomGraph& graph,
                                        const std::vector<std::vector<Real>>& values, const Pools& pools,
                                        Results& expected) {
    try {
        expected = compute(graph, values, reference_variant(), pools);
    } catch (const std::exception& error) {
        return Fault{reference_variant(), std::string("throws ") + error.what()};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Fault> check(const RandomGraph& graph, const Variant& variant, const Pools& pools) {
    const auto values = leaf_values(graph);
    Results expected;
    if (auto fault = computed_reference(graph, values, pools, expected)) {
        return fault;
    }
    return held_against(expected, graph, values, variant, pools);
}

Checked check_all(const RandomGraph& graph, const Pools& pools) {
    const auto values = leaf_values(graph);
    Checked checked;
    Results expected;
    if ((checked.fault = computed_reference(graph, values, pools, expected))) {
        return checked;
    }
    checked.finite = std::all_of(expected.begin(), expected.end(), [](const std::vector<Real>& numbers) {
        return std::all_of(numbers.begin(), numbers.end(), [](Real each) { return std::isfinite(each); });
    });
    for (const Variant& variant : all_variants()) {
        if ((checked.fault = held_against(expected, graph, values, variant, pools))) {
            break;
        }
    }
    return checked;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
