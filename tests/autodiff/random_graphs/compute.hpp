#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "autodiff/threads.hpp"
#include "tests/autodiff/random_graphs/graph.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

/// One way to compute a graph.
struct Variant {
    bool eager = false;  ///< as it is recorded; else by a Plan
    std::vector<std::string> without = {};
    std::size_t threads = 1;
};

/// "a plan without in-place, on 2 threads"
std::string describe(const Variant& variant);

/// A plan without any pass, on one thread: what the others are held against.
Variant reference_variant();

/// Eagerly; with every pass on 1, 2, 3 and 4 threads; with each pass alone off.
std::vector<Variant> all_variants();

/// Values of the outputs, then of the assigned states, after one run and after another.
using Results = std::vector<std::vector<gandsl::Real>>;

/// Pools of up to four threads, made once: making threads takes longer than most graphs.
class Pools {
  public:
    Pools();
    std::shared_ptr<gandsl::ThreadPool> of(std::size_t threads) const { return pools_.at(threads - 1); }

  private:
    std::array<std::shared_ptr<gandsl::ThreadPool>, 4> pools_;
};

Results compute(const RandomGraph& graph, const std::vector<std::vector<gandsl::Real>>& values,
                const Variant& variant, const Pools& pools);

struct Difference {
    std::size_t result;   ///< among Results
    std::size_t element;  ///< the first that differs
    std::size_t count;    ///< elements of that result that differ
    gandsl::Real expected;
    gandsl::Real found;
};

/// Every bit counts, but of those that are no number only that they are none.
std::optional<Difference> compare(const Results& expected, const Results& found);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
