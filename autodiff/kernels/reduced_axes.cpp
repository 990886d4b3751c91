#include "autodiff/kernels/reduced_axes.hpp"

#include <algorithm>

#include "autodiff/error.hpp"
#include "autodiff/kernels/sums.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

std::vector<Index> axes_to_reduce(const Shape& shape, std::vector<Index> axes, const char* operation) {
    const std::size_t rank = shape.size();
    if (rank > ReducedAxes::max_count) {
        throw Error(ErrorCode::shape,
                    "[" + std::string(operation) + "] more axes than can be reduced: " + to_string(shape));
    }
    if (axes.empty()) {
        for (std::size_t axis = 0; axis < rank; ++axis) {
            axes.push_back(static_cast<Index>(axis));
        }
        return axes;
    }
    for (Index& axis : axes) {
        axis = static_cast<Index>(resolve_axis(axis, rank, operation));
    }
    std::sort(axes.begin(), axes.end());
    if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
        throw Error(ErrorCode::shape, "[" + std::string(operation) + "] an axis is named twice");
    }
    return axes;
}

std::size_t recorded_axis(Index axis, const Shape& shape, std::string_view operation) {
    if (axis < 0 || axis >= static_cast<Index>(shape.size())) {
        throw Error(ErrorCode::shape, "[" + std::string(operation) + "] axis " + std::to_string(axis) +
                                          " was recorded for shape " + to_string(shape) + ": expected 0 to " +
                                          std::to_string(static_cast<Index>(shape.size()) - 1));
    }
    return static_cast<std::size_t>(axis);
}

Shape reduced_shape(const Shape& shape, std::span<const Index> axes, std::string_view operation) {
    Shape reduced = shape;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        if (i > 0 && axes[i] <= axes[i - 1]) {
            throw Error(ErrorCode::shape, "[" + std::string(operation) + "] axes " +
                                              to_string(Shape(axes.begin(), axes.end())) +
                                              " were recorded for shape " + to_string(shape) +
                                              ": expected each once, from first to last");
        }
        reduced[recorded_axis(axes[i], shape, operation)] = 1;
    }
    return reduced;
}

ReducedAxes reduced_axes(const Shape& input, std::span<const Index> reduced) {
    ReducedAxes joined;
    for (std::size_t axis = 0; axis < input.size(); ++axis) {
        const auto size = static_cast<std::size_t>(input[axis]);
        if (size == 1) {
            continue;
        }
        const bool own = std::find(reduced.begin(), reduced.end(), static_cast<Index>(axis)) != reduced.end();
        if (joined.count > 0 && joined.axes[joined.count - 1].reduced == own) {
            joined.axes[joined.count - 1].size *= size;
        } else {
            joined.axes[joined.count++] = {size, own};
        }
    }
    if (joined.count == 0) {
        joined.axes[joined.count++] = {1, false};
    }
    std::size_t stride = 1;
    std::size_t result_stride = 1;
    for (std::size_t axis = joined.count; axis-- > 0;) {
        ReducedAxes::Axis& own = joined.axes[axis];
        own.stride = stride;
        own.result_stride = own.reduced ? 0 : result_stride;
        stride *= own.size;
        result_stride *= own.reduced ? 1 : own.size;
    }
    return joined;
}

std::size_t ReducedAxes::results() const {
    std::size_t result = 1;
    for (std::size_t axis = 0; axis < count; ++axis) {
        result *= axes[axis].reduced ? 1 : axes[axis].size;
    }
    return result;
}

std::size_t ReducedAxes::slices() const {
    const Axis& outer = axes[0];
    return outer.reduced ? slice_count(outer.size, outer.size * outer.stride, results()) : 1;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
