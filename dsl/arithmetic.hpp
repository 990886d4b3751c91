#pragma once

#include <string_view>

#include "dsl/catalogue.hpp"

/// The operators of two operands that the language has.
namespace gandsl::dsl {

struct Arithmetic {
    std::string_view sign;  ///< as it is written, "+"
    Role role;              ///< of the entry that it stands for where an operand is a value of the model
    double (*of)(double,
                 double);  ///< of numbers known before the run; a comparison is 1 where it holds, else 0
};

/// Throws std::out_of_range where the language has no such operator.
const Arithmetic& arithmetic(std::string_view sign);
/// Null for the roles of other entries.
const Arithmetic* arithmetic(Role role);

}  // namespace gandsl::dsl
