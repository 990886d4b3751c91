#pragma once

#include <cstddef>

namespace gandsl::dsl {

/// A stretch of a source text: byte offsets, `end` excluded.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;

    friend bool operator==(const Span&, const Span&) = default;
};

}  // namespace gandsl::dsl
