#include "dsl/diagnostics.hpp"
#include "dsl/diagnostics/words.hpp"

namespace gandsl::dsl::diagnostics {

Diagnostic unknown_option(std::string_view name, const Names& options) {
    Diagnostic result =
        suggesting(placeless(Code::unknown_option, "this file has no option " + quote(name)), name, options);
    result.expected = options.empty() ? "a file with options" : listed(options);
    return result;
}

Diagnostic option_type(std::string_view name, std::string_view given, const Term& expected) {
    return expecting(placeless(Code::option_type, "the option " + quote(name) + " cannot be set to this"),
                     quote(given), wording(expected));
}

Diagnostic more(std::size_t max) {
    return helping(placeless(Code::more, "there is more to say about this file than the first " +
                                             std::to_string(max) + " errors and warnings"),
                   "mend these first");
}

Diagnostic diverged(const Divergence& divergence) {
    Diagnostic result = error(Code::diverged, divergence.span,
                              "training stopped in step " + std::to_string(divergence.step) + ": " +
                                  (divergence.inside ? "in " + wording(*divergence.inside) + ", " : "") +
                                  wording(divergence.computed) + " is " + divergence.value +
                                  ", which leaves " + wording(divergence.result) + " without a value");
    for (const Term& each : divergence.found) {
        result.found += (result.found.empty() ? "" : "; ") + wording(each);
    }
    result.expected = wording(divergence.expected);
    for (const Advice& each : divergence.help) {
        result = helping(std::move(result), wording(each));
    }
    return result;
}

Note reached_through(Span span, std::string_view net) {
    return {span, quote(net) + " is called here"};
}

}  // namespace gandsl::dsl::diagnostics
