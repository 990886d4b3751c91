#pragma once

#include <functional>
#include <string>

/// Suites whose cases are made in loops over the operations: run one by name, as in
/// --run_test=gradcheck/convolution.
namespace gandsl_test {

/// Adds a case to a top-level suite, which is made at its first case.
void add_case(const std::string& suite, const std::string& name, std::function<void()> body);

void add_convolution_cases();
void add_forward_cases();
void add_gradient_cases();
void add_function_cases();
void add_precision_cases();
void add_error_cases();
void add_thread_cases();
void add_plan_cases();
void add_assignment_cases();
void add_layout_cases();
void add_planning_cases();
void add_stability_cases();
void add_extreme_cases();
void add_extreme_cases_of_operations();
void add_function_edge_cases();
void add_print_cases();
void add_misuse_cases();
void add_linear_algebra_cases();
void add_einsum_cases();
void add_special_value_cases();

}  // namespace gandsl_test
