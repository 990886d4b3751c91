#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "autodiff/blas.hpp"
#include "autodiff/error.hpp"

/// gemm by sizes: whichever way a product is cut, every element is the sum of its terms, and nothing beside
/// the result is touched.
namespace gandsl_test {

using namespace gandsl;

namespace {

constexpr Real untouched = 12345;

struct Operand {
    std::vector<Real> values;
    Index stride;
    bool transposed;

    Operand(Index rows, Index columns, bool transposed_, Index gap, std::mt19937& generator)
        : stride((transposed_ ? rows : columns) + gap), transposed(transposed_) {
        std::uniform_real_distribution<double> uniform(-1, 1);
        values.resize(static_cast<std::size_t>((transposed_ ? columns : rows) * stride));
        for (Real& value : values) {
            value = static_cast<Real>(uniform(generator));
        }
    }
    Real at(Index row, Index column) const {
        return values[static_cast<std::size_t>(transposed ? column * stride + row : row * stride + column)];
    }
    ConstMatrix matrix() const { return {values.data(), stride, transposed}; }
};

void check(Index rows, Index columns, Index inner, bool first_transposed, bool second_transposed,
           bool accumulate) {
    std::mt19937 generator(static_cast<unsigned>(rows * 31 + columns * 7 + inner));
    const Index gap = 3;
    const Operand a(rows, inner, first_transposed, gap, generator);
    const Operand b(inner, columns, second_transposed, 2 * gap, generator);
    std::vector<Real> result(static_cast<std::size_t>(rows * (columns + gap)), untouched);
    gemm(rows, columns, inner, a.matrix(), b.matrix(), {result.data(), columns + gap}, accumulate);

    double worst = 0;
    Index outside = 0;
    for (Index row = 0; row < rows; ++row) {
        for (Index column = 0; column < columns + gap; ++column) {
            const Real found = result[static_cast<std::size_t>(row * (columns + gap) + column)];
            if (column >= columns) {
                outside += found == untouched ? 0 : 1;
                continue;
            }
            double expected = accumulate ? static_cast<double>(untouched) : 0;
            double size = std::abs(expected);
            for (Index term = 0; term < inner; ++term) {
                const double part =
                    static_cast<double>(a.at(row, term)) * static_cast<double>(b.at(term, column));
                expected += part;
                size += std::abs(part);
            }
            const double error = std::abs(static_cast<double>(found) - expected);
            worst = std::max(worst, size > 0 ? error / size : error);
        }
    }
    const std::string what = std::to_string(rows) + " x " + std::to_string(columns) + " x " +
                             std::to_string(inner) + (first_transposed ? ", first transposed" : "") +
                             (second_transposed ? ", second transposed" : "") + (accumulate ? ", added" : "");
    BOOST_TEST(worst < 32 * static_cast<double>(std::numeric_limits<Real>::epsilon()), what << ": " << worst);
    BOOST_TEST(outside == 0, what << ": " << outside << " elements beside the result changed");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(products)

BOOST_AUTO_TEST_CASE(every_way_of_cutting_sums_the_same_terms) {
    for (const Index rows : {1, 17, 50, 129, 300}) {
        for (const Index columns : {1, 27, 65, 257}) {
            for (const Index inner : {1, 27, 129, 300, 1000}) {
                for (const bool first : {false, true}) {
                    for (const bool second : {false, true}) {
                        check(rows, columns, inner, first, second, (rows + columns + inner) % 2 == 0);
                    }
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(large_results) {
    for (const Index inner : {60, 130, 330}) {
        for (const bool accumulate : {false, true}) {
            check(520, 510, inner, true, false, accumulate);
            check(520, 510, inner, false, true, accumulate);
        }
    }
    check(1500, 1410, 40, true, false, false);
}

BOOST_AUTO_TEST_CASE(what_blas_would_refuse_is_refused) {
    std::vector<Real> memory(100);
    const auto refused = [&](Index rows, Index columns, Index inner, Index a, Index b, Index c) {
        const ConstMatrix first{memory.data(), a};
        const ConstMatrix second{memory.data(), b};
        BOOST_CHECK_THROW(gemm(rows, columns, inner, first, second, {memory.data(), c}), Error);
    };
    refused(5, 5, -5, 5, 5, 5);
    refused(-5, 5, 5, 5, 5, 5);
    refused(5, -5, 5, 5, 5, 5);
    refused(200, 200, 600, 300, 200, 200);
    refused(200, 200, 600, 600, 100, 200);
    refused(200, 200, 600, 600, 200, 100);
}

BOOST_AUTO_TEST_CASE(strides_of_two_kilobytes) {
    const Index stride = 512;
    const Index gap = 3;  // check() adds it
    for (const Index rows : {stride - gap, stride}) {
        check(rows, 40, 300, true, false, true);
    }
}

BOOST_AUTO_TEST_CASE(without_terms_a_result_is_zero_or_stays) {
    check(5, 7, 0, false, false, false);
    check(5, 7, 0, true, false, true);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace gandsl_test
