#include "autodiff/error.hpp"
#include "autodiff/operations.hpp"

/// Operators, and numbers as operands.
namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {
Var number_beside(Var operand, double number, std::string_view function) {
    require_var(operand, function, "an operand");
    return operand.tape().constant(number);
}
}  // namespace

#define GANDSL_BESIDE_NUMBERS(entry, function)              \
    Var entry(Var a, double b) {                            \
        return function(a, number_beside(a, b, #function)); \
    }                                                       \
    Var entry(double a, Var b) {                            \
        return function(number_beside(b, a, #function), b); \
    }
#define GANDSL_OPERATOR(sign, function) \
    Var operator sign(Var a, Var b) {   \
        return function(a, b);          \
    }                                   \
    GANDSL_BESIDE_NUMBERS(operator sign, function)
#define GANDSL_ASSIGNING_OPERATOR(sign, function)               \
    GANDSL_OPERATOR(sign, function)                             \
    Var& operator sign##=(Var& a, Var b) {                      \
        return a = function(a, b);                              \
    }                                                           \
    Var& operator sign##=(Var& a, double b) {                   \
        return a = function(a, number_beside(a, b, #function)); \
    }

GANDSL_BESIDE_NUMBERS(power, power)
GANDSL_BESIDE_NUMBERS(pow, power)
GANDSL_BESIDE_NUMBERS(maximum, maximum)
GANDSL_BESIDE_NUMBERS(minimum, minimum)
GANDSL_BESIDE_NUMBERS(less, less)
GANDSL_BESIDE_NUMBERS(less_equal, less_equal)
GANDSL_BESIDE_NUMBERS(greater, greater)
GANDSL_BESIDE_NUMBERS(greater_equal, greater_equal)
GANDSL_BESIDE_NUMBERS(equal, equal)
GANDSL_BESIDE_NUMBERS(not_equal, not_equal)

GANDSL_ASSIGNING_OPERATOR(+, add)
GANDSL_ASSIGNING_OPERATOR(-, subtract)
GANDSL_ASSIGNING_OPERATOR(*, multiply)
GANDSL_ASSIGNING_OPERATOR(/, divide)
GANDSL_OPERATOR(<, less)
GANDSL_OPERATOR(<=, less_equal)
GANDSL_OPERATOR(>, greater)
GANDSL_OPERATOR(>=, greater_equal)

Var operator-(Var x) {
    return negate(x);
}
Var pow(Var a, Var b) {
    return power(a, b);
}
Var abs(Var x) {
    return absolute(x);
}

Var where(Var condition, Var a, double b) {
    return where(condition, a, number_beside(condition, b, "where"));
}
Var where(Var condition, double a, Var b) {
    return where(condition, number_beside(condition, a, "where"), b);
}
Var where(Var condition, double a, double b) {
    return where(condition, number_beside(condition, a, "where"), number_beside(condition, b, "where"));
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
