#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "dsl/elaborate/operand.hpp"
#include "dsl/tree.hpp"

/// Which of the values in the parentheses of a call are its inputs: `dense(64)` leaves its input out,
/// `dense(x, 64)` does not. Nothing here evaluates or reports.
namespace gandsl::dsl {

/// What a positional argument is, once it is evaluated.
enum class GivenKind {
    known,    ///< a number, truth value, text or list known before the run
    value,    ///< anything else
    unknown,  ///< it was reported
};

GivenKind kind_of(const Operand& operand);

/// The positional arguments of a call of an entry.
struct PositionalArguments {
    std::vector<bool> choices =
        {};                ///< of each, whether it is a bare word that the entry allows, as in `pad = same`
    std::size_t open = 0;  ///< inputs that they may fill
    bool first_is_given = false;  ///< the first input stands before a `|`, or has its name
    /// Of one that is no choice. Asked of those alone that decide, as they are evaluated for it.
    std::function<GivenKind(std::size_t)> kind = {};
};

struct InputsTaken {
    std::size_t count = 0;    ///< so many positional arguments are inputs
    std::size_t skipped = 0;  ///< 1 where the first open input is left out
    bool undecided = false;   ///< what stands first was reported
};

/// A first argument known before the run means that a layer's input was left out; a function of numbers takes
/// it where there are numbers for all its inputs.
InputsTaken take_inputs(const Entry& entry, const PositionalArguments& given);

/// Whether a call of a net or layer of the file leaves its first parameter out, which is neither piped nor
/// named. A call does that which begins with a number or a layer, or which is short of a value. `named`: by
/// parameter, whether it was given by name; `values`: what was given without.
bool leaves_first_out(const std::vector<tree::Parameter>& parameters, const std::vector<bool>& named,
                      const std::vector<Operand>& values, bool net);

}  // namespace gandsl::dsl
