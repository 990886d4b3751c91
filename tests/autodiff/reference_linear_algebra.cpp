#include <algorithm>
#include <cmath>

#include "tests/autodiff/reference_support.hpp"

/// Operations on square matrices by schoolbook methods: elimination, rotations, sums of products.
namespace gandsl_test {

namespace {

using Rows = std::vector<std::vector<double>>;

// The last two axes, of all matrices one after another.
std::vector<Rows> matrices_of(const Values& values) {
    const auto columns = static_cast<std::size_t>(values.shape.back());
    const auto height = static_cast<std::size_t>(values.shape[values.shape.size() - 2]);
    const std::size_t size = height * columns;
    std::vector<Rows> all(size == 0 ? 0 : values.numbers.size() / size);
    for (std::size_t matrix = 0; matrix < all.size(); ++matrix) {
        for (std::size_t row = 0; row < height; ++row) {
            const auto first =
                values.numbers.begin() + static_cast<std::ptrdiff_t>(matrix * size + row * columns);
            all[matrix].emplace_back(first, first + static_cast<std::ptrdiff_t>(columns));
        }
    }
    return all;
}

void append(std::vector<double>& numbers, const Rows& rows) {
    for (const std::vector<double>& row : rows) {
        numbers.insert(numbers.end(), row.begin(), row.end());
    }
}

Rows transposed(const Rows& a) {
    Rows result(a[0].size(), std::vector<double>(a.size()));
    for (std::size_t row = 0; row < a.size(); ++row) {
        for (std::size_t column = 0; column < a[0].size(); ++column) {
            result[column][row] = a[row][column];
        }
    }
    return result;
}

// Gauss-Jordan elimination with the largest pivot of each column; returns the determinant, and leaves the
// solutions in b.
double eliminate(Rows a, Rows& b) {
    double determinant = 1;
    for (std::size_t column = 0; column < a.size(); ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column; row < a.size(); ++row) {
            pivot = std::abs(a[row][column]) > std::abs(a[pivot][column]) ? row : pivot;
        }
        if (pivot != column) {
            std::swap(a[pivot], a[column]);
            std::swap(b[pivot], b[column]);
            determinant = -determinant;
        }
        const double scale = a[column][column];
        determinant *= scale;
        const auto divide = [scale](double& each) { each /= scale; };
        std::for_each(a[column].begin(), a[column].end(), divide);
        std::for_each(b[column].begin(), b[column].end(), divide);
        for (std::size_t row = 0; row < a.size(); ++row) {
            const double factor = a[row][column];
            if (row == column) {
                continue;
            }
            for (std::size_t i = 0; i < a.size(); ++i) {
                a[row][i] -= factor * a[column][i];
            }
            for (std::size_t i = 0; i < b[row].size(); ++i) {
                b[row][i] -= factor * b[column][i];
            }
        }
    }
    return determinant;
}

// l u of a with columns swapped, element by element (Crout): l holds the pivots, u has a diagonal of ones.
std::vector<double> lu(const ReferenceCall& call) {
    std::vector<double> result;
    for (Rows a : matrices_of(call.inputs[0])) {
        const std::size_t n = a.size();
        std::vector<double> pivots;
        for (std::size_t step = 0; step < n; ++step) {
            std::size_t pivot = step;
            for (std::size_t column = step; column < n; ++column) {
                pivot = std::abs(a[step][column]) > std::abs(a[step][pivot]) ? column : pivot;
            }
            pivots.push_back(static_cast<double>(pivot));
            for (std::vector<double>& row : a) {
                std::swap(row[step], row[pivot]);
            }
            for (std::size_t column = step + 1; column < n; ++column) {
                a[step][column] /= a[step][step];
                for (std::size_t row = step + 1; row < n; ++row) {
                    a[row][column] -= a[row][step] * a[step][column];
                }
            }
        }
        append(result, a);
        result.insert(result.end(), pivots.begin(), pivots.end());
    }
    return result;
}

// From the matrix itself: the factors are the other input.
std::vector<double> solve(const ReferenceCall& call) {
    const std::vector<Rows> all = matrices_of(call.inputs[0]);
    std::vector<Rows> right = matrices_of(call.inputs[2]);
    std::vector<double> result;
    for (std::size_t matrix = 0; matrix < right.size(); ++matrix) {
        eliminate(call.integers[0] != 0 ? transposed(all[matrix]) : all[matrix], right[matrix]);
        append(result, right[matrix]);
    }
    return result;
}

std::vector<double> log_determinant(const ReferenceCall& call) {
    std::vector<double> result;
    for (const Rows& a : matrices_of(call.inputs[0])) {
        Rows nothing(a.size());
        result.push_back(std::log(std::abs(eliminate(a, nothing))));
    }
    return result;
}

bool inside(bool upper, std::size_t row, std::size_t column, Index diagonal) {
    const Index beyond = static_cast<Index>(column) - static_cast<Index>(row);
    return upper ? beyond >= diagonal : beyond <= diagonal;
}

Rows cut(Rows a, bool upper, Index diagonal) {
    for (std::size_t row = 0; row < a.size(); ++row) {
        for (std::size_t column = 0; column < a[row].size(); ++column) {
            a[row][column] = inside(upper, row, column, diagonal) ? a[row][column] : 0;
        }
    }
    return a;
}

std::vector<double> triangle(const ReferenceCall& call) {
    std::vector<double> result;
    for (const Rows& a : matrices_of(call.inputs[0])) {
        append(result, cut(a, call.integers[0] != 0, call.integers[1]));
    }
    return result;
}

std::vector<double> solve_triangular(const ReferenceCall& call) {
    const std::vector<Rows> all = matrices_of(call.inputs[0]);
    std::vector<Rows> right = matrices_of(call.inputs[1]);
    std::vector<double> result;
    for (std::size_t matrix = 0; matrix < right.size(); ++matrix) {
        const Rows a = cut(all[matrix], call.integers[0] != 0, 0);
        eliminate(call.integers[1] != 0 ? transposed(a) : a, right[matrix]);
        append(result, right[matrix]);
    }
    return result;
}

// Column by column, from a = l l^T.
std::vector<double> cholesky(const ReferenceCall& call) {
    std::vector<double> result;
    for (const Rows& a : matrices_of(call.inputs[0])) {
        Rows l(a.size(), std::vector<double>(a.size()));
        for (std::size_t column = 0; column < a.size(); ++column) {
            for (std::size_t row = column; row < a.size(); ++row) {
                double left = a[row][column];
                for (std::size_t i = 0; i < column; ++i) {
                    left -= l[row][i] * l[column][i];
                }
                l[row][column] = row == column ? std::sqrt(left) : left / l[column][column];
            }
        }
        append(result, l);
    }
    return result;
}

// Rotates rows and columns p and q so that a[p][q] is 0 (Jacobi), and the columns of v with them.
void rotate(Rows& a, Rows& v, std::size_t p, std::size_t q) {
    if (a[p][q] == 0) {
        return;
    }
    const double angle = 0.5 * std::atan2(2 * a[p][q], a[q][q] - a[p][p]);
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    const auto turn = [c, s](double& first, double& second) {
        const double before = first;
        first = c * before - s * second;
        second = s * before + c * second;
    };
    for (std::size_t i = 0; i < a.size(); ++i) {
        turn(a[i][p], a[i][q]);
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        turn(a[p][i], a[q][i]);
        turn(v[i][p], v[i][q]);
    }
}

std::vector<double> eigen_symmetric(const ReferenceCall& call) {
    std::vector<double> result;
    for (Rows a : matrices_of(call.inputs[0])) {
        const std::size_t n = a.size();
        Rows v(n, std::vector<double>(n));
        for (std::size_t row = 0; row < n; ++row) {
            v[row][row] = 1;
            for (std::size_t column = 0; column < row; ++column) {
                a[column][row] = a[row][column];
            }
        }
        for (int sweep = 0; sweep < 30; ++sweep) {
            for (std::size_t p = 0; p < n; ++p) {
                for (std::size_t q = p + 1; q < n; ++q) {
                    rotate(a, v, p, q);
                }
            }
        }
        std::vector<std::pair<double, std::vector<double>>> pairs;
        for (std::size_t column = 0; column < n; ++column) {
            std::vector<double> vector = transposed(v)[column];
            const double largest = *std::max_element(
                vector.begin(), vector.end(), [](double x, double y) { return std::abs(x) < std::abs(y); });
            for (double& each : vector) {
                each = largest < 0 ? -each : each;
            }
            pairs.emplace_back(a[column][column], vector);
        }
        std::sort(pairs.begin(), pairs.end());
        Rows vectors;
        for (const auto& [value, vector] : pairs) {
            result.push_back(value);
            vectors.push_back(vector);
        }
        append(result, transposed(vectors));
    }
    return result;
}

}  // namespace

References linear_algebra_references() {
    return {
        {"lu", lu},
        {"solve", solve},
        {"log_determinant", log_determinant},
        {"triangle", triangle},
        {"solve_triangular", solve_triangular},
        {"cholesky", cholesky},
        {"eigen_symmetric", eigen_symmetric},
    };
}

}  // namespace gandsl_test
