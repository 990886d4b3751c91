#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace gandsl {

/// A block of memory that one value needs from one step of a run to another, both included.
struct Lifetime {
    std::size_t bytes = 0;
    std::size_t first = 0;
    std::size_t last = 0;
};

struct Placement {
    std::vector<std::size_t> offsets;  ///< multiples of 64, in the order of the lifetimes
    std::size_t bytes = 0;             ///< of the whole
};

/// Places blocks so that those alive at the same time do not overlap: largest first, each at the lowest
/// offset that is free; the smaller ones of very many, whose number would make that slow, after these, in the
/// order in which they are needed. `share` off: each has memory of its own.
Placement place(const std::vector<Lifetime>& lifetimes, bool share);

/// Asks for huge pages under memory that is in use already, where the system has them. Weights and their
/// moments are streamed through, each from many pages at once.
void prefer_huge_pages(void* memory, std::size_t bytes);

/// Memory aligned to 64 bytes (to 2 MiB where large, and in huge pages where the system has them), not
/// initialised.
class Arena {
  public:
    Arena() = default;
    /// Throws Error(memory) with the number of bytes when there is not so much.
    explicit Arena(std::size_t bytes);
    std::byte* data() const { return memory_.get(); }

  private:
    struct Free {
        void operator()(std::byte* memory) const;
    };
    std::unique_ptr<std::byte[], Free> memory_;
};

}  // namespace gandsl
