#include <algorithm>
#include <numeric>

#include "autodiff/operations.hpp"
#include "autodiff/plan.hpp"
#include "tests/autodiff/random_graphs/drawing.hpp"
#include "tests/autodiff/random_graphs/sizes.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

std::vector<Index> draw_permutation(Dice& dice, std::size_t rank) {
    std::vector<Index> permutation(rank);
    std::iota(permutation.begin(), permutation.end(), Index{0});
    for (std::size_t axis = rank; axis > 1; --axis) {
        std::swap(permutation[axis - 1], permutation[dice.below(axis)]);
    }
    return permutation;
}

std::vector<Index> inverse(const std::vector<Index>& permutation) {
    std::vector<Index> result(permutation.size());
    for (std::size_t axis = 0; axis < result.size(); ++axis) {
        result[static_cast<std::size_t>(permutation[axis])] = static_cast<Index>(axis);
    }
    return result;
}

std::size_t draw_axis(Dice& dice, const Shape& shape) {
    return dice.below(shape.size());
}

}  // namespace

Var Drawing::reshaped_somehow(Var x) {
    const Shape shape = x.shape();
    const Index count = element_count(shape);
    if (count == 1) {
        return reshape(x, Shape(dice_.below(3), 1));
    }
    if (dice_.chance(0.4)) {
        return reshape(x, {count});
    }
    const Index rows = draw_size(dice_, count);
    return count % rows == 0 ? reshape(x, {rows, count / rows}) : reshape(x, {1, count});
}

// What leaves every number as it is: passes take such things out.
Var Drawing::neutral(Var x) {
    const Shape shape = x.shape();
    switch (dice_.below(shape.empty() ? 7 : 12)) {
        case 0:
            return x * 1.0;
        case 1:
            return -(-x);
        case 2:
            return reshape(reshaped_somehow(x), shape);
        case 3:
            return stop_gradient(x);
        case 4:
            return x + 0.0;
        case 5:
            return x * tape_.filled(Shape(shape), 1);
        case 6:
            return element_count(shape) == 1 ? sum(x) : 1.0 * x;
        case 7: {
            const std::vector<Index> permutation = draw_permutation(dice_, shape.size());
            return transpose(transpose(x, permutation), inverse(permutation));
        }
        case 8: {
            const auto axis = draw_axis(dice_, shape);
            return slice(x, static_cast<Index>(axis), 0, shape[axis]);
        }
        case 9:
            return pad(x, static_cast<Index>(draw_axis(dice_, shape)), 0, 0);
        case 10:
            return concatenate({x}, static_cast<Index>(draw_axis(dice_, shape)));
        default:
            return broadcast_to(x, shape);
    }
}

Var Drawing::move(Var x) {
    const Shape shape = x.shape();
    if (shape.empty()) {
        return broadcast_to(x, draw_shape(dice_, 1 + dice_.below(3), limit_));
    }
    const auto axis = draw_axis(dice_, shape);
    const auto index = static_cast<Index>(axis);
    switch (dice_.below(8)) {
        case 0:
            return transpose(x, draw_permutation(dice_, shape.size()));
        case 1:
            return reshaped_somehow(x);
        case 2: {
            const auto begin = static_cast<Index>(dice_.below(static_cast<std::size_t>(shape[axis])));
            const auto end =
                begin + 1 + static_cast<Index>(dice_.below(static_cast<std::size_t>(shape[axis] - begin)));
            return slice(x, index, begin, end, 1 + static_cast<Index>(dice_.below(3)));
        }
        case 3: {
            const Index stride = 1 + static_cast<Index>(dice_.below(2));
            Shape grown = shape;
            grown[axis] = grown[axis] * stride + 4;
            return allowed(grown) ? pad(x, index, static_cast<Index>(dice_.below(3)),
                                        static_cast<Index>(dice_.below(3)), stride)
                                  : x;
        }
        case 4: {
            Shape grown = shape;
            grown[axis] *= 2;
            return allowed(grown) ? concatenate({x, operand(shape)}, index) : x;
        }
        case 5: {
            Shape grown = shape;
            grown.insert(grown.begin(), draw_size(dice_, std::max<Index>(1, limit_ / element_count(shape))));
            return broadcast_to(x, grown);
        }
        case 6:
            return sum(x, {index}, dice_.chance(0.5));
        default: {
            const auto both = mean_and_variance(x, {index}, dice_.chance(0.5));
            keep(both.variance);
            return both.mean;
        }
    }
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
