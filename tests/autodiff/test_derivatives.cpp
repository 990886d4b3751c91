#include <boost/test/unit_test.hpp>
#include <cmath>

#include "autodiff/array.hpp"
#include "autodiff/derivatives.hpp"
#include "autodiff/error.hpp"
#include "autodiff/gradient.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/plan.hpp"

/// Jacobians, Hessians and their products, against formulas.
namespace gandsl_test {
inline namespace GANDSL_PRECISION {

using namespace gandsl;

namespace {

Array from(const Shape& shape, std::initializer_list<double> values) {
    Array array = make_array(shape);
    std::size_t i = 0;
    for (const double value : values) {
        array.data()[i++] = static_cast<Real>(value);
    }
    return array;
}

void check_close(const Array& found, const Array& expected) {
    BOOST_REQUIRE((shape_of(found) == shape_of(expected)));
    for (std::size_t i = 0; i < found.size(); ++i) {
        BOOST_TEST_INFO("element " << i);
        BOOST_TEST(found.data()[i] == expected.data()[i], boost::test_tools::tolerance(1e-9));
    }
}

// Rosenbrock's function of x and y: (1 - x)^2 + 100 (y - x^2)^2.
Var rosenbrock(Var point) {
    const Var x = slice(point, 0, 0, 1);
    const Var y = slice(point, 0, 1, 2);
    return sum(square(1.0 - x) + 100.0 * square(y - square(x)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(derivatives)

BOOST_AUTO_TEST_CASE(the_jacobian_of_a_product_and_a_sine) {
    Tape tape;
    const Var x = tape.state(from({3}, {0.3, -0.7, 1.1}));
    const Var value = concatenate({slice(x, 0, 0, 1) * slice(x, 0, 2, 3), sin(slice(x, 0, 1, 2))}, 0);
    check_close(jacobian(value, x).value(), from({2, 3}, {1.1, 0, 0.3, 0, std::cos(-0.7), 0}));
    const Var matrix = tape.state(from({2, 2}, {1, 2, 3, 4}));
    check_close(jacobian(square(matrix), matrix).value(),
                from({2, 2, 2, 2}, {2, 0, 0, 0, 0, 4, 0, 0, 0, 0, 6, 0, 0, 0, 0, 8}));
    check_close(jacobian(sum(x), matrix).value(), make_array({2, 2}));
    BOOST_TEST((jacobian(matmul(tape.constant(make_array({0, 3})), x), x).shape() == Shape{0, 3}));
}

BOOST_AUTO_TEST_CASE(the_hessian_of_rosenbrock_and_its_products) {
    for (const auto evaluation : {Evaluation::eager, Evaluation::planned}) {
        Tape tape(evaluation);
        const Var point = tape.state(from({2}, {-1.2, 1}));
        const Var vector = tape.state(from({2}, {0.5, -2}));
        const Var value = rosenbrock(point);
        const double xx = 2 - 400 * 1 + 1200 * 1.44;
        const double xy = -400 * -1.2;
        const Var all[] = {hessian(value, point), hessian_vector_product(value, point, vector),
                           jvp(gradient(value, point), point, vector)};
        Plan plan({all[0], all[1], all[2]});
        plan.run();
        check_close(plan.value(all[0]), from({2, 2}, {xx, xy, xy, 200}));
        check_close(plan.value(all[1]), from({2}, {0.5 * xx - 2 * xy, 0.5 * xy - 400}));
        check_close(plan.value(all[2]), from({2}, {0.5 * xx - 2 * xy, 0.5 * xy - 400}));
    }
}

BOOST_AUTO_TEST_CASE(third_derivatives_are_gradients_of_hessians) {
    Tape tape;
    const Var x = tape.state(from({2}, {0.4, -1.3}));
    const Var third = jacobian(hessian(sum(x * x * x), x), x);
    check_close(third.value(), from({2, 2, 2}, {6, 0, 0, 0, 0, 0, 0, 6}));
}

BOOST_AUTO_TEST_CASE(newton_finds_the_lowest_point_of_rosenbrock) {
    Tape tape;
    const Var point = tape.state(from({2}, {-1.2, 1}));
    for (int i = 0; i < 7; ++i) {
        const Scope scope(tape);
        const Var value = rosenbrock(point);
        const Array h = hessian(value, point).value();
        const Array g = gradient(value, point).value();
        const double determinant = h(0, 0) * h(1, 1) - h(0, 1) * h(1, 0);
        const Array next = from({2}, {point.value()(0) - (h(1, 1) * g(0) - h(0, 1) * g(1)) / determinant,
                                      point.value()(1) - (h(0, 0) * g(1) - h(1, 0) * g(0)) / determinant});
        tape.assign(point, next);
    }
    check_close(point.value(), from({2}, {1, 1}));
}

BOOST_AUTO_TEST_CASE(shapes_that_do_not_fit_are_refused) {
    Tape tape;
    Tape other;
    const Var x = tape.state(make_array({3}, 1));
    const auto refused = [](ErrorCode code, const char* entry, const auto& use) {
        BOOST_CHECK_EXCEPTION(use(), Error, [&](const Error& error) {
            BOOST_TEST_INFO(error.what());
            return error.code() == code && std::string(error.what()).find(entry) != std::string::npos;
        });
    };
    refused(ErrorCode::shape, "[hessian]", [&] { hessian(x * x, x); });
    refused(ErrorCode::shape, "[hessian_vector_product]", [&] { hessian_vector_product(x, x, x); });
    refused(ErrorCode::shape, "(2)",
            [&] { hessian_vector_product(sum(x), x, tape.constant(make_array({2}))); });
    refused(ErrorCode::shape, "[jvp]", [&] { jvp(x * x, x, tape.constant(1)); });
    refused(ErrorCode::invalid_argument, "[jacobian]", [&] { jacobian(Var(), x); });
    refused(ErrorCode::invalid_argument, "another tape", [&] { jacobian(x, other.constant(1)); });
    refused(ErrorCode::invalid_argument, "another tape", [&] { jvp(x, x, other.constant(make_array({3}))); });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
