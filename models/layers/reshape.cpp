#include <algorithm>

#include "dsl/diagnostics.hpp"
#include "models/layers/layers.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

std::vector<dsl::Type> type_of_reshape(dsl::TypeCall& call) {
    const dsl::Type& input = call.inputs.front();
    Shape shape = sizes(call.arguments);
    const Index count = element_count(input.shape);
    const auto open = std::count(shape.begin(), shape.end(), -1);
    Index known = 1;
    for (const Index size : shape) {
        if (size == 0 || size < -1) {
            throw dsl::diagnostics::refused_argument(
                "reshape", "sizes",
                dsl::diagnostics::Term(dsl::diagnostics::Form::the_size, {std::to_string(size)}),
                dsl::diagnostics::Form::sizes);
        }
        if (size > 0) {
            if (size > count / known) {
                throw dsl::diagnostics::wrong_element_count("reshape", input, shape);
            }
            known *= size;
        }
    }
    if (open > 1) {
        throw dsl::diagnostics::refused_argument(
            "reshape", "sizes",
            dsl::diagnostics::Term(dsl::diagnostics::Form::open_sizes, {std::to_string(open)}),
            dsl::diagnostics::Form::one_open_size);
    }
    if (open == 1 && count % known == 0) {
        *std::find(shape.begin(), shape.end(), -1) = count / known;
        known = count;
    }
    if (known != count) {
        throw dsl::diagnostics::wrong_element_count("reshape", input, shape);
    }
    dsl::Type result = input;
    result.shape = shape;
    return {result};
}

std::vector<Value> build_reshape(BuildCall& call) {
    return {reshape_example(call.inputs.front(), call.results[0], call.batch)};
}

}  // namespace

Definition define_reshape() {
    return {.entry = {.name = "reshape",
                      .kind = dsl::EntryKind::layer,
                      .doc = "The same numbers in another shape.",
                      .details =
                          "Numbers are taken and laid down with the last axis running fastest. One size may "
                          "be -1: it is worked out from the others.",
                      .inputs = {"x"},
                      .arguments = {sizes_argument(
                          "the sizes of the axes; pictures are channels, height, width", -1)},
                      .type = type_of_reshape,
                      .example = "reshape(256, 7, 7)",
                      .role = dsl::Role::reshape,
                      .rearranges = true},
            .build = build_reshape,
            .stepping = [](const dsl::Arguments& arguments, const std::vector<dsl::Type>& inputs) {
                // Where the first axis stays, what is within each step is laid down anew.
                return sizes(arguments).front() == inputs.front().shape.front() ? Stepping::alike
                                                                                : Stepping::looks_along;
            }};
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
