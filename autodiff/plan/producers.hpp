#pragma once

#include <optional>

#include "autodiff/operation.hpp"
#include "autodiff/plan/schedule.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

/// Results that can be computed a tile at a time, and that one elementwise group of the same shape reads and
/// nobody else, become part of it: a weight's gradient is then used while the cache holds it, and has no
/// memory.
void fuse_producers(const Graph& graph, Schedule& schedule);

/// The tiles of a node whose operation has some.
std::optional<Tile> tiles_of(const Graph& graph, std::size_t node);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
