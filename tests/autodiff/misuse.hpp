#pragma once

#include <functional>
#include <string>
#include <vector>

#include "autodiff/autodiff.hpp"

/// What an embedder may do wrong, a row for each mistake: nothing may crash, hang or go on with wrong
/// numbers.
namespace gandsl_test {
inline namespace GANDSL_PRECISION {

/// The code that nearly all of them have.
inline constexpr gandsl::ErrorCode invalid = gandsl::ErrorCode::invalid_argument;

struct Misuse {
    std::string name;
    std::function<void()> act;
    gandsl::ErrorCode code;
    std::vector<std::string> words;  ///< the message has each of them
};

/// What is allowed though it looks like a mistake, with what is right then.
struct Allowed {
    std::string name;
    std::function<gandsl::Array()> act;
    gandsl::Shape shape;
    std::vector<double> numbers;  ///< NaN stands for any NaN
};

std::vector<Misuse> misused_vars();
std::vector<Misuse> misused_sizes();
std::vector<Misuse> misused_plans();
std::vector<Misuse> misused_records();
std::vector<Allowed> allowed_sizes();
std::vector<Allowed> allowed_plans();
std::vector<Allowed> allowed_records();

}  // namespace GANDSL_PRECISION
}  // namespace gandsl_test
