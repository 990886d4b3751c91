// An operation of one's own: the fast Walsh-Hadamard transform of each row, n log n additions instead of n^2. It is its
// own transpose, so that its gradient is itself; checked against finite differences, its gradient and the gradient of that.
#define GANDSL_DOUBLE  // finite differences need the digits
#include <cmath>
#include <cstdio>
#include <gandsl/autodiff.hpp>
#include <string>

using namespace gandsl;

namespace {

Var walsh_hadamard(Var x);

void transform(Real* row, Index size) {
    for (Index half = 1; half < size; half *= 2) {
        for (Index begin = 0; begin < size; begin += 2 * half) {
            for (Index i = begin; i < begin + half; ++i) {
                const Real a = row[i];
                const Real b = row[i + half];
                row[i] = a + b;
                row[i + half] = a - b;
            }
        }
    }
}

const Operation walsh_hadamard_operation{
    .name = "walsh_hadamard",
    .doc = "the Walsh-Hadamard transform along the last axis, in natural order, not scaled",
    .arity = 1,
    .shape =
        [](const Attributes&, std::span<const Shape> inputs) {
            const Shape& shape = inputs[0];
            if (shape.empty() || shape.back() == 0 || (shape.back() & (shape.back() - 1)) != 0) {
                throw Error(ErrorCode::shape, "[walsh_hadamard] " + to_string(shape) +
                                                  ": expected a last axis of 2, 4, 8, ... numbers");
            }
            return shape;
        },
    // Rows are independent: the pool may take them in any order, and the numbers are the same.
    .forward =
        [](const Call& call) {
            const Index size = call.output.shape.back();
            const std::size_t rows = call.output.size() / std::size_t(size);
            call.execution.pool.parallel(rows, [&](std::size_t row, std::size_t) {
                const std::size_t first = row * std::size_t(size);
                std::copy_n(call.inputs[0].data + first, size, call.output.data + first);
                transform(call.output.data + first, size);
            });
        },
    .vjp = [](const VjpCall& call) { return std::vector<Var>{walsh_hadamard(call.cotangent)}; }};

Var walsh_hadamard(Var x) { return record(walsh_hadamard_operation, {x}); }

}  // namespace

int main() {
    Array x = make_array({3, 8});
    for (std::size_t i = 0; i < x.size(); ++i) {
        x.data()[i] = Real(std::cos(double(i * i)));
    }
    Tape tape;
    const Var values = tape.constant(x);
    const Var twice = walsh_hadamard(walsh_hadamard(values)) / 8.0;  // the transform undoes itself, but for the size
    double error = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        error = std::max(error, std::abs(double(twice.value().data()[i] - x.data()[i])));
    }
    const auto function = [](Tape&, std::span<const Var> inputs) {
        return sum(square(tanh(walsh_hadamard(inputs[0]))));
    };
    const GradientReport first = check_gradient(function, std::vector{x});
    const GradientReport second = check_gradient(function, std::vector{x}, {.order = 2});
    std::printf("back again within %.1e; gradients checked: %s; %s\n", error, first.message().c_str(),
                second.message().c_str());
    try {
        walsh_hadamard(tape.constant(make_array({3, 6})));
    } catch (const Error& refused) {
        std::printf("%s\n", refused.what());
    }
    return error < 1e-12 && first.passed && second.passed ? 0 : 1;
}
