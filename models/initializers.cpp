#include <algorithm>
#include <cmath>

#include "autodiff/array.hpp"
#include "models/catalogue.hpp"
#include "models/definitions.hpp"
#include "models/layouts.hpp"
#include "models/records.hpp"
#include "models/type_rules.hpp"

namespace gandsl::models {
inline namespace GANDSL_PRECISION {

namespace {

using dsl::Fans;

/// Of a weight whose last two axes are (in, out), as those of `dense` are.
Fans matrix_fans(const Shape& shape) {
    Fans result;
    if (shape.empty()) {
        return result;
    }
    double matrices = 1;
    for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis) {
        matrices *= static_cast<double>(shape[axis]);
    }
    result.out = matrices * static_cast<double>(shape.back());
    result.in = shape.size() < 2 ? result.out : matrices * static_cast<double>(shape[shape.size() - 2]);
    return result;
}

std::span<Real> numbers(Array& array) {
    return {array.data(), array.size()};
}

Array uniform(const Shape& shape, double low, double high, const RandomKey& key) {
    Array array = make_array(shape);
    fill_uniform(numbers(array), key);
    // A number close to the upper bound may be rounded up to it.
    const Real largest = std::max(static_cast<Real>(low), largest_below(high));
    for (Real& number : numbers(array)) {
        number = std::min(static_cast<Real>(low + (high - low) * static_cast<double>(number)), largest);
    }
    return array;
}

Array normal(const Shape& shape, double deviation, const RandomKey& key) {
    Array array = make_array(shape);
    fill_normal(numbers(array), key);
    for (Real& number : numbers(array)) {
        number = static_cast<Real>(deviation * static_cast<double>(number));
    }
    return array;
}

/// Gram and Schmidt's process on the columns (or rows, where there are fewer) of a normal matrix.
Array orthogonal(const Shape& shape, double gain, const RandomKey& key) {
    Array array = normal(shape, 1, key);
    const auto columns = static_cast<std::size_t>(shape.empty() ? 1 : shape.back());
    const std::size_t rows = array.size() / columns;
    const bool tall = rows >= columns;
    const std::size_t vectors = tall ? columns : rows;
    const std::size_t length = tall ? rows : columns;
    const auto at = [&](std::size_t vector, std::size_t element) -> Real& {
        return array.data()[tall ? element * columns + vector : vector * columns + element];
    };
    const auto product = [&](std::size_t a, std::size_t b) {
        double sum = 0;
        for (std::size_t i = 0; i < length; ++i) {
            sum += static_cast<double>(at(a, i)) * static_cast<double>(at(b, i));
        }
        return sum;
    };
    for (std::size_t vector = 0; vector < vectors; ++vector) {
        for (std::size_t earlier = 0; earlier < vector; ++earlier) {
            const double share = product(vector, earlier);
            for (std::size_t i = 0; i < length; ++i) {
                at(vector, i) -= static_cast<Real>(share * static_cast<double>(at(earlier, i)));
            }
        }
        const double scale = 1 / std::sqrt(product(vector, vector));
        for (std::size_t i = 0; i < length; ++i) {
            at(vector, i) = static_cast<Real>(scale * static_cast<double>(at(vector, i)));
        }
    }
    for (Real& number : numbers(array)) {
        number = static_cast<Real>(gain * static_cast<double>(number));
    }
    return array;
}

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
        [](const dsl::Arguments&, const Shape& shape, const Fans& fans, const RandomKey& key) {
            const double bound = std::sqrt(6 / (fans.in + fans.out));
            return uniform(shape, -bound, bound, key);
        });
}

Definition he(std::string name) {
    return initializer(
        name, "Normal with standard deviation sqrt(2 / in).",
        "He et al., 2015: for layers that a relu follows. `in` numbers go into one number of the "
        "result. `he` and `kaiming` are the same.",
        {}, "conv(64, init = " + name + ")",
        [](const dsl::Arguments&, const Shape& shape, const Fans& fans, const RandomKey& key) {
            return normal(shape, std::sqrt(2 / fans.in), key);
        });
}

Definition between_bounds() {
    Definition result = initializer(
        "uniform", "Numbers between two bounds, each as likely as any other.", "",
        {number_argument("low", "the lower bound", -1e30, 1e30),
         number_argument("high", "the upper bound, itself never drawn", -1e30, 1e30)},
        "dense(400, init = uniform(-0.05, 0.05))",
        [](const dsl::Arguments& arguments, const Shape& shape, const Fans&, const RandomKey& key) {
            return uniform(shape, number(arguments, "low"), number(arguments, "high"), key);
        });
    result.entry.type = [](dsl::TypeCall& call) {
        check_bounds(call);
        return std::vector<dsl::Type>{};
    };
    return result;
}

}  // namespace

Array first_values(const dsl::NestedCall& init, const Shape& shape, const std::optional<Fans>& fans,
                   const RandomKey& key) {
    return initializer(init.name).initialize(arguments_of(init), shape, fans ? *fans : matrix_fans(shape),
                                             key);
}

std::vector<Definition> define_initializers() {
    return {
        initializer("normal", "Normal numbers with mean 0.", "",
                    {number_argument("std", "the standard deviation", 0, 1e30)},
                    "conv(64, init = normal(0.02))",
                    [](const dsl::Arguments& arguments, const Shape& shape, const Fans&,
                       const RandomKey& key) { return normal(shape, number(arguments, "std"), key); }),
        between_bounds(),
        glorot("glorot"),
        glorot("xavier"),
        he("he"),
        he("kaiming"),
        initializer("orthogonal",
                    "A matrix with orthogonal columns of length `gain` (rows, where there are fewer).",
                    "Saxe et al., 2014.",
                    {number_argument("gain", "the length of a column", value_of(1.0), -1e30, 1e30)},
                    "dense(400, init = orthogonal)",
                    [](const dsl::Arguments& arguments, const Shape& shape, const Fans&,
                       const RandomKey& key) { return orthogonal(shape, number(arguments, "gain"), key); }),
        initializer("zeros", "All 0.", "", {}, "dense(1, init = zeros)",
                    [](const dsl::Arguments&, const Shape& shape, const Fans&, const RandomKey&) {
                        return make_array(shape, 0);
                    }),
        initializer("ones", "All 1.", "", {}, "dense(1, init = ones)",
                    [](const dsl::Arguments&, const Shape& shape, const Fans&, const RandomKey&) {
                        return make_array(shape, 1);
                    }),
        initializer("constant", "All the same number.", "",
                    {number_argument("value", "the number", -1e30, 1e30)}, "dense(1, init = constant(0.1))",
                    [](const dsl::Arguments& arguments, const Shape& shape, const Fans&, const RandomKey&) {
                        return make_array(shape, static_cast<Real>(number(arguments, "value")));
                    }),
    };
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
