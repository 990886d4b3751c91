#include "autodiff/initializers.hpp"

#include "autodiff/array.hpp"
#include "models/catalogue.hpp"
#include "models/definitions.hpp"
#include "models/records.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

Definition initializer(std::string name, std::string doc, std::string details,
                       std::vector<dsl::Argument> arguments, std::string example, Initialize initialize) {
    return {.entry = {.name = std::move(name),
                      .kind = dsl::EntryKind::initializer,
                      .doc = std::move(doc),
                      .details = std::move(details),
                      .inputs = {},
                      .arguments = std::move(arguments),
                      .type = {},
                      .example = std::move(example)},
            .initialize = std::move(initialize)};
}

Definition glorot(std::string name) {
    return initializer(
        name, "Uniform between -b and b, b = sqrt(6 / (in + out)).",
        "Glorot & Bengio, 2010. `in` numbers go into one number of the result, and one number of "
        "the input goes into `out` of them, on average where a layer has a stride; `glorot` "
        "and `xavier` are the same.",
        {}, "dense(400, init = " + name + ")",
        [](const dsl::Arguments&, const Shape& shape, const dsl::Fans& fans, const RandomKey& key) {
            return glorot_values(shape, {.in = fans.in, .out = fans.out}, key);
        });
}

Definition he(std::string name) {
    return initializer(
        name, "Normal with standard deviation sqrt(2 / in).",
        "He et al., 2015: for layers that a relu follows. `in` numbers go into one number of the "
        "result. `he` and `kaiming` are the same.",
        {}, "conv(64, init = " + name + ")",
        [](const dsl::Arguments&, const Shape& shape, const dsl::Fans& fans, const RandomKey& key) {
            return he_values(shape, {.in = fans.in, .out = fans.out}, key);
        });
}

Definition between_bounds() {
    Definition result = initializer(
        "uniform", "Numbers between two bounds, each as likely as any other.", "",
        {number_argument("low", "the lower bound", -1e30, 1e30),
         number_argument("high", "the upper bound, itself never drawn", -1e30, 1e30)},
        "dense(400, init = uniform(-0.05, 0.05))",
        [](const dsl::Arguments& arguments, const Shape& shape, const dsl::Fans&, const RandomKey& key) {
            return uniform_values(shape, number(arguments, "low"), number(arguments, "high"), key);
        });
    result.entry.type = [](dsl::TypeCall& call) {
        check_bounds(call);
        return std::vector<dsl::Type>{};
    };
    return result;
}

}  // namespace

Array first_values(const dsl::NestedCall& init, const Shape& shape, const std::optional<dsl::Fans>& fans,
                   const RandomKey& key) {
    const Fans of_matrix = matrix_fans(shape);
    return initializer(init.name).initialize(arguments_of(init), shape,
                                             fans.value_or(dsl::Fans{of_matrix.in, of_matrix.out}), key);
}

std::vector<Definition> define_initializers() {
    return {
        initializer("normal", "Normal numbers with mean 0.", "",
                    {number_argument("std", "the standard deviation", 0, 1e30)},
                    "conv(64, init = normal(0.02))",
                    [](const dsl::Arguments& arguments, const Shape& shape, const dsl::Fans&,
                       const RandomKey& key) { return normal_values(shape, number(arguments, "std"), key); }),
        between_bounds(),
        glorot("glorot"),
        glorot("xavier"),
        he("he"),
        he("kaiming"),
        initializer(
            "orthogonal", "A matrix with orthogonal columns of length `gain` (rows, where there are fewer).",
            "Saxe et al., 2014.",
            {number_argument("gain", "the length of a column", value_of(1.0), -1e30, 1e30)},
            "dense(400, init = orthogonal)",
            [](const dsl::Arguments& arguments, const Shape& shape, const dsl::Fans&, const RandomKey& key) {
                return orthogonal_values(shape, number(arguments, "gain"), key);
            }),
        initializer("zeros", "All 0.", "", {}, "dense(1, init = zeros)",
                    [](const dsl::Arguments&, const Shape& shape, const dsl::Fans&, const RandomKey&) {
                        return make_array(shape, 0);
                    }),
        initializer("ones", "All 1.", "", {}, "dense(1, init = ones)",
                    [](const dsl::Arguments&, const Shape& shape, const dsl::Fans&, const RandomKey&) {
                        return make_array(shape, 1);
                    }),
        initializer(
            "constant", "All the same number.", "", {number_argument("value", "the number", -1e30, 1e30)},
            "dense(1, init = constant(0.1))",
            [](const dsl::Arguments& arguments, const Shape& shape, const dsl::Fans&, const RandomKey&) {
                return make_array(shape, static_cast<Real>(number(arguments, "value")));
            }),
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
