#pragma once

#include "autodiff/kernels/clones.hpp"
#include "autodiff/kernels/math.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

/// Shared by the files that define elementwise operations.
namespace gandsl {
inline namespace GANDSL_PRECISION {

using Gradients = std::vector<Var>;

/// The operands' broadcast shape.
template <const Operation& operation>
Shape elementwise_shape(const Attributes&, std::span<const Shape> inputs) {
    Shape shape = inputs[0];
    for (std::size_t i = 1; i < inputs.size(); ++i) {
        if (inputs[i] != shape) {
            shape = broadcast_shapes(shape, inputs[i], std::string(operation.name).c_str());
        }
    }
    return shape;
}

std::vector<Sample> unary_samples(Var (*function)(Var), double low, double high,
                                  std::vector<double> kinks = {}, bool smooth = true);
/// The second operand is drawn from the same range.
std::vector<Sample> binary_samples(Var (*function)(Var, Var), double low, double high,
                                   std::vector<double> kinks = {}, bool smooth = true);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl

// What is read from outside is read before the loop, or the loop is not vectorised.
#define GANDSL_KERNEL(name, before, read, ...)                                                \
    GANDSL_CLONES void name##_kernel(Real* out, const Real* const* inputs, std::size_t count, \
                                     [[maybe_unused]] const double* numbers) {                \
        before;                                                                               \
        GANDSL_VECTORIZE                                                                      \
        for (std::size_t i = 0; i < count; ++i) {                                             \
            read;                                                                             \
            out[i] = static_cast<Real>(__VA_ARGS__);                                          \
        }                                                                                     \
    }
#define GANDSL_BEFORE_1 const Real* const first = inputs[0]
#define GANDSL_BEFORE_2 \
    GANDSL_BEFORE_1;    \
    const Real* const second = inputs[1]
#define GANDSL_BEFORE_3 \
    GANDSL_BEFORE_2;    \
    const Real* const third = inputs[2]
#define GANDSL_BEFORE_NUMBER const auto number = static_cast<Real>(numbers[0])
#define GANDSL_READ_1 const Real x = first[i]
#define GANDSL_READ_2 \
    GANDSL_READ_1;    \
    const Real y = second[i]
#define GANDSL_READ_3 \
    GANDSL_READ_2;    \
    const Real z = third[i]

/// Defines NAME_kernel: for each index, `x` (and `y`, and `z`) are the operands, and `number` is the first
/// attribute.
#define GANDSL_KERNEL_1(name, ...) GANDSL_KERNEL(name, GANDSL_BEFORE_1, GANDSL_READ_1, __VA_ARGS__)
#define GANDSL_KERNEL_2(name, ...) GANDSL_KERNEL(name, GANDSL_BEFORE_2, GANDSL_READ_2, __VA_ARGS__)
#define GANDSL_KERNEL_3(name, ...) GANDSL_KERNEL(name, GANDSL_BEFORE_3, GANDSL_READ_3, __VA_ARGS__)
#define GANDSL_KERNEL_1_NUMBER(name, ...) \
    GANDSL_KERNEL(name, GANDSL_BEFORE_1; GANDSL_BEFORE_NUMBER, GANDSL_READ_1, __VA_ARGS__)

/// A whole elementwise operation in one block, which becomes its kernel, its record NAME_operation and the
/// function NAME that records it: `GANDSL_UNARY(NAME, DOC, EXPRESSION OF x, .vjp = ..., .samples = ...)`,
/// members in the order of Operation. An operation whose function does more is a GANDSL_UNARY_RECORD, which
/// leaves the function out, and one of another kernel than GANDSL_KERNEL_1 or 2 a GANDSL_ELEMENTWISE_RECORD.
#define GANDSL_ELEMENTWISE_RECORD(operation, count, text, ...)                               \
    const Operation operation##_operation{.name = #operation,                                \
                                          .doc = text,                                       \
                                          .arity = count,                                    \
                                          .shape = elementwise_shape<operation##_operation>, \
                                          .kernel = operation##_kernel,                      \
                                          __VA_ARGS__};
#define GANDSL_UNARY_RECORD(operation, text, expression, ...) \
    namespace {                                               \
    GANDSL_KERNEL_1(operation, expression)                    \
    }                                                         \
    GANDSL_ELEMENTWISE_RECORD(operation, 1, text, __VA_ARGS__)
#define GANDSL_BINARY_RECORD(operation, text, expression, ...) \
    namespace {                                                \
    GANDSL_KERNEL_2(operation, expression)                     \
    }                                                          \
    GANDSL_ELEMENTWISE_RECORD(operation, 2, text, __VA_ARGS__)
#define GANDSL_UNARY(operation, ...)               \
    GANDSL_UNARY_RECORD(operation, __VA_ARGS__)    \
    Var operation(Var x) {                         \
        return record(operation##_operation, {x}); \
    }
#define GANDSL_BINARY(operation, ...)                 \
    GANDSL_BINARY_RECORD(operation, __VA_ARGS__)      \
    Var operation(Var a, Var b) {                     \
        return record(operation##_operation, {a, b}); \
    }
