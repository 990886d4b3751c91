#pragma once

#include <string>

#include "tests/autodiff/random_graphs/shrink.hpp"

namespace gandsl_test {
inline namespace GANDSL_PRECISION {

/// A C++ program, of the library's public headers alone, that computes the graph by a plan without passes and
/// then in the way that fails: it prints what differs, and ends with exit code 1 if anything does.
std::string print_program(const Failure& failure);

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
