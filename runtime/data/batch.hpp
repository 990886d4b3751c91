#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/data/dataset.hpp"
#include "runtime/data/order.hpp"

namespace gandsl::data {

/// Examples side by side: `fields[k]` is size x (field k's shape), row by row.
struct Batch {
    std::uint64_t position = 0;  ///< of the first example, in the order (or in the split)
    std::size_t size = 0;        ///< examples
    std::vector<std::vector<float>> fields;
    std::vector<std::vector<float>> next_fields;  ///< the same one step later; empty unless asked for
};

/// Fills `batch` with the `size` examples of the train split that the order has from `position` on, all
/// fields but those beyond the first `field_count`. Buffers of the right size are reused. With `next`, the
/// examples one step later too, for sources of sequences.
void read_ordered(const Dataset& dataset, const Order& order, std::uint64_t position, std::size_t size,
                  std::size_t field_count, Batch& batch, bool next = false);

/// Fills `batch` with examples first, first + 1, ... of a split as they lie there, at most `size` of them:
/// the last batch of a split may be smaller. `next` as above.
void read_in_order(const Dataset& dataset, Split split, std::size_t first, std::size_t size,
                   std::size_t field_count, Batch& batch, bool next = false);

}  // namespace gandsl::data
