#pragma once

#include <cstddef>

#include "dsl/elaborate/reports.hpp"

namespace gandsl::dsl {

/// Of expressions, blocks, layers and nets inside one another.
inline constexpr std::size_t max_depth = 600;

/// How far a program may unroll. What goes beyond it is reported, and ends the check.
class Budget {
  public:
    Budget(Reports& reports, std::size_t max_instructions)
        : reports_(reports), max_instructions_(max_instructions) {}

    /// Counts one line, iteration or expression.
    void check(Span span);
    void count_instruction(Span span);
    /// Of a value or a weight, before any rule is asked about it.
    void check_size(const Shape& shape, Span span);

  private:
    friend class DepthGuard;

    Reports& reports_;
    std::size_t max_instructions_;
    std::size_t instructions_ = 0;
    std::size_t work_ = 0;
    std::size_t depth_ = 0;
};

/// One level deeper, for as long as it lives.
class DepthGuard {
  public:
    explicit DepthGuard(Budget& budget) : depth_(budget.depth_) { ++depth_; }
    ~DepthGuard() { --depth_; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;

  private:
    std::size_t& depth_;
};

}  // namespace gandsl::dsl
