#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dsl/program.hpp"

/// What an expression may stand for while a program is elaborated.
namespace gandsl::dsl {

/// The value of something that was reported already: whatever uses it stays silent.
struct Unknown {};

/// Where a value comes straight from the data.
struct BatchRef {
    std::size_t index = 0;
    std::size_t field = 0;
    std::size_t slot = 0;
};

struct Tensor {
    ValueId id = 0;
    Type type;
    std::optional<BatchRef> data = {};
};

/// Several values of one call.
struct TupleValue {
    std::vector<Tensor> values;
    std::string callee;
};

struct Recipe;
/// Shared, as it never changes: a name may be bound to it and used many times.
using RecipePointer = std::shared_ptr<const Recipe>;

/// Unknown, a number, truth value, text or list known before the run, a value of the model, several of them,
/// a net's name, or a call that waits for its first input.
using Operand = std::variant<Unknown, double, bool, std::string, std::vector<double>, Tensor, TupleValue,
                             NetReference, RecipePointer>;

inline bool is_unknown(const Operand& operand) {
    return std::holds_alternative<Unknown>(operand);
}

/// What a call calls.
struct Callee {
    enum class Kind { entry, built_in, net, layer, recipe };
    Kind kind = Kind::entry;
    std::string name;
    const Entry* entry = nullptr;
    std::size_t index = 0;  ///< of a net or layer
    RecipePointer recipe = {};
};

/// A call with its arguments evaluated, but perhaps without its first input.
struct PreparedCall {
    Callee callee;
    std::vector<std::optional<Operand>> inputs = {};  ///< of a layer: all its parameters
    std::vector<Span> input_spans = {};
    bool needs_first = false;
    Arguments arguments = {};
    RecipePointer wrapped = {};  ///< of an entry that wraps
    Span span = {};
};

struct Recipe {
    std::vector<PreparedCall> steps;
};

}  // namespace gandsl::dsl
