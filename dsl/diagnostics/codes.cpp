#include <array>
#include <cstddef>

#include "dsl/diagnostics.hpp"

namespace gandsl::dsl {

namespace {

/// In the order of the enumeration.
constexpr auto code_names = std::to_array<std::string_view>({
#define GANDSL_NAME(code, name) name,
    GANDSL_DIAGNOSTIC_CODES(GANDSL_NAME)
#undef GANDSL_NAME
});

}  // namespace

std::string_view name(Code code) {
    return code_names.at(static_cast<std::size_t>(code));
}

std::vector<Code> codes() {
    return {
#define GANDSL_CODE(code, name) Code::code,
        GANDSL_DIAGNOSTIC_CODES(GANDSL_CODE)
#undef GANDSL_CODE
    };
}

}  // namespace gandsl::dsl
