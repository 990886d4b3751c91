#include <algorithm>
#include <cmath>
#include <string>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operations.hpp"

/// Constants of a pattern.
namespace gandsl {
inline namespace GANDSL_PRECISION {

Var eye(Tape& tape, Index rows) {
    return eye(tape, rows, rows);
}

Var eye(Tape& tape, Index rows, Index columns) {
    Array matrix = make_array({rows, columns});
    for (Index row = 0; row < std::min(rows, columns); ++row) {
        matrix.data()[row * columns + row] = 1;
    }
    return tape.constant(std::move(matrix));
}

Var arange(Tape& tape, double end) {
    return arange(tape, 0, end);
}

Var arange(Tape& tape, double begin, double end, double step) {
    const double steps = std::ceil((end - begin) / step);
    constexpr double countable = 9e18;
    if (step == 0 || !std::isfinite(begin) || !std::isfinite(end) || !std::isfinite(step) ||
        !(steps < countable)) {
        throw Error(ErrorCode::invalid_argument, "[arange] from " + std::to_string(begin) + " to " +
                                                     std::to_string(end) + " in steps of " +
                                                     std::to_string(step) +
                                                     ": expected finite numbers, and a step that is not 0");
    }
    Array numbers = make_array({static_cast<Index>(std::max(0.0, steps))});
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers.data()[i] = static_cast<Real>(begin + static_cast<double>(i) * step);
    }
    return tape.constant(std::move(numbers));
}

Var linspace(Tape& tape, double begin, double end, Index count) {
    if (count < 0 || !std::isfinite(begin) || !std::isfinite(end)) {
        throw Error(ErrorCode::invalid_argument, "[linspace] " + std::to_string(count) + " numbers from " +
                                                     std::to_string(begin) + " to " + std::to_string(end) +
                                                     ": expected finite numbers, and at least 0 of them");
    }
    Array numbers = make_array({count});
    for (Index i = 0; i < count; ++i) {
        // Each end times its share: their difference may be too large to be held.
        const double share = count == 1 ? 0 : static_cast<double>(i) / static_cast<double>(count - 1);
        numbers.data()[i] = static_cast<Real>(begin * (1 - share) + end * share);
    }
    return tape.constant(std::move(numbers));
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
