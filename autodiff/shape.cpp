#include "autodiff/shape.hpp"

#include <algorithm>

#include "autodiff/error.hpp"

namespace gandsl {

namespace {

[[noreturn]] void refuse_size(Index a, const char* sign, Index b, const char* operation) {
    throw Error(ErrorCode::shape, "[" + std::string(operation) + "] the size " + std::to_string(a) + sign +
                                      std::to_string(b) + " is larger than can be counted, 2^63 - 1");
}

}  // namespace

Index add_sizes(Index a, Index b, const char* operation) {
    Index result = 0;
    if (__builtin_add_overflow(a, b, &result)) {
        refuse_size(a, " + ", b, operation);
    }
    return result;
}

Index multiply_sizes(Index a, Index b, const char* operation) {
    Index result = 0;
    if (__builtin_mul_overflow(a, b, &result)) {
        refuse_size(a, " * ", b, operation);
    }
    return result;
}

Index element_count(const Shape& shape) {
    Index count = 1;
    bool empty = false;
    for (const Index size : shape) {
        if (size < 0) {
            throw Error(ErrorCode::shape, "negative size in shape " + to_string(shape));
        }
        // Strides are products of the other sizes where one is 0.
        empty = empty || size == 0;
        if (size != 0 && __builtin_mul_overflow(count, size, &count)) {
            throw Error(ErrorCode::memory,
                        "shape " + to_string(shape) + " has more elements than can be counted");
        }
    }
    return empty ? 0 : count;
}

std::string to_string(const Shape& shape) {
    std::string text = "(";
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        text += (axis == 0 ? "" : ", ") + std::to_string(shape[axis]);
    }
    return text + ")";
}

std::vector<Index> strides_of(const Shape& shape) {
    std::vector<Index> strides(shape.size());
    Index step = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        strides[axis] = step;
        step *= shape[axis];
    }
    return strides;
}

Shape broadcast_shapes(const Shape& left, const Shape& right, const char* operation) {
    const std::size_t rank = std::max(left.size(), right.size());
    Shape result(rank);
    for (std::size_t from_end = 1; from_end <= rank; ++from_end) {
        const Index a = from_end <= left.size() ? left[left.size() - from_end] : 1;
        const Index b = from_end <= right.size() ? right[right.size() - from_end] : 1;
        if (a != b && a != 1 && b != 1) {
            throw Error(ErrorCode::shape,
                        "[" + std::string(operation) + "] shapes " + to_string(left) + " and " +
                            to_string(right) +
                            " do not broadcast: counted from the end, sizes must be equal or 1");
        }
        result[rank - from_end] = a == 1 ? b : a;
    }
    return result;
}

std::vector<Index> broadcast_strides(const Shape& from, const Shape& to) {
    std::vector<Index> strides(to.size(), 0);
    const std::vector<Index> own = strides_of(from);
    const std::size_t offset = to.size() - from.size();
    for (std::size_t axis = 0; axis < from.size(); ++axis) {
        strides[offset + axis] = from[axis] == 1 ? 0 : own[axis];
    }
    return strides;
}

std::size_t resolve_axis(Index axis, std::size_t rank, const char* operation) {
    const Index resolved = axis < 0 ? axis + static_cast<Index>(rank) : axis;
    if (resolved < 0 || resolved >= static_cast<Index>(rank)) {
        throw Error(ErrorCode::shape, "[" + std::string(operation) + "] axis " + std::to_string(axis) +
                                          " does not exist in a value with " + std::to_string(rank) +
                                          " axes");
    }
    return static_cast<std::size_t>(resolved);
}

}  // namespace gandsl
