#include "models/stepping.hpp"

#include "models/records.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

using Types = std::vector<dsl::Type>;

StepRule steps_alike() {
    return [](const dsl::Arguments&, const Types&) { return Stepping::alike; };
}

StepRule vectors_alike() {
    return [](const dsl::Arguments&, const Types& inputs) {
        return inputs.front().shape.size() > 1 ? Stepping::alike : Stepping::looks_along;
    };
}

StepRule along_axis(bool otherwise_last) {
    return [otherwise_last](const dsl::Arguments& arguments, const Types& inputs) {
        const auto rank = static_cast<Index>(inputs.front().shape.size());
        Index axis = otherwise_last ? rank - 1 : 0;
        if (has(arguments, "axis")) {
            axis = integer(arguments, "axis");
            axis += axis < 0 ? rank : 0;
        }
        return axis == 0 ? Stepping::looks_along : Stepping::alike;
    };
}

StepRule carries_steps() {
    return [](const dsl::Arguments&, const Types&) { return Stepping::carries; };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
