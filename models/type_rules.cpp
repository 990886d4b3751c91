#include "models/type_rules.hpp"

#include "dsl/diagnostics.hpp"
#include "dsl/spelling.hpp"
#include "dsl/types.hpp"
#include "models/records.hpp"

namespace gandsl::models {

using dsl::Type;

dsl::TypeRule elementwise(std::string operation) {
    return [operation = std::move(operation)](dsl::TypeCall& call) {
        Type result = with_shape(call.inputs.front(), call.inputs.front().shape);
        for (std::size_t i = 1; i < call.inputs.size(); ++i) {
            result = dsl::broadcast(operation, result, call.inputs[i]);
        }
        return std::vector<Type>{result};
    };
}

dsl::TypeRule reduction(std::string name) {
    return [name = std::move(name)](dsl::TypeCall& call) {
        const Type& input = call.inputs.front();
        dsl::Shape shape;
        if (call.has("axis")) {
            shape = input.shape;
            shape.erase(shape.begin() +
                        static_cast<std::ptrdiff_t>(dsl::axis_of(name, call.integer("axis"), input)));
        }
        return std::vector<Type>{with_shape(input, shape)};
    };
}

void numbers_only(const std::string& entry, const Type& input) {
    if (input.classes) {
        throw dsl::diagnostics::not_labels(entry, input);
    }
}

Type with_shape(const Type& type, dsl::Shape shape) {
    Type result;
    result.shape = std::move(shape);
    result.batched = type.batched;
    return result;
}

dsl::Shape sizes(const dsl::Arguments& arguments, const std::string& name) {
    const std::vector<Type> none;
    dsl::Shape shape;
    for (const double size :
         dsl::TypeCall{.inputs = none, .arguments = arguments, .weights = {}}.numbers(name)) {
        shape.push_back(static_cast<dsl::Index>(size));
    }
    return shape;
}

void check_bounds(const dsl::TypeCall& call) {
    using dsl::diagnostics::Form;
    const double low = call.number("low");
    const double high = call.number("high");
    const auto refuse = [&](Form expected, double bound) {
        throw dsl::diagnostics::refused_argument("uniform", "high", dsl::spell(high),
                                                 {expected, {dsl::spell(bound)}});
    };
    if (high <= low) {
        refuse(Form::number_above, low);
    }
    if (static_cast<float>(low) >= static_cast<float>(high)) {
        refuse(Form::number_further_above, static_cast<float>(high));
    }
}

Spatial spatial(const std::string& entry, const Type& type) {
    numbers_only(entry, type);
    switch (type.shape.size()) {
        case 3:
            return Spatial::picture;
        case 2:
            return Spatial::sequence;
        default:
            throw dsl::diagnostics::wrong_rank(entry, type, dsl::diagnostics::Form::picture_or_sequence,
                                               type.shape.size() == 1
                                                   ? dsl::diagnostics::Remedy::reshape_vector
                                                   : dsl::diagnostics::Remedy::none);
    }
}

}  // namespace gandsl::models
