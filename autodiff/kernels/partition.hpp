#pragma once

#include <algorithm>
#include <cstddef>

#include "autodiff/shape.hpp"

namespace gandsl {

/// `count` things cut into parts of `grain`, the last one shorter. What a kernel computes may depend on how
/// its work is cut, so cuts follow from sizes alone and never from the number of threads.
struct Partition {
    Index count = 0;
    Index grain = 1;

    std::size_t parts() const { return static_cast<std::size_t>((count + grain - 1) / grain); }
    Index begin(std::size_t part) const { return static_cast<Index>(part) * grain; }
    Index end(std::size_t part) const { return std::min(count, begin(part) + grain); }
};

/// Parts of at least `min_work`, where each thing is `work` of the same unit; no more than `most` of them,
/// and each but the last a multiple of `multiple` things.
inline Partition partition(Index count, double work, double min_work, Index max_parts = 64,
                           Index multiple = 1) {
    const double whole = static_cast<double>(count) * work;
    const Index parts = std::clamp(static_cast<Index>(std::min(whole / min_work, 1e6)), Index{1}, max_parts);
    const Index grain = (count + parts - 1) / parts;
    return {count, std::max(multiple, (grain + multiple - 1) / multiple * multiple)};
}

}  // namespace gandsl
