#include "dsl/types.hpp"

#include <algorithm>
#include <limits>

#include "dsl/diagnostics.hpp"

namespace gandsl::dsl {

Index elements(const Shape& shape) {
    Index count = 1;
    for (const Index size : shape) {
        if (size == 0) {
            return 0;
        }
        if (count > std::numeric_limits<Index>::max() / size) {
            return std::numeric_limits<Index>::max();
        }
        count *= size;
    }
    return count;
}

bool is_one_number(const Type& type) {
    return elements(type.shape) == 1;
}

std::optional<Shape> broadcast(const Shape& left, const Shape& right) {
    Shape result(std::max(left.size(), right.size()));
    for (std::size_t i = 1; i <= result.size(); ++i) {
        const Index a = i <= left.size() ? left[left.size() - i] : 1;
        const Index b = i <= right.size() ? right[right.size() - i] : 1;
        if (a != b && a != 1 && b != 1) {
            return std::nullopt;
        }
        result[result.size() - i] = a == 1 ? b : a;
    }
    return result;
}

Type broadcast(std::string_view operation, const Type& left, const Type& right) {
    auto shape = broadcast(left.shape, right.shape);
    if (!shape) {
        throw diagnostics::does_not_broadcast(operation, left, right);
    }
    return {*std::move(shape), std::nullopt, left.batched || right.batched};
}

std::size_t axis_of(std::string_view entry, Index axis, const Type& input, std::string_view about) {
    const auto rank = static_cast<Index>(input.shape.size());
    if (axis < -rank || axis >= rank) {
        throw diagnostics::unknown_axis(entry, axis, input, about);
    }
    return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

bool operator==(const Type& left, const Type& right) {
    const auto names = [](const Type& type) {
        return type.classes && type.classes->names ? *type.classes->names : std::vector<std::string>();
    };
    const auto count = [](const Type& type) { return type.classes ? type.classes->count : Index{-1}; };
    return left.shape == right.shape && left.batched == right.batched && count(left) == count(right) &&
           names(left) == names(right);
}

bool same_classes(const ClassNames& left, const ClassNames& right) {
    if (!left || !right || left == right) {
        return true;
    }
    const std::size_t known = std::min(left->size(), right->size());
    return std::equal(left->begin(), left->begin() + static_cast<std::ptrdiff_t>(known), right->begin());
}

std::string to_string(const Shape& shape) {
    if (shape.empty()) {
        return "one number";
    }
    std::string result;
    for (const Index size : shape) {
        result += (result.empty() ? "" : " x ") + std::to_string(size);
    }
    return result;
}

std::string to_string(const Type& type) {
    if (!type.classes) {
        return to_string(type.shape);
    }
    const std::string classes = std::to_string(type.classes->count);
    return type.shape.empty() ? "label of " + classes + " classes"
                              : to_string(type.shape) + " symbols of " + classes;
}

}  // namespace gandsl::dsl
