#include <array>

#include "tests/fuzz/list.hpp"
#include "tests/fuzz/target.hpp"

namespace gandsl::fuzz {

namespace {

constexpr std::array<Target, 9> table = {{
    {"source", source},
    {"idx", idx},
    {"png", picture},
    {"jpeg", picture},
    {"csv", csv},
    {"wav", audio},
    {"npy", npy},
    {"text", text},
    {"checkpoint", checkpoint},
}};

}  // namespace

std::span<const Target> targets() {
    return table;
}

}  // namespace gandsl::fuzz
