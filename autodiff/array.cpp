#include "autodiff/array.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

Array make_array(const Shape& shape, Real value) {
    element_count(shape);  // refuses what cannot be counted before anything is allocated
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

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
