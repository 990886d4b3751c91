#include <boost/test/unit_test.hpp>

#include "tests/autodiff/suites.hpp"

namespace {

bool add_suites() {
    gandsl_test::add_convolution_cases();
    gandsl_test::add_forward_cases();
    gandsl_test::add_gradient_cases();
    gandsl_test::add_function_cases();
    gandsl_test::add_function_edge_cases();
    gandsl_test::add_precision_cases();
    gandsl_test::add_extreme_cases_of_operations();
    gandsl_test::add_error_cases();
    gandsl_test::add_linear_algebra_cases();
    gandsl_test::add_einsum_cases();
    return true;
}

}  // namespace

int main(int count, char** arguments) {
    return boost::unit_test::unit_test_main(add_suites, count, arguments);
}
