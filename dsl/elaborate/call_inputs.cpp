#include "dsl/elaborate/call_inputs.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace gandsl::dsl {

namespace {

/// How many arguments an entry takes without their names; more than anyone gives where one takes many.
std::size_t max_positional(const Entry& entry) {
    std::size_t count = 0;
    for (const Argument& argument : entry.arguments) {
        count += argument.many ? std::numeric_limits<std::uint32_t>::max() : argument.positional ? 1 : 0;
    }
    return count;
}

}  // namespace

GivenKind kind_of(const Operand& operand) {
    const bool known = std::holds_alternative<double>(operand) || std::holds_alternative<bool>(operand) ||
                       std::holds_alternative<std::string>(operand) ||
                       std::holds_alternative<std::vector<double>>(operand);
    return known                                      ? GivenKind::known
           : std::holds_alternative<Unknown>(operand) ? GivenKind::unknown
                                                      : GivenKind::value;
}

InputsTaken take_inputs(const Entry& entry, const PositionalArguments& given) {
    const std::size_t count = given.choices.size();
    const std::size_t max = std::min(count, given.open);
    if (entry.variadic) {
        return {.count = count};
    }
    if (given.first_is_given || entry.inputs.empty() || count == 0) {
        return {.count = max};
    }
    const GivenKind first = given.choices[0] ? GivenKind::known : given.kind(0);
    if (entry.kind == EntryKind::layer && first == GivenKind::unknown) {
        return {.undecided = true};
    }
    if (first != GivenKind::known) {
        return {.count = max, .skipped = max + 1 == given.open ? std::size_t{1} : 0};
    }
    InputsTaken result;
    if (entry.kind == EntryKind::function) {
        while (result.count < max && !given.choices[result.count]) {
            ++result.count;
        }
        result.skipped = result.count == given.open ? 0 : 1;
        result.count = std::min(result.count, given.open - result.skipped);
    } else if (count >= given.open && count - given.open == max_positional(entry)) {
        result.count = given.open;  // a value for everything: the number is the input
    } else {
        result.skipped = 1;
        while (result.count < count && result.count + 1 < given.open && !given.choices[result.count] &&
               given.kind(result.count) != GivenKind::known) {
            ++result.count;
        }
    }
    return result;
}

bool leaves_first_out(const std::vector<tree::Parameter>& parameters, const std::vector<bool>& named,
                      const std::vector<Operand>& values, bool net) {
    const auto open = static_cast<std::size_t>(std::count(named.begin(), named.end(), false));
    if (values.size() == open && open > 0) {
        return false;  // there is a value for each parameter: the first is the input, whatever it is
    }
    if (values.empty()) {
        return true;
    }
    if (net) {
        return values.size() + 1 == parameters.size();
    }
    const std::size_t next = values.size();
    const bool short_of_one =
        next < parameters.size() && !parameters[next].fallback && !named[next] &&
        std::all_of(parameters.begin() + static_cast<std::ptrdiff_t>(next) + 1, parameters.end(),
                    [](const tree::Parameter& parameter) { return parameter.fallback.has_value(); });
    return kind_of(values[0]) == GivenKind::known || std::holds_alternative<RecipePointer>(values[0]) ||
           std::holds_alternative<NetReference>(values[0]) || short_of_one;
}

}  // namespace gandsl::dsl
