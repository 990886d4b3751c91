#include <array>

#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

std::span<const Operation* const> operations() {
#define GANDSL_ROW(name) &name##_operation,
    static constexpr std::array table{GANDSL_OPERATIONS(GANDSL_ROW)};
#undef GANDSL_ROW
    return table;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
