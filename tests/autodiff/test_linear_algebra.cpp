#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/suites.hpp"

/// What holds of factors, solutions and eigenvectors whatever the method, at sizes where LAPACK cuts its work
/// into blocks, and what becomes of matrices that have none. In float and in double.
namespace gandsl_test {

using namespace gandsl;

namespace {

using Numbers = std::vector<double>;

Numbers numbers_of(Var x) {
    return to_numbers(x.value());
}

double largest(Var x) {
    double result = 0;
    for (const double each : numbers_of(x)) {
        result = std::isnan(each) ? each : std::max(result, std::abs(each));
    }
    return result;
}

bool all_nan(const Numbers& numbers, std::size_t begin, std::size_t end) {
    return std::all_of(numbers.begin() + static_cast<std::ptrdiff_t>(begin),
                       numbers.begin() + static_cast<std::ptrdiff_t>(end),
                       [](double each) { return std::isnan(each); });
}

bool all_nan(Var x) {
    const Numbers numbers = numbers_of(x);
    return all_nan(numbers, 0, numbers.size());
}

constexpr double rounding = std::numeric_limits<Real>::epsilon();

Var turned(Var x) {
    return transpose(x, {1, 0});
}

// Residuals, as the condition of a random matrix is not known.
void check_large_solve() {
    for (const Index n : {5, 64, 65, 150}) {
        Tape tape;
        const Var a = random_normal(tape, {n, n}, 1);
        const Var b = random_normal(tape, {n, 7}, 2);
        const auto size = static_cast<double>(n);
        const Var x = solve(a, b);
        BOOST_TEST(largest(matmul(a, x) - b) <= 10 * size * rounding * (1 + size * largest(x)), n);
        const Var y = inverse(a);
        const Var product = matmul(a, y);
        for (Index row = 0; row < n; ++row) {
            for (Index column = 0; column < n; ++column) {
                const auto found = static_cast<double>(product.value().data()[row * n + column]);
                BOOST_TEST(std::abs(found - (row == column ? 1 : 0)) <=
                               10 * size * rounding * (1 + size * largest(y)),
                           n << ", element " << row << ", " << column);
            }
        }
        const Var lower = tril(a * 0.01) + tril(triu(tape.filled({n, n}, 2)));
        for (const bool transposed : {false, true}) {
            const Var z = solve_triangular(lower, b, Triangle::lower, transposed);
            BOOST_TEST(
                largest(matmul(lower, z, transposed) - b) <= 10 * size * rounding * (1 + size * largest(z)),
                n);
            const Var same = solve_triangular(turned(lower), b, Triangle::upper, !transposed);
            BOOST_TEST(largest(z - same) <= 10 * size * rounding * largest(z), n);
        }
    }
}

void check_large_cholesky() {
    for (const Index n : {5, 64, 65, 200}) {
        Tape tape;
        const Var x = random_normal(tape, {n, n + 3}, 1);
        const Var a = matmul(x, x, false, true);
        const Var l = cholesky(a);
        BOOST_TEST(largest(triu(l, 1)) == 0);
        BOOST_TEST(largest(matmul(l, l, false, true) - a) <= 10 * rounding * largest(a), n);
        const double by_cholesky = 2 * numbers_of(sum(log(sum(tril(triu(l)), {1}))))[0];
        BOOST_TEST(std::abs(numbers_of(log_determinant(a))[0] - by_cholesky) <=
                       1e4 * rounding * std::abs(by_cholesky),
                   n);
    }
}

void check_large_eigen() {
    for (const Index n : {2, 5, 26, 80}) {
        Tape tape;
        const Var x = random_normal(tape, {n, n}, 1);
        const Var a = x + turned(x);
        const auto [values, vectors] = eigen_symmetric(a);
        const double allowed = 50 * static_cast<double>(n) * rounding;
        BOOST_TEST(largest(matmul(a, vectors) - vectors * values) <= allowed * largest(values), n);
        const Var ones = tril(triu(tape.filled({n, n}, 1)));
        BOOST_TEST(largest(matmul(vectors, vectors, true) - ones) <= allowed, n);
        const Numbers ascending = numbers_of(values);
        BOOST_TEST(std::is_sorted(ascending.begin(), ascending.end()));
        BOOST_TEST(numbers_of(eigenvalues_symmetric(a)) == ascending);
        BOOST_TEST(numbers_of(max(vectors, {0}) + min(vectors, {0}))[0] > 0);
    }
}

// Nothing is rounded where rows only change places.
void check_permutation() {
    Tape tape;
    const Var a = tape.constant(to_array({4, 4}, {0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, -4, 0, 1, 0, 0}));
    const Var b = tape.constant(to_array({4}, {6, 5, 8, 7}));
    BOOST_TEST(numbers_of(solve(a, b)) == (Numbers{5, 7, 3, -2}));
    BOOST_TEST(numbers_of(solve(turned(a), b)) == (Numbers{4, 6, -1.75, 5}));
    BOOST_TEST(numbers_of(inverse(a)) == (Numbers{0, 1, 0, 0, 0, 0, 0, 1, 0.5, 0, 0, 0, 0, 0, -0.25, 0}));
    const Var logarithm = log_determinant(a);
    BOOST_TEST(std::abs(numbers_of(logarithm)[0] - std::log(8.0)) <= 4 * rounding);
    BOOST_TEST(numbers_of(gradient(logarithm, a)) == numbers_of(turned(inverse(a))));
}

// The second of three is singular, and it alone has no result.
void check_singular() {
    Tape tape;
    const Var a = tape.constant(to_array({3, 2, 2}, {2, 0, 0, 4, 1, 2, 2, 4, 0, 1, 1, 0}));
    const Var b = tape.filled({3, 2}, 4);
    const Var x = solve(a, b);
    const Numbers solutions = numbers_of(x);
    BOOST_TEST((Numbers{solutions[0], solutions[1], solutions[4], solutions[5]}) == (Numbers{2, 1, 4, 4}));
    BOOST_TEST(all_nan(solutions, 2, 4));
    BOOST_TEST(all_nan(numbers_of(inverse(a)), 4, 8));
    const Var logarithms = log_determinant(a);
    BOOST_TEST(numbers_of(logarithms)[1] == -std::numeric_limits<double>::infinity());
    BOOST_TEST(numbers_of(logarithms)[2] == 0);
    for (const Var& slope : {gradient(x, a), gradient(logarithms, a)}) {
        const Numbers slopes = numbers_of(slope);
        BOOST_TEST(std::isfinite(slopes[0]));
        BOOST_TEST(all_nan(slopes, 4, 8));
        BOOST_TEST(std::isfinite(slopes[8]));
    }
    for (const Triangle which : {Triangle::lower, Triangle::upper}) {
        const Numbers found = numbers_of(solve_triangular(a, b, which));
        BOOST_TEST(std::isfinite(found[2]));
        BOOST_TEST(all_nan(found, 4, 6));  // the last one has a diagonal of zeros
    }
}

void check_not_positive_definite() {
    Tape tape;
    const Var a = tape.constant(to_array({3, 2, 2}, {4, 0, 2, 5, 1, 2, 2, 1, 0, 0, 0, 0}));
    const Numbers factors = numbers_of(cholesky(a));
    BOOST_TEST((Numbers(factors.begin(), factors.begin() + 4)) == (Numbers{2, 0, 1, 2}));
    BOOST_TEST(all_nan(factors, 4, 12));
}

// What is in the other triangle is not read.
void check_triangle_read() {
    Tape tape;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Var a = tape.constant(to_array({2, 2}, {4, nan, 2, 5}));
    const Var whole = tape.constant(to_array({2, 2}, {4, 2, 2, 5}));
    const Var b = tape.constant(to_array({2}, {8, 14}));
    BOOST_TEST(numbers_of(cholesky(a)) == (Numbers{2, 0, 1, 2}));
    BOOST_TEST(numbers_of(eigenvalues_symmetric(a)) == numbers_of(eigenvalues_symmetric(whole)));
    BOOST_TEST(numbers_of(solve_triangular(a, b, Triangle::lower)) == (Numbers{2, 2}));
    BOOST_TEST(numbers_of(gradient(solve_triangular(a, b, Triangle::lower), a))[1] == 0);
    BOOST_TEST(numbers_of(tril(a)) == (Numbers{4, 0, 2, 5}));
    for (const Var& slope :
         {gradient(cholesky(whole), whole),
          gradient(sum(square(eigen_symmetric(whole).vectors)) * 0.5 + eigenvalues_symmetric(whole),
                   whole)}) {
        BOOST_TEST(numbers_of(slope)[1] == numbers_of(slope)[2]);
    }
}

// Every kind of them in every place of matrices of several sizes: NaN for that matrix, and an end.
void check_not_finite() {
    const double infinite = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const Index n : {1, 2, 3, 9, 40}) {
        Numbers plain(static_cast<std::size_t>(n * n));
        for (Index row = 0; row < n; ++row) {
            for (Index column = 0; column < n; ++column) {
                plain[static_cast<std::size_t>(row * n + column)] =
                    row == column ? 2 * static_cast<double>(n) : 1;
            }
        }
        for (std::size_t at = 0; at<plain.size(); at += plain.size()> 81 ? 123 : 1) {
            for (const double bad : {infinite, -infinite, nan}) {
                Numbers numbers = plain;
                numbers[at] = bad;
                Tape tape;
                const Var a = tape.constant(to_array({n, n}, numbers));
                BOOST_TEST(all_nan(solve(a, tape.filled({n}, 1))), n);
                BOOST_TEST(all_nan(inverse(a)), n);
                BOOST_TEST(all_nan(log_determinant(a)), n);
                const auto row = static_cast<Index>(at) / n;
                if (static_cast<Index>(at) % n <= row) {  // what is read
                    BOOST_TEST(all_nan(cholesky(a)), n);
                    BOOST_TEST(all_nan(eigenvalues_symmetric(a)), n);
                    BOOST_TEST(all_nan(eigen_symmetric(a).vectors), n);
                }
            }
        }
    }
}

// As large and as small as numbers get: all come to an end, within their memory.
void check_extreme_sizes() {
    constexpr auto huge = static_cast<double>(std::numeric_limits<Real>::max());
    constexpr auto tiny = static_cast<double>(std::numeric_limits<Real>::min());
    for (const Index n : {2, 7, 33, 70}) {
        Tape tape;
        const Var x = random_uniform(tape, {n, n}, 1) * 2.0 - 1.0;
        const Var mixed =
            where(greater(random_uniform(tape, {n, n}, 2), tape.constant(0.5)), x * huge, x * tiny);
        for (const Var& a : {x * huge, x * tiny, mixed}) {
            const Var symmetric = tril(a) + turned(tril(a, -1));
            for (const Var& each : {solve(a, x), inverse(a), log_determinant(a), cholesky(symmetric),
                                    solve_triangular(a, x, Triangle::upper)}) {
                BOOST_TEST(each.value().size() > 0U);
            }
            const auto [values, vectors] = eigen_symmetric(symmetric);
            BOOST_TEST(largest(vectors) <= 1.001, n);
            BOOST_TEST(!std::isnan(largest(values)), n);
        }
    }
}

// Whoever records an operation of factors directly may hand it anything for them.
void check_strange_factors() {
    const auto all = operations();
    const Operation& operation =
        **std::find_if(all.begin(), all.end(), [](const Operation* each) { return each->name == "solve"; });
    for (const double pivot : {-1.0, 2.0, 1e30, std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity()}) {
        Tape tape;
        const Var a = tape.filled({2, 2}, 1);
        const Var factors = tape.constant(to_array({3, 2}, {1, 0, 0, 1, 0, pivot}));
        BOOST_TEST(all_nan(record(operation, {a, factors, a}, {{0}, {}})), pivot);
    }
}

void check_without_elements() {
    Tape tape;
    const Var none = tape.filled({0, 0}, 0);
    const Var no_batch = tape.filled({0, 3, 3}, 1);
    BOOST_TEST((solve(none, tape.filled({0, 4}, 1)).shape() == Shape{0, 4}));
    BOOST_TEST((solve(tape.filled({3, 3}, 1), tape.filled({3, 0}, 1)).shape() == Shape{3, 0}));
    BOOST_TEST((solve(no_batch, tape.filled({0, 3}, 1)).shape() == Shape{0, 3}));
    BOOST_TEST((inverse(none).shape() == Shape{0, 0}));
    BOOST_TEST(numbers_of(log_determinant(none)) == (Numbers{0}));
    BOOST_TEST(numbers_of(log_determinant(tape.filled({2, 0, 0}, 0))) == (Numbers{0, 0}));
    for (const Var& a : {none, no_batch, tape.filled({2, 0, 0}, 0)}) {
        const auto [values, vectors] = eigen_symmetric(a);
        Shape shape = a.shape();
        BOOST_TEST((vectors.shape() == shape));
        shape.pop_back();
        BOOST_TEST((values.shape() == shape));
        for (const Var& each : {values, vectors, cholesky(a), inverse(a), solve(a, a), tril(a),
                                solve_triangular(a, a, Triangle::lower)}) {
            BOOST_TEST((gradient(each, a).shape() == a.shape()));
        }
    }
}

// Of the identity any vectors are eigenvectors; its eigenvalues have gradients all the same.
void check_equal_eigenvalues() {
    Tape tape;
    const Var a = tape.constant(to_array({3, 3}, {2, 0, 0, 0, 2, 0, 0, 0, 2}));
    const auto [values, vectors] = eigen_symmetric(a);
    BOOST_TEST(numbers_of(values) == (Numbers{2, 2, 2}));
    BOOST_TEST(numbers_of(gradient(values, a)) == (Numbers{1, 0, 0, 0, 1, 0, 0, 0, 1}));
    const Var whole = matmul(vectors * square(values), vectors, false, true);  // a a
    BOOST_TEST(numbers_of(gradient(sum(whole * a), a)) == numbers_of(gradient(sum(matmul(a, a) * a), a)));
}

// One matrix is factored once, whatever is computed from it.
void check_one_factoring() {
    Tape tape(Evaluation::planned);
    const Var a = tape.input({20, 20});
    const Var b = tape.input({20, 3});
    const Var loss = sum(square(solve(a, b))) + log_determinant(a) + sum(inverse(a));
    const std::vector<Var> slopes = gradient(loss, {a, b});
    Plan plan({loss, slopes[0], slopes[1]});
    std::vector<OperationTime> times;
    plan.profile(0, times);
    const auto factoring = std::find_if(times.begin(), times.end(),
                                        [](const OperationTime& each) { return each.operation == "lu"; });
    BOOST_TEST_REQUIRE((factoring != times.end()));
    BOOST_TEST(factoring->calls == 1U);
}

struct LinearAlgebraMistake {
    const char* name;
    std::vector<Shape> shapes;
    void (*make)(std::span<const Var> x);
    std::vector<std::string> words;
};

const std::vector<LinearAlgebraMistake>& linear_algebra_mistakes() {
    using Vars = std::span<const Var>;
    constexpr Index beyond = (Index{1} << 31) + 1;
    static const std::vector<LinearAlgebraMistake> table{
        {"solve_not_square",
         {{2, 3}, {2}},
         [](Vars x) { solve(x[0], x[1]); },
         {"[solve]", "(2, 3)", "square"}},
        {"solve_vector", {{3}, {3}}, [](Vars x) { solve(x[0], x[1]); }, {"[solve]", "(3)", "square"}},
        {"solve_rows",
         {{3, 3}, {4}},
         [](Vars x) { solve(x[0], x[1]); },
         {"[solve]", "matrix (3, 3)", "right side (4)"}},
        {"solve_rows_of_several",
         {{3, 3}, {4, 2}},
         [](Vars x) { solve(x[0], x[1]); },
         {"[solve]", "matrix (3, 3)", "right side (4, 2)"}},
        {"solve_leading_axes",
         {{2, 3, 3}, {1, 3, 4}},
         [](Vars x) { solve(x[0], x[1]); },
         {"[solve]", "(2, 3, 3)", "(1, 3, 4)", "equal axes"}},
        {"solve_too_few_axes",
         {{2, 2, 3, 3}, {3, 3}},
         [](Vars x) { solve(x[0], x[1]); },
         {"[solve]", "(2, 2, 3, 3)", "right side (3, 3)"}},
        {"solve_rows_beyond_lapack",
         {{beyond, beyond}, {beyond}},
         [](Vars x) { solve(x[0], x[1]); },
         {"[solve]", "(2147483649, 2147483649)", "at most"}},
        {"solve_columns_beyond_lapack",
         {{1, 1}, {1, beyond}},
         [](Vars x) { solve(x[0], x[1]); },
         {"[solve]", "(1, 2147483649)", "2147483647 columns"}},
        {"solve_triangular_not_square",
         {{3, 2}, {3}},
         [](Vars x) { solve_triangular(x[0], x[1], Triangle::lower); },
         {"[solve_triangular]", "(3, 2)"}},
        {"solve_triangular_rows",
         {{3, 3}, {2, 3}},
         [](Vars x) { solve_triangular(x[0], x[1], Triangle::upper); },
         {"[solve_triangular]", "(3, 3)", "(2, 3)"}},
        {"inverse_not_square", {{2, 3}}, [](Vars x) { inverse(x[0]); }, {"[inverse]", "(2, 3)"}},
        {"inverse_number", {{}}, [](Vars x) { inverse(x[0]); }, {"[inverse]", "()"}},
        {"log_determinant_not_square",
         {{4, 2, 3}},
         [](Vars x) { log_determinant(x[0]); },
         {"[log_determinant]", "(4, 2, 3)"}},
        {"cholesky_not_square", {{2, 3}}, [](Vars x) { cholesky(x[0]); }, {"[cholesky]", "(2, 3)"}},
        {"cholesky_rows_beyond_lapack",
         {{beyond, beyond}},
         [](Vars x) { cholesky(x[0]); },
         {"[cholesky]", "at most 2147483647 rows"}},
        {"eigen_not_square", {{3}}, [](Vars x) { eigen_symmetric(x[0]); }, {"[eigen_symmetric]", "(3)"}},
        {"eigenvalues_not_square",
         {{2, 3}},
         [](Vars x) { eigenvalues_symmetric(x[0]); },
         {"[eigenvalues_symmetric]", "(2, 3)"}},
        {"eigen_rows_beyond_lapack",
         {{32767, 32767}},
         [](Vars x) { eigen_symmetric(x[0]); },
         {"[eigen_symmetric]", "at most 32766 rows"}},
        {"triangle_of_vector", {{3}}, [](Vars x) { tril(x[0]); }, {"[tril]", "(3)", "matrix"}},
    };
    return table;
}

void check_mistake(const LinearAlgebraMistake& mistake) {
    Tape tape(Evaluation::planned);
    std::vector<Var> inputs;
    for (const Shape& shape : mistake.shapes) {
        inputs.push_back(tape.input(shape));
    }
    const std::size_t size = tape.size();
    try {
        mistake.make(inputs);
        BOOST_ERROR("no error was thrown");
    } catch (const Error& error) {
        BOOST_TEST((error.code() == ErrorCode::shape), error.message());
        for (const std::string& word : mistake.words) {
            BOOST_TEST(error.message().find(word) != std::string::npos,
                       "'" << word << "' is missing from: " << error.message());
        }
    }
    BOOST_TEST(tape.size() == size);
}

}  // namespace

void add_linear_algebra_cases() {
    for (const LinearAlgebraMistake& mistake : linear_algebra_mistakes()) {
        add_case("linear_algebra", std::string("mistake_") + mistake.name,
                 [&mistake] { check_mistake(mistake); });
    }
    add_case("linear_algebra", "large_solve", check_large_solve);
    add_case("linear_algebra", "large_cholesky", check_large_cholesky);
    add_case("linear_algebra", "large_eigen", check_large_eigen);
    add_case("linear_algebra", "permutation", check_permutation);
    add_case("linear_algebra", "singular", check_singular);
    add_case("linear_algebra", "not_positive_definite", check_not_positive_definite);
    add_case("linear_algebra", "triangle_read", check_triangle_read);
    add_case("linear_algebra", "not_finite", check_not_finite);
    add_case("linear_algebra", "extreme_sizes", check_extreme_sizes);
    add_case("linear_algebra", "strange_factors", check_strange_factors);
    add_case("linear_algebra", "without_elements", check_without_elements);
    add_case("linear_algebra", "equal_eigenvalues", check_equal_eigenvalues);
    add_case("linear_algebra", "one_factoring", check_one_factoring);
}

}  // namespace gandsl_test
