#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "array_forward.hpp"
#include "tape.hpp"
#include "threads.hpp"

/// Looks at what a plan does not keep: computes a tape node by node, in the order in which it was recorded,
/// from the values its states have now. Slow, and meant for the search for a cause; gives the bits that a
/// plan gives.
namespace gandsl {
inline namespace GANDSL_PRECISION {

struct TraceOptions {
    std::function<std::span<const Real>(NodeId input)> feed;  ///< as many numbers as it has elements
    ThreadPool* pool = nullptr;                               ///< none: the calling thread alone
    std::uint64_t step = 0;                                   ///< number of the run
};

/// The values of some nodes. Throws Error(invalid_argument) for a node that the tape does not have, as
/// find_not_finite does for a Var that is not of it, and for an input that is not fed.
std::vector<Array> trace(const Tape& tape, std::span<const NodeId> wanted, const TraceOptions& options);

/// Where a value that is no number comes from.
struct NotFinite {
    NodeId node = 0;        ///< the first that gives such a value and leads to a result that has one; what it
                            ///< takes is finite or a constant. An input or a state: it was there before.
    std::size_t entry = 0;  ///< the first one among the node's elements
    std::size_t count = 0;  ///< of such elements
    Real value = 0;         ///< NaN or an infinity
    std::size_t result = 0;  ///< index of the first result to which it leads
};

/// Nothing, where all results are finite. A value that no result suffers from (an infinity divided by, an
/// entry that `where` leaves out) is not reported.
std::optional<NotFinite> find_not_finite(const Tape& tape, std::span<const Var> results,
                                         const TraceOptions& options);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
