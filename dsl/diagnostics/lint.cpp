#include <cmath>

#include "dsl/diagnostics.hpp"
#include "dsl/diagnostics/words.hpp"
#include "dsl/spelling.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl::diagnostics {

Diagnostic batch_norm_penalty(Span span, std::string_view layer, std::string_view net, Span penalty) {
    return noting(
        helping(warning(Code::batch_norm_penalty, span,
                        "the gradient of " + quote(net) + " is part of an objective, and " +
                            std::string(layer) + " mixes the examples of the batch into it"),
                "a penalty on each example's own gradient wants `layer_norm`, `instance_norm` or none"),
        penalty, "the gradient is taken here");
}

Diagnostic unreachable_range(Span span, std::string_view activation, std::pair<double, double> made,
                             std::string_view name, std::pair<double, double> data, Span source) {
    const auto spelled = [](std::pair<double, double> range) {
        if (std::isinf(range.second)) {
            return "numbers of at least " + spell(range.first);
        }
        if (std::isinf(range.first)) {
            return "numbers of at most " + spell(range.second);
        }
        return "numbers from " + spell(range.first) + " to " + spell(range.second);
    };
    const std::string_view fitting = data == std::pair(-1.0, 1.0)  ? "tanh"
                                     : data == std::pair(0.0, 1.0) ? "sigmoid"
                                                                   : "";
    Diagnostic result =
        expecting(warning(Code::unreachable_range, span,
                          "what ends in " + quote(activation) + " here cannot reach all of " + quote(name)),
                  spelled(made), spelled(data) + ", as the data has them");
    if (!fitting.empty() && fitting != activation) {
        result =
            helping(std::move(result), "end with " + quote(fitting) + ", or give the data another `range`");
    }
    return noting(std::move(result), source, "the data comes from here");
}

Diagnostic no_gradient(Span span, std::string_view net) {
    return helping(warning(Code::no_gradient, span,
                           "this update teaches " + quote(net) + " nothing: no gradient of its objective " +
                               "reaches a weight of it"),
                   "`stop_gradient`, `floor`, comparisons and `one_hot` let none through, and a line whose "
                   "result nothing uses gets none");
}

Diagnostic no_gradient_layer(Span span, std::string_view net, std::string_view layer) {
    return helping(warning(Code::no_gradient, span,
                           quote(layer) + " in the net " + quote(net) +
                               " never learns: no gradient of an objective reaches its weights"),
                   "let the net's result depend on it, other than through `stop_gradient`, `floor` or a "
                   "comparison");
}

Diagnostic never_updated(Span span, std::string_view net, std::string_view updated) {
    std::string both(updated);
    both += (both.empty() ? "" : ", ") + std::string(net);
    return helping(
        warning(Code::never_updated, span,
                "no update changes " + quote(net) + ": it keeps its first random weights, though " +
                    "this objective depends on them"),
        "write `update " + both + " with ...`; if it is meant to stay as it is, put its result " +
            "into `stop_gradient(...)`, or begin its name with `_`");
}

Diagnostic losses_broadcast(Span span, std::string_view loss, const Type& left, const Type& right,
                            const Type& result) {
    std::string help = "give both the same shape";
    if (left.classes || right.classes) {
        help = "`one_hot` makes a vector of a label, and `cross_entropy` takes the label as it is";
    } else if (elements(left.shape) == elements(right.shape)) {
        std::string sizes;
        for (const Index size : right.shape) {
            sizes += ", " + std::to_string(size);
        }
        help += right.shape.size() == 1
                    ? ": `flatten` makes a vector of a value"
                    : ", such as `" + std::string(loss) + "(reshape(..." + sizes + "), ...)`";
    }
    return helping(warning(Code::losses_broadcast, span,
                           quote(loss) + " of " + to_string(left) + " and " + to_string(right) + " gives " +
                               to_string(result.shape) + ", as numbers of one meet several of the other"),
                   help);
}

Diagnostic lone_example(Span span, std::string_view layer, std::string_view net) {
    return expecting(
        warning(Code::lone_example, span,
                std::string(layer) + " in " + quote(net) + " gives the same for every example: a mean over " +
                    "one number is that number"),
        "a batch of 1", "a batch of at least 2, or another normalisation such as `layer_norm`");
}

}  // namespace gandsl::dsl::diagnostics
