#pragma once

#include <vector>

#include "dsl/diagnostics.hpp"
#include "dsl/program.hpp"

namespace gandsl::dsl {

/// What a program may do and hardly means: warnings about a program that was found sound. Nothing where it
/// does not train.
std::vector<Diagnostic> lint(const Program& program);

}  // namespace gandsl::dsl
