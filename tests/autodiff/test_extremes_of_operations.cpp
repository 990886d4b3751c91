#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "autodiff/autodiff.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/float_side.hpp"
#include "tests/autodiff/suites.hpp"

/// Every operation that is a function of one number, in float, at inputs as large, as small and as near to
/// overflow as there are: its value and its slope are what the double library, which computes with the C
/// library, gives; infinite only where that is beyond a float.
namespace gandsl_test {

using namespace gandsl;

namespace {

using Numbers = std::vector<double>;

constexpr double largest = std::numeric_limits<float>::max();
constexpr double least = std::numeric_limits<float>::min();

void compare(const char* what, double x, double found, double expected, double relative, double absolute) {
    if (std::isnan(expected)) {
        BOOST_TEST(std::isnan(found), what << " at " << x << ": " << found << ", expected NaN");
        return;
    }
    if (std::abs(expected) > largest) {
        BOOST_TEST((std::abs(found) >= largest * (1 - relative) && (found < 0) == (expected < 0)),
                   what << " at " << x << ": " << found << ", expected " << expected);
        return;
    }
    // What is below the normal numbers may be flushed to 0, as a factor too.
    const double allowed = relative * std::abs(expected) + absolute + 2e-38 * (1 + std::abs(x));
    BOOST_TEST(std::abs(found - expected) <= allowed,
               what << " at " << x << ": " << found << ", expected " << expected);
}

void check(std::size_t position) {
    const Numbers inputs = extreme_numbers();
    Numbers flushed = inputs;  // what is below the normal numbers is 0
    for (double& x : flushed) {
        x = std::abs(x) < least ? std::copysign(0.0, x) : x;
    }
    const std::vector<Numbers> found = float_side::value_and_slope(position, inputs);
    Tape tape;
    const Var x = tape.constant(to_array({static_cast<Index>(flushed.size())}, flushed));
    const Var y = operations()[position]->samples().front().build(std::array{x});
    const Numbers values = to_numbers(y.value());
    const Numbers slopes = to_numbers(gradient(y, x).value());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        compare("value", inputs[i], found[0][i], values[i], 1e-6, 0);
        // Beside a kink, a value that rounds to 0 may have the slope of 0, which is the first input.
        if (std::abs(values[i]) < least && found[1][i] == slopes[0]) {
            continue;
        }
        // 1 - y^2 and y (1 - y) cancel where y rounds to 1.
        compare("slope", inputs[i], found[1][i], slopes[i], 4e-6, 2e-7);
    }
}

}  // namespace

void add_extreme_cases_of_operations() {
    for (std::size_t i = 0; i < operations().size(); ++i) {
        if (is_function_of_one_number(*operations()[i])) {
            add_case("extremes_of_operations", std::string(operations()[i]->name), [i] { check(i); });
        }
    }
}

}  // namespace gandsl_test
