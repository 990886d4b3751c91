#include <algorithm>
#include <utility>

#include "dsl/diagnostics.hpp"
#include "dsl/diagnostics/words.hpp"

namespace gandsl::dsl::diagnostics {

Diagnostic source_absent(Span span, const Names& reasons, std::string_view instead) {
    Diagnostic result = error(Code::source_absent, span,
                              reasons.size() == 1 ? "this data is not there" : "none of this data is there");
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        result.found += (i == 0 ? "" : "\n            ") + reasons[i];
    }
    return helping(std::move(result), instead.empty() ? "paths start at the folder of the .gan file"
                                                      : "add a source that needs no file after it: `or " +
                                                            std::string(instead) + "`");
}

Diagnostic source_fields(Span span, std::string_view source, std::size_t names, std::size_t fields) {
    return expecting(
        error(Code::source_fields, span, quote(source) + " does not give that many values for an example"),
        counted(names, "name"), fields == 1 ? "one name" : "at most " + counted(fields, "name"));
}

Diagnostic broken_source(const Found& why) {
    Diagnostic result = placeless(Code::broken_source, "this data cannot be used");
    result.found = why.words;
    return result;
}

Diagnostic source_warning(Span span, std::string_view source, std::string what) {
    const std::size_t end = std::min(what.find('\n'), what.size());
    Diagnostic result = warning(Code::source_warning, span, quote(source) + ": " + what.substr(0, end));
    for (std::size_t at = end; at < what.size();) {
        const std::size_t line = std::min(what.find('\n', at + 1), what.size());
        result.found += (result.found.empty() ? "" : "\n            ") + what.substr(at + 1, line - at - 1);
        at = line;
    }
    return result;
}

Diagnostic next_of_other(Span span) {
    return helping(error(Code::next_of_other, span, "`next` needs data as it comes from its source"),
                   "write `next(text)` for a `data text = ...`, outside of nets");
}

Diagnostic no_next(Span span, std::string_view data, std::string_view source) {
    return expecting(error(Code::no_next, span, "nothing follows an example of " + quote(data)),
                     "data from " + quote(source), "data that runs on, such as `chars` or `series`");
}

Diagnostic continue_outside_sample(Span span) {
    return helping(error(Code::continue_outside_sample, span, "`continue` draws from a net, step by step"),
                   "let a sample show it: `sample verse = continue(...) as text every epoch`");
}

Diagnostic cannot_continue(Span span, std::string_view net, std::string_view signature) {
    return expecting(
        error(Code::cannot_continue, span, quote(net) + " does not say what comes next"),
        std::string(signature),
        "a net of one input that gives, for each step of a text, the probabilities of the next symbol "
        "(length x classes), or for each step of a series the next step (in the series' own shape)");
}

Diagnostic continue_uncalled(Span span, std::string_view net) {
    return helping(error(Code::cannot_continue, span,
                         "what " + quote(net) + " takes and gives is not known here, as nothing calls it"),
                   "train it, or say what it takes: `net " + std::string(net) +
                       "(s: 50 x 1)` for a series, `net " + std::string(net) +
                       "(t: text)` for what the data `text` gives");
}

Diagnostic cannot_step(Span span, std::string_view net, std::string_view entry, Unsteppable why,
                       Span continued, std::optional<Span> met) {
    const auto reason = [why]() -> std::string_view {
        switch (why) {
            case Unsteppable::several_values:
                return "takes or gives several values";
            case Unsteppable::whole_sequence:
                return "needs the whole sequence";
            case Unsteppable::looks_along:
                return "needs the steps before and after";
            case Unsteppable::meets_all_steps:
                return "meets a value that has all steps";
            case Unsteppable::other_length:
                return "does not give as many steps as it takes";
            case Unsteppable::independent:
                return "does not depend on what it is given";
        }
        return "";
    }();
    Diagnostic result = error(Code::cannot_continue, span,
                              "`continue` feeds " + quote(net) + " one step at a time, but " + quote(entry) +
                                  " in it " + std::string(reason));
    result =
        why == Unsteppable::meets_all_steps
            ? helping(
                  std::move(result),
                  "make it one value for every step, with a first axis of 1, or compute it of what the net "
                  "is given")
            : helping(
                  std::move(result),
                  "recurrent layers, `attention(causal = true)`, `conv(causal = true)` and what treats each "
                  "step by itself can be continued");
    if (met) {
        result = noting(std::move(result), *met, "this has all steps at once");
    }
    return noting(std::move(result), continued, "it is continued here");
}

Diagnostic wrong_prompt(Span span, const Found& found, const Term& expected) {
    return expecting(error(Code::wrong_prompt, span, "the net cannot go on from this prompt"), found,
                     expected);
}

Diagnostic run_absent(Span span, std::string_view run, const Found& why) {
    Diagnostic result = error(Code::run_absent, span, "no net can be taken from " + quote(run));
    result.found = why.words;
    return result;
}

Diagnostic net_not_in_run(Span span, std::string_view net, std::string_view run, const Names& nets) {
    Diagnostic result =
        suggesting(error(Code::net_not_in_run, span, quote(run) + " has no net " + quote(net)), net, nets);
    result.found = nets.empty() ? "a run without nets" : "the nets " + listed(nets, " and ");
    if (!nets.empty()) {
        result.help.push_back("a net keeps the name that it has in its run");
    }
    return result;
}

}  // namespace gandsl::dsl::diagnostics
