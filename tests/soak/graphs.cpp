#include <fmt/format.h>

#include <algorithm>

#include "tests/autodiff/random_graphs/run.hpp"
#include "tests/soak/support.hpp"

/// Random graphs, far more than the test suite draws, and others.
namespace gandsl::test {

Findings soak_graphs(const Amount& amount) {
    constexpr std::size_t together = 10000;
    constexpr std::size_t max_faults = 10;
    const std::size_t wanted = amount.graphs.value_or(amount.whole ? 1000000 : 300);
    // Seeds that the test suite does not have.
    const std::uint64_t first = (amount.seed + 1) * 10000000000U;
    Findings findings;
    std::size_t done = 0;
    std::size_t nodes = 0;
    while (done < wanted && findings.size() < max_faults) {
        // Said before: whatever ends the program here is found among these.
        fmt::print("graphs    seeds from {} on\n", first + done);
        std::fflush(stdout);
        const std::size_t count = std::min(together, wanted - done);
        // One in ten in double.
        const std::size_t in_double = count / 10;
        for (const auto& found :
             {gandsl_test::check_graphs_in_float(first + done, count - in_double, max_faults),
              gandsl_test::check_graphs_in_double(first + done + count - in_double, in_double, max_faults)}) {
            findings.insert(findings.end(), found.faults.begin(), found.faults.end());
            nodes += found.nodes;
        }
        done += count;
    }
    fmt::print("graphs    {} random graphs of {} nodes, each computed in every way\n", done, nodes);
    return findings;
}

}  // namespace gandsl::test
