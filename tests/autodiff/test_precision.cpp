#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "autodiff/autodiff.hpp"
#include "autodiff/operation.hpp"
#include "tests/autodiff/draw.hpp"
#include "tests/autodiff/float_side.hpp"
#include "tests/autodiff/suites.hpp"

/// The float library against the double one, on the same samples, values and gradients.
namespace gandsl_test {

using namespace gandsl;

namespace {

void check(std::size_t place) {
    const Operation& operation = *operations()[place];
    const std::vector<Sample> samples = operation.samples();
    for (std::size_t index = 0; index < samples.size(); ++index) {
        const Sample& sample = samples[index];
        const std::vector<std::vector<double>> inputs = draw(sample);
        Tape tape;
        std::vector<Var> vars;
        for (const Array& input : to_arrays(sample.shapes, inputs)) {
            vars.push_back(tape.constant(input));
        }
        const Var value = sample.build(vars);
        std::vector<Var> expected{value};
        for (const Var& one : gradient(value, vars)) {
            expected.push_back(one);
        }
        const auto found = float_side::value_and_gradients(place, index, inputs);
        BOOST_TEST_REQUIRE(found.size() == expected.size());
        for (std::size_t part = 0; part < found.size(); ++part) {
            const std::vector<double> wanted = to_numbers(expected[part].value());
            BOOST_TEST_REQUIRE(found[part].size() == wanted.size());
            double scale = 0;
            for (const double number : wanted) {
                scale = std::max(scale, std::abs(number));
            }
            for (std::size_t element = 0; element < wanted.size(); ++element) {
                // Sums of products lose what cancels: the tolerance is of the largest element.
                const double allowed = 2e-6 * scale + 1e-7;
                BOOST_TEST(std::abs(found[part][element] - wanted[element]) <= allowed,
                           sample.name << (part == 0 ? ", value" : ", gradient") << ", element " << element
                                       << ": float " << found[part][element] << ", double "
                                       << wanted[element]);
            }
        }
    }
}

}  // namespace

void add_precision_cases() {
    for (std::size_t i = 0; i < operations().size(); ++i) {
        if (operations()[i]->arity != 0) {
            add_case("precision", std::string(operations()[i]->name), [i] { check(i); });
        }
    }
}

}  // namespace gandsl_test
