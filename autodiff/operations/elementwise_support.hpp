#pragma once

#include "autodiff/kernels/clones.hpp"
#include "autodiff/kernels/math.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations.hpp"

/// Shared by the files that define elementwise operations.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// The operands' broadcast shape.
template <const Operation& operation>
Shape elementwise_shape(const Attributes&, std::span<const Shape> inputs) {
    Shape shape = inputs[0];
    for (std::size_t place = 1; place < inputs.size(); ++place) {
        shape = broadcast_shapes(shape, inputs[place], std::string(operation.name).c_str());
    }
    return shape;
}

std::vector<Sample> unary_samples(Var (*function)(Var), double low, double high, std::vector<double> kinks = {},
                                  bool smooth = true);
/// The second operand is drawn from the same range.
std::vector<Sample> binary_samples(Var (*function)(Var, Var), double low, double high, std::vector<double> kinks = {},
                                   bool smooth = true);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl

/// Defines NAME_kernel: for each place, `x` (and `y`, and `z`) are the operands.
#define GANDSL_KERNEL_1(name, ...)                                                                          \
    GANDSL_CLONES void name##_kernel(Real* out, const Real* const* inputs, std::size_t count,               \
                                     const double*) {                                                            \
        const Real* first = inputs[0];                                                                      \
        GANDSL_VECTORIZE                                                                                    \
        for (std::size_t place = 0; place < count; ++place) {                                               \
            const Real x = first[place];                                                                    \
            out[place] = static_cast<Real>(__VA_ARGS__);                                                    \
        }                                                                                                   \
    }
/// The same with the first attribute as `number`: read before the loop, or the loop is not vectorised.
#define GANDSL_KERNEL_1_NUMBER(name, ...)                                                                   \
    GANDSL_CLONES void name##_kernel(Real* out, const Real* const* inputs, std::size_t count,               \
                                     const double* numbers) {                                               \
        const Real* first = inputs[0];                                                                      \
        const auto number = static_cast<Real>(numbers[0]);                                                  \
        GANDSL_VECTORIZE                                                                                    \
        for (std::size_t place = 0; place < count; ++place) {                                               \
            const Real x = first[place];                                                                    \
            out[place] = static_cast<Real>(__VA_ARGS__);                                                    \
        }                                                                                                   \
    }
#define GANDSL_KERNEL_2(name, ...)                                                                          \
    GANDSL_CLONES void name##_kernel(Real* out, const Real* const* inputs, std::size_t count,               \
                                     const double*) {                                                            \
        const Real* first = inputs[0];                                                                      \
        const Real* second = inputs[1];                                                                     \
        GANDSL_VECTORIZE                                                                                    \
        for (std::size_t place = 0; place < count; ++place) {                                               \
            const Real x = first[place];                                                                    \
            const Real y = second[place];                                                                   \
            out[place] = static_cast<Real>(__VA_ARGS__);                                                    \
        }                                                                                                   \
    }
#define GANDSL_KERNEL_3(name, ...)                                                                          \
    GANDSL_CLONES void name##_kernel(Real* out, const Real* const* inputs, std::size_t count,               \
                                     const double*) {                                                            \
        const Real* first = inputs[0];                                                                      \
        const Real* second = inputs[1];                                                                     \
        const Real* third = inputs[2];                                                                      \
        GANDSL_VECTORIZE                                                                                    \
        for (std::size_t place = 0; place < count; ++place) {                                               \
            const Real x = first[place];                                                                    \
            const Real y = second[place];                                                                   \
            const Real z = third[place];                                                                    \
            out[place] = static_cast<Real>(__VA_ARGS__);                                                    \
        }                                                                                                   \
    }
