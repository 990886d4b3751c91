#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "runtime/data/batch.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/data/order.hpp"

namespace gandsl::data {

/// Reads the train split's batches ahead of time on a thread of its own, without end.
class Reader {
  public:
    struct Options {
        std::size_t batch = 64;        ///< examples
        std::uint64_t position = 0;    ///< of the first batch's first example; a resumed run's place
        std::size_t field_count = 99;  ///< fields to read, from the first
        std::size_t queue = 4;         ///< batches kept ready
        bool next = false;             ///< the examples one step later too
    };

    /// Throws invalid_argument for a batch or a queue of 0 or an order that does not fit the data set.
    Reader(DatasetPointer dataset, Order order, Options options);
    /// Stops the thread, after the batch it is at.
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    /// Waits for the next batch and swaps it with `batch`, whose buffers are used again: after the first few
    /// calls nothing is allocated. What the thread threw is thrown here, once the batches before it are used
    /// up, and again on every further call. For one caller at a time.
    void next(Batch& batch);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace gandsl::data
