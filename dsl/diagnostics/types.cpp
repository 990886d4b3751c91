#include "dsl/types.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "dsl/diagnostics.hpp"
#include "dsl/diagnostics/words.hpp"
#include "dsl/spelling.hpp"

namespace gandsl::dsl::diagnostics {

namespace {

std::string counted_axes(const Type& type) {
    return type.shape.empty()       ? "no axes"
           : type.shape.size() == 1 ? "one axis"
                                    : std::to_string(type.shape.size()) + " axes";
}

}  // namespace

Diagnostic calls_disagree(Span span, std::string_view net, std::string_view parameter, const Type& found,
                          const Type& expected, Span first) {
    return noting(expecting(error(Code::calls_disagree, span,
                                  quote(parameter) + " of the net " + quote(net) + " has " +
                                      (found.shape == expected.shape ? "other classes" : "another shape") +
                                      " here than before"),
                            described(found), described(expected)),
                  first, "what it was before comes from here");
}

namespace {

/// `a`, `b`, ... and 20 more: what cannot be seen is written as it is in a text.
std::string class_list(const diagnostics::Names& names) {
    constexpr std::size_t max_named = 20;
    diagnostics::Names shown;
    for (std::size_t i = 0; i < std::min(names.size(), max_named); ++i) {
        const std::string& name = names[i];
        shown.push_back(name == "\n" ? "\\n" : name == "\t" ? "\\t" : name);
    }
    return listed(shown, ", ") +
           (names.size() > max_named ? " and " + std::to_string(names.size() - max_named) + " more" : "");
}

}  // namespace

Diagnostic other_classes(Span span, const Term& slot, std::string_view run, const Names& found,
                         const Names& expected, Span first) {
    const auto only = [](const Names& in, const Names& beside) {
        Names result;
        std::copy_if(in.begin(), in.end(), std::back_inserter(result), [&](const std::string& name) {
            return std::find(beside.begin(), beside.end(), name) == beside.end();
        });
        return result;
    };
    Diagnostic result = expecting(
        error(Code::other_classes, span,
              wording(slot) + " has other classes here than " +
                  (run.empty() ? std::string("before") : "in the run " + quote(run) + " that it is from")),
        class_list(found), class_list(expected));
    const Names added = only(found, expected);
    const Names missing = only(expected, found);
    if (added.empty() && missing.empty()) {
        result.help.push_back("they are the same in another order, and a net knows a class by its number");
    } else {
        result.help.push_back((added.empty() ? "" : "only here: " + class_list(added)) +
                              (added.empty() || missing.empty() ? "" : "; ") +
                              (missing.empty() ? "" : "only there: " + class_list(missing)));
        result.help.push_back(
            "a net knows a class by its number, so that both must have the same ones: use a net "
            "for each, or data with the same classes");
    }
    return noting(std::move(result), first, "what they were before comes from here");
}

Diagnostic classes_unknown(Span span, std::string_view net, std::string_view run) {
    return helping(
        warning(Code::classes_unknown, span,
                "the record of " + quote(run) + " does not say what the classes that " + quote(net) +
                    " learned are called"),
        "it was written by an older version; see that the data here has the same classes, in the same "
        "order");
}

Diagnostic no_such_class(Span span, std::string_view parameter, double number, Index classes) {
    return expecting(error(Code::out_of_range, span, quote(parameter) + " has no class " + spell(number)),
                     spell(number),
                     "a class from 0 to " + std::to_string(classes - 1) + " of " + std::to_string(classes));
}

Diagnostic annotation_mismatch(Span span, std::string_view net, const Type& found, const Type& expected) {
    return expecting(error(Code::annotation_mismatch, span,
                           "the result of " + quote(net) + " is not of the shape that was said"),
                     described(found), described(expected));
}

Diagnostic does_not_broadcast(std::string_view operation, const Type& left, const Type& right) {
    return helping(placeless(Code::does_not_broadcast, quote(operation) + " cannot bring together " +
                                                           described(left) + " and " + described(right)),
                   "counted from the last, axes must be equal or 1");
}

Diagnostic not_one_number(Span span, Scalar what, const Type& found) {
    const std::string subject = what == Scalar::objective ? "what an update minimizes or maximizes"
                                : what == Scalar::measure ? "a measure"
                                                          : "what `grad` takes the gradient of";
    return helping(
        expecting(error(Code::not_one_number, span, subject + " must be one number for each example"),
                  described(found), "one number"),
        "take its `sum(...)` or `mean(...)`");
}

Diagnostic independent_gradient(Span span, const std::optional<Term>& stop, std::string_view net) {
    const std::string zero = "this gradient is zero: ";
    if (!stop) {
        return helping(error(Code::independent_gradient, span,
                             zero + "the first argument does not depend on the second"),
                       "name the value first, and use that name in both: `v = ...`, then `grad(f(v), v)`");
    }
    return helping(error(Code::independent_gradient, span,
                         zero + "between the first argument and the second stands " + wording(*stop) +
                             (net.empty() ? std::string() : ", in the net `" + std::string(net) + "`") +
                             ", which lets none through"),
                   "take the gradient of what reaches the second argument in another way too");
}

Diagnostic wrong_rank(std::string_view entry, const Type& found, const Term& expected, Remedy help) {
    return helping(expecting(placeless(Code::wrong_rank,
                                       quote(entry) + " cannot act on a shape with " + counted_axes(found)),
                             described(found), expected),
                   wording(help));
}

Diagnostic needs_flatten(std::string_view entry, const Type& found) {
    Shape rows = found.shape;
    const Index width = rows.empty() ? 1 : rows.back();
    const Index count = rows.empty() || width == 0 ? 1 : elements(found.shape) / width;
    return helping(
        helping(expecting(placeless(Code::needs_flatten,
                                    quote(entry) + " acts on vectors, and this has " + counted_axes(found)),
                          described(found), "a vector, or a sequence of vectors"),
                "to act on all of it, put a line `flatten` before it"),
        "to act on its last axis, put `reshape(" + std::to_string(count) + ", " + std::to_string(width) +
            ")` before it and another `reshape` after it");
}

Diagnostic wrong_element_count(std::string_view entry, const Type& found, const Shape& wanted) {
    const auto counted_shape = [](const Shape& shape) {
        return to_string(shape) + " (" + std::to_string(elements(shape)) + " elements)";
    };
    return expecting(placeless(Code::wrong_element_count, quote(entry) + " must keep the number of elements"),
                     counted_shape(found.shape), counted_shape(wanted));
}

Diagnostic kernel_too_large(std::string_view entry, Index kernel, const Type& input, std::string_view about) {
    Diagnostic result = expecting(
        placeless(Code::kernel_too_large, quote(about) + " of " + quote(entry) + " is larger than its input"),
        std::string(about) + " = " + std::to_string(kernel) + " on " + described(input), "");
    result.about = about;
    return helping(std::move(result), "take a smaller one, or pad the input");
}

Diagnostic not_divisible(std::string_view entry, std::string_view argument, Index divisor,
                         std::string_view what, Index size) {
    Diagnostic result = expecting(placeless(Code::not_divisible, quote(argument) + " of " + quote(entry) +
                                                                     " must divide " + std::string(what)),
                                  std::string(argument) + " = " + std::to_string(divisor) + ", where " +
                                      std::string(what) + " is " + std::to_string(size),
                                  "a divisor of " + std::to_string(size));
    result.about = argument;
    return result;
}

Diagnostic needs_labels(std::string_view entry, std::string_view input, const Type& found) {
    return helping(expecting(placeless(Code::needs_labels,
                                       quote(input) + " of " + quote(entry) +
                                           " must be labels or symbols, whole numbers of known classes"),
                             described(found), "a label, as from `mnist`, or symbols, as from `chars`"),
                   "where it is a net's input, say that it is one: `net NAME(k: label(10))`; then a call may "
                   "give a number, "
                   "as `NAME(3)`");
}

Diagnostic not_labels(std::string_view entry, const Type& found) {
    return helping(
        expecting(placeless(Code::not_labels, quote(entry) + " works on numbers, and a label is a name"),
                  described(found), "numbers"),
        "make numbers of it first: `one_hot(k)` is 1 at its class, `embedding(k, 50)` learns a vector for "
        "each, "
        "`k + 0` is the number itself");
}

Diagnostic unknown_axis(std::string_view entry, Index axis, const Type& input, std::string_view about) {
    const auto rank = static_cast<Index>(input.shape.size());
    Diagnostic result = expecting(
        placeless(Code::unknown_axis, quote(entry) + " is asked for an axis that its input does not have"),
        std::string(about) + " = " + std::to_string(axis) + " on " + described(input),
        rank == 0 ? "a value with axes"
                  : "an axis from 0 to " + std::to_string(rank - 1) + ", or from -1 (the last) to -" +
                        std::to_string(rank));
    result.about = about;
    return result;
}

Diagnostic index_out_of_range(Span span, Index index, Index size, const Type& input) {
    return expecting(error(Code::index_out_of_range, span, "this index is outside of its value"),
                     std::to_string(index) + " on " + described(input),
                     size == 0 ? "a value with axes"
                               : "from 0 to " + std::to_string(size - 1) + ", or from -1 (the last) to -" +
                                     std::to_string(size));
}

Diagnostic slice_end_out_of_range(Span span, Index end, Index begin, Index size, const Type& input) {
    std::string expected =
        "from " + std::to_string(begin + 1) + " to " + std::to_string(size) + ", as the slice ends before it";
    if (begin + 1 < size) {
        expected += "; or from -1 (without the last) to -" + std::to_string(size - begin - 1);
    }
    return expecting(error(Code::index_out_of_range, span,
                           "this slice does not end behind its beginning, " + std::to_string(begin) +
                               ", and within its value"),
                     std::to_string(end) + " on " + described(input), std::move(expected));
}

Diagnostic shapes_differ(std::string_view entry, const Type& left, const Type& right, const Term& rule) {
    return expecting(placeless(Code::shapes_differ, quote(entry) + " cannot take these together"),
                     described(left) + " and " + described(right), rule);
}

Diagnostic wrong_shape(std::string_view entry, const Type& found, const Term& expected, Remedy help) {
    return helping(expecting(placeless(Code::wrong_shape, quote(entry) + " cannot act on this shape"),
                             described(found), expected),
                   wording(help));
}

Diagnostic refused_argument(std::string_view entry, std::string_view argument, const Found& found,
                            const Term& expected, Remedy help) {
    Diagnostic result = expecting(placeless(Code::wrong_argument, quote(argument) + " of " + quote(entry) +
                                                                      " must be " + wording(expected)),
                                  found, expected);
    result.about = argument;
    return helping(std::move(result), wording(help));
}

Note net_called(Span span, std::string_view net) {
    return {span, "the shapes in " + quote(net) + " come from this call"};
}

Note layer_used(Span span, std::string_view layer) {
    return {span, "in " + quote(layer) + ", used here"};
}

}  // namespace gandsl::dsl::diagnostics
