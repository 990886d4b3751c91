#include <algorithm>
#include <string>

#include "autodiff/error.hpp"
#include "autodiff/kernels/around_axis.hpp"
#include "autodiff/kernels/reduced_axes.hpp"
#include "autodiff/operations.hpp"
#include "autodiff/operations/records.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

// cumsum: attributes axis, and whether it runs from the end, as its gradient does.

Shape cumsum_shape(const Attributes& attributes, std::span<const Shape> inputs) {
    recorded_axis(attributes.integers[0], inputs[0], "cumsum");
    return inputs[0];
}

void cumsum_forward(const Call& call) {
    const AroundAxis at = around(call.output.shape, call.attributes.integers[0]);
    const bool reverse = call.attributes.integers[1] != 0;
    for_column_blocks(at, call.execution.pool, [&](Index outer, Index first, Index count) {
        double totals[max_columns];
        std::fill_n(totals, count, -0.0);
        for (Index step = 0; step < at.length; ++step) {
            const Index position = reverse ? at.length - 1 - step : step;
            const Index begin = (outer * at.length + position) * at.inner + first;
            for (Index column = 0; column < count; ++column) {
                totals[column] += static_cast<double>(call.inputs[0].data[begin + column]);
                call.output.data[begin + column] = static_cast<Real>(totals[column]);
            }
        }
    });
}

Var cumsum_from(Var x, Index axis, bool reverse) {
    return record(cumsum_operation, {x}, {.integers = {axis, reverse ? 1 : 0}});
}

std::vector<Sample> cumsum_samples() {
    const auto along = [](const char* name, Shape shape, Index axis, bool reverse = false) {
        return Sample{.name = name, .shapes = {std::move(shape)}, .build = [=](std::span<const Var> x) {
                          return cumsum_from(x[0], axis, reverse);
                      }};
    };
    return {along("last axis", {3, 4}, 1),          along("first axis", {5, 3}, 0),
            along("middle axis", {2, 3, 4}, 1),     along("vector", {6}, 0),
            along("from the end", {3, 4}, 1, true), along("many columns", {3, 70}, 0)};
}

}  // namespace

const Operation cumsum_operation{
    .name = "cumsum",
    .doc = "Sums of each element and those before it along one axis, or of those behind it.",
    .shape = cumsum_shape,
    .forward = cumsum_forward,
    .vjp =
        [](const VjpCall& c) {
            const bool reverse = c.attributes.integers[1] != 0;
            return std::vector<Var>{cumsum_from(c.cotangent, c.attributes.integers[0], !reverse)};
        },
    .samples = cumsum_samples,
};

Var cumsum(Var x, Index axis) {
    require_var(x, "cumsum", "input 0");
    return cumsum_from(x, static_cast<Index>(resolve_axis(axis, x.shape().size(), "cumsum")), false);
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
