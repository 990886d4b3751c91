#pragma once

#include "version.hpp"  // first: refuses an older C++ before what follows fails in it

#include <cstddef>
#include <memory>

namespace gandsl {

/// A fixed set of worker threads for fork-join loops. What a loop computes must not depend on which thread
/// runs which part, so that results are the same for every number of threads. Workers flush denormal numbers
/// to zero. Threads may share a pool: their loops then take turns.
class ThreadPool {
  public:
    /// `threads` counts the caller's own; 0 means as many as the machine has processors. Throws Error(memory)
    /// where the system has no room for so many.
    explicit ThreadPool(std::size_t threads = 1);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    std::size_t size() const;

    /// Calls body(part, worker) once for each part in [0, parts); worker < size() names a place for scratch
    /// memory. Returns when all are done. The first exception thrown by a part is rethrown here. Throws
    /// Error(invalid_argument) when called by a part of a loop, of this pool or of another one of several
    /// threads: such loops could wait for one another for ever.
    template <typename Body>
    void parallel(std::size_t parts, const Body& body) {
        run(parts, &body, [](const void* erased, std::size_t part, std::size_t worker) {
            (*static_cast<const Body*>(erased))(part, worker);
        });
    }

  private:
    void stop();
    using Erased = void (*)(const void* body, std::size_t part, std::size_t worker);
    void run(std::size_t parts, const void* body, Erased call);  // no std::function: it would allocate

    struct Shared;
    std::unique_ptr<Shared> shared_;
};

/// Sets the calling thread to flush denormal numbers to zero while it lives (they slow Adam's moments down).
class FlushDenormals {
  public:
    FlushDenormals();
    ~FlushDenormals();
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

  private:
    unsigned saved_;
};

}  // namespace gandsl
