#pragma once

#include <map>
#include <string>

#include "dsl/elaborate/operand.hpp"
#include "dsl/span.hpp"

namespace gandsl::dsl {

/// The names of a body, and of the bodies around it.
struct Scope {
    struct Entry {
        Operand value;
        Span span;
    };
    const Scope* parent = nullptr;
    std::map<std::string, Entry, std::less<>> names = {};
};

}  // namespace gandsl::dsl
