#include "autodiff/operations/elementwise_support.hpp"

/// What optimizers are made of: as single operations they go through memory, and through the cache, fewer
/// times.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// The weights are rounded one by one: 1 - keep is small, and of a rounded keep it would be off by 1e-4 and
// more.
#define GANDSL_BEFORE_BLEND \
    GANDSL_BEFORE_2;        \
    GANDSL_BEFORE_NUMBER;   \
    const auto rest = static_cast<Real>(1 - numbers[0])
GANDSL_KERNEL(blend, GANDSL_BEFORE_BLEND, GANDSL_READ_2, number* x + rest * y)
GANDSL_KERNEL(blend_square, GANDSL_BEFORE_BLEND, GANDSL_READ_2, number* x + rest * (y * y))
// An infinite moment, of squares that overflowed, would make every later step 0, which nobody sees: infinity
// times 0 is NaN.
template <typename T>
GANDSL_INLINE T root_of_moment(T moment, T epsilon) {
    return std::sqrt(moment) + epsilon + moment * T(0);
}
GANDSL_KERNEL_3(divide_by_root, x / root_of_moment(y, z))
GANDSL_KERNEL_3(subtract_product, x - y * z)

// Adam's whole update (Kingma & Ba, 2015, algorithm 1): both averages and the variable in one pass.
GANDSL_CLONES void adam_kernel(Real* const* results, const Real* const* operands, std::size_t count,
                               const double* numbers) {
    const Real* const first = operands[0];
    const Real* const slope = operands[1];
    const Real* const second = operands[2];
    const Real* const epsilon = operands[3];
    const Real* const variable = operands[4];
    const Real* const scale = operands[5];
    Real* const new_first = results[0];
    Real* const new_second = results[1];
    Real* const new_variable = results[3];
    const auto keep_first = static_cast<Real>(numbers[0]);
    const auto rest_first = static_cast<Real>(1 - numbers[0]);
    const auto keep_second = static_cast<Real>(numbers[1]);
    const auto rest_second = static_cast<Real>(1 - numbers[1]);
    GANDSL_VECTORIZE
    for (std::size_t i = 0; i < count; ++i) {
        const Real average = keep_first * first[i] + rest_first * slope[i];
        const Real square = keep_second * second[i] + rest_second * (slope[i] * slope[i]);
        const Real step = average / root_of_moment(square, epsilon[i]);
        const Real moved = variable[i] - scale[i] * step;
        new_first[i] = average;
        new_second[i] = square;
        new_variable[i] = moved;
    }
}

std::vector<Sample> blend_samples(Var (*function)(Var, Var, double)) {
    const auto build = [function](double keep) {
        return [function, keep](std::span<const Var> inputs) { return function(inputs[0], inputs[1], keep); };
    };
    return {{"same shape", {{2, 3}, {2, 3}}, build(0.9)}, {"broadcast", {{2, 1}, {3}}, build(0.25)}};
}
std::vector<Sample> three_samples(Var (*function)(Var, Var, Var)) {
    const auto build = [function](std::span<const Var> inputs) {
        return function(inputs[0], inputs[1], inputs[2]);
    };
    return {{"same shape", {{2, 3}, {2, 3}, {2, 3}}, build, 0.3, 2},
            {"broadcast", {{2, 3}, {3}, {}}, build, 0.3, 2}};
}

}  // namespace

const FusedKernel adam{.parts = {{&blend_operation, {-1, -2}, true},
                                 {&blend_square_operation, {-3, -2}, true},
                                 {&divide_by_root_operation, {0, 1, -4}, false},
                                 {&subtract_product_operation, {-5, -6, 2}, true}},
                       .kernel = adam_kernel};

GANDSL_ELEMENTWISE_RECORD(
    blend, 2, "keep * a + (1 - keep) * b",
    .vjp =
        [](const VjpCall& c) {
            const double keep = c.attributes.numbers[0];
            return Gradients{c.cotangent * keep, c.cotangent * (1 - keep)};
        },
    .samples = [] { return blend_samples(blend); }, .notation = "{n} * {(a)} + {1 - n} * {(b)}")

Var blend(Var a, Var b, double keep) {
    return record(blend_operation, {a, b}, {{}, {keep}});
}

GANDSL_ELEMENTWISE_RECORD(
    blend_square, 2, "keep * a + (1 - keep) * b * b",
    .vjp =
        [](const VjpCall& c) {
            const double keep = c.attributes.numbers[0];
            return Gradients{c.cotangent * keep, c.cotangent * c.inputs[1] * (2 * (1 - keep))};
        },
    .samples = [] { return blend_samples(blend_square); }, .notation = "{n} * {(a)} + {1 - n} * {(b)} ^ 2")

Var blend_square(Var a, Var b, double keep) {
    return record(blend_square_operation, {a, b}, {{}, {keep}});
}

GANDSL_ELEMENTWISE_RECORD(
    divide_by_root, 3, "a / (sqrt(b) + c); NaN where b is infinite",
    .vjp =
        [](const VjpCall& c) {
            const Var root = sqrt(c.inputs[1]);
            const Var first = c.cotangent / (root + c.inputs[2]);
            const Var third = -(first * c.output);
            return Gradients{first, divide_or_zero(third, root * 2.0), third};
        },
    .samples = [] { return three_samples(divide_by_root); }, .notation = "{a} / (sqrt({b}) + {c})")

Var divide_by_root(Var a, Var b, Var c) {
    return record(divide_by_root_operation, {a, b, c});
}

GANDSL_ELEMENTWISE_RECORD(
    subtract_product, 3, "a - b * c", .combination = &adam,
    .vjp =
        [](const VjpCall& c) {
            return Gradients{c.cotangent, -(c.cotangent * c.inputs[2]), -(c.cotangent * c.inputs[1])};
        },
    .samples = [] { return three_samples(subtract_product); }, .notation = "{a} - {(b)} * {(c)}")

Var subtract_product(Var a, Var b, Var c) {
    return record(subtract_product_operation, {a, b, c});
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
