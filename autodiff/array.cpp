#include "autodiff/array.hpp"

#include <cmath>
#include <limits>

#include "autodiff/error.hpp"
#include "autodiff/machine.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

Array make_array(const Shape& shape, Real value) {
    // What cannot be counted is refused here, and what does not fit, before anything is allocated.
    constexpr std::size_t small = std::size_t{64} << 20U;
    const auto count = static_cast<std::size_t>(element_count(shape));
    if (count > small / sizeof(Real) && count > available_memory() / sizeof(Real)) {
        const std::string bytes =
            count > (std::size_t{1} << 60U) ? "more than 2^60" : std::to_string(count * sizeof(Real));
        throw Error(ErrorCode::memory, "not enough memory: an array of shape " + to_string(shape) +
                                           " takes " + bytes + " bytes, and there is room for " +
                                           std::to_string(available_memory()));
    }
    Array::shape_type sizes(shape.size());
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        sizes[axis] = static_cast<std::size_t>(shape[axis]);
    }
    return Array(sizes, value);
}

Shape shape_of(const Array& array) {
    Shape shape(array.dimension());
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        shape[axis] = static_cast<Index>(array.shape()[axis]);
    }
    return shape;
}

void flush_denormals(std::span<Real> values) {
    for (Real& value : values) {
        value = std::abs(value) < std::numeric_limits<Real>::min() ? std::copysign(Real(0), value) : value;
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
