#pragma once

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "dsl/diagnostics.hpp"
#include "dsl/elaborate/operand.hpp"

namespace gandsl::dsl {

/// Thrown to end the check: the program grows without bound, or more is wrong than anyone would read. What
/// was reported until then is the answer.
struct Stop {};

/// What is wrong with a program. A line may be checked many times (iterations, layers), and is reported once.
class Reports {
  public:
    /// Gives the value of what was reported. Throws Stop where there are too many errors.
    Unknown add(Diagnostic diagnostic);

    bool has_errors() const;
    std::size_t count() const { return diagnostics_.size(); }

    /// All of them in the order of the text, those of the command line first; cut where there are too many.
    std::vector<Diagnostic> take();

  private:
    std::vector<Diagnostic> diagnostics_;
    std::set<std::pair<std::size_t, Code>> seen_;
};

}  // namespace gandsl::dsl
