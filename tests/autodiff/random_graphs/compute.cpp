#include "tests/autodiff/random_graphs/compute.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "autodiff/array.hpp"
#include "autodiff/operations/leaves.hpp"
#include "autodiff/plan.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

constexpr int runs = 2;  // the second reads what the first has left

std::vector<Real> numbers_of(const Array& array) {
    return {array.data(), array.data() + array.size()};
}

// An eager tape computes each value once, so every run has its own.
Results compute_eagerly(const RandomGraph& graph, std::vector<std::vector<Real>> values) {
    Results results;
    for (int run = 0; run < runs; ++run) {
        Tape tape(Evaluation::eager, graph.seed);
        const std::vector<Var> vars = record_on(tape, graph, values);
        for (const std::size_t output : graph.outputs) {
            results.push_back(numbers_of(vars[output].value()));
        }
        for (const Store& store : graph.stores) {
            values[store.state] = numbers_of(vars[store.value].value());
            results.push_back(values[store.state]);
        }
    }
    return results;
}

Results compute_by_plan(const RandomGraph& graph, const std::vector<std::vector<Real>>& values,
                        const Variant& variant, const Pools& pools) {
    Tape tape(Evaluation::planned, graph.seed);
    const std::vector<Var> vars = record_on(tape, graph, values);
    std::vector<Var> outputs;
    for (const std::size_t output : graph.outputs) {
        outputs.push_back(vars[output]);
    }
    std::vector<Assignment> assignments;
    for (const Store& store : graph.stores) {
        assignments.push_back({vars[store.state], vars[store.value]});
    }
    Plan plan(outputs, assignments, {.pool = pools.of(variant.threads), .without = variant.without});
    for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
        if (graph.nodes[node].operation == &input_operation) {
            Array value = make_array(vars[node].shape());
            std::copy(values[node].begin(), values[node].end(), value.data());
            plan.set(vars[node], value);  // and not through `feed`: denormals are taken as zero
        }
    }
    Results results;
    for (int run = 0; run < runs; ++run) {
        plan.run();
        for (const Var& output : outputs) {
            const std::span<const Real> read = plan.read(output);
            results.emplace_back(read.begin(), read.end());
        }
        for (const Assignment& assignment : assignments) {
            results.push_back(numbers_of(assignment.state.value()));
        }
    }
    return results;
}

// Most results are the same to the bit, and one comparison of a whole array sees that ten times sooner.
bool same_bits(const std::vector<Real>& a, const std::vector<Real>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Real)) == 0;
}

bool same(Real a, Real b) {
    return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b));
}

}  // namespace

std::string describe(const Variant& variant) {
    if (variant.eager) {
        return "eagerly";
    }
    std::string text = "by a plan";
    if (variant.without == Plan::passes()) {
        text += " without any pass";
    } else {
        for (const std::string& pass : variant.without) {
            text += (&pass == &variant.without.front() ? " without " : ", ") + pass;
        }
    }
    return text + (variant.threads == 1 ? "" : ", on " + std::to_string(variant.threads) + " threads");
}

Variant reference_variant() {
    return {.without = Plan::passes()};
}

std::vector<Variant> all_variants() {
    std::vector<Variant> variants{{.eager = true}};
    for (std::size_t threads = 1; threads <= 4; ++threads) {
        variants.push_back({.threads = threads});
    }
    for (const std::string& pass : Plan::passes()) {
        variants.push_back({.without = {pass}});
    }
    return variants;
}

Pools::Pools() {
    for (std::size_t threads = 1; threads <= pools_.size(); ++threads) {
        pools_[threads - 1] = std::make_shared<ThreadPool>(threads);
    }
}

Results compute(const RandomGraph& graph, const std::vector<std::vector<Real>>& values,
                const Variant& variant, const Pools& pools) {
    return variant.eager ? compute_eagerly(graph, values) : compute_by_plan(graph, values, variant, pools);
}

std::optional<Difference> compare(const Results& expected, const Results& found) {
    for (std::size_t result = 0; result < expected.size(); ++result) {
        if (same_bits(expected[result], found[result])) {
            continue;
        }
        std::optional<Difference> difference;
        for (std::size_t element = 0; element < expected[result].size(); ++element) {
            if (!same(expected[result][element], found[result][element])) {
                if (!difference) {
                    difference = {result, element, 0, expected[result][element], found[result][element]};
                }
                ++difference->count;
            }
        }
        if (difference) {
            return difference;
        }
    }
    return std::nullopt;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
