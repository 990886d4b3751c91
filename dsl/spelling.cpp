#include "dsl/spelling.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace gandsl::dsl {

std::string spell(double number) {
    std::array<char, 32> buffer{};
    if (number == std::floor(number) && std::abs(number) < 1e15) {
        std::snprintf(buffer.data(), buffer.size(), "%.0f", number);
    } else {
        std::snprintf(buffer.data(), buffer.size(), "%.6g", number);
    }
    return buffer.data();
}

}  // namespace gandsl::dsl
