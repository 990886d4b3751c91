#include "dsl/arithmetic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace gandsl::dsl {

namespace {

constexpr std::array<Arithmetic, 11> operators = {{
    {"+", Role::add, [](double a, double b) { return a + b; }},
    {"-", Role::subtract, [](double a, double b) { return a - b; }},
    {"*", Role::multiply, [](double a, double b) { return a * b; }},
    {"/", Role::divide, [](double a, double b) { return a / b; }},
    {"^", Role::power, [](double a, double b) { return std::pow(a, b); }},
    {"<", Role::less, [](double a, double b) { return a < b ? 1.0 : 0.0; }},
    {"<=", Role::less_equal, [](double a, double b) { return a <= b ? 1.0 : 0.0; }},
    {">", Role::greater, [](double a, double b) { return a > b ? 1.0 : 0.0; }},
    {">=", Role::greater_equal, [](double a, double b) { return a >= b ? 1.0 : 0.0; }},
    {"==", Role::equal, [](double a, double b) { return a == b ? 1.0 : 0.0; }},
    {"!=", Role::not_equal, [](double a, double b) { return a != b ? 1.0 : 0.0; }},
}};

}  // namespace

const Arithmetic& arithmetic(std::string_view sign) {
    const auto found = std::find_if(operators.begin(), operators.end(),
                                    [&](const Arithmetic& each) { return each.sign == sign; });
    if (found == operators.end()) {
        throw std::out_of_range("the language has no operator " + std::string(sign));
    }
    return *found;
}

const Arithmetic* arithmetic(Role role) {
    const auto found = std::find_if(operators.begin(), operators.end(),
                                    [&](const Arithmetic& each) { return each.role == role; });
    return found == operators.end() ? nullptr : &*found;
}

}  // namespace gandsl::dsl
