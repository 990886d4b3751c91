#include "autodiff/operations/table.hpp"

#include <array>

#include "autodiff/operation.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

#define GANDSL_DECLARE(name) extern const Operation name##_operation;
GANDSL_OPERATIONS(GANDSL_DECLARE)
#undef GANDSL_DECLARE

std::span<const Operation* const> operations() {
#define GANDSL_ROW(name) &name##_operation,
    static constexpr std::array table{GANDSL_OPERATIONS(GANDSL_ROW)};
#undef GANDSL_ROW
    return table;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
