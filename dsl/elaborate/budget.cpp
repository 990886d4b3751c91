#include "dsl/elaborate/budget.hpp"

#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

/// Lines, iterations and expressions for each instruction there may be, so that empty repeats of repeats end
/// too.
constexpr std::size_t work_per_instruction = 10;

}  // namespace

void Budget::check(Span span) {
    if (++work_ > work_per_instruction * max_instructions_ || instructions_ > max_instructions_) {
        reports_.add(diagnostics::program_too_large(span, max_instructions_));
        throw Stop();
    }
    if (depth_ > max_depth) {
        reports_.add(diagnostics::nesting_too_deep(span, max_depth));
        throw Stop();
    }
}

void Budget::count_instruction(Span span) {
    ++instructions_;
    check(span);
}

void Budget::check_size(const Shape& shape, Span span) {
    if (elements(shape) > max_elements) {
        reports_.add(diagnostics::value_too_large(span, shape));
        throw Stop();
    }
}

}  // namespace gandsl::dsl
