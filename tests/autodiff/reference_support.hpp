#pragma once

#include "tests/autodiff/reference.hpp"

/// What the references have in common.
namespace gandsl_test {

using gandsl::Index;
using gandsl::Shape;
using Call = ReferenceCall;
using Numbers = std::vector<double>;
using References = std::map<std::string, Reference>;

References elementwise_references();
References reduction_references();
References shape_references();
References product_references();
References linear_algebra_references();
References convolution_references();
References recurrent_references();

// Row-major position of an index along each axis, and back.
inline std::vector<Index> place_at(const Shape& shape, Index position) {
    std::vector<Index> place(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        place[axis] = position % shape[axis];
        position /= shape[axis];
    }
    return place;
}

inline std::size_t position_at(const Shape& shape, const std::vector<Index>& place) {
    Index position = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        position = position * shape[axis] + place[axis];
    }
    return static_cast<std::size_t>(position);
}

// The element that broadcasting reads at `place` of a larger shape.
inline double broadcast_at(const Values& values, const std::vector<Index>& place) {
    std::vector<Index> own(values.shape.size());
    for (std::size_t axis = 0; axis < own.size(); ++axis) {
        own[axis] = values.shape[axis] == 1 ? 0 : place[place.size() - own.size() + axis];
    }
    return values.numbers[position_at(values.shape, own)];
}

}  // namespace gandsl_test
