#include <algorithm>
#include <utility>

#include "dsl/diagnostics.hpp"
#include "dsl/diagnostics/words.hpp"
#include "dsl/foreign.hpp"

namespace gandsl::dsl::diagnostics {

Diagnostic unknown_name(Span span, std::string_view name, const Term& wanted, const Names& candidates) {
    return unknown_one_of(span, name, bare(wanted), candidates);
}

Diagnostic unknown_one_of(Span span, std::string_view name, std::string_view wanted,
                          const Names& candidates) {
    Diagnostic result =
        error(Code::unknown_name, span, "no " + std::string(wanted) + " is called " + quote(name));
    const auto same = std::find_if(candidates.begin(), candidates.end(),
                                   [&](const std::string& own) { return foreign::alike(own, name); });
    if (same != candidates.end()) {
        return helping(std::move(result), "did you mean " + quote(*same) + "?");
    }
    result = helping(std::move(result), foreign::name(name, wanted));
    if (result.help.empty()) {
        result = suggesting(std::move(result), name, candidates);
    }
    if (result.help.empty() && !candidates.empty() && candidates.size() <= 12) {
        result.help.push_back("there is " + listed(candidates, " and "));
    }
    return result;
}

Diagnostic duplicate_name(Span span, std::string_view name, Span first) {
    return noting(helping(error(Code::duplicate_name, span, quote(name) + " is defined twice"),
                          "give one of them another name"),
                  first, "first defined here");
}

Diagnostic built_in_name(Span span, std::string_view name, const Term& what) {
    return helping(error(Code::built_in_name, span, quote(name) + " is the name of a built-in " + bare(what)),
                   "give it another name");
}

Diagnostic wrong_kind_of_name(Span span, std::string_view name, const Found& is, const Term& wanted) {
    return helping(
        expecting(error(Code::wrong_kind_of_name, span, quote(name) + " cannot stand here"), is, wanted),
        foreign::name(name, bare(wanted)));
}

Diagnostic outside_value(Span span, std::string_view name, const Term& is, std::string_view function) {
    return helping(error(Code::outside_value, span,
                         quote(name) + " is " + wording(is) + ", and not an input of " + quote(function)),
                   "a net sees its inputs only: add " + quote(name) + " to the inputs of " + quote(function) +
                       " and pass it in each call");
}

Diagnostic cell_outside_grid(Span span, std::string_view name) {
    return helping(
        error(Code::cell_outside_grid, span, quote(name) + " is known only in a sample drawn as a grid"),
        "write `sample ... = ... as grid(rows, columns) every epoch`");
}

Diagnostic unused_net(Span span, std::string_view name) {
    return warning(Code::unused_net, span, "the net " + quote(name) + " is never used");
}

Diagnostic unused_layer(Span span, std::string_view name) {
    return warning(Code::unused_layer, span,
                   "the layer " + quote(name) + " is never used, and so was not checked");
}

Diagnostic unused_latent(Span span, std::string_view name) {
    return warning(Code::unused_latent, span, "the latent " + quote(name) + " is never used");
}

Diagnostic unused_option(Span span, std::string_view name) {
    return warning(Code::unused_option, span, "the option " + quote(name) + " is never used");
}

Diagnostic unused_data(Span span, std::string_view name) {
    return warning(Code::unused_data, span, "the data " + quote(name) + " is never used");
}

Diagnostic unused_name(Span span, std::string_view name) {
    return warning(Code::unused_name, span, quote(name) + " is never used");
}

}  // namespace gandsl::dsl::diagnostics
