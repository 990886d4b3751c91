#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dsl/diagnostics.hpp"
#include "dsl/elaborate/operand.hpp"
#include "dsl/tree.hpp"

/// The arguments of a call, held against those that its entry declares. Nothing here evaluates or reports.
namespace gandsl::dsl {

/// An argument as it was given; positional ones have no name.
struct Given {
    const tree::Expression* expression = nullptr;
    tree::Name name = {};
    std::optional<Operand> value = {};  ///< when it was evaluated already
};

/// Of a call; a bare name has none.
std::vector<Given> given_arguments(const tree::Expression& call);

/// Which argument of an entry is meant by one that was given.
struct ArgumentMatch {
    const Argument* argument = nullptr;
    std::size_t given = 0;
};

struct MatchedArguments {
    std::vector<ArgumentMatch> matches;  ///< several of one argument only where it takes many
    std::vector<Diagnostic> diagnostics;
    bool unmatched =
        false;  ///< something given is no argument: perhaps one that is missing, in another spelling
};

/// Points into `entry`. `inputs` are the names of the entry's inputs, which may be given beside the
/// arguments.
MatchedArguments match_arguments(const Entry& entry, const std::vector<Given>& given,
                                 const std::vector<std::string>& inputs);

/// Enters a value. What is given to an argument that takes many comes behind what it has.
void add_argument(Arguments& arguments, const Argument& argument, Value value);

/// Gives the defaults to arguments that are neither in `arguments` nor among `matches`, of a call at `span`,
/// and returns those that have none.
std::vector<const Argument*> add_defaults(Arguments& arguments, const Entry& entry,
                                          const std::vector<ArgumentMatch>& matches, Span span);

/// What is wrong with a number that is to be computed with: 32 bits do not hold it. Nothing where they do.
std::optional<Diagnostic> not_held(double number, Span span);

using ValueOrDiagnostic = std::variant<Value, Diagnostic>;

/// A number, a truth value or a list of numbers, of an operand that is neither unknown nor a text.
/// `comparison`: it was written as one, and so its 1 or 0 is a truth value too.
ValueOrDiagnostic number_argument(const Entry& entry, const Argument& argument, const Operand& operand,
                                  Span span, bool comparison);
ValueOrDiagnostic text_argument(const Entry& entry, const Argument& argument, const Operand& operand,
                                Span span);
/// Whether the text is among the choices of the argument.
bool is_choice(const Argument& argument, const std::string& text);

template <typename T>
Value given_value(T data, Span span) {
    Value value;
    value.data = std::move(data);
    value.span = span;
    value.given = true;
    return value;
}

}  // namespace gandsl::dsl
