#include <boost/test/unit_test.hpp>

#include "tests/autodiff/suites.hpp"

namespace {

bool add_suites() {
    gandsl_test::add_convolution_cases();
    gandsl_test::add_thread_cases();
    gandsl_test::add_plan_cases();
    gandsl_test::add_assignment_cases();
    gandsl_test::add_layout_cases();
    gandsl_test::add_planning_cases();
    gandsl_test::add_stability_cases();
    gandsl_test::add_extreme_cases();
    gandsl_test::add_print_cases();
    gandsl_test::add_misuse_cases();
    gandsl_test::add_special_value_cases();
    gandsl_test::add_linear_algebra_cases();
    return true;
}

}  // namespace

int main(int count, char** arguments) {
    return boost::unit_test::unit_test_main(add_suites, count, arguments);
}
