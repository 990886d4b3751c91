#pragma once

#include <array>
#include <cstddef>

/// The matrices of a one-dimensional Toom-Cook convolution of `outputs` results and `taps` taps (Winograd,
/// 1980, "Arithmetic Complexity of Computations"). A product of polynomials of degrees outputs - 1 and taps -
/// 1 is found from its values at outputs + taps - 2 points and its leading coefficient; a convolution is the
/// transpose of that.
namespace gandsl {

template <std::size_t outputs_, std::size_t taps_>
struct ToomCook {
    static constexpr std::size_t outputs = outputs_;
    static constexpr std::size_t taps = taps_;
    static constexpr std::size_t points = outputs + taps - 1;

    template <std::size_t rows, std::size_t columns>
    using Matrix = std::array<std::array<double, columns>, rows>;

    /// Small, and few digits: what they are raised to stays near one.
    static constexpr std::array<double, 7> abscissae{0, 1, -1, 2, -2, 0.5, -0.5};

    static constexpr double power(double base, std::size_t exponent) {
        double result = 1;
        for (std::size_t factor = 0; factor < exponent; ++factor) {
            result *= base;
        }
        return result;
    }

    /// Product of the distances from a point to the others.
    static constexpr double spread(std::size_t point) {
        double result = 1;
        for (std::size_t other = 0; other + 1 < points; ++other) {
            if (other != point) {
                result *= abscissae[point] - abscissae[other];
            }
        }
        return result;
    }

    /// Results from values at the points: (outputs, points).
    static constexpr Matrix<outputs, points> result_matrix() {
        Matrix<outputs, points> matrix{};
        for (std::size_t row = 0; row < outputs; ++row) {
            for (std::size_t point = 0; point + 1 < points; ++point) {
                matrix[row][point] = power(abscissae[point], row);
            }
            matrix[row][points - 1] = row + 1 == outputs ? 1 : 0;
        }
        return matrix;
    }

    /// Values of a kernel at the points: (points, taps).
    static constexpr Matrix<points, taps> weight_matrix() {
        Matrix<points, taps> matrix{};
        for (std::size_t tap = 0; tap < taps; ++tap) {
            for (std::size_t point = 0; point + 1 < points; ++point) {
                matrix[point][tap] = power(abscissae[point], tap) / spread(point);
            }
            matrix[points - 1][tap] = tap + 1 == taps ? 1 : 0;
        }
        return matrix;
    }

    /// Values of a tile at the points: (points, points); a row has the coefficients of the product of (x - a)
    /// over the other points, the last one those of the product over all.
    static constexpr Matrix<points, points> source_matrix() {
        Matrix<points, points> matrix{};
        for (std::size_t point = 0; point < points; ++point) {
            std::array<double, points> coefficients{};
            coefficients[0] = 1;
            for (std::size_t other = 0; other + 1 < points; ++other) {
                if (other == point) {
                    continue;
                }
                for (std::size_t degree = points; degree-- > 0;) {
                    coefficients[degree] =
                        (degree > 0 ? coefficients[degree - 1] : 0) - abscissae[other] * coefficients[degree];
                }
            }
            matrix[point] = coefficients;
        }
        return matrix;
    }
};

template <std::size_t rows, std::size_t columns>
constexpr std::array<std::array<double, rows>, columns> transposed(
    const std::array<std::array<double, columns>, rows>& matrix) {
    std::array<std::array<double, rows>, columns> result{};
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            result[column][row] = matrix[row][column];
        }
    }
    return result;
}

}  // namespace gandsl
