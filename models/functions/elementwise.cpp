#include <cmath>

#include "autodiff/operations.hpp"
#include "models/functions/functions.hpp"
#include "models/layouts.hpp"
#include "models/stepping.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

Definition function(std::string name, std::string doc, std::string details, Var (*apply)(Var),
                    double (*fold)(double)) {
    return {.entry = {.name = name,
                      .kind = dsl::EntryKind::function,
                      .doc = std::move(doc),
                      .details = std::move(details),
                      .inputs = {"x"},
                      .type = elementwise(name),
                      .example = name + "(x)",
                      .fold = fold},
            .build =
                [apply](BuildCall& call) {
                    Value value = call.inputs.front();
                    value.number = {};
                    value.type = call.results[0];
                    value.var = apply(value.var);
                    return std::vector<Value>{value};
                },
            .stepping = steps_alike()};
}

Definition stopping(Definition definition) {
    definition.entry.stops_gradients = {dsl::diagnostics::Form::call, {definition.entry.name}};
    return definition;
}

}  // namespace

std::vector<Definition> define_elementwise() {
    return {
        function(
            "log", "The natural logarithm.",
            "Where x is a sigmoid, 1 minus a sigmoid or a softmax, also behind a net call or a reshape, the "
            "stable form is computed: log(D(x)) is finite even where D(x) would round to 0.",
            [](Var x) { return log(x); }, [](double x) { return std::log(x); }),
        function(
            "exp", "e to the power of x.", "", [](Var x) { return exp(x); },
            [](double x) { return std::exp(x); }),
        function(
            "sqrt", "The square root.", "Its gradient at 0 is taken as 0.", [](Var x) { return sqrt(x); },
            [](double x) { return std::sqrt(x); }),
        function(
            "abs", "x without its sign.", "", [](Var x) { return absolute(x); },
            [](double x) { return std::abs(x); }),
        function(
            "sin", "The sine of an angle in radians.", "", [](Var x) { return sin(x); },
            [](double x) { return std::sin(x); }),
        function(
            "cos", "The cosine of an angle in radians.", "", [](Var x) { return cos(x); },
            [](double x) { return std::cos(x); }),
        stopping(function(
            "floor", "The largest whole number that is not above x.", "Its gradient is 0.",
            [](Var x) { return floor(x); }, [](double x) { return std::floor(x); })),
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
